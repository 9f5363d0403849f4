//! Several operations in one request: refused, unless the operator allows them.

use crate::door::{Answer, QUERY, limited, post, send, send_to};
use axum::http::request::Builder;
use polystore::{graphql::limits::Limits, http::Options};
use serde_json::{Value, json};

fn batched(request: Builder, body: impl ToString) -> Answer {
    send_to(limited(Limits { batch: 3, ..Limits::default() }), Options::default(), request, body.to_string())
}

#[test]
fn a_list_is_refused_where_nobody_allowed_it() {
    let answer = send(post(), format!("[{QUERY}]"));
    assert_eq!((answer.status, answer.code()), (400, json!("BAD_USER_INPUT")));
    assert!(answer.body.contains("batches are not taken"), "{}", answer.body);
}

#[test]
fn answers_come_as_a_list_in_the_order_of_the_operations_and_each_for_itself() {
    let batch = json!([
        { "query": "query($s: String!) { product(slug: $s) { name } }", "variables": { "s": "nowhere" } },
        { "query": "{ nope }" },
        { "query": "query A { a: __typename } query B { b: __typename }", "operationName": "B" },
    ]);
    for kind in ["application/json", "application/graphql-response+json"] {
        let answer = batched(post().header("accept", kind), &batch);
        assert_eq!((answer.status, answer.header("content-type")), (200, format!("{kind}; charset=utf-8").as_str()));
        let list: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&list[0], &list[2]), (&json!({ "data": { "product": null } }), &json!({ "data": { "b": "Query" } })));
        let error = &list[1]["errors"][0]["extensions"];
        assert_eq!((&error["code"], &error["requestId"]), (&json!("GRAPHQL_VALIDATION_FAILED"), &json!(answer.header("x-request-id"))));
        assert_eq!(list.as_array().unwrap().len(), 3);
    }
    assert_eq!(batched(post(), QUERY).body, r#"{"data":{"__typename":"Query"}}"#, "one operation is answered as ever");
    assert_eq!(batched(post(), format!(" [{QUERY}]")).body, r#"[{"data":{"__typename":"Query"}}]"#);
}

#[test]
fn a_limit_is_that_of_each_operation_and_not_of_all_together() {
    let graph = limited(Limits { batch: 3, root_fields: 2, ..Limits::default() });
    let two = json!({ "query": "{ a: __typename b: __typename }" });
    let three = json!({ "query": "{ a: __typename b: __typename c: __typename }" });
    let answer = send_to(graph, Options::default(), post(), json!([two, three, two]).to_string());
    let list: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(list[1]["errors"][0]["extensions"]["code"], json!("QUERY_TOO_COMPLEX"));
    assert!(list[0]["data"].is_object() && list[2]["data"].is_object(), "{list}");
}

#[test]
fn a_batch_with_one_bad_item_is_refused_whole() {
    let good: Value = serde_json::from_str(QUERY).unwrap();
    for (body, says) in [
        (json!([]), "1 to 3 operations, not 0"),
        (json!([good, good, good, good]), "1 to 3 operations, not 4"),
        (json!([good, 1]), "JSON objects"),
        (json!([good, ["{ __typename }", null, null, null]]), "JSON objects"),
        (json!([[good]]), "JSON objects"),
        (json!([good, { "query": 1 }]), "JSON objects"),
        (json!([good, { "query": "{ __typename }", "variables": [] }]), "JSON objects"),
    ] {
        let answer = batched(post(), &body);
        assert_eq!((answer.status, answer.code()), (400, json!("BAD_USER_INPUT")), "{body}");
        assert!(answer.body.contains(says), "{body}: {}", answer.body);
    }
    let unfinished = batched(post(), "[{");
    assert_eq!((unfinished.status, unfinished.code()), (400, json!("BAD_USER_INPUT")));
    for (name, value) in [("accept", "text/event-stream"), ("idempotency-key", "k")] {
        let answer = batched(post().header(name, value), json!([good]));
        assert_eq!((answer.status, answer.code()), (400, json!("BAD_USER_INPUT")), "{name}");
    }
}
