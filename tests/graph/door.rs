//! The front door without a socket: one request in, one answer out.

use crate::support::wiring;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, request::Builder},
};
use polystore::{
    graphql::{Graph, limits::Limits},
    http::{self, Options},
    shop::Viewer,
};
use serde_json::Value;
use tower::ServiceExt;

pub const QUERY: &str = r#"{"query":"{ __typename }"}"#;

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn code(&self) -> Value {
        serde_json::from_str::<Value>(&self.body).map(|body| body["errors"][0]["extensions"]["code"].clone()).unwrap_or_default()
    }

    /// The first header of this name; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// All headers of this name as one list.
    pub fn headers(&self, name: &str) -> String {
        let lines: Vec<&str> = self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
        lines.join(", ")
    }
}

/// A request with a JSON body.
pub fn post() -> Builder {
    Request::post("/graphql").header("content-type", "application/json")
}

/// Sends it to the embedded wiring.
pub fn send(request: Builder, body: impl Into<Body>) -> Answer {
    send_with(Options::default(), request, body)
}

/// The same with the operator's options.
pub fn send_with(options: Options, request: Builder, body: impl Into<Body>) -> Answer {
    send_to(wiring::embedded().graph.clone(), options, request, body)
}

/// The embedded wiring with other limits.
pub fn limited(limits: Limits) -> Graph {
    crate::support::graph::graph(wiring::embedded().stores.clone(), limits, Viewer::Reader)
}

pub fn send_to(graph: Graph, options: Options, request: Builder, body: impl Into<Body>) -> Answer {
    send_through(http::router(graph, options), request, body)
}

/// Through a door that is made once: it writes the schema out, which takes a while.
pub fn send_through(door: Router, request: Builder, body: impl Into<Body>) -> Answer {
    let request = request.body(body.into()).unwrap();
    wiring::block_on(async {
        let response = door.oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
    })
}
