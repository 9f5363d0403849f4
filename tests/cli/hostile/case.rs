//! One hostile request, and what the program has to say to it.

use crate::http;
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
};

/// What has to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// A status, and an error with a code.
    Code(u16, &'static str),
    /// A status alone: nothing of the graph was asked.
    Status(u16),
    /// An answer with data and no error: strange, but right.
    Fine,
    /// The connection is closed without a word.
    Closed,
    /// This status, or closed without a word: who closes first is open.
    OrClosed(u16),
}

pub struct Case {
    pub what: &'static str,
    pub bytes: Vec<u8>,
    pub expect: Expect,
    /// Whether the client closes its half once everything is sent.
    pub half_closed: bool,
}

impl Case {
    pub fn new(what: &'static str, bytes: impl Into<Vec<u8>>, expect: Expect) -> Self {
        Self { what, bytes: bytes.into(), expect, half_closed: false }
    }

    /// A document in a proper request.
    pub fn document(what: &'static str, query: &str, code: &'static str) -> Self {
        Self::new(what, posted(json!({ "query": query }).to_string()), Expect::Code(200, code))
    }

    pub fn half_closed(self) -> Self {
        Self { half_closed: true, ..self }
    }

    /// Status and body; 0 if there is no answer.
    pub fn answer(&self, address: &str) -> (u16, String) {
        let mut stream = http::connect(address);
        // whoever is refused early is not read to the end
        let _refused_before = stream.write_all(&self.bytes);
        if self.half_closed {
            let _closed_already = stream.shutdown(Shutdown::Write);
        }
        answer(&mut stream)
    }

    /// What is wrong with the answer.
    pub fn wrong(&self, address: &str) -> Option<String> {
        let (status, body) = self.answer(address);
        let shown: String = body.chars().take(300).collect();
        let told = |what: &str| Some(format!("{}: {what}: {status} {shown}", self.what));
        let answer: Value = serde_json::from_str(&body).unwrap_or_default();
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        if self.expect != Expect::Status(200) && body.len() > 10_000 {
            return told("an answer of many bytes");
        }
        match self.expect {
            Expect::Code(expected, name) if (expected, name) == (status, code) => None,
            Expect::Status(expected) if expected == status => None,
            Expect::Fine if status == 200 && code.is_empty() && answer["data"].is_object() => None,
            Expect::Closed if status == 0 => None,
            Expect::OrClosed(expected) if status == 0 || status == expected => None,
            _ => told(&format!("{:?} was expected", self.expect)),
        }
    }
}

/// A body in a proper request.
pub fn posted(body: impl AsRef<[u8]>) -> Vec<u8> {
    with_head("content-type: application/json\r\n", body)
}

/// A body with these lines in the head.
pub fn with_head(lines: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("POST /graphql HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\n{lines}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// The first answer on a connection: its status and what follows the head; 0 if there is none.
pub fn answer(stream: &mut TcpStream) -> (u16, String) {
    let mut bytes = Vec::new();
    // a reset behind the answer takes nothing from it
    let _closed_or_reset = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, body.to_owned())
}

/// The program answers as ever.
pub fn alive(address: &str, after: &str) {
    let (status, answer) = http::post(address, &[], "{ __typename }");
    assert_eq!((status, &answer["data"]["__typename"]), (200, &json!("Query")), "after {after}: {answer}");
}
