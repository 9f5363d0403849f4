//! Hostile documents: each is refused with its code, quickly, with a short answer, before any store is asked.

use crate::support::wiring::{self, block_on, operation};
use serde_json::{Value, json};

/// The answer and how many store calls it took.
fn refused(query: &str, variables: Value) -> (Value, usize, usize) {
    let mut asked = operation(query, variables);
    asked.receipt = true;
    block_on(async {
        let reply = wiring::embedded().graph.execute(asked).await;
        let calls = reply.receipt.as_ref().unwrap().calls().len();
        let body = reply.body("test");
        (serde_json::from_slice(&body).unwrap(), calls, body.len())
    })
}

fn doubling_fragments(levels: usize) -> String {
    let fragments = (0..levels).map(|level| format!("fragment F{level} on Query {{ ...F{0} ...F{0} }} ", level + 1));
    format!("{{ ...F0 }} {} fragment F{levels} on Query {{ __typename }}", fragments.collect::<String>())
}

#[test]
fn hostile_documents_are_refused_before_any_store_is_asked() {
    let nested = |depth: usize| format!("{{ categories {} {{ id }} {} }}", "{ children ".repeat(depth), "}".repeat(depth));
    let cases: Vec<(&str, String, Value, &str)> = vec![
        ("nothing", String::new(), json!({}), "BAD_USER_INPUT"),
        ("a byte order mark alone", "\u{feff}".into(), json!({}), "GRAPHQL_PARSE_FAILED"),
        ("an endless string", "{ product(slug: \"".into(), json!({}), "GRAPHQL_PARSE_FAILED"),
        ("a megabyte of brackets", "{".repeat(1_000_000), json!({}), "QUERY_TOO_DEEP"),
        ("too many tokens", format!("{{ {} }}", "__typename ".repeat(5_000)), json!({}), "QUERY_TOO_COMPLEX"),
        (
            "too many aliases",
            format!("{{ {} }}", (0..60).map(|n| format!("a{n}: __typename ")).collect::<String>()),
            json!({}),
            "QUERY_TOO_COMPLEX",
        ),
        ("too many root fields", format!("{{ {} }}", "__typename ".repeat(21)), json!({}), "QUERY_TOO_COMPLEX"),
        ("too many directives", format!("{{ __typename {} }}", "@include(if: true) ".repeat(60)), json!({}), "QUERY_TOO_COMPLEX"),
        ("fragments that double 30 times", doubling_fragments(30), json!({}), "QUERY_TOO_COMPLEX"),
        ("fragments that double 60 times", doubling_fragments(60), json!({}), "QUERY_TOO_COMPLEX"),
        ("fragments that double 100 times", doubling_fragments(100), json!({}), "QUERY_TOO_DEEP"),
        (
            "fragments in a circle",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".into(),
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("eleven levels", nested(9), json!({}), "QUERY_TOO_DEEP"),
        (
            "lists in lists",
            "{ customers(first: 100) { nodes { orders(first: 100) { nodes { items { product { id name } } } } } } }".into(),
            json!({}),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "lists in lists by a variable",
            "query($n: Int) { customers(first: $n) { nodes { orders(first: $n) { nodes { items { product { id name } } } } } } }".into(),
            json!({ "n": 100 }),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "lists in lists by a default",
            "query($n: Int = 100) { customers(first: $n) { nodes { orders(first: $n) { nodes { items { product { id name } } } } } } }"
                .into(),
            json!({}),
            "QUERY_TOO_COMPLEX",
        ),
        ("a negative number of rows", "{ products(first: -1) { nodes { id } } }".into(), json!({}), "BAD_USER_INPUT"),
        (
            "too many rows by a variable",
            "query($n: Int) { products(first: $n) { nodes { id } } }".into(),
            json!({ "n": 101 }),
            "BAD_USER_INPUT",
        ),
        ("too many ids", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }".into(), json!({ "ids": vec!["x"; 101] }), "BAD_USER_INPUT"),
        (
            "introspection that multiplies",
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }".into(),
            json!({}),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "introspection many times over",
            format!("{{ __schema {{ {} }} }}", "types { fields { type { fields { name } } } } ".repeat(50)),
            json!({}),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "spreads without blanks between them",
            format!("{{server{{name{}}}}} fragment F on Server{{name}}", "...F".repeat(200_000)),
            json!({}),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "a fragment that nothing uses",
            format!("{{ __typename }} fragment U on Query {{ {} }}", "__typename ".repeat(1_500)),
            json!({}),
            "QUERY_TOO_COMPLEX",
        ),
        ("an alias that is the server's own", "{ __polystore_type: server { name } }".into(), json!({}), "GRAPHQL_VALIDATION_FAILED"),
        (
            "two fields under one key",
            "{ a: products(first: 2) { nodes { id } } ... on Query { a: customers(first: 2) { nodes { id } } } }".into(),
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("a variable that is not given", "query($id: ID!) { product(id: $id) { id } }".into(), json!({}), "BAD_USER_INPUT"),
        ("an unknown field", "{ nonsense }".into(), json!({}), "GRAPHQL_VALIDATION_FAILED"),
        ("an unknown fragment", "{ ...Nowhere }".into(), json!({}), "GRAPHQL_VALIDATION_FAILED"),
        ("an unknown mutation", "mutation { nonsense }".into(), json!({}), "GRAPHQL_VALIDATION_FAILED"),
        (
            "variables nested too deeply",
            "query($v: JSON) { __typename }".into(),
            (0..100).fold(json!(1), |inner, _| json!({ "v": inner })),
            "QUERY_TOO_COMPLEX",
        ),
    ];
    for (what, query, variables, code) in cases {
        let sent = query.len() + variables.to_string().len();
        let (answer, calls, bytes) = refused(&query, variables);
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!(code), "{what}: {answer}");
        assert_eq!(calls, 0, "{what}: a store was asked");
        assert!(bytes < 1_000 + 2 * sent.min(2_000), "{what}: an answer of {bytes} bytes");
        assert!(answer["errors"].as_array().unwrap().len() <= 20, "{what}");
        if code != "BAD_USER_INPUT" {
            assert_eq!(answer.get("data"), None, "{what}: a refused request has no data");
        }
    }
}

#[test]
fn everyday_documents_and_full_introspection_pass() {
    let introspection = "query IntrospectionQuery { __schema { queryType { name } types { ...FullType }
        directives { name description locations args { ...InputValue } } } }
        fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
          inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
        fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
        fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }";
    let data = wiring::embedded().data(introspection, json!({}));
    let types = data["__schema"]["types"].as_array().unwrap();
    assert!(types.iter().any(|kind| kind["name"] == json!("Article")));
    let ten =
        "{ customers(first: 1) { edges { node { orders(first: 1) { edges { node { items { product { category { name } } } } } } } } } }";
    wiring::embedded().data(ten, json!({}));
}

#[test]
fn the_abstract_types_that_selection_order_knows_are_those_of_the_schema() {
    let sdl = polystore::graphql::sdl();
    let mut found: Vec<_> =
        sdl.lines().filter_map(|line| line.strip_prefix("interface ").or_else(|| line.strip_prefix("union "))).collect();
    found.iter_mut().for_each(|line| *line = line.split_whitespace().next().unwrap());
    found.sort_unstable();
    let mut known = polystore::graphql::selection::ABSTRACT.to_vec();
    known.sort_unstable();
    assert_eq!(found, known);
}

#[test]
fn the_schema_file_is_what_the_program_prints() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/graphql/schema.graphql");
    let written = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(written, polystore::commands::schema::text(), "run: cargo run -- schema > graphql/schema.graphql");
}
