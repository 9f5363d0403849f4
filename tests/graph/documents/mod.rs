//! Documents that are known: parsed once, stored for clients under their hash, or trusted.

mod answers;
mod conditional;
mod parsed;
mod stored;
mod trusted;

use crate::support::wiring::{self, Wiring};
use axum::{
    body::Body,
    http::{HeaderMap, Request, request::Builder},
};
use polystore::{
    graphql::{Graph, documents::hash::Sha, limits::Limits},
    http,
    shop::Viewer,
};
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt;

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    fn code(&self) -> String {
        self.body()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

async fn send(graph: &Graph, request: Builder, body: impl Into<Body>) -> Answer {
    let response = http::router(graph.clone(), Vec::new()).oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

async fn post(graph: &Graph, body: Value) -> Answer {
    send(graph, Request::post("/graphql").header("content-type", "application/json"), body.to_string()).await
}

/// A request by GET with these parameters.
fn by_get(parameters: &[(&str, &str)]) -> Builder {
    let encoded = |text: &str| {
        text.bytes()
            .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect::<String>()
    };
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    Request::get(format!("/graphql?{}", parameters.join("&")))
}

async fn get(graph: &Graph, parameters: &[(&str, &str)]) -> Answer {
    send(graph, by_get(parameters), "").await
}

/// Apollo's extension for a document.
fn persisted(query: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": Sha::of(query).to_string() } })
}

/// Another server over the stores of a wiring, with nothing in its memory.
fn another(wiring: &Wiring, anonymous: Viewer, limits: Limits) -> Graph {
    let limits = Limits { time: Duration::from_secs(60), ..limits };
    crate::support::graph::graph(wiring.stores.clone(), limits, anonymous)
}

/// One for visitors on each wiring that is at hand.
fn servers() -> Vec<(&'static str, Graph)> {
    wiring::all().into_iter().map(|wiring| (wiring.name, another(wiring, Viewer::Visitor, Limits::default()))).collect()
}
