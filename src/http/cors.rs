//! Which web pages of other hosts may read answers of the graph: none, but those whose origin the operator listed.
//!
//! Without a list not one header is sent, and browsers keep answers from foreign pages. Nothing is refused here: who is no browser
//! sends any origin. Credentials are allowed only where sessions come in a cookie: elsewhere none that a browser adds by itself count.

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, ORIGIN, VARY,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// The headers that a page may send: ours, and those that clients add by themselves.
const REQUEST_HEADERS: &str = "accept, authorization, content-type, idempotency-key, if-none-match, x-access-token, x-api-key, x-polystore-cost, \
     x-polystore-plan, x-polystore-receipt, x-request-id, graphql-require-preflight, apollo-require-preflight, x-apollo-operation-name, apollographql-client-name, \
     apollographql-client-version";
/// The headers of an answer that a page may read.
const ANSWER_HEADERS: &str =
    "allow, etag, ratelimit, ratelimit-policy, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-request-id";
/// Seconds for which a browser need not ask again. Some keep it no longer than this.
const MAX_AGE: &str = "600";

/// Answers preflights, and puts the headers on all answers to pages of listed origins; `credentials` tells whether cookies count.
pub async fn cors(State((listed, credentials)): State<(Arc<[String]>, bool)>, request: Request, next: Next) -> Response {
    if listed.is_empty() {
        return next.run(request).await;
    }
    let origin = allowed(request.headers(), &listed);
    let preflight = request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &origin {
        Some(_) if preflight => answer_to_preflight(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    // also on answers to others: what a cache keeps of them is not for a page
    headers.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if credentials {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        if !preflight {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(ANSWER_HEADERS));
        }
    }
    response
}

fn allowed(headers: &HeaderMap, listed: &[String]) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    let text = origin.to_str().ok()?;
    listed.iter().any(|listed| listed.eq_ignore_ascii_case(text)).then(|| origin.clone())
}

fn answer_to_preflight() -> Response {
    let headers = [
        (ALLOW, "GET, POST"),
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
