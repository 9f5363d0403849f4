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
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use std::time::{Duration, SystemTime};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const X_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const X_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const X_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The rules of a server.
pub struct Rating {
    rates: Rates,
    /// As they are told to all but programs with a rule of their own.
    common: HeaderValue,
}

impl Rating {
    pub fn new(rates: Rates) -> Self {
        // letters, digits and quotes: always a header
        let common = HeaderValue::try_from(policies(rates, None)).unwrap_or_else(|_| HeaderValue::from_static(""));
        Self { rates, common }
    }

    /// Writes the headers of an answer of the graph; a handler leaves the [`Standing`] in the response.
    pub fn tell(&self, response: &mut Response) {
        let standing = response.extensions_mut().remove::<Standing>();
        let refused = response.status() == StatusCode::TOO_MANY_REQUESTS;
        let headers = response.headers_mut();
        match &standing {
            Some(own) if own.policy == Policy::Key => put(headers, POLICY, policies(self.rates, Some(own.rate))),
            _ => drop(headers.insert(POLICY, self.common.clone())),
        }
        let Some(Standing { policy, rate, remaining, full_after, retry_after, .. }) = standing else { return };
        put(headers, LIMIT, format!("\"{}\";r={remaining};t={}", policy.name(), seconds(full_after)));
        headers.insert(X_LIMIT, rate.burst.into());
        headers.insert(X_REMAINING, remaining.into());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        put(headers, X_RESET, seconds(now + full_after).to_string());
        if refused {
            put(headers, header::RETRY_AFTER, seconds(retry_after).max(1).to_string());
        }
    }
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

fn put(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
