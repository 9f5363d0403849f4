//! The tables of `docs/store-down.md`: what is expected of each operation.

use super::outage::Outage;
use std::{collections::BTreeSet, fmt, fs, path::Path};

/// What an answer was, or should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As before.
    Same,
    /// A mutation, done.
    Done,
    /// In part: these are null, each with an error.
    Without(BTreeSet<String>),
    /// Nothing, and told so.
    Refused,
    /// A subscription that began.
    Opens,
}

impl Outcome {
    fn read(text: &str) -> Self {
        match text {
            "same" => Self::Same,
            "done" => Self::Done,
            "refused" => Self::Refused,
            "opens" => Self::Opens,
            _ => {
                let paths = text.strip_prefix("without ").unwrap_or_else(|| panic!("docs/store-down.md has an outcome {text:?}"));
                Self::Without(paths.split(' ').map(|path| path.trim_matches('`').to_owned()).collect())
            }
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("same"),
            Self::Done => f.write_str("done"),
            Self::Refused => f.write_str("refused"),
            Self::Opens => f.write_str("opens"),
            Self::Without(paths) => {
                f.write_str("without")?;
                paths.iter().try_for_each(|path| write!(f, " `{path}`"))
            }
        }
    }
}

/// With what a request shows who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Nothing,
    Session,
    SessionAndAccess,
}

/// One operation and one kind of viewer.
#[derive(Clone, Debug)]
pub struct Row {
    /// `article.graphql`, or `Query.article`; behind it maybe a word that tells it from others of the same name.
    pub name: String,
    /// `anyone`, `visitor`, `customer`, `editor` or `administrator`.
    pub who: String,
    cells: [(Outcome, Outcome); 4],
}

impl Row {
    /// The outcome during an outage.
    pub fn expected(&self, outage: Outage, shown: Shown) -> &Outcome {
        let (plain, with_access) = &self.cells[outage as usize];
        if shown == Shown::SessionAndAccess { with_access } else { plain }
    }

    /// As whom it is asked in which ways: what anyone may ask must not depend on what is shown.
    pub fn ways(&self) -> &'static [Shown] {
        match &*self.who {
            "anyone" => &[Shown::Nothing, Shown::Session, Shown::SessionAndAccess],
            "visitor" => &[Shown::Nothing],
            _ => &[Shown::Session, Shown::SessionAndAccess],
        }
    }
}

/// Every row of the page.
pub fn rows() -> Vec<Row> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/store-down.md")).unwrap();
    page.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [name, who, cells @ ..] = &cells[..] else { return None };
    let (word, more) = name.strip_prefix('`')?.split_once('`')?;
    let cells: [&str; 4] = cells.try_into().ok()?;
    Some(Row { name: format!("{word}{more}"), who: (*who).to_owned(), cells: cells.map(cell) })
}

/// `refused (same)`: refused, and with an access token the same as before.
fn cell(text: &str) -> (Outcome, Outcome) {
    match text.split_once(" (") {
        Some((plain, with_access)) => (Outcome::read(plain), Outcome::read(with_access.trim_end_matches(')'))),
        None => (Outcome::read(text), Outcome::read(text)),
    }
}
