//! What a page of another host can make a browser send: which of it is run, cell by cell of method, content type, header and cookie.
//!
//! Without asking first (a preflight, which nobody answers with a yes here), a browser sends for such a page `GET`, and `POST` with the
//! content types of forms, and it adds cookies. So a change must never be run by one of these, and a cookie must never say who asks.

use crate::{
    door::{Answer, send_through},
    support::{
        shop::{As, Shop},
        wiring::{EMBEDDED, block_on, operation},
    },
};
use axum::http::Request;
use polystore::http::{self, Options};
use serde_json::{Value, json};

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"];

/// Content types, and whether a body of this type is run.
const TYPES: [(Option<&str>, bool); 12] = [
    (None, false),
    (Some(""), false),
    (Some("application/json"), true),
    (Some("application/json; charset=utf-8"), true),
    (Some("application/json; charset=utf-16"), false),
    (Some("application/jsonp"), false),
    (Some("application/graphql"), false),
    (Some("text/plain"), false),
    (Some("text/plain; application/json"), false),
    (Some("text/plain, application/json"), false),
    (Some("application/x-www-form-urlencoded"), false),
    (Some("multipart/form-data; boundary=x"), false),
];

/// None of them may make a difference: what is run is safe without them.
const HEADERS: [Option<(&str, &str)>; 7] = [
    None,
    Some(("graphql-require-preflight", "1")),
    Some(("apollo-require-preflight", "true")),
    Some(("x-apollo-operation-name", "Q")),
    Some(("origin", "https://evil.example")),
    Some(("origin", "null")),
    Some(("x-http-method-override", "POST")),
];

const QUERY: &str = "{ __typename me { id } }";
const CHANGE: &str = "mutation { __typename signOut { signedOut } }";

fn run(answer: &Answer) -> Value {
    serde_json::from_str::<Value>(&answer.body).unwrap_or_default()["data"].clone()
}

#[test]
fn only_json_by_post_runs_a_change_and_no_cookie_says_who_asks() {
    let shop = block_on(Shop::on_engines("embedded", EMBEDDED));
    let door = http::router(shop.graph.clone(), Options::default());
    let token = &shop.person(As::Admin).token;
    let cookies = [
        None,
        Some(format!("session={token}; token={token}")),
        Some(format!("authorization=Bearer {token}; __Host-session={token}; polystore={token}; x-access-token={token}")),
    ];
    let mut cells = 0;
    for method in METHODS {
        for (kind, taken) in TYPES {
            for header in HEADERS {
                for cookie in &cookies {
                    for (document, data) in [
                        (QUERY, json!({ "__typename": "Query", "me": null })),
                        (CHANGE, json!({ "__typename": "Mutation", "signOut": { "signedOut": false } })),
                    ] {
                        let encoded = document.replace(' ', "%20").replace('{', "%7B").replace('}', "%7D");
                        let mut request = Request::builder().method(method).uri(format!("/graphql?query={encoded}"));
                        if let Some(kind) = kind {
                            request = request.header("content-type", kind);
                        }
                        if let Some((name, value)) = header {
                            request = request.header(name, value);
                        }
                        if let Some(cookie) = cookie {
                            request = request.header("cookie", cookie);
                        }
                        let shown = format!("{method} {kind:?} {header:?} {cookie:?} {document}");
                        let answer = send_through(door.clone(), request, json!({ "query": document }).to_string());
                        let (status, expected) = match (method, document) {
                            ("GET", QUERY) => (200, data),
                            ("HEAD", QUERY) => (200, Value::Null),
                            ("GET" | "HEAD", _) => (405, Value::Null),
                            ("POST", _) if taken => (200, data),
                            ("POST", _) => (415, Value::Null),
                            ("OPTIONS", _) => (204, Value::Null),
                            _ => (405, Value::Null),
                        };
                        assert_eq!((answer.status, run(&answer)), (status, expected), "{shown}: {}", answer.body);
                        assert!(!answer.headers.contains_key("set-cookie"), "{shown}");
                        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{shown}");
                        cells += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cells, METHODS.len() * TYPES.len() * HEADERS.len() * 3 * 2);
    // the token itself is good, and all those cookies ended nothing
    let me = polystore::graphql::execute::Operation { token: Some(token.clone()), ..operation("{ me { id } }", json!({})) };
    let body = block_on(async { shop.graph.execute(me).await.body("") });
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["data"]["me"]["id"], json!(shop.person(As::Admin).id));
}
