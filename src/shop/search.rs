//! Search words: one tokeniser for all engines, so that they find the same rows.

use std::collections::BTreeSet;

/// Most words a search may have.
pub const MAX_WORDS: usize = 8;
/// Most characters a word may have.
pub const MAX_WORD_CHARS: usize = 40;

/// What to search for: 1 to [`MAX_WORDS`] lower-case words of letters and digits only, no duplicates.
/// A row matches when it holds all of them as whole words, letter case aside, accents not aside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SearchText(Vec<String>);

/// Why a text cannot be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("search needs 1 to {MAX_WORDS} words of letters and digits, each at most {MAX_WORD_CHARS} characters long")]
pub struct BadSearch;

/// The words of a text, in its order, as [`SearchText::parse`] splits it: for engines that cannot be told to split alike.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

impl SearchText {
    /// Splits a user's text into words.
    pub fn parse(text: &str) -> Result<Self, BadSearch> {
        let mut found = Vec::new();
        for word in words(text) {
            if found.len() == MAX_WORDS || word.chars().count() > MAX_WORD_CHARS {
                return Err(BadSearch);
            }
            if !found.contains(&word) {
                found.push(word);
            }
        }
        if found.is_empty() { Err(BadSearch) } else { Ok(Self(found)) }
    }

    /// The words. They hold no character that means anything to a query language.
    pub fn words(&self) -> &[String] {
        &self.0
    }
}

/// The words of a stored text as [`SearchText`] sees them, each once, sorted; those too long to be searched for are left out.
pub fn distinct_words(text: &str) -> Vec<String> {
    let words: BTreeSet<_> = words(text).filter(|word| word.chars().count() <= MAX_WORD_CHARS).collect();
    words.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_text_has_the_words_that_a_search_asks_for() {
        assert_eq!(distinct_words("Crème-brûlée, NOT crème brulee!"), ["brulee", "brûlée", "crème", "not"]);
        assert_eq!(distinct_words(&format!("a {}", "x".repeat(41))), ["a"]);
    }

    #[test]
    fn words_are_lower_case_and_free_of_operators() {
        let text = SearchText::parse("  Crème-brûlée & \"NOT\" crème:* ").unwrap();
        assert_eq!(text.words(), ["crème", "brûlée", "not"]);
        for bad in ["", "&|!", "a b c d e f g h i", &"x".repeat(41)] {
            assert_eq!(SearchText::parse(bad), Err(BadSearch), "{bad}");
        }
    }
}
