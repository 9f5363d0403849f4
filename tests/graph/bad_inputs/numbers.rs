//! Numbers and amounts of money: out of range, not whole, not exact, not numbers.

use super::{Expected, Row, World, refused};
use crate::support::shop::items;
use serde_json::{Value, json};

/// Where mutations take whole numbers, and whether null stands for nothing given.
const WHOLE: [(&str, &str, bool); 8] = [
    ("createProduct", "stock", true),
    ("updateProduct", "version", true),
    ("adjustStock", "delta", false),
    ("placeOrder", "items.0.quantity", false),
    ("createArticle", "blocks.0.heading.level", false),
    ("updateArticle", "version", false),
    ("publishArticle", "version", false),
    ("unpublishArticle", "version", false),
];

/// Amounts that are no price in euros, though a decimal number stands there.
const NO_PRICE: [&str; 10] =
    ["0", "0.00", "-0", "-1", "-0.01", "0.001", "10000000000.01", "92233720368547758.07", "0.30000000000000004", "92233720368547758.08"];

/// Texts that are no decimal number.
const NO_NUMBER: [&str; 22] = [
    "",
    " ",
    "x",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "1e2",
    "1E2",
    "1,5",
    "0x10",
    "1.2.3",
    "--1",
    "１２",
    "1 000",
    "1 ",
    " 1",
    "$1",
    "1\u{0}",
    "\u{202e}1",
    "٣",
    "1/2",
];

pub fn rows(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    // of the wrong kind: the validation says so; of the right kind and not to be read: the field does
    let (invalid, unread) = (Expected::Error("GRAPHQL_VALIDATION_FAILED"), Expected::Error("BAD_USER_INPUT"));
    for (mutation, place, optional) in WHOLE {
        let too_large = [json!(2_147_483_648_i64), json!(-2_147_483_649_i64), json!(i64::MAX)];
        let others = [json!(u64::MAX), json!(1.5), json!(1e100), json!("1"), json!(""), json!(true), json!({}), json!({ "$gt": 0 })];
        let null = (!optional).then_some(Value::Null);
        let values = too_large.into_iter().map(|value| (value, &unread));
        let values = values.chain(others.into_iter().chain(null).map(|value| (value, &invalid)));
        for (value, expected) in values {
            let mut row = Row::at(world, mutation, place, value, expected.clone());
            if mutation == "createArticle" {
                super::put(&mut row.input, "blocks.0.heading.text", json!("x"));
            }
            rows.push(row);
        }
    }
    for quantity in [0, -1, -2_147_483_648, 1_000_001, 2_147_483_647] {
        rows.push(Row::bad(world, "placeOrder", "items.0.quantity", json!(quantity)));
    }
    rows.push(Row::at(world, "placeOrder", "items.0.quantity", json!(1_000_000), refused("OUT_OF_STOCK", "items.0.quantity")));
    for delta in [0, -2_147_483_648_i64] {
        rows.push(Row::bad(world, "adjustStock", "delta", json!(delta)));
    }
    for delta in [2_147_483_647, -1_000] {
        rows.push(Row::at(world, "adjustStock", "delta", json!(delta), refused("CONFLICT", "delta")));
    }
    for stock in [-1, -2_147_483_648_i64] {
        rows.push(Row::bad(world, "createProduct", "stock", json!(stock)));
    }
    for level in [0, 7, -1, 2_147_483_647, -2_147_483_648_i64] {
        for mutation in ["createArticle", "updateArticle"] {
            let heading = json!([{ "heading": { "level": level, "text": "x" } }]);
            rows.push(Row::at(world, mutation, "blocks", heading, refused("BAD_USER_INPUT", "blocks.0.heading.level")));
        }
    }
    for mutation in ["updateProduct", "updateArticle", "publishArticle", "unpublishArticle"] {
        for version in [0, -1, 77, 2_147_483_647, -2_147_483_648_i64] {
            rows.push(Row::at(world, mutation, "version", json!(version), refused("CONFLICT", "version")));
        }
    }
    for mutation in ["createProduct", "updateProduct"] {
        let price = |amount: Value, currency: Value| json!({ "amount": amount, "currency": currency });
        let mut at = |value: Value, expected| rows.push(Row::at(world, mutation, "price", value, expected));
        for amount in NO_PRICE {
            at(price(json!(amount), json!("EUR")), refused("BAD_USER_INPUT", "price.amount"));
        }
        for amount in NO_NUMBER {
            at(price(json!(amount), json!("EUR")), unread.clone());
        }
        let long = "1".repeat(10_000);
        for amount in [json!(1.5), json!(0.1 + 0.2), json!(1e100), json!(true), json!({}), json!([1]), json!(long)] {
            at(price(amount, json!("EUR")), unread.clone());
        }
        at(price(Value::Null, json!("EUR")), invalid.clone());
        // whole numbers are exact, but not all of them prices
        for amount in [json!(0), json!(-1), json!(i64::MAX), json!(i64::MIN)] {
            at(price(amount, json!("EUR")), refused("BAD_USER_INPUT", "price.amount"));
        }
        for (amount, currency) in
            [("1", ""), ("1", "eur"), ("1", "ABC"), ("1", "EUR\0"), ("1", "€"), ("1", " EUR"), ("1", "{\"$ne\":1}"), ("1", long.as_str())]
        {
            at(price(json!(amount), json!(currency)), refused("BAD_USER_INPUT", "price.currency"));
        }
        for (amount, currency) in [("1.5", "JPY"), ("1.0001", "KWD")] {
            at(price(json!(amount), json!(currency)), refused("BAD_USER_INPUT", "price.amount"));
        }
        for currency in ["USD", "CHF", "JPY", "KWD"] {
            at(price(json!("1"), json!(currency)), refused("CONFLICT", "price.currency"));
        }
        for value in [json!({ "amount": "1" }), json!({ "currency": "EUR" }), json!({})] {
            at(value, invalid.clone());
        }
        for value in [json!("1.00 EUR"), json!(1), json!([])] {
            at(value, unread.clone());
        }
    }
    // lists of lines
    let product = &world.product;
    let mut lines = |value: Value, expected| rows.push(Row::at(world, "placeOrder", "items", value["items"].clone(), expected));
    lines(items(&[]), refused("BAD_USER_INPUT", "items"));
    lines(items(&vec![(product, 1); 101]), refused("BAD_USER_INPUT", "items"));
    lines(items(&[(product, 1), (product, 2)]), refused("BAD_USER_INPUT", "items.1.productId"));
    let both = Expected::Refused(vec![("BAD_USER_INPUT", "items.0.quantity".into()), ("BAD_USER_INPUT", "items.1.productId".into())]);
    lines(items(&[(product, 0), (product, 1)]), both);
    rows
}
