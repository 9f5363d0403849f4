//! Ids of all bad kinds, in every place that takes one.

use super::{Expected, Row, World, refused};
use crate::support::shop::As;
use serde_json::{Value, json};

/// Where mutations take ids: mutation, place, kind of thing, and what an unknown one is.
const PLACES: [(&str, &str, &str, Option<&str>); 17] = [
    ("createProduct", "categoryId", "category", Some("NOT_FOUND")),
    ("updateProduct", "id", "product", Some("NOT_FOUND")),
    ("updateProduct", "categoryId", "category", Some("NOT_FOUND")),
    ("adjustStock", "productId", "product", Some("NOT_FOUND")),
    ("placeOrder", "items.0.productId", "product", Some("NOT_FOUND")),
    ("payOrder", "orderId", "order", Some("NOT_FOUND")),
    ("shipOrder", "orderId", "order", Some("NOT_FOUND")),
    ("cancelOrder", "orderId", "order", Some("NOT_FOUND")),
    // what an article is about may be gone
    ("createArticle", "productIds.0", "product", None),
    ("createArticle", "blocks.0.productEmbed.productId", "product", None),
    ("updateArticle", "id", "article", Some("NOT_FOUND")),
    ("updateArticle", "productIds.0", "product", None),
    ("updateArticle", "blocks.0.productEmbed.productId", "product", None),
    ("publishArticle", "id", "article", Some("NOT_FOUND")),
    ("unpublishArticle", "id", "article", Some("NOT_FOUND")),
    ("addComment", "articleId", "article", Some("NOT_FOUND")),
    // counted, and never shown
    ("recordView", "productId", "product", None),
];

/// Texts that are no id of this kind of thing.
fn texts(kind: &str) -> Vec<String> {
    let good = "01h455vb4pex5vsknk084sn02q";
    let other = if kind == "order" { "customer" } else { "order" };
    let mut texts = vec![
        String::new(),
        " ".into(),
        "0".into(),
        "-1".into(),
        "9223372036854775808".into(),
        "null".into(),
        kind.into(),
        format!("{kind}_"),
        format!("{kind}_{}", &good[1..]),
        format!("{kind}_{good}0"),
        format!("{kind}_8{}", &good[1..]),
        format!("{kind}_{}u", &good[1..]),
        format!("{}_{good}", kind.to_uppercase()),
        format!("{kind}_{}", good.to_uppercase()),
        format!("{kind}_{good}\n"),
        format!(" {kind}_{good}"),
        format!("{kind}_{good}\0"),
        format!("{kind}-{good}"),
        format!("{other}_{good}"),
        format!("event_{good}"),
        good.into(),
        "01890a5d-ac96-774b-bcce-b302099a8057".into(),
        "{01890a5d-ac96-774b-bcce-b302099a8057}".into(),
        "507f1f77bcf86cd799439011".into(),
        "507f1f77bcf86cd79943901".into(),
        "UHJvZHVjdDox".into(),
        "{\"$ne\":null}".into(),
        "{\"$gt\":\"\"}".into(),
        "' OR 1=1 --".into(),
        format!("{kind}_%"),
        format!("{kind}_*"),
        format!("{kind}_{good}\r\nDEL x"),
        format!("{kind}_{}", "\u{ff10}".repeat(26)),
        "\u{202e}".into(),
        "🦀".into(),
    ];
    texts.push(format!("{kind}_{}", "0".repeat(10_000)));
    texts
}

pub fn rows(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    for (mutation, place, kind, unknown) in PLACES {
        let at = |value: Value, expected| {
            let mut row = Row::at(world, mutation, place, value.clone(), expected);
            if mutation == "recordView" {
                row.input = json!({ place: value });
            }
            row
        };
        rows.extend(texts(kind).into_iter().map(|text| at(json!(text), refused("BAD_USER_INPUT", place))));
        // a number is taken as its digits
        rows.push(at(json!(7), refused("BAD_USER_INPUT", place)));
        for value in [json!(true), json!(1.5), json!({ "$ne": null }), json!(["a"]), json!({})] {
            rows.push(at(value, Expected::Error("GRAPHQL_VALIDATION_FAILED")));
        }
        if let Some(code) = unknown {
            for id in ["00000000000000000000000000", "7zzzzzzzzzzzzzzzzzzzzzzzzz", "01h455vb4pex5vsknk084sn02q"] {
                rows.push(at(json!(format!("{kind}_{id}")), refused(code, place)));
            }
        }
    }
    let twice = |text: &str| json!({ "articleId": text });
    rows.extend(texts("article").into_iter().map(|text| {
        let mut row = Row::at(world, "recordView", "articleId", json!(text), refused("BAD_USER_INPUT", "articleId"));
        row.input = twice(&text);
        row
    }));
    // somebody else's order is as if there were none
    for mutation in ["payOrder", "cancelOrder"] {
        let mut row = Row::at(world, mutation, "orderId", world.order.clone(), refused("NOT_FOUND", "orderId"));
        row.who = As::Ben;
        rows.push(row);
    }
    rows
}
