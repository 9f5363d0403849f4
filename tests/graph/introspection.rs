//! A server that does not show its schema: what is refused then, and what is not.

use crate::{
    door::{limited, post, send_to},
    support::wiring,
};
use axum::http::Request;
use polystore::{graphql::limits::Limits, http::Options};
use serde_json::{Value, json};

fn ask(introspection: bool, query: &str) -> Value {
    let graph = limited(Limits { introspection, ..Limits::default() });
    let answer = send_to(graph, Options::default(), post(), json!({ "query": query }).to_string());
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn wherever_a_document_asks_for_the_schema_it_is_refused_as_a_whole() {
    for query in [
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"Product\") { name } }",
        "{ server { name } harmless: __type(name: \"Product\") { name } }",
        "{ ... on Query { ...A } } fragment A on Query { ...B } fragment B on Query { __schema { types { name } } }",
        "query A { __typename } query B { __schema { queryType { name } } }",
        "{ __typename } fragment Unused on Query { __schema { queryType { name } } }",
        "mutation { __schema { queryType { name } } }",
        "subscription { __schema { queryType { name } } }",
        "{ __schema @skip(if: true) { queryType { name } } }",
    ] {
        let answer = ask(false, query);
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!("INTROSPECTION_DISABLED"), "{query}: {answer}");
        assert_eq!(answer.get("data"), None, "{query}");
    }
}

#[test]
fn the_name_of_a_type_is_told_in_any_case() {
    let query = "{ __typename products(first: 1) { __typename nodes { __typename category { t: __typename } } } }";
    let told = ask(false, query);
    assert_eq!(told, ask(true, query));
    assert_eq!(told["data"]["products"]["nodes"][0], json!({ "__typename": "Product", "category": { "t": "Category" } }));
    // by all operations of the console, too
    let found = wiring::embedded().data("{ search(text: \"oak\", first: 5) { __typename } }", json!({}));
    assert_eq!(ask(false, "{ search(text: \"oak\", first: 5) { __typename } }")["data"], found);
}

#[test]
fn what_is_unknown_is_told_without_what_it_might_have_been() {
    for (query, hint) in [("{ categories { nam } }", "name"), ("{ product(slog: \"x\") { name } }", "slug")] {
        let message = |introspection| ask(introspection, query)["errors"][0]["message"].as_str().unwrap().to_owned();
        let (shown, hidden) = (message(true), message(false));
        assert!(shown.contains("Did you mean") && shown.contains(hint), "{shown}");
        assert!(!hidden.contains("Did you mean") && !hidden.contains(&format!("\"{hint}\"")), "{hidden}");
    }
}

#[test]
fn the_page_with_the_schema_and_the_console_are_there_only_where_they_are_shown() {
    let status = |introspection, console, path: &str| {
        let graph = limited(Limits { introspection, ..Limits::default() });
        send_to(graph, Options { console, ..Options::default() }, Request::get(path).header("accept", "text/html,*/*;q=0.8"), "").status
    };
    for (path, shown) in [("/schema.graphql", 200), ("/graphiql", 200), ("/", 307), ("/graphql", 200)] {
        let of_schema = path == "/schema.graphql";
        assert_eq!(status(true, true, path), shown, "{path}");
        assert_eq!(status(false, true, path), if of_schema { 404 } else { shown }, "{path}");
        let hidden = if path == "/graphql" { 400 } else { 404 };
        assert_eq!(status(true, false, path), if of_schema { shown } else { hidden }, "{path}");
    }
}
