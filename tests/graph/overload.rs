//! More requests than there is room for: the rest is refused at once, and changes under a key last.

use crate::{
    door::{self, QUERY, limited, post, send_to},
    support::{socket::Server, watch::Shop, wiring::block_on},
};
use axum::http::Request;
use polystore::{
    graphql::{
        Graph,
        admission::{Class, Place},
        limits::Limits,
    },
    http::Options,
};
use serde_json::{Value, json};

/// A graph in which as much runs as there is room for.
fn full() -> (Graph, Vec<Place>) {
    let graph = limited(Limits { requests: 4, batch: 3, ..Limits::default() });
    let places = (0..4).map(|_| graph.admission().enter(|| Class::Ordinary).unwrap()).collect();
    (graph, places)
}

fn keyed(request: axum::http::request::Builder) -> axum::http::request::Builder {
    request.header("idempotency-key", "overload-1")
}

#[test]
fn a_request_too_many_is_refused_with_a_code_and_a_time() {
    let (graph, places) = full();
    let requests = [
        (post(), QUERY.to_owned()),
        (post(), format!("[{QUERY}]")),
        (post().header("accept", "application/graphql-response+json"), QUERY.to_owned()),
        (post(), "not even JSON".to_owned()),
        (Request::get("/graphql?query=%7B__typename%7D"), String::new()),
    ];
    for (request, body) in requests {
        let answer = send_to(graph.clone(), Options::default(), request, body.clone());
        assert_eq!((answer.status, answer.code(), answer.header("retry-after")), (503, json!("OVERLOADED"), "1"), "{body}");
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        let extensions = &told["errors"][0]["extensions"];
        assert_eq!((&extensions["retryable"], &extensions["retryAfterMs"]), (&json!(true), &json!(1_000)));
        assert_eq!(extensions["requestId"], json!(answer.header("x-request-id")));
    }
    drop(places);
    assert_eq!(send_to(graph, Options::default(), post(), QUERY).body, r#"{"data":{"__typename":"Query"}}"#);
}

#[test]
fn a_change_under_a_key_is_refused_last() {
    let (graph, _places) = full();
    let change = json!({
        "query": "mutation($key: String!) { recordView(input: { slug: \"nowhere\", idempotencyKey: $key }) { __typename } }",
        "variables": { "key": "overload-2" },
    });
    for (request, body) in [(post(), change.to_string()), (keyed(post()), QUERY.to_owned())] {
        assert_ne!(send_to(graph.clone(), Options::default(), request, body).status, 503, "a place of the reserve");
    }
    let _reserve = graph.admission().enter(|| Class::Keyed).unwrap();
    let answer = send_to(graph, Options::default(), keyed(post()), QUERY);
    assert_eq!((answer.status, answer.code()), (503, json!("OVERLOADED")), "the reserve has an end, too");
}

#[test]
fn whoever_looks_after_the_server_is_always_answered() {
    let (graph, _places) = full();
    for path in ["/livez", "/readyz"] {
        assert_eq!(send_to(graph.clone(), Options::default(), Request::get(path), "").status, 200, "{path}");
    }
}

#[test]
fn operations_on_streams_count_like_any_other() {
    let (graph, places) = full();
    let events = || post().header("accept", "text/event-stream");
    let refused = send_to(graph.clone(), Options::default(), events(), QUERY);
    assert!(refused.body.contains("OVERLOADED"), "{}", refused.body);
    let change = json!({ "query": "mutation { recordView(input: { slug: \"nowhere\", idempotencyKey: \"overload-3\" }) { __typename } }" });
    let kept = send_to(graph.clone(), Options::default(), events(), change.to_string());
    assert!(!kept.body.contains("OVERLOADED"), "{}", kept.body);
    drop(places);
    let answer = send_to(graph, Options::default(), events(), QUERY);
    assert!(answer.body.contains(r#"{"data":{"__typename":"Query"}}"#), "{}", answer.body);
}

#[test]
fn a_socket_outlives_an_operation_that_is_refused() {
    block_on(async {
        let server = Server::start(Shop::embedded().await, Options::default()).await;
        let most = Limits::default().requests;
        let places: Vec<Place> = (0..most).map(|_| server.shop.graph.admission().enter(|| Class::Ordinary).unwrap()).collect();
        let mut client = server.ready().await;
        let ask = |id: &str| json!({ "id": id, "type": "subscribe", "payload": { "query": "{ __typename }" } });
        client.send(ask("1")).await;
        let refused = client.next().await;
        assert_eq!((&refused["type"], &refused["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("OVERLOADED")));
        drop(places);
        client.send(ask("2")).await;
        assert_eq!(client.next().await["payload"], json!({ "data": { "__typename": "Query" } }));
    });
}

#[test]
fn a_place_is_given_back_when_a_request_is_answered_or_breaks_off() {
    let graph = limited(Limits { requests: 1, ..Limits::default() });
    for body in [QUERY, "{", r#"{"query":"{ nope }"}"#, QUERY] {
        assert_ne!(door::send_to(graph.clone(), Options::default(), post(), body).status, 503, "{body}");
    }
}
