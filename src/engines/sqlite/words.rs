//! Full-text search: the words that go into the index, and questions in FTS5's language.

use crate::shop::{SearchText, search};

/// A text as the index keeps it: its words in lower case with blanks between them.
pub fn of(text: &str) -> String {
    search::words(text).collect::<Vec<_>>().join(" ")
}

/// Rows that hold all the words, in any column. Words are letters and digits only; the quotes keep them from being operators.
pub fn all(text: &SearchText) -> String {
    text.words().iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" AND ")
}

/// Rows that hold all the words in this column.
pub fn all_in(column: &'static str, text: &SearchText) -> String {
    format!("{column} : ({})", all(text))
}
