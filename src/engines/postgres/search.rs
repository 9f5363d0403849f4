//! Search words as PostgreSQL's types, cut by the shop's tokeniser and not by the server's parser (see migration 0003).

use crate::shop::SearchText;
use crate::shop::search::{MAX_WORD_CHARS, words};
use std::collections::BTreeSet;

/// A `tsvector` literal: the words of the first text with weight A, of the second with weight B. Only whether a word is
/// there matters and not where, so the positions mean nothing. Words that are too long to be searched for are left out.
pub(super) fn vector(first: &str, second: &str) -> String {
    let weighted = [(first, "1A"), (second, "2B")].into_iter().flat_map(|(text, weight)| {
        let distinct: BTreeSet<_> = words(text).filter(|word| word.chars().count() <= MAX_WORD_CHARS).collect();
        distinct.into_iter().map(move |word| lexeme(&word) + ":" + weight)
    });
    weighted.collect::<Vec<_>>().join(" ")
}

/// A `tsquery` literal: all the words, anywhere.
pub(super) fn anywhere(text: &SearchText) -> String {
    all(text, "")
}

/// A `tsquery` literal: all the words, in the first text.
pub(super) fn in_first(text: &SearchText) -> String {
    all(text, ":A")
}

fn all(text: &SearchText, weight: &str) -> String {
    let terms = text.words().iter().map(|word| lexeme(word) + weight);
    terms.collect::<Vec<_>>().join(" & ")
}

/// Quoted: words hold letters, digits and (after lower-casing) marks, never a quote or backslash.
fn lexeme(word: &str) -> String {
    ["'", word, "'"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_weighted_lexemes() {
        let long = "x".repeat(41);
        assert_eq!(vector("Oak table", &["A table, 12.50 & ", &long].concat()), "'oak':1A 'table':1A '12':2B '50':2B 'a':2B 'table':2B");
        let text = SearchText::parse("Crème 'table'").unwrap();
        assert_eq!(anywhere(&text), "'crème' & 'table'");
        assert_eq!(in_first(&text), "'crème':A & 'table':A");
    }
}
