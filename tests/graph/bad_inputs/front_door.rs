//! Bad tokens and headers, and bodies that are no JSON: what comes before the graph.

use super::{WORLDS, World, run::CODES};
use crate::support::{
    mutations::named,
    shop::{As, items},
    wiring::{block_on, operation},
};
use axum::{
    body::Body,
    http::{HeaderValue, Request, request::Builder},
};
use polystore::{graphql::limits::Rates, http};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Status and code of an answer.
fn send(world: &World, request: Builder, body: impl Into<Body>) -> (u16, String, String) {
    let request = request.header("content-type", "application/json").body(body.into()).unwrap();
    block_on(async {
        let response = http::router(world.shop.graph.clone(), Vec::new()).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = String::from_utf8(axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
        let answer: Value = serde_json::from_str(&body).unwrap_or_default();
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned();
        (status, code, body)
    })
}

fn order(world: &World) -> String {
    let input = items(&[(&world.product, 1)]);
    json!({ "query": named("placeOrder").document(), "variables": { "input": input } }).to_string()
}

#[test]
fn a_token_that_is_none_refuses_the_whole_request() {
    for world in &*WORLDS {
        let good = world.shop.person(As::Ada).token.clone();
        let before = world.state();
        let tokens = [
            String::new(),
            " ".into(),
            "x".into(),
            "null".into(),
            "\0".into(),
            good[1..].to_owned(),
            format!("{good}="),
            format!("{good}A"),
            format!(" {good}"),
            format!("{good}\n"),
            good.to_lowercase(),
            good.chars().rev().collect(),
            "A".repeat(43),
            "_".repeat(43),
            "-".repeat(43),
            "+".repeat(43),
            "/".repeat(43),
            "ä".repeat(43),
            "🔑".repeat(43),
            "{\"$ne\":null}".into(),
            "' OR 1=1 --".into(),
            "*".into(),
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.".into(),
            world.shop.person(As::Ada).id.clone(),
            "x".repeat(1_000_000),
        ];
        for token in tokens {
            for document in [named("placeOrder").document(), "{ server { name } }".to_owned(), "{ me { id } }".to_owned()] {
                let variables = if document.contains("$input") { json!({ "input": items(&[(&world.product, 1)]) }) } else { json!({}) };
                let mut asked = operation(&document, variables);
                asked.token = Some(token.clone());
                let body = block_on(async { world.shop.graph.execute(asked).await.body("test") });
                let answer: Value = serde_json::from_slice(&body).unwrap();
                let shown: String = token.chars().take(50).collect();
                assert_eq!(answer["errors"][0]["extensions"]["code"], json!("UNAUTHENTICATED"), "{shown:?} on {}", world.shop.name);
                assert_eq!(answer.get("data"), None, "{shown:?} on {}", world.shop.name);
                assert!(body.len() < 500);
            }
        }
        assert_eq!(world.state(), before);
    }
}

#[test]
fn headers_that_are_none_or_twice_there_are_refused() {
    for world in &*WORLDS {
        let (ada, ben) = (&world.shop.person(As::Ada).token, &world.shop.person(As::Ben).token);
        let bearer = |token: &str| HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        let post = || Request::post("/graphql");
        let before = world.state();
        let cases = [
            ("no token", post(), 200, "UNAUTHENTICATED"),
            ("a scheme alone", post().header("authorization", "Bearer"), 401, "UNAUTHENTICATED"),
            ("an empty header", post().header("authorization", ""), 401, "UNAUTHENTICATED"),
            // somebody else's scheme, a proxy's perhaps: no token of ours
            ("another scheme", post().header("authorization", format!("Basic {ada}")), 200, "UNAUTHENTICATED"),
            ("a token and no scheme", post().header("authorization", ada.as_str()), 200, "UNAUTHENTICATED"),
            ("two tokens", post().header("authorization", bearer(ada)).header("authorization", bearer(ben)), 401, "UNAUTHENTICATED"),
            ("one token twice", post().header("authorization", bearer(ada)).header("authorization", bearer(ada)), 401, "UNAUTHENTICATED"),
            ("two in one header", post().header("authorization", format!("Bearer {ada}, Bearer {ben}")), 401, "UNAUTHENTICATED"),
            ("no text", post().header("authorization", HeaderValue::from_bytes(b"Bearer \xff").unwrap()), 401, "UNAUTHENTICATED"),
            ("an empty key", post().header("authorization", bearer(ada)).header("idempotency-key", ""), 200, "BAD_USER_INPUT"),
            ("a blank key", post().header("authorization", bearer(ada)).header("idempotency-key", "  "), 200, "BAD_USER_INPUT"),
            ("a long key", post().header("authorization", bearer(ada)).header("idempotency-key", "k".repeat(256)), 200, "BAD_USER_INPUT"),
            (
                "a key that is no text",
                post().header("authorization", bearer(ada)).header("idempotency-key", HeaderValue::from_bytes(b"\xfe\xff").unwrap()),
                200,
                "BAD_USER_INPUT",
            ),
            (
                "two keys",
                post().header("authorization", bearer(ada)).header("idempotency-key", "a").header("idempotency-key", "b"),
                200,
                "BAD_USER_INPUT",
            ),
            (
                "one key twice",
                post().header("authorization", bearer(ada)).header("idempotency-key", "a").header("idempotency-key", "a"),
                200,
                "BAD_USER_INPUT",
            ),
        ];
        for (what, request, status, code) in cases {
            let (found, found_code, body) = send(world, request, order(world));
            assert_eq!((found, found_code.as_str()), (status, code), "{what} on {}: {body}", world.shop.name);
        }
        assert_eq!(world.state(), before);
    }
}

#[test]
fn bodies_that_are_no_json_of_ours_are_refused() {
    for world in &*WORLDS {
        let token = &world.shop.person(As::Ada).token;
        let document = json!(named("updateProfile").document()).to_string();
        let with = |input: &str| format!("{{\"query\":{document},\"variables\":{{\"input\":{input}}}}}").into_bytes();
        let mut invalid_utf8 = with("{\"name\":\"?\"}");
        let place = invalid_utf8.iter().rposition(|byte| *byte == b'?').unwrap();
        invalid_utf8[place] = 0xff;
        let mut marked = b"\xef\xbb\xbf".to_vec();
        marked.extend(with("{\"name\":\"x\"}"));
        let before = world.state();
        let cases: Vec<(&str, Vec<u8>, u16, &str)> = vec![
            ("a lone surrogate", with("{\"name\":\"\\ud800\"}"), 400, "BAD_USER_INPUT"),
            ("surrogates the wrong way round", with("{\"name\":\"\\udc00\\ud800\"}"), 400, "BAD_USER_INPUT"),
            ("half a pair", with("{\"name\":\"\\ud83e.\"}"), 400, "BAD_USER_INPUT"),
            ("no UTF-8", invalid_utf8, 400, "BAD_USER_INPUT"),
            ("a raw NUL", with("{\"name\":\"a\0b\"}"), 400, "BAD_USER_INPUT"),
            ("a raw line break", with("{\"name\":\"a\nb\"}"), 400, "BAD_USER_INPUT"),
            ("a byte order mark", marked, 400, "BAD_USER_INPUT"),
            ("a number beyond all", with("{\"name\":1e400}"), 400, "BAD_USER_INPUT"),
            ("NaN", with("{\"name\":NaN}"), 400, "BAD_USER_INPUT"),
            ("single quotes", with("{'name':'x'}"), 400, "BAD_USER_INPUT"),
            ("a comma too many", with("{\"name\":\"x\",}"), 400, "BAD_USER_INPUT"),
            ("half a body", with("{\"name\":\"x\"}")[..60].to_vec(), 400, "BAD_USER_INPUT"),
            ("two bodies", [with("{\"name\":\"x\"}"), with("{\"name\":\"y\"}")].concat(), 400, "BAD_USER_INPUT"),
            ("brackets without end", vec![b'['; 100_000], 400, "BAD_USER_INPUT"),
            ("braces without end", with(&"{\"a\":".repeat(10_000)), 400, "BAD_USER_INPUT"),
            ("a deep value", with(&format!("{}1{}", "[".repeat(120), "]".repeat(120))), 200, "QUERY_TOO_COMPLEX"),
            ("many values", with(&format!("[{}1]", "1,".repeat(20_000))), 200, "QUERY_TOO_COMPLEX"),
            ("too large", with(&format!("{{\"name\":\"{}\"}}", "x".repeat(1_000_000))), 413, "PAYLOAD_TOO_LARGE"),
            ("variables that are a list", format!("{{\"query\":{document},\"variables\":[1]}}").into_bytes(), 400, "BAD_USER_INPUT"),
            ("the query twice", format!("{{\"query\":{document},\"query\":{document}}}").into_bytes(), 400, "BAD_USER_INPUT"),
        ];
        for (what, body, status, code) in cases {
            let request = Request::post("/graphql").header("authorization", format!("Bearer {token}"));
            let (found, found_code, answer) = send(world, request, body);
            assert_eq!((found, found_code.as_str()), (status, code), "{what} on {}: {answer}", world.shop.name);
            assert!(CODES.contains(&found_code.as_str()) && answer.len() < 600, "{what}: {answer}");
        }
        // of a name that stands there twice the last one counts, as everywhere in JSON
        assert_eq!(world.state(), before);
    }
}

/// What names no address is not believed, and nobody is refused for it: the socket's address counts.
#[test]
fn forwarded_addresses_and_wishes_that_are_none_change_nothing() {
    let forwarded: [&[u8]; 12] = [
        b"",
        b" ",
        b",",
        b",,,,",
        b"unknown, unknown",
        b"192.0.2.1",
        b"999.0.2.1, 192.0.2.1.5",
        b"192.0.2.1; drop, table",
        b"[::1, ::1]:80",
        b"\xff\xfe, 192.0.2.1",
        b"for=192.0.2.60;proto=http, for=_hidden",
        b"::ffff:, fe80::1%eth0",
    ];
    for world in &*WORLDS {
        let graph = world.shop.graph.clone().limited_to(Rates::default());
        let send = |options: http::Options, request: Builder| {
            let body = json!({ "query": "{ server { name } }" }).to_string();
            let request = request.header("content-type", "application/json").body(Body::from(body)).unwrap();
            block_on(async {
                let response = http::router(graph.clone(), options).oneshot(request).await.unwrap();
                let (status, counted) = (response.status().as_u16(), response.headers().contains_key("ratelimit"));
                let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
                (status, counted, String::from_utf8(body.to_vec()).unwrap())
            })
        };
        let plain = "{\"data\":{\"server\":{\"name\":\"polystore\"}}}".to_owned();
        for value in forwarded {
            for trusted_proxies in [0, 1, 2, 10] {
                let options = http::Options { trusted_proxies, ..http::Options::default() };
                let request = Request::post("/graphql").header("x-forwarded-for", HeaderValue::from_bytes(value).unwrap());
                assert_eq!(send(options, request), (200, true, plain.clone()), "{value:?} behind {trusted_proxies}");
            }
        }
        let many = (0..500).fold(Request::post("/graphql"), |request, _| request.header("x-forwarded-for", "192.0.2.1"));
        assert_eq!(send(http::Options { trusted_proxies: 10, ..http::Options::default() }, many), (200, true, plain.clone()));
        for wish in ["0", "", "true", "yes", " 1 ", "11", "-1"] {
            let request = Request::post(format!("/graphql?cost={}", wish.trim())).header("x-polystore-cost", wish);
            let (status, _, body) = send(http::Options::default(), request);
            let told = wish.trim() == "1";
            assert_eq!((status, body.contains("requestedQueryCost")), (200, told), "{wish:?}: {body}");
            let request = Request::post(format!("/graphql?plan={}", wish.trim())).header("x-polystore-plan", wish);
            let (status, _, body) = send(http::Options::default(), request);
            assert_eq!((status, body.contains("answeredBy")), (200, told), "{wish:?}: {body}");
        }
        // a parameter that stands there twice cannot be read; the body is what counts
        for twice in ["cost=1&cost=1", "plan=1&plan=1"] {
            let (status, _, body) = send(http::Options::default(), Request::post(format!("/graphql?{twice}")));
            assert_eq!((status, body), (200, plain.clone()), "{twice}");
        }
    }
}
