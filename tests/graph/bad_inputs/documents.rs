//! The same as literals of a document, where the parser and the validation come first.

use super::{
    Expected, WORLDS,
    run::{said, without_ids},
};
use crate::support::{shop::As, wiring::operation};
use serde_json::{Value, json};

/// Each document, and the code of its error. `$P` stands for a product's id.
const DOCUMENTS: [(&str, &str); 38] = [
    (
        "mutation { placeOrder(input: { items: [{ productId: \"$P\", quantity: 1, bogus: 1 }] }) { order { id } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    ("mutation { placeOrder(input: { items: [{ productId: \"$P\" }] }) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: { items: [{ productId: \"$P\", quantity: \"1\" }] }) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: { items: [{ productId: \"$P\", quantity: 1.0 }] }) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: { items: [{ productId: \"$P\", quantity: 2147483648 }] }) { order { id } } }", "BAD_USER_INPUT"),
    ("mutation { placeOrder(input: { items: [{ productId: \"$P\", quantity: null }] }) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: { items: [{ productId: PRODUCT, quantity: 1 }] }) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: { items: [{ productId: \"$P\", quantity: ONE }] }) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: { items: null }) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: null) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(items: []) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: {}) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: { items: [] }, bogus: 1) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: { items: [] }, idempotencyKey: 1) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: $input) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation($input: OrderData!) { placeOrder(input: $input) { order { id } } }", "BAD_USER_INPUT"),
    ("mutation { placeOrder(input: { items: [{ productId: \"$P\", quantity: 1 }] }) }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { placeOrder(input: { items: [{ productId: \"$P\", quantity: 1 }] }) { bogus } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { deleteEverything { id } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { products { nodes { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("query { placeOrder(input: { items: [{ productId: \"$P\", quantity: 1 }] }) { order { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { recordView(input: { productId: \"$P\", articleId: \"a\" }) { views } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { recordView(input: {}) { views } }", "GRAPHQL_VALIDATION_FAILED"),
    ("mutation { recordView(input: { productId: null }) { views } }", "GRAPHQL_VALIDATION_FAILED"),
    (
        "mutation { createArticle(input: { title: \"x\", blocks: [{ paragraph: { text: \"x\" }, quote: { text: \"x\" } }] }) { article { id } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    (
        "mutation { createArticle(input: { title: \"x\", blocks: [{ video: { url: \"x\" } }] }) { article { id } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    (
        "mutation { createProduct(input: { sku: \"x\", slug: \"x\", name: \"x\", categoryId: \"x\", price: { amount: 1.5, currency: \"EUR\" } }) { product { id } } }",
        "BAD_USER_INPUT",
    ),
    (
        "mutation { createProduct(input: { sku: \"x\", slug: \"x\", name: \"x\", categoryId: \"x\", price: { amount: NaN, currency: \"EUR\" } }) { product { id } } }",
        "BAD_USER_INPUT",
    ),
    (
        "mutation { createProduct(input: { sku: \"x\", slug: \"x\", name: \"x\", categoryId: \"x\", price: { amount: 1e400, currency: \"EUR\" } }) { product { id } } }",
        "GRAPHQL_PARSE_FAILED",
    ),
    ("mutation { updateProfile(input: { name: \"\\uD800\" }) { customer { id } } }", "GRAPHQL_PARSE_FAILED"),
    ("mutation { updateProfile(input: { name: \"\\uDFFF\\uD800\" }) { customer { id } } }", "GRAPHQL_PARSE_FAILED"),
    ("mutation { updateProfile(input: { name: \"\\u{110000}\" }) { customer { id } } }", "GRAPHQL_PARSE_FAILED"),
    ("mutation { updateProfile(input: { name: \"\\x00\" }) { customer { id } } }", "GRAPHQL_PARSE_FAILED"),
    ("mutation { updateProfile(input: { name: \"a\nb\" }) { customer { id } } }", "GRAPHQL_PARSE_FAILED"),
    ("mutation { updateProfile(input: { name: 'x' }) { customer { id } } }", "GRAPHQL_PARSE_FAILED"),
    ("mutation { updateProfile(input: { name: \"x\" }) { customer { id } }", "GRAPHQL_PARSE_FAILED"),
    ("mutation { setPreferences(input: { patch: { a: $b } }) { preferences { theme } } }", "GRAPHQL_VALIDATION_FAILED"),
];

/// Refused as written, alike on all engines.
fn check() {
    let mut wrong = Vec::new();
    for (document, code) in DOCUMENTS {
        let answers: Vec<_> = WORLDS
            .iter()
            .map(|world| {
                let before = world.state();
                let asked = operation(&document.replace("$P", world.product.as_str().unwrap()), json!({}));
                let body = world.shop.send(As::Admin, asked);
                let answer: Value = serde_json::from_str(&body).unwrap();
                let refused = matches!(said(&answer), Ok(Expected::Error(found)) if found == code);
                if !refused || world.state() != before {
                    wrong.push(format!("{document}: not {code} on {}: {body}", world.shop.name));
                }
                without_ids(&body)
            })
            .collect();
        if answers.windows(2).any(|pair| pair[0] != pair[1]) {
            wrong.push(format!("the engines differ: {answers:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn literals_are_read_as_strictly_as_variables() {
    check();
}
