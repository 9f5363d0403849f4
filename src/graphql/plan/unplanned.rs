//! Why an operation has no plan.

use async_graphql::parser::types::OperationType;
use std::{cell::OnceCell, fmt};

/// Why an operation is the library's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplanned {
    /// It is none that reads.
    Kind(OperationType),
    /// It has directives of its own.
    Directives,
    /// Its conditions cannot be told.
    Conditions,
    /// A field in it that is not compiled.
    Unknown(Unknown),
}

/// A field that the compiler does not know, or something below it that it cannot name better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The type that it is selected on.
    pub on: &'static str,
    /// Its name in the schema.
    pub field: String,
    /// Where it stands in the answer.
    pub path: String,
}

/// What was met first.
pub type FirstUnknown = OnceCell<Unknown>;

impl fmt::Display for Unplanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(OperationType::Mutation) => f.write_str("changes are made one after the other, and never planned"),
            Self::Kind(OperationType::Subscription) => f.write_str("each event of a subscription is an answer of its own"),
            Self::Kind(OperationType::Query) | Self::Directives => f.write_str("the operation itself has directives"),
            Self::Conditions => f.write_str("a condition of @skip or @include is not given, or there are too many of them"),
            Self::Unknown(Unknown { on, field, path }) => write!(f, "{on}.{field} is not compiled (at {path})"),
        }
    }
}
