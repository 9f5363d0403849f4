//! What every request passes: an id in and out, a net under panics, headers that all answers have; and on the way to the graph what
//! browsers, proxies and rate limits need. One layer, because each one is boxed, and cloned with all that it holds, for every request.

use super::{client, cors::Cors, rate::Rating};
use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use std::{any::Any, panic::AssertUnwindSafe, sync::Arc};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// The header that carries a request's id, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id that is taken from a client.
const MAX_ID: usize = 64;
/// For a year. Of other hosts below the same name we know nothing.
const HTTPS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The id of the request that is being answered.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// What is decided once for all requests.
pub struct Front {
    /// Where the graph is.
    pub graph: &'static str,
    /// Pages of other hosts.
    pub cors: Cors,
    /// Rate limits in headers, where there are any.
    pub rating: Option<Rating>,
    /// How many proxies in front tell the truth about where requests come from.
    pub proxies: usize,
    /// Answers go over TLS.
    pub https: bool,
    /// The server is being stopped.
    pub stopped: CancellationToken,
}

impl Front {
    /// The way to the graph.
    async fn to_graph(&self, mut request: Request, next: Next) -> Response {
        let page = self.cors.page(&request);
        if let Some(answer) = self.cors.preflight(&request, page.as_ref()) {
            return answer;
        }
        let client = client::of(&request, self.proxies);
        request.extensions_mut().insert(client);
        let mut response = next.run(request).await;
        if let Some(rating) = &self.rating {
            rating.tell(&mut response);
        }
        self.cors.mark(page, &mut response);
        response
    }

    fn mark(&self, response: &mut Response) {
        let upgraded = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.https {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ALONE);
        }
        // a client that keeps its connection would lose what it sends in the moment when that is closed
        if !upgraded && self.stopped.is_cancelled() {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

/// Takes a client's id if it is harmless, else makes one; answers whatever happens.
pub async fn front(State(front): State<Arc<Front>>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| harmless(id)).map(str::to_owned);
    let id = given.unwrap_or_else(|| uuid::Uuid::now_v7().simple().to_string());
    let span = tracing::info_span!("request", id);
    request.extensions_mut().insert(RequestId(id.clone()));
    let answer = async { if request.uri().path() == front.graph { front.to_graph(request, next).await } else { next.run(request).await } };
    let mut response = AssertUnwindSafe(answer).catch_unwind().instrument(span).await.unwrap_or_else(panicked);
    front.mark(&mut response);
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn harmless(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The answer when a handler panicked; the panic itself is in the log.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    let body = r#"{"errors":[{"message":"internal error","extensions":{"code":"INTERNAL"}}]}"#;
    (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt as _;

    async fn nobody_is_home() -> &'static str {
        panic!("planted")
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_like_any_other() {
        let stopped = CancellationToken::new();
        let cors = Cors::new(Arc::from([]), false);
        let this = Front { graph: "/graphql", cors, rating: None, proxies: 0, https: true, stopped: stopped.clone() };
        let router = Router::new()
            .route("/graphql", get(nobody_is_home))
            .route("/other", get(nobody_is_home))
            .layer(axum::middleware::from_fn_with_state(Arc::new(this), front));
        for (path, stopping) in [("/graphql", false), ("/other", false), ("/graphql", true)] {
            if stopping {
                stopped.cancel();
            }
            let request = Request::get(path).header(REQUEST_ID, "mine-1").body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR, "{path}");
            let header = |name: HeaderName| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(header(REQUEST_ID).as_deref(), Some("mine-1"));
            assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS).as_deref(), Some("nosniff"));
            assert!(header(header::STRICT_TRANSPORT_SECURITY).is_some());
            assert_eq!(header(header::CONNECTION).as_deref(), stopping.then_some("close"));
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["errors"][0]["extensions"]["code"], "INTERNAL");
        }
    }
}
