//! Every field of `Query`, and what it says to values that it cannot take.

use crate::support::wiring;
use serde_json::{Value, json};

#[test]
fn things_are_found_by_id_and_by_slug() {
    for wiring in wiring::all() {
        let found = wiring.data(
            "{ product(slug: \"grannys-skillet\") { id slug category { id slug } articles(first: 1) { nodes { id slug } } } }",
            json!({}),
        );
        let product = &found["product"];
        let article = &product["articles"]["nodes"][0];
        let ids = json!([product["id"], product["category"]["id"], article["id"]]);
        let query = "query($p: ID!, $c: ID!, $a: ID!, $ids: [ID!]!, $category: String, $article: String) {
            product(id: $p) { slug } category(id: $c) { slug } article(id: $a) { slug }
            bySlug: category(slug: $category) { id } again: article(slug: $article) { id }
            node(id: $a) { __typename id ... on Article { slug } }
            nodes(ids: $ids) { __typename id } }";
        let again = wiring.data(
            query,
            json!({ "p": ids[0], "c": ids[1], "a": ids[2], "ids": ids, "category": product["category"]["slug"], "article": article["slug"] }),
        );
        assert_eq!(again["product"]["slug"], json!("grannys-skillet"));
        assert_eq!(again["category"]["slug"], product["category"]["slug"]);
        assert_eq!((&again["bySlug"]["id"], &again["again"]["id"]), (&ids[1], &ids[2]));
        assert_eq!(again["node"], json!({ "__typename": "Article", "id": ids[2], "slug": article["slug"] }));
        let names: Vec<_> = again["nodes"].as_array().unwrap().iter().map(|node| node["__typename"].as_str().unwrap()).collect();
        assert_eq!(names, ["Product", "Category", "Article"]);
    }
}

#[test]
fn unknown_things_are_null_and_no_error() {
    let query = "{ product(slug: \"no-such-thing\") { id } order(id: \"order_00000000000000000000000000\") { id }
        nodes(ids: [\"customer_00000000000000000000000000\", \"comment_00000000000000000000000000\"]) { id } }";
    for wiring in wiring::all() {
        assert_eq!(wiring.data(query, json!({})), json!({ "product": null, "order": null, "nodes": [null, null] }));
    }
}

#[test]
fn bad_values_are_refused_with_a_code() {
    let long = "x".repeat(10_000);
    let cases: Vec<(&str, Value, &str)> = vec![
        ("query($id: ID!) { product(id: $id) { id } }", json!({ "id": "" }), "is not the id of a product"),
        ("query($id: ID!) { product(id: $id) { id } }", json!({ "id": "0" }), "is not the id of a product"),
        ("query($id: ID!) { product(id: $id) { id } }", json!({ "id": "order_00000000000000000000000000" }), "is not the id of a product"),
        (
            "query($id: ID!) { product(id: $id) { id } }",
            json!({ "id": "product_8zzzzzzzzzzzzzzzzzzzzzzzzz" }),
            "is not the id of a product",
        ),
        (
            "query($id: ID!) { product(id: $id) { id } }",
            json!({ "id": "product_0000000000000000000000000u" }),
            "is not the id of a product",
        ),
        ("query($id: ID!) { node(id: $id) { id } }", json!({ "id": long }), "is not an id"),
        ("query($id: ID!) { node(id: $id) { id } }", json!({ "id": "00000000-0000-0000-0000-000000000000" }), "is not an id"),
        ("{ product { id } }", json!({}), "give either id or slug"),
        ("query($s: String) { product(slug: $s) { id } }", json!({ "s": "a\u{0}b" }), "may not hold the character NUL"),
        ("query($s: String) { product(slug: $s) { id } }", json!({ "s": long }), "at most 100 characters"),
        ("query($s: String!) { articles(where: { tag: $s }) { nodes { id } } }", json!({ "s": "\u{0}" }), "may not hold the character NUL"),
        ("query($s: String!) { search(text: $s) { __typename } }", json!({ "s": "' -- ;" }), "search needs 1 to 8 words"),
        ("query($s: String!) { search(text: $s) { __typename } }", json!({ "s": "a b c d e f g h i" }), "search needs 1 to 8 words"),
        ("{ search(text: \"x\", first: 101) { __typename } }", json!({}), "first must be between 1 and 100"),
        ("{ products(where: { price: { min: \"1e400\" } }) { nodes { id } } }", json!({}), "decimal"),
        ("{ products(where: { price: { min: \"NaN\" } }) { nodes { id } } }", json!({}), "decimal"),
        ("{ products(where: { price: { min: \"0.001\" } }) { nodes { id } } }", json!({}), "at most 2 decimals"),
        ("{ products(where: { price: { min: \"1\", currency: \"ABC\" } }) { nodes { id } } }", json!({}), "unknown currency"),
        ("{ orders(where: { from: \"294277-01-01T00:00:00Z\" }) { nodes { id } } }", json!({}), "not a time"),
        ("{ orders(where: { from: \"2026-01-01\" }) { nodes { id } } }", json!({}), "not a time"),
        (
            "{ salesReport(from: \"2026-02-01T00:00:00Z\", to: \"2026-01-01T00:00:00Z\", by: DAY) { key } }",
            json!({}),
            "from must not be later than to",
        ),
        (
            "{ salesReport(from: \"2026-01-01T00:00:00Z\", to: \"2026-02-01T00:00:00Z\", by: DAY, limit: 1001) { key } }",
            json!({}),
            "limit must be between 1 and 1000",
        ),
    ];
    for wiring in wiring::all() {
        for (query, variables, message) in &cases {
            let body = wiring.body(query, variables.clone());
            let answer: Value = serde_json::from_str(&body).unwrap();
            let error = &answer["errors"][0];
            let code = error["extensions"]["code"].as_str().unwrap_or_default();
            assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code), "{query}: {body}");
            assert!(error["message"].as_str().unwrap().contains(message), "{query} {variables}: {body}");
            assert!(body.len() < 1_000, "{query}: an error of {} bytes", body.len());
        }
    }
}

