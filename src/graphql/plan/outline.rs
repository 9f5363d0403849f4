//! A plan told from outside: which questions it puts, and where.

use crate::loaders::Asks;

/// A question of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The field that puts it: keys of the answer with points between them. What is put for its objects has a path that goes on from here.
    pub path: String,
    /// What is asked, and how many keys go together.
    pub asks: Asks,
}

impl Step {
    /// Of the field at a path.
    pub fn at(path: &str, asks: Asks) -> Self {
        Self { path: path.to_owned(), asks }
    }
}
