//! Documents that are too much, or none.

use super::case::{Case, Expect, posted};
use serde_json::json;

fn doubling(levels: usize) -> String {
    let fragments = (0..levels).map(|level| format!("fragment F{level} on Query {{ ...F{0} ...F{0} }} ", level + 1));
    format!("{{ ...F0 }} {} fragment F{levels} on Query {{ __typename }}", fragments.collect::<String>())
}

fn chain(levels: usize) -> String {
    let fragments = (0..levels).map(|level| format!("fragment F{level} on Query {{...F{}}}", level + 1));
    format!("{{...F0}} {} fragment F{levels} on Query {{ __typename }}", fragments.collect::<String>())
}

pub fn cases() -> Vec<Case> {
    let refused = Case::document;
    let numbered = |text: &str, count: usize| (0..count).map(|n| text.replace('#', &n.to_string())).collect::<String>();
    let (complex, deep, unparsed) = ("QUERY_TOO_COMPLEX", "QUERY_TOO_DEEP", "GRAPHQL_PARSE_FAILED");
    let (invalid, bad) = ("GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT");
    let nested = |levels: usize| format!("{{ categories {} {{ id }} {} }}", "{ children ".repeat(levels), "}".repeat(levels));
    vec![
        refused("no document", "", bad),
        refused("a byte order mark alone", "\u{feff}", unparsed),
        refused("NUL alone", "\0", unparsed),
        refused("a megabyte of brackets, nearly", &"{".repeat(990_000), deep),
        refused("closing brackets", &"}".repeat(3_000), unparsed),
        refused("a megabyte of commas, nearly", &",".repeat(990_000), unparsed),
        refused("a megabyte of comment, nearly", &format!("#{}", "x".repeat(990_000)), unparsed),
        refused("a string without end", "{ product(slug: \"", unparsed),
        refused("a block string without end", "{ product(slug: \"\"\"", unparsed),
        refused("a lone surrogate", r#"{ product(slug: "\ud800") { id } }"#, unparsed),
        refused("a code point beyond all", r#"{ product(slug: "\u{110000}") { id } }"#, unparsed),
        refused("a number beyond all", "{ products(first: 1e400) { nodes { id } } }", unparsed),
        refused("a number of 30 digits", &format!("{{ products(first: {}) {{ nodes {{ id }} }} }}", "9".repeat(30)), bad),
        refused("a number of 100,000 digits", &format!("{{ products(first: {}) {{ nodes {{ id }} }} }}", "9".repeat(100_000)), unparsed),
        refused("a negative number of rows", "{ products(first: -1) { nodes { id } } }", bad),
        refused("no rows", "{ products(first: 0) { nodes { id } } }", bad),
        refused("10,000 aliases", &format!("{{ {} }}", numbered("a#: __typename ", 10_000)), complex),
        refused("60 aliases", &format!("{{ server {{ {} }} }}", numbered("a#: name ", 60)), complex),
        refused("10,000 directives", &format!("{{ __typename {} }}", "@include(if: true) ".repeat(10_000)), complex),
        refused("60 directives", &format!("{{ __typename {} }}", "@include(if: true) ".repeat(60)), complex),
        refused("10,000 operations", &numbered("query Q# { __typename } ", 10_000), complex),
        refused("30 fields", &format!("{{ {} }}", "__typename ".repeat(30)), complex),
        refused("fragments that double 30 times", &doubling(30), complex),
        refused("fragments that double 60 times", &doubling(60), complex),
        refused("fragments that double 300 times", &doubling(300), "QUERY_TOO_DEEP"),
        refused("a chain of 400 fragments", &chain(400), deep),
        refused(
            "200 fragments with 200 spreads each",
            &format!("{{ ...F0 }} {}", numbered(&format!("fragment F# on Query {{ {} }} ", "...F1 ".repeat(200)), 200)),
            complex,
        ),
        refused("a fragment of itself", "{ ...A } fragment A on Query { ...A }", invalid),
        refused("fragments in a circle", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", invalid),
        refused(
            "a fragment that nothing uses",
            &format!("{{ __typename }} fragment U on Query {{ {} }}", "__typename ".repeat(1_500)),
            complex,
        ),
        refused("eleven levels", &nested(9), deep),
        refused("60 levels", &nested(60), deep),
        refused(
            "lists in lists",
            "{ customers(first: 100) { nodes { orders(first: 100) { nodes { items { product { id name } } } } } } }",
            complex,
        ),
        refused(
            "introspection that multiplies",
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
            complex,
        ),
        refused(
            "introspection many times over",
            &format!("{{ __schema {{ {} }} }}", "types { fields { type { fields { name } } } } ".repeat(50)),
            complex,
        ),
        refused(
            "two fields under one key",
            "{ a: products(first: 2) { nodes { id } } ... on Query { a: customers(first: 2) { nodes { id } } } }",
            invalid,
        ),
        refused("the server's own alias", "{ __polystore_type: server { name } }", invalid),
        refused("a type of 100 lists", &format!("query($v: {}Int{}) {{ __typename }}", "[".repeat(100), "]".repeat(100)), deep),
        refused("a default of 100 lists", &format!("query($v: JSON = {}{}) {{ __typename }}", "[".repeat(100), "]".repeat(100)), deep),
        refused("a variable twice", "query($v: Int, $v: Int) { products(first: $v) { nodes { id } } }", invalid),
        refused("an operation twice", "query A { __typename } query A { __typename }", unparsed),
        refused("unknown names by the thousand", &format!("{{ server {{ {} }} }}", numbered("x# ", 900)), invalid),
        refused("a name of 900,000 letters", &format!("{{ {} }}", "x".repeat(900_000)), complex),
        refused("900 long names", &format!("{{ server {{ {} }} }}", numbered(&format!("{}# ", "x".repeat(120)), 900)), invalid),
        refused("a subscription over POST", "subscription { trendingChanged { resync } }", bad),
        refused("NUL in a text", r#"{ product(slug: "a\u0000b") { id } }"#, bad),
        refused("a cursor of 900,000 letters", &format!("{{ products(after: \"{}\") {{ nodes {{ id }} }} }}", "A".repeat(900_000)), bad),
        refused("an id of 900,000 letters", &format!("{{ product(id: \"{}\") {{ id }} }}", "A".repeat(900_000)), bad),
        refused("SQL for an id", "{ product(id: \"' OR 1=1 --\") { id } }", bad),
        Case::new("a byte order mark before a document", posted(json!({ "query": "\u{feff}{ __typename }" }).to_string()), Expect::Fine),
    ]
}
