//! Documents that the server knows by their hash, asked for with `GET` (Apollo's automatic persisted queries): what caches on the way, and that
//! for whole answers in the server, have to do with. A document is made known once, by a request that has both its text and its hash.

use super::client::{Client, get, request};
use crate::raw::Failed;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::{collections::HashSet, fmt::Write as _, net::SocketAddr};

/// A body as it is sent by `POST`.
#[derive(Deserialize)]
struct Body {
    query: String,
    #[serde(default)]
    variables: Map<String, Value>,
}

/// The requests for these bodies, `{"query":…,"variables":…}`, by hash. The server knows the documents when they come back.
pub async fn requests<'a>(address: SocketAddr, path: &str, bodies: impl Iterator<Item = &'a str>) -> Result<Vec<Vec<u8>>, Failed> {
    let (mut requests, mut known) = (Vec::new(), HashSet::new());
    for (place, body) in bodies.enumerate() {
        let Body { query, variables } = serde_json::from_str(body).map_err(|error| format!("line {}: {error}", place + 1))?;
        let variables = Value::Object(variables);
        let request = by_hash(address, path, &query, &variables);
        if !known.contains(&query) {
            introduce(address, path, &query, &variables, &request).await?;
            known.insert(query);
        }
        requests.push(request);
    }
    Ok(requests)
}

/// Tells the server the document, and sees that it is known by its hash from now on: both have the same answer, and no errors.
pub async fn introduce(address: SocketAddr, path: &str, document: &str, variables: &Value, by_hash: &[u8]) -> Result<(), Failed> {
    let mut client = Client::connect(address).await?;
    let body = json!({ "query": document, "variables": variables, "extensions": persisted(document) }).to_string();
    let told = client.ask(&request(address, path, &body)).await?;
    let told = whole(told.status, told.body).map_err(|answer| format!("a document could not be made known: {answer}"))?.to_vec();
    let asked = client.ask(by_hash).await?;
    let asked = whole(asked.status, asked.body).map_err(|answer| format!("a document that was made known is not answered: {answer}"))?;
    if told == asked { Ok(()) } else { Err("a document has another answer by its hash than by its text".into()) }
}

/// The body of an answer without errors, or else what it says.
fn whole(status: u16, body: &[u8]) -> Result<&[u8], String> {
    // clients that take application/json get 200 for refusals, too
    let answer: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let good = status == 200 && answer.contains_key("data") && !answer.contains_key("errors");
    if good { Ok(body) } else { Err(format!("{status} {}", String::from_utf8_lossy(&body[..body.len().min(500)]))) }
}

/// The bytes of a request by hash.
pub fn by_hash(address: SocketAddr, path: &str, document: &str, variables: &Value) -> Vec<u8> {
    let (extensions, variables) = (encoded(&persisted(document).to_string()), encoded(&variables.to_string()));
    get(address, &format!("{path}?extensions={extensions}&variables={variables}"))
}

/// Apollo's extension.
fn persisted(document: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(document) } })
}

fn hash(document: &str) -> String {
    Sha256::digest(document).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A text as the value of a parameter in a URL.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len() * 2), |mut encoded, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_by_hash_names_its_document_and_has_no_body() {
        let request = by_hash("127.0.0.1:80".parse().unwrap(), "/graphql", "{ a }", &json!({ "x": "ü" }));
        // printf '{ a }' | sha256sum
        let hash = "1c7e1e347f726166b5b1c55afd61f278cc9b45e00c108ec33d540a566379811b";
        let extensions = format!("%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{hash}%22%7D%7D");
        let variables = "%7B%22x%22%3A%22%C3%BC%22%7D";
        let expected = format!(
            "GET /graphql?extensions={extensions}&variables={variables} HTTP/1.1\r\nhost: 127.0.0.1:80\r\naccept: application/json\r\n\r\n"
        );
        assert_eq!(String::from_utf8(request).unwrap(), expected);
    }

    #[test]
    fn only_an_answer_without_errors_shows_that_a_document_is_known() {
        assert_eq!(whole(200, b"{\"data\":{}}"), Ok(&b"{\"data\":{}}"[..]));
        assert!(whole(200, b"{\"errors\":[{\"message\":\"PersistedQueryNotFound\"}]}").is_err_and(|told| told.contains("NotFound")));
        for (status, body) in [(503, "{\"data\":null}"), (200, "{\"data\":{},\"errors\":[{}]}"), (200, "")] {
            assert!(whole(status, body.as_bytes()).is_err(), "{status} {body}");
        }
    }
}
