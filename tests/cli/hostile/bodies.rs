//! Bodies that are none, or of another kind.

use super::case::{Case, Expect, posted, with_head};

const DOCUMENT: &str = r#"{"query":"{ __typename }"}"#;
const JSON: &str = "content-type: application/json\r\n";

pub fn cases() -> Vec<Case> {
    let bad = |what, body: &[u8]| Case::new(what, posted(body), Expect::Code(400, "BAD_USER_INPUT"));
    let kind = |what, line: &str| Case::new(what, with_head(line, DOCUMENT), Expect::Code(415, "UNSUPPORTED_MEDIA_TYPE"));
    let padded = |length: usize| format!("{{\"query\":\"{{ __typename }}\",\"x\":\"{}\"}}", "x".repeat(length - 33)).into_bytes();
    assert_eq!(padded(1_000).len(), 1_000);
    // what gzip makes of 100 MB of zeros begins like this; nobody unpacks it
    let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xec, 0xc1, 1, 1, 0, 0, 0, 0x80, 0x90, 0xfe][..], &[0; 1_000]].concat();
    vec![
        bad("no body", b""),
        bad("blanks", &b" ".repeat(10_000)),
        bad("no JSON", b"{ __typename }"),
        bad("half a body", &DOCUMENT.as_bytes()[..12]),
        bad("two bodies", DOCUMENT.repeat(2).as_bytes()),
        bad("no UTF-8", b"{\"query\":\"{ __typename }\xff\xfe\"}"),
        bad("overlong UTF-8", b"{\"query\":\"{ __typename }\xc0\x80\"}"),
        bad("UTF-16", &DOCUMENT.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        bad("a byte order mark", &[b"\xef\xbb\xbf", DOCUMENT.as_bytes()].concat()),
        bad("a lone surrogate in JSON", br#"{"query":"{ __typename }\ud800"}"#),
        bad("a raw NUL", b"{\"query\":\"\0\"}"),
        bad("a number beyond all in JSON", br#"{"query":"{ __typename }","variables":{"v":1e999}}"#),
        bad("100,000 brackets", &b"[".repeat(100_000)),
        bad("100,000 objects", &br#"{"query":"#.repeat(100_000)),
        bad("a list of 1,000 operations", format!("[{DOCUMENT}{}]", format!(",{DOCUMENT}").repeat(999)).as_bytes()),
        bad("a key twice", br#"{"query":"{ __typename }","query":"{ __typename }"}"#),
        bad("variables that are a list", br#"{"query":"{ __typename }","variables":[]}"#),
        bad("a query that is an object", br#"{"query":{"$ne":null}}"#),
        Case::new("a megabyte and a byte", posted(padded(1_000_001)), Expect::Code(413, "PAYLOAD_TOO_LARGE")),
        Case::new("a megabyte, exactly", posted(padded(1_000_000)), Expect::Fine),
        kind("no content type", ""),
        kind("a form", "content-type: application/x-www-form-urlencoded\r\n"),
        kind("a form with files", "content-type: multipart/form-data; boundary=x\r\n"),
        kind("plain text", "content-type: text/plain\r\n"),
        kind("another character set", "content-type: application/json; charset=utf-16\r\n"),
        kind("a content type of 10,000 letters", &format!("content-type: {}\r\n", "x".repeat(10_000))),
        Case::new("a packed body", with_head(&format!("{JSON}content-encoding: gzip\r\n"), gzip), Expect::Code(400, "BAD_USER_INPUT")),
        Case::new("a half-closed connection", posted(DOCUMENT), Expect::OrClosed(200)).half_closed(),
        Case::new("half a body and a half-closed connection", with_length(JSON, 1_000), Expect::OrClosed(413)).half_closed(),
        Case::new("chunks that are none", chunked("zz\r\nhello\r\n0\r\n\r\n"), Expect::Code(413, "PAYLOAD_TOO_LARGE")),
        Case::new("a chunk of 2^64 bytes", chunked("10000000000000000\r\nhello\r\n"), Expect::Code(413, "PAYLOAD_TOO_LARGE")),
        Case::new("a chunk that is longer than it says", chunked("5\r\nhello world\r\n0\r\n\r\n"), Expect::Code(413, "PAYLOAD_TOO_LARGE")),
        Case::new(
            "a chunk with a long extension",
            chunked(&format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(100_000))),
            Expect::Code(413, "PAYLOAD_TOO_LARGE"),
        ),
        Case::new("chunks of one byte", chunked(&one_by_one()), Expect::Fine),
        Case::new(
            "trailers without end",
            chunked(&format!("{}0\r\n{}\r\n", one_chunk(), "x: y\r\n".repeat(20_000))),
            Expect::Code(413, "PAYLOAD_TOO_LARGE"),
        ),
    ]
}

/// A head that promises more than comes.
fn with_length(lines: &str, length: usize) -> String {
    format!("POST /graphql HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\n{lines}content-length: {length}\r\n\r\n{{\"query\":")
}

fn chunked(body: &str) -> String {
    format!("POST /graphql HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\n{JSON}transfer-encoding: chunked\r\n\r\n{body}")
}

fn one_by_one() -> String {
    DOCUMENT.chars().map(|letter| format!("1\r\n{letter}\r\n")).chain(Some("0\r\n\r\n".to_owned())).collect()
}

fn one_chunk() -> String {
    format!("{:x}\r\n{DOCUMENT}\r\n", DOCUMENT.len())
}
