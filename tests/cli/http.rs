//! As much HTTP as a test needs.

use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// Status and body.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// Reads until the other side closes.
pub fn answer(stream: impl Read) -> Answer {
    let (head, body) = head_and_body(stream);
    Answer { status: head.split(' ').nth(1).unwrap().parse().unwrap(), body }
}

/// The head whole, its last line included.
pub fn head_and_body(mut stream: impl Read) -> (String, String) {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("not an answer: {text:?}"));
    (format!("{head}\r\n"), body.to_owned())
}

pub fn get(address: &str, path: &str) -> Answer {
    let mut stream = connect(address);
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    answer(stream)
}

/// Asks the graph; gives `data`, and fails when there are errors.
pub fn ask(address: &str, query: &str) -> Value {
    let (status, answered) = post(address, &[], query);
    assert!(status == 200 && answered.get("errors").is_none(), "{status} {answered}");
    answered["data"].clone()
}

/// Asks the graph with these headers; gives the status and the whole answer.
pub fn post(address: &str, headers: &[(&str, &str)], query: &str) -> (u16, Value) {
    let body = json!({ "query": query }).to_string();
    let mut stream = connect(address);
    let length = body.len();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!("POST /graphql HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n{headers}");
    write!(stream, "{head}content-length: {length}\r\n\r\n{body}").unwrap();
    let answer = answer(stream);
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

/// How many customers, products, orders and articles there are.
pub fn totals(address: &str) -> [u64; 4] {
    let of = |list: &str| format!("{list}(first: 1) {{ totalCount }}");
    let lists = ["customers", "products", "orders", "articles"];
    let data = ask(address, &format!("{{ {} }}", lists.map(of).join(" ")));
    lists.map(|list| data[list]["totalCount"].as_u64().unwrap())
}

/// Articles are documents; their authors and products are relational; their views are hot.
pub const MAGAZINE: &str = "{ articles(first: 20, where: { status: PUBLISHED }) { nodes {
    title views author { name } products { name price { amount currency } }
} } }";
