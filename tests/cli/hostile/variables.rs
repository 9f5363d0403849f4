//! Variables that are too much, or of another kind.

use super::case::{Case, Expect, posted};
use serde_json::{Value, json};

const SEARCH: &str = "query($s: String!) { search(text: $s) { __typename } }";
const PAGE: &str = "query($n: Int, $after: String) { products(first: $n, after: $after) { nodes { id } } }";

fn given(what: &'static str, query: &str, variables: Value, code: &'static str) -> Case {
    Case::new(what, posted(json!({ "query": query, "variables": variables }).to_string()), Expect::Code(200, code))
}

pub fn cases() -> Vec<Case> {
    let (complex, bad, invalid) = ("QUERY_TOO_COMPLEX", "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED");
    let any = "query($v: JSON) { __typename }";
    let deep = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({ "v": inner }));
    vec![
        given("70 levels of variables", any, deep(70), complex),
        given("100 levels of variables", any, deep(100), complex),
        given("20,000 values", any, json!({ "v": vec![0; 20_000] }), complex),
        given("20,000 variables", any, (0..20_000).map(|n| (n.to_string(), json!(0))).collect::<serde_json::Map<_, _>>().into(), complex),
        given("101 ids", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": vec!["x"; 101] }), bad),
        given(
            "lists in lists by a variable",
            "query($n: Int) { customers(first: $n) { nodes { orders(first: $n) { nodes { items { product { id name } } } } } } }",
            json!({ "n": 100 }),
            complex,
        ),
        given("a number beyond 32 bits", PAGE, json!({ "n": 2_147_483_648_u64 }), bad),
        given("a number of 64 bits", PAGE, json!({ "n": u64::MAX }), bad),
        given("a negative number", PAGE, json!({ "n": -2_147_483_649_i64 }), bad),
        given("a number with a fraction", PAGE, json!({ "n": 1.5 }), bad),
        given("a huge fraction", PAGE, json!({ "n": 1e308 }), bad),
        given("a text for a number", PAGE, json!({ "n": "1" }), invalid),
        given("an object for a number", PAGE, json!({ "n": { "$gt": 0 } }), invalid),
        given("a forged cursor", PAGE, json!({ "after": "MXxwcm9kdWN0cy9QcmljZUFzY3xufDF8eA" }), bad),
        given("an operator for an id", "query($id: ID) { product(id: $id) { id } }", json!({ "id": { "$ne": null } }), invalid),
        given("NUL in a variable", "query($s: String) { product(slug: $s) { id } }", json!({ "s": "a\0b" }), bad),
        given("a variable that is not given", "query($id: ID!) { product(id: $id) { id } }", json!({}), bad),
        given("a null that is not allowed", "query($id: ID!) { product(id: $id) { id } }", json!({ "id": null }), bad),
        given("a search of 100,000 words", SEARCH, json!({ "s": (0..100_000).map(|n| format!("w{n} ")).collect::<String>() }), bad),
        Case::new(
            "10,000 combining marks",
            posted(json!({ "query": SEARCH, "variables": { "s": format!("a{}", "\u{301}".repeat(10_000)) } }).to_string()),
            Expect::Fine,
        ),
    ]
}
