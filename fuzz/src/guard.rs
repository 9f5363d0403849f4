//! A document and its variables, as far as the guard's verdict.

use async_graphql::{Variables, parser::parse_query};
use polystore::graphql::{guard::check, limits::Limits, tokens};

/// A document, a NUL, and its variables as JSON. Nothing may panic or run out of stack, and the verdict is the same each time: tables
/// are walked in an order of chance.
pub fn guard(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (document, variables) = text.split_once('\0').unwrap_or((text, ""));
    let limits = Limits::default();
    if tokens::check(document, limits.tokens).is_err() {
        return;
    }
    let variables = Variables::from_json(serde_json::from_str(variables).unwrap_or_default());
    let verdict = || parse_query(document).ok().map(|document| check(&document, &variables, &limits).is_ok());
    let first = verdict();
    assert!((0..3).all(|_| verdict() == first), "the verdict depends on chance");
}
