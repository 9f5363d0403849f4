//! A document that was parsed before is answered as one that was not.

use super::another;
use crate::support::wiring::{self, block_on, operation};
use polystore::{
    graphql::{Graph, limits::Limits},
    shop::Viewer,
};
use serde_json::{Value, json};
use std::{fs, path::Path};

fn body(graph: &Graph, query: &str, name: Option<&str>, variables: &Value) -> String {
    let mut asked = operation(query, variables.clone());
    asked.operation_name = name.map(str::to_owned);
    let body = block_on(async { graph.execute(asked).await.body("test") });
    String::from_utf8(body).unwrap()
}

/// Documents of people who mean well: each with its variables.
fn samples() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("graphql/operations");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "graphql"));
    files.sort();
    let read = |file: &Path| fs::read_to_string(file).unwrap();
    files.iter().map(|file| (read(file), serde_json::from_str(&read(&file.with_extension("variables.json"))).unwrap())).collect()
}

#[test]
fn every_operation_is_answered_the_same_the_first_the_second_and_the_hundredth_time() {
    for wiring in wiring::all() {
        let forgetful = another(wiring, Viewer::Reader, Limits { document_cache_bytes: 0, ..Limits::default() });
        let knowing = another(wiring, Viewer::Reader, Limits::default());
        for (query, variables) in samples() {
            let expected = body(&forgetful, &query, None, &variables);
            assert!(!expected.contains("\"errors\""), "{query}: {expected}");
            for time in 1..=3 {
                assert_eq!(body(&knowing, &query, None, &variables), expected, "time {time} on {}: {query}", wiring.name);
            }
        }
        let (query, variables) = &samples()[0];
        let expected = body(&forgetful, query, None, variables);
        (4..=100).for_each(|_| assert_eq!(body(&knowing, query, None, variables), expected));
    }
}

#[test]
fn whatever_depends_on_variables_and_names_is_decided_anew_each_time() {
    let rows = "query($n: Int = 1) { products(first: $n) { nodes { name } } }";
    let must = "query($id: ID!) { product(id: $id) { name } a: node(id: 1) { id } ... { a: node(id: 2) { id } } }";
    let default = "query($n: Int! = 200) { products(first: $n) { nodes { name } } }";
    let undefined = "{ products(first: $n) { nodes { name } } }";
    let two = "query A { a: __typename } query B { b: node(id: 1) { id } ...F } fragment F on Query { b: node(id: 2) { id } }";
    let skipped = "query($s: Boolean!) { server { name @skip(if: $s) version } }";
    // each with what came before it: nothing that was found out may stay
    let asked: Vec<(&str, Option<&str>, Value)> = vec![
        (rows, None, json!({ "n": 2 })),
        (rows, None, json!({ "n": 101 })),
        (rows, None, json!({ "n": -1 })),
        (rows, None, json!({})),
        (rows, None, json!({ "n": "2" })),
        (rows, Some("X"), json!({})),
        (must, None, json!({})),
        (must, None, json!({ "id": "x" })),
        (must, None, json!({})),
        (default, None, json!({})),
        (default, None, json!({ "n": 2 })),
        (default, None, json!({})),
        (undefined, None, json!({})),
        (undefined, None, json!({ "n": 101 })),
        (undefined, None, json!({})),
        (two, None, json!({})),
        (two, Some("A"), json!({})),
        (two, Some("B"), json!({})),
        (two, Some("A"), json!({})),
        (two, Some("C"), json!({})),
        (skipped, None, json!({ "s": true })),
        (skipped, None, json!({ "s": false })),
        ("subscription { a: trendingChanged { resync } b: trendingChanged { resync } }", None, json!({})),
        ("subscription { trendingChanged { resync } }", None, json!({})),
        ("{ nonsense }", None, json!({})),
        ("{ ...F } fragment F on Query { ...F }", None, json!({})),
        ("{", None, json!({})),
        ("", None, json!({})),
        (" ", None, json!({})),
        ("mutation { signOut { signedOut nonsense } }", None, json!({})),
    ];
    let knowing = another(wiring::embedded(), Viewer::Reader, Limits::default());
    let mut refused = 0;
    for round in 0..3 {
        for (query, name, variables) in &asked {
            let fresh = another(wiring::embedded(), Viewer::Reader, Limits { document_cache_bytes: 0, ..Limits::default() });
            let expected = body(&fresh, query, *name, variables);
            assert_eq!(body(&knowing, query, *name, variables), expected, "round {round}: {query} {name:?} {variables}");
            refused += usize::from(expected.contains("\"errors\""));
        }
    }
    assert!(refused > 3 * 15, "only {refused} were refused");
}
