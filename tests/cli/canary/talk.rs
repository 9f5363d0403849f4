//! Talking to the program over HTTP and WebSockets, with an ear for what must not be said.

use super::planted::Planted;
use crate::{hostile::case::with_head, http::connect, support::socket::Client};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
    io::{Read as _, Write as _},
    time::Duration,
};
use tokio_tungstenite::tungstenite::Message;

/// Receipt and cost are answers, too.
const TELL: &str = "x-polystore-receipt: 1\r\nx-polystore-cost: 1\r\n";
/// How long a socket is listened to that has nothing more to say.
const SILENCE: Duration = Duration::from_millis(300);

/// A client of the program at this address.
pub struct Talk<'a> {
    pub address: &'a str,
    pub planted: &'a Planted,
    /// What was said that must not be.
    pub leaks: Vec<String>,
    /// How many answers there were.
    pub answers: usize,
}

impl<'a> Talk<'a> {
    pub fn new(address: &'a str, planted: &'a Planted) -> Self {
        Self { address, planted, leaks: Vec::new(), answers: 0 }
    }

    /// Sends these bytes; gives everything that comes back, the head included.
    pub fn raw(&mut self, what: &str, bytes: &[u8]) -> String {
        let answer = exchange(self.address, bytes);
        self.heard(what, &String::from_utf8_lossy(bytes), &answer);
        answer
    }

    /// Notes what an answer to a stranger holds although it should not.
    fn heard(&mut self, what: &str, sent: &str, answer: &str) {
        self.answers += 1;
        for leak in self.planted.in_answer(sent, answer) {
            self.leaks.push(format!("{what}: {leak}: {}", answer.chars().take(2_000).collect::<String>()));
        }
    }

    /// Asks the graph as whoever the header lines say.
    pub fn ask(&mut self, what: &str, lines: &str, query: &str, variables: &Value) -> Value {
        let answer = self.raw(what, &with_lines(lines, query, variables));
        body(&answer)
    }

    /// Asks for a page or a file.
    pub fn get(&mut self, path: &str, lines: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\n{lines}\r\n");
        self.raw(path, request.as_bytes())
    }

    /// Opens a WebSocket, shows this token, and runs the operations; whatever comes is heard.
    pub async fn socket(&mut self, token: &str, operations: &[(&str, Value)]) {
        let Ok(mut client) = Client::open(self.address, Some("graphql-transport-ws"), None).await else { return };
        let mut sent = vec![json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } })];
        sent.extend(operations.iter().enumerate().map(|(n, (query, variables))| {
            json!({ "type": "subscribe", "id": n.to_string(), "payload": { "query": query, "variables": variables } })
        }));
        sent.push(json!({ "type": "nonsense", "payload": token }));
        let all = json!(sent).to_string();
        for message in sent {
            let _closed_before = client.0.send(Message::text(message.to_string())).await;
        }
        while let Ok(Some(Ok(message))) = tokio::time::timeout(SILENCE, client.0.next()).await {
            self.heard("a socket", &all, &message.to_string());
        }
    }
}

/// An operation in a proper request with these header lines.
pub fn with_lines(lines: &str, query: &str, variables: &Value) -> Vec<u8> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    with_head(&format!("content-type: application/json\r\n{TELL}{lines}"), body)
}

/// The body of an answer as JSON; null if it is none.
pub fn body(answer: &str) -> Value {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body).unwrap_or_default()
}

/// Sends bytes, and reads until the other side closes or says nothing more.
pub fn exchange(address: &str, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    stream.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
    let _refused_before = stream.write_all(bytes);
    let (mut all, mut part) = (Vec::new(), [0; 16 * 1024]);
    while let Ok(length @ 1..) = stream.read(&mut part) {
        all.extend_from_slice(&part[..length]);
    }
    String::from_utf8_lossy(&all).into_owned()
}
