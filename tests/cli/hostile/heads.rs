//! Heads that are none, too long, or contradict themselves.

use super::case::{Case, Expect};

const DOCUMENT: &str = r#"{"query":"{ __typename }"}"#;
const QUERY: &str = "/graphql?query=%7B__typename%7D";

/// A GET with these lines in its head.
fn get(target: &str, lines: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\n{lines}\r\n")
}

/// A POST of a proper body with these lines instead of its length.
fn post(lines: &str) -> String {
    format!("POST /graphql HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\ncontent-type: application/json\r\n{lines}\r\n{DOCUMENT}")
}

pub fn cases() -> Vec<Case> {
    let status = |what, bytes: String, status| Case::new(what, bytes, Expect::Status(status));
    let header = |length: usize| format!("x-long: {}\r\n", "x".repeat(length));
    let upgrade = |lines: &str| {
        get("/graphql", &format!("upgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{lines}"))
            .replace("connection: close", "connection: upgrade, close")
    };
    vec![
        Case::new("a proper GET", get(QUERY, ""), Expect::Fine),
        status("a head of 70,000 bytes", get(QUERY, &header(70_000)), 431),
        status("a head of a megabyte", get(QUERY, &header(1_000_000)), 431),
        status("a URL of 70,000 bytes", get(&format!("{QUERY}&x={}", "x".repeat(70_000)), ""), 431),
        status("1,000 headers", get(QUERY, &"x: y\r\n".repeat(1_000)), 431),
        status("a head that never ends", "GET / HTTP/1.1\r\n".to_owned() + &"x: y\r\n".repeat(100_000), 431),
        status("a header without a name", get(QUERY, ": x\r\n"), 400),
        status("a blank before the colon", get(QUERY, "accept : x\r\n"), 400),
        status("NUL in a header", get(QUERY, "accept: a\0b\r\n"), 400),
        status("a folded header", get(QUERY, "accept: a\r\n b\r\n"), 400),
        status("a header that is no ASCII", get(QUERY, "höst: x\r\n"), 400),
        status("no version", "GET /graphql\r\n\r\n".to_owned(), 400),
        status("version 9.9", "GET /graphql HTTP/9.9\r\n\r\n".to_owned(), 400),
        status("no HTTP", "EHLO shop.test\r\n\r\n".to_owned(), 400),
        Case::new("the hello of TLS", [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[0; 512]].concat(), Expect::Status(400)),
        Case::new(
            "random bytes",
            (0_u32..5_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 | 0x80).collect::<Vec<_>>(),
            Expect::Status(400),
        ),
        Case::new("nothing", "", Expect::Closed).half_closed(),
        Case::new("half a head", "GET /graphql HTTP/1.1\r\nhost:", Expect::Closed).half_closed(),
        Case::new("HTTP/2 without an upgrade", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Expect::Closed),
        status("two lengths", post("content-length: 26\r\ncontent-length: 5\r\n"), 400),
        status("two lengths in one", post("content-length: 26, 5\r\n"), 400),
        status("a negative length", post("content-length: -1\r\n"), 400),
        status("a length that is no number", post("content-length: 0x1a\r\n"), 400),
        status("a length beyond 64 bits", post("content-length: 18446744073709551616\r\n"), 400),
        status("an unknown coding", post("transfer-encoding: rot13\r\n"), 400),
        status("chunks that are not the last coding", post("transfer-encoding: chunked, gzip\r\n"), 400),
        Case::new("a length that is too short", post("content-length: 5\r\n"), Expect::Code(400, "BAD_USER_INPUT")),
        Case::new("no length", post(""), Expect::Code(400, "BAD_USER_INPUT")),
        status("DELETE", get("/graphql", "").replace("GET", "DELETE"), 405),
        status("TRACE", get("/graphql", "").replace("GET", "TRACE"), 405),
        status("a method of 1,000 letters", get("/graphql", "").replace("GET", &"X".repeat(1_000)), 405),
        status("CONNECT", "CONNECT shop.test:443 HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\n\r\n".to_owned(), 404),
        status("a way out of the folder", get("/../../../etc/passwd", ""), 404),
        status("a way out, encoded", get("/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd", ""), 404),
        status("no answer that is taken", get(QUERY, "accept: image/png\r\n"), 406),
        status("10,000 bytes of Accept", get(QUERY, &format!("accept: {}\r\n", "a/b;q=0.1,".repeat(1_000))), 406),
        Case::new("a percent sign alone", get("/graphql?query=%", ""), Expect::Code(200, "GRAPHQL_PARSE_FAILED")),
        Case::new("no UTF-8 in the URL", get("/graphql?query=%ff%fe", ""), Expect::Code(200, "GRAPHQL_PARSE_FAILED")),
        Case::new(
            "variables that are none, in the URL",
            get(&format!("{QUERY}&variables=%5B%5D"), ""),
            Expect::Code(400, "BAD_USER_INPUT"),
        ),
        status("a mutation by GET", get("/graphql?query=mutation%7BsignOut%7BuserErrors%7Bmessage%7D%7D%7D", ""), 405),
        Case::new("an id of 60,000 letters", get(QUERY, &format!("x-request-id: {}\r\n", "x".repeat(60_000))), Expect::Fine),
        Case::new(
            "a token of 60,000 letters",
            get(QUERY, &format!("authorization: Bearer {}\r\n", "x".repeat(60_000))),
            Expect::Code(401, "UNAUTHENTICATED"),
        ),
        Case::new("two tokens", get(QUERY, "authorization: Bearer a\r\nauthorization: Bearer b\r\n"), Expect::Code(401, "UNAUTHENTICATED")),
        status(
            "a WebSocket of another version",
            upgrade("sec-websocket-version: 12\r\nsec-websocket-protocol: graphql-transport-ws\r\n"),
            400,
        ),
        status("a WebSocket of another protocol", upgrade("sec-websocket-version: 13\r\nsec-websocket-protocol: soap\r\n"), 400),
        status(
            "a WebSocket of a foreign page",
            upgrade("sec-websocket-version: 13\r\nsec-websocket-protocol: graphql-transport-ws\r\norigin: https://evil.test\r\n"),
            403,
        ),
        status("an upgrade to HTTP/2", get(QUERY, "upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"), 400),
        Case::new(
            "100 requests at once",
            get(QUERY, "").replace("connection: close\r\n", "").repeat(100) + &get(QUERY, ""),
            Expect::Status(200),
        ),
        Case::new("a request behind a body", post("content-length: 26\r\n") + "GET /admin HTTP/1.1\r\n\r\n", Expect::Fine),
    ]
}
