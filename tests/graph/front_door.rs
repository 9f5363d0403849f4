//! The front door: methods, media types, sizes, parameters, health, and what every answer carries.

use crate::{
    door::{Answer, QUERY, post, send},
    support::wiring,
};
use axum::{body::Body, http::Request};
use polystore::http;
use serde_json::{Value, json};
use tower::ServiceExt;

#[test]
fn only_json_by_post_and_queries_by_get_are_taken() {
    let cases = [
        (post(), QUERY, 200, Value::Null),
        (Request::post("/graphql").header("content-type", "application/json; charset=UTF-8"), QUERY, 200, Value::Null),
        (Request::post("/graphql").header("content-type", "application/json; charset=latin1"), QUERY, 415, json!("UNSUPPORTED_MEDIA_TYPE")),
        (Request::post("/graphql").header("content-type", "text/plain"), QUERY, 415, json!("UNSUPPORTED_MEDIA_TYPE")),
        (
            Request::post("/graphql").header("content-type", "application/x-www-form-urlencoded"),
            QUERY,
            415,
            json!("UNSUPPORTED_MEDIA_TYPE"),
        ),
        (Request::post("/graphql"), QUERY, 415, json!("UNSUPPORTED_MEDIA_TYPE")),
        (Request::get("/graphql?query=%7B__typename%7D"), "", 200, Value::Null),
        (Request::get("/graphql?query=mutation%7B__typename%7D&x=1"), "", 405, json!("BAD_USER_INPUT")),
        (Request::get("/graphql?query=%7B__typename%7D&variables=%5B1%5D"), "", 400, json!("BAD_USER_INPUT")),
        (Request::get("/graphql?query=%7B__typename%7D&extensions=%5B1%5D"), "", 400, json!("BAD_USER_INPUT")),
        (Request::get("/graphql?query=%7B__typename%7D&variables=&operationName=&extensions="), "", 200, Value::Null),
        (Request::get("/graphql?query="), "", 400, json!("BAD_USER_INPUT")),
        (Request::get("/graphql"), "", 400, json!("BAD_USER_INPUT")),
        (Request::patch("/graphql").header("content-type", "application/json"), QUERY, 405, Value::Null),
        (Request::put("/graphql").header("content-type", "application/json"), QUERY, 405, Value::Null),
        (Request::delete("/graphql"), "", 405, Value::Null),
        (post(), "", 400, json!("BAD_USER_INPUT")),
        (post(), "{", 400, json!("BAD_USER_INPUT")),
        (post(), "[]", 400, json!("BAD_USER_INPUT")),
        (post(), r#"[{"query":"{ __typename }"}]"#, 400, json!("BAD_USER_INPUT")),
        (post(), r#" ["{ __typename }",null,null]"#, 400, json!("BAD_USER_INPUT")),
        (post(), r#"{"query":1}"#, 400, json!("BAD_USER_INPUT")),
        (post(), r#"{"query":"{ __typename }","variables":[]}"#, 400, json!("BAD_USER_INPUT")),
        (post(), r#"{"qeury":"{ __typename }"}"#, 400, json!("BAD_USER_INPUT")),
        (post(), r#"{"query":"{ __typename }","extensions":[]}"#, 400, json!("BAD_USER_INPUT")),
        (post(), r#"{"query":"{ __typename }","extensions":{"any":1},"more":2}"#, 200, Value::Null),
        (post(), r#"{"query":"{ __typename }","variables":null,"operationName":"","extensions":null}"#, 200, Value::Null),
        (post().header("accept", "text/html"), QUERY, 406, Value::Null),
        (
            post().header("accept", "application/graphql-response+json"),
            r#"{"query":"{ nonsense }"}"#,
            400,
            json!("GRAPHQL_VALIDATION_FAILED"),
        ),
        (post().header("accept", "application/json"), r#"{"query":"{ nonsense }"}"#, 200, json!("GRAPHQL_VALIDATION_FAILED")),
    ];
    for (request, body, status, code) in cases {
        let shown = format!("{request:?} {body}");
        let answer = send(request, body);
        assert_eq!((answer.status, answer.code()), (status, code), "{shown}: {}", answer.body);
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{shown}");
        if status == 405 {
            let mutation_by_get = answer.code() == json!("BAD_USER_INPUT");
            assert_eq!(answer.header("allow"), if mutation_by_get { "POST" } else { "GET, POST" });
        }
    }
}

#[test]
fn a_body_over_the_limit_is_refused_unread() {
    let limit = wiring::embedded().graph.limits().body_bytes;
    let padded = |bytes: usize| format!("{QUERY}{}", " ".repeat(bytes - QUERY.len()));
    assert_eq!(send(post(), padded(limit)).status, 200);
    let answer = send(post(), padded(limit + 1));
    assert_eq!((answer.status, answer.code()), (413, json!("PAYLOAD_TOO_LARGE")));
}

#[test]
fn the_receipt_comes_by_header_or_parameter_and_not_else() {
    let has_receipt = |answer: &Answer| answer.body.contains("\"receipt\":{\"totals\"");
    assert!(has_receipt(&send(post().header("x-polystore-receipt", "1"), QUERY)));
    assert!(has_receipt(&send(Request::post("/graphql?receipt=1").header("content-type", "application/json"), QUERY)));
    assert!(has_receipt(&send(Request::get("/graphql?receipt=1&query=%7B__typename%7D"), "")));
    assert!(!has_receipt(&send(post(), QUERY)));
    assert!(!has_receipt(&send(post().header("x-polystore-receipt", "0"), QUERY)));
}

#[test]
fn every_answer_carries_the_request_id_and_every_error_too() {
    let answer = send(post().header("x-request-id", "abc-1.2_3"), r#"{"query":"{ nonsense }"}"#);
    assert_eq!(answer.header("x-request-id"), "abc-1.2_3");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["errors"][0]["extensions"]["requestId"], json!("abc-1.2_3"));
    for harmful in ["", "a b", "<script>", &"x".repeat(65)] {
        let made = send(post().header("x-request-id", harmful), QUERY);
        assert_eq!(made.header("x-request-id").len(), 32, "{harmful}");
    }
}

#[test]
fn the_other_pages_answer() {
    assert_eq!(send(Request::get("/livez"), "").body, "ok\n");
    let ready: Value = serde_json::from_str(&send(Request::get("/readyz"), "").body).unwrap();
    assert_eq!((&ready["ready"], ready["stores"].as_array().unwrap().len()), (&json!(true), 3));
    assert_eq!(send(Request::get("/"), "").header("location"), "/graphiql");
    assert!(send(Request::get("/graphiql"), "").body.contains("<html"));
    assert!(send(Request::get("/schema.graphql"), "").body.contains("type Query"));
    assert_eq!(send(Request::get("/nowhere"), "").status, 404);
}

#[test]
fn a_named_operation_is_chosen_and_an_unknown_one_refused() {
    let two = |name: Value| json!({ "query": "query A { a: __typename } query B { b: __typename }", "operationName": name }).to_string();
    assert_eq!(send(post(), two(json!("B"))).body, r#"{"data":{"b":"Query"}}"#);
    for bad in [json!("C"), Value::Null] {
        assert_eq!(send(post(), two(bad)).code(), json!("GRAPHQL_VALIDATION_FAILED"));
    }
}

#[test]
fn while_it_is_stopped_the_server_is_not_ready_and_tells_clients_to_hang_up() {
    let graph = wiring::embedded().graph.clone();
    wiring::block_on(async {
        let options = http::Options::default();
        let streams = options.streams.clone();
        let app = http::router(graph, options);
        let ask = async |path: &str| {
            let response = app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
            let hang_up = response.headers().get("connection").is_some_and(|value| value == "close");
            (response.status().as_u16(), hang_up)
        };
        assert_eq!((ask("/readyz").await, ask("/graphql?query=%7B__typename%7D").await), ((200, false), (200, false)));
        streams.stop();
        assert_eq!((ask("/readyz").await, ask("/graphql?query=%7B__typename%7D").await), ((503, true), (200, true)));
        assert_eq!(ask("/livez").await, (200, true));
    });
}

#[test]
fn a_browser_is_shown_the_console_where_it_asks_nothing() {
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let page = send(Request::get("/graphql").header("accept", browser), "");
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(page.body, send(Request::get("/graphiql"), "").body);
    assert_eq!(
        send(Request::get("/graphql?query=%7B__typename%7D").header("accept", browser), "").body,
        r#"{"data":{"__typename":"Query"}}"#
    );
    assert_eq!(send(post().header("accept", browser), QUERY).body, r#"{"data":{"__typename":"Query"}}"#);
}