#[test]
fn texts_that_mean_something_to_a_store_find_nothing_and_break_nothing() {
    let query = "query($s: String!) { product(slug: $s) { id } articles(where: { tag: $s }) { nodes { id } } }";
    for wiring in wiring::all() {
        for text in
            ["' OR 1=1 --", "\"; DROP TABLE products; --", "{\"$ne\":null}", "$where", "%", "_", "*", "(a+)+$", "\\", "\u{202e}x", "🦀"]
        {
            assert_eq!(wiring.data(query, json!({ "s": text })), json!({ "product": null, "articles": { "nodes": [] } }), "{text}");
        }
    }
}

#[test]
fn the_server_says_what_it_runs_on() {
    let query = "{ server { name stores { role engine } limits { depth first } } }";
    for wiring in wiring::all() {
        let engines = match wiring.name {
            "real" => ["postgres", "mongodb", "redis"],
            _ => ["sqlite", "sqlite", "memory"],
        };
        let server = &wiring.data(query, json!({}))["server"];
        let found: Vec<_> = server["stores"].as_array().unwrap().iter().map(|store| store["engine"].as_str().unwrap()).collect();
        assert_eq!(found, engines);
        assert_eq!(server["limits"], json!({ "depth": 10, "first": 100 }));
    }
}

#[test]
fn one_bad_id_of_several_is_null_with_an_error_at_its_place() {
    let answer = wiring::embedded().answer("{ nodes(ids: [\"bad\", \"product_00000000000000000000000000\"]) { id } }", json!({}));
    assert_eq!(answer["data"], json!({ "nodes": [null, null] }));
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["path"]), (1, &json!(["nodes", 0])), "{answer}");
}

#[test]
fn blocks_are_read_only_when_they_are_shown() {
    let query = "{ articles(first: 3) { nodes { id ...Shown } } } fragment Shown on Article { blocks { __typename } }";
    for wiring in wiring::all() {
        let data = wiring.data(query, json!({}));
        let nodes = data["articles"]["nodes"].as_array().unwrap();
        assert!(nodes.iter().all(|node| !node["blocks"].as_array().unwrap().is_empty()), "{}", wiring.name);
    }
}
