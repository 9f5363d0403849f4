//! Rate limits in headers: those of the IETF draft "RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers), and the older
//! ones that many clients read.
//!
//! `RateLimit-Policy` tells the rules and is on every answer of the graph; the others tell where the client stands, and are on answers to
//! operations that were counted.

use crate::graphql::{
    limits::Rates,
    throttle::{Policy, Standing},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use std::time::{Duration, SystemTime};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const X_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const X_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const X_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Writes the headers of an answer of the graph; a handler leaves the [`Standing`] in the response.
pub async fn tell(State(rates): State<Option<Rates>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(rates) = rates else { return response };
    let standing = response.extensions_mut().remove::<Standing>();
    let refused = response.status() == StatusCode::TOO_MANY_REQUESTS;
    let headers = response.headers_mut();
    let own = standing.filter(|standing| standing.policy == Policy::Key);
    put(headers, POLICY, &policies(rates, own.map(|standing| standing.rate)));
    if let Some(standing) = standing {
        let Standing { policy, rate, remaining, full_after, retry_after, .. } = standing;
        put(headers, LIMIT, &format!("\"{}\";r={remaining};t={}", policy.name(), seconds(full_after)));
        put(headers, X_LIMIT, &rate.burst.to_string());
        put(headers, X_REMAINING, &remaining.to_string());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        put(headers, X_RESET, &seconds(now + full_after).to_string());
        if refused {
            put(headers, header::RETRY_AFTER, &seconds(retry_after).max(1).to_string());
        }
    }
    response
}

/// The rules; `key` is that of the program that asks, which is nobody else's business.
fn policies(rates: Rates, key: Option<crate::shop::Rate>) -> String {
    let policy = |(policy, rate): (Policy, crate::shop::Rate)| {
        format!("\"{}\";q={};w={};qu=\"points\"", policy.name(), rate.burst, seconds(rate.period))
    };
    let rules = [(Policy::Visitor, rates.visitors), (Policy::Viewer, rates.viewers)].into_iter().chain(key.map(|rate| (Policy::Key, rate)));
    rules.map(policy).collect::<Vec<_>>().join(", ")
}

/// Rounded up: who waits so long has waited enough.
fn seconds(time: Duration) -> u128 {
    time.as_micros().div_ceil(1_000_000)
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
