//! What an operator opts into at the front door reaches the real program.

use crate::{home::Home, http};
use serde_json::{Value, json};
use std::io::Write;

const RESPONSE: &str = "accept: application/graphql-response+json\r\n";

/// The whole answer, its head included.
fn ask(address: &str, method: &str, headers: &str, body: &str) -> (String, String) {
    let mut stream = http::connect(address);
    let length = body.len();
    let head = format!("{method} /graphql HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n");
    write!(stream, "{head}{headers}content-length: {length}\r\n\r\n{body}").unwrap();
    http::head_and_body(stream)
}

#[test]
fn statuses_batches_and_pages_of_other_hosts_are_as_the_operator_says() {
    let home = Home::new();
    let refused = json!({ "query": "{ nope }" }).to_string();
    let batch = json!([{ "query": "{ __typename }" }, { "query": "{ server { name } }" }]).to_string();
    let shop = "origin: https://shop.example\r\n";
    let preflight = format!("{shop}access-control-request-method: POST\r\n");

    let mut run = home.serve(&["--demo", "false"]);
    let address = run.address();
    assert!(ask(&address, "POST", RESPONSE, &refused).0.starts_with("HTTP/1.1 400 "));
    assert!(ask(&address, "POST", "", &batch).0.starts_with("HTTP/1.1 400 "));
    assert!(!ask(&address, "OPTIONS", &preflight, "").0.contains("access-control-"));
    run.stop().ok().is_clean();

    let opted = ["--demo", "false", "--http-status-profile", "draft", "--max-batch", "2", "--origins", "https://shop.example"];
    let mut run = home.serve(&opted);
    let address = run.address();
    assert!(ask(&address, "POST", RESPONSE, &refused).0.starts_with("HTTP/1.1 422 "));
    let (head, body) = ask(&address, "POST", shop, &batch);
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("access-control-allow-origin: https://shop.example\r\n"), "{head}");
    let answers: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answers, json!([{ "data": { "__typename": "Query" } }, { "data": { "server": { "name": "polystore" } } }]));
    assert!(ask(&address, "OPTIONS", &preflight, "").0.contains("access-control-allow-methods: GET, POST\r\n"));
    run.stop().ok().is_clean();
}
