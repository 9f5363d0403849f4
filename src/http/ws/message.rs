//! The messages of graphql-transport-ws, and the codes with which a socket is closed.

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Longest id of an operation that is taken, in bytes.
const MAX_ID: usize = 256;
/// Most bytes of a reason; a control frame has room for no more.
const MAX_REASON: usize = 120;

/// What clients say.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Incoming {
    ConnectionInit { payload: Option<Map<String, Value>> },
    Ping { payload: Option<Map<String, Value>> },
    Pong {},
    Subscribe { id: String, payload: Subscribe },
    Complete { id: String },
}

/// What is to be run.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscribe {
    /// Optional, unlike in the protocol: what names a document need not send it.
    pub query: Option<String>,
    pub document_id: Option<String>,
    pub extensions: Option<Map<String, Value>>,
    pub operation_name: Option<String>,
    pub variables: Option<Map<String, Value>>,
}

impl Subscribe {
    fn has_a_document(&self) -> bool {
        let extensions = self.extensions.as_ref();
        self.query.is_some() || self.document_id.is_some() || extensions.is_some_and(|given| given.contains_key("persistedQuery"))
    }
}

/// Why a socket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    pub code: u16,
    pub reason: String,
}

impl Close {
    pub fn going_away() -> Self {
        Self::new(1001, "The server is being stopped")
    }

    pub fn too_large() -> Self {
        Self::new(1009, "The message is too large")
    }

    pub fn bad_message() -> Self {
        Self::new(4400, "Invalid message received")
    }

    pub fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    pub fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    pub fn too_many_inits() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    pub fn known_id(id: &str) -> Self {
        Self::new(4409, &format!("Subscriber for {id} already exists"))
    }

    fn new(code: u16, reason: &str) -> Self {
        let end = reason.floor_char_boundary(MAX_REASON);
        Self { code, reason: reason[..end].to_owned() }
    }

    pub fn message(self) -> Message {
        Message::Close(Some(CloseFrame { code: self.code, reason: self.reason.into() }))
    }
}

/// Reads a text message; `None` if it is none of the protocol.
pub fn read(text: &str) -> Option<Incoming> {
    // a list would be read as the fields of a message
    let message = text.trim_start().starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()?;
    match &message {
        Incoming::Subscribe { id, .. } | Incoming::Complete { id } if id.is_empty() || id.len() > MAX_ID => None,
        Incoming::Subscribe { payload, .. } if !payload.has_a_document() => None,
        _ => Some(message),
    }
}

/// A message without an operation.
pub fn plain(kind: &str, payload: Option<Map<String, Value>>) -> Message {
    let mut message = json!({ "type": kind });
    if let Some(payload) = payload {
        message["payload"] = payload.into();
    }
    Message::text(message.to_string())
}

/// An operation is over.
pub fn complete(id: &str) -> Message {
    Message::text(json!({ "id": id, "type": "complete" }).to_string())
}

/// An answer; `payload` is JSON.
pub fn next(id: &str, payload: &[u8]) -> Message {
    of_operation(id, "next", payload)
}

/// An operation is refused; `errors` is a JSON list.
pub fn error(id: &str, errors: &[u8]) -> Message {
    of_operation(id, "error", errors)
}

fn of_operation(id: &str, kind: &str, payload: &[u8]) -> Message {
    let id = Value::from(id).to_string();
    let text = [br#"{"id":"#, id.as_bytes(), br#","type":""#, kind.as_bytes(), br#"","payload":"#, payload, b"}"].concat();
    // JSON is text
    Utf8Bytes::try_from(text).map_or_else(|_| complete(&id), Message::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_of_the_protocol_are_read() {
        let subscribe = r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }"}}"#;
        for (text, reads) in [
            (r#"{"type":"connection_init"}"#, true),
            (r#"{"type":"connection_init","payload":null}"#, true),
            (r#" {"payload":{"a":1},"type":"ping"}"#, true),
            (r#"{"type":"pong","payload":{}}"#, true),
            (r#"{"type":"complete","id":"1"}"#, true),
            (subscribe, true),
            (r#"{"type":"subscribe","id":"1","payload":{"query":"a","operationName":null,"variables":{},"extensions":{}}}"#, true),
            (r#"{"type":"subscribe","id":"","payload":{"query":"a"}}"#, false),
            (r#"{"type":"subscribe","id":1,"payload":{"query":"a"}}"#, false),
            (r#"{"type":"subscribe","payload":{"query":"a"}}"#, false),
            (r#"{"type":"subscribe","id":"1","payload":{"documentId":"a"}}"#, true),
            (r#"{"type":"subscribe","id":"1","payload":{"extensions":{"persistedQuery":{}}}}"#, true),
            (r#"{"type":"subscribe","id":"1","payload":{"extensions":{}}}"#, false),
            (r#"{"type":"subscribe","id":"1","payload":{"extensions":1}}"#, false),
            (r#"{"type":"subscribe","id":"1"}"#, false),
            (r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#, false),
            (r#"{"type":"subscribe","id":"1","payload":{"query":"a","variables":[]}}"#, false),
            (r#"{"type":"connection_init","payload":1}"#, false),
            (r#"{"type":"next","id":"1","payload":{}}"#, false),
            (r#"{"type":"nonsense"}"#, false),
            (r#"{"id":"1"}"#, false),
            (r#"["ping"]"#, false),
            ("{", false),
            ("", false),
            ("null", false),
        ] {
            assert_eq!(read(text).is_some(), reads, "{text}");
        }
        assert!(read(&subscribe.replace("\"1\"", &format!("{:?}", "x".repeat(257)))).is_none());
    }

    #[test]
    fn a_reason_always_fits_into_its_frame() {
        assert!(Close::known_id(&"ü".repeat(200)).reason.len() <= MAX_REASON);
    }

    #[test]
    fn an_id_is_told_back_as_it_came() {
        let Message::Text(text) = next("a\"\\", b"{}") else { panic!("no text") };
        assert_eq!(text.as_str(), r#"{"id":"a\"\\","type":"next","payload":{}}"#);
    }
}
