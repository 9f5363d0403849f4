//! Values that are bound to a statement of PostgreSQL, and the same values as literals for `EXPLAIN EXECUTE`, which takes no others.

use crate::{LabError, Result};
use sqlx::{Arguments as _, postgres::PgArguments};

/// A value for one place of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// `bigint`.
    Int(i64),
    /// `text`.
    Text(String),
    /// `bigint[]`.
    Ints(Vec<i64>),
    /// `text[]`.
    Texts(Vec<String>),
    /// `jsonb`.
    Json(serde_json::Value),
}

impl From<i64> for Bound {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Bound {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Bound {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<i64>> for Bound {
    fn from(value: Vec<i64>) -> Self {
        Self::Ints(value)
    }
}

impl From<Vec<String>> for Bound {
    fn from(value: Vec<String>) -> Self {
        Self::Texts(value)
    }
}

/// In the order of `$1`, `$2` and so on.
pub(super) fn arguments(values: &[Bound]) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for value in values {
        let added = match value {
            Bound::Int(value) => arguments.add(*value),
            Bound::Text(value) => arguments.add(value.as_str()),
            Bound::Ints(value) => arguments.add(value.as_slice()),
            Bound::Texts(value) => arguments.add(value.as_slice()),
            Bound::Json(value) => arguments.add(value),
        };
        added.map_err(|error| LabError::store("postgres", error))?;
    }
    Ok(arguments)
}

/// As literals, in parentheses. `standard_conforming_strings` is on in all servers of this century.
pub(super) fn literals(values: &[Bound]) -> String {
    if values.is_empty() {
        return String::new();
    }
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let list = |entries: Vec<String>, kind: &str| format!("ARRAY[{}]::{kind}[]", entries.join(", "));
    let literal = |value: &Bound| match value {
        Bound::Int(value) => value.to_string(),
        Bound::Text(value) => quoted(value),
        Bound::Ints(values) => list(values.iter().map(i64::to_string).collect(), "bigint"),
        Bound::Texts(values) => list(values.iter().map(|value| quoted(value)).collect(), "text"),
        Bound::Json(value) => quoted(&value.to_string()),
    };
    format!("({})", values.iter().map(literal).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_cannot_end_early() {
        let values = [Bound::from(-3), Bound::from("it's"), Bound::from(vec![1, 2]), Bound::from(vec!["a'b".to_owned()])];
        assert_eq!(literals(&values), "(-3, 'it''s', ARRAY[1, 2]::bigint[], ARRAY['a''b']::text[])");
        assert_eq!(literals(&[]), "");
        assert!(arguments(&values).is_ok());
    }
}
