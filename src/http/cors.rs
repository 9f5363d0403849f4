//! Which web pages of other hosts may read answers of the graph: none, but those whose origin the operator listed.
//!
//! Without a list not one header is sent, and browsers keep answers from foreign pages. Nothing is refused here: who is no browser
//! sends any origin. Credentials are allowed only where sessions come in a cookie: elsewhere none that a browser adds by itself count.

use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, ORIGIN, VARY,
        },
    },
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

/// Which pages, and whether their cookies count.
pub struct Cors {
    listed: Arc<[String]>,
    credentials: bool,
}

impl Cors {
    pub fn new(listed: Arc<[String]>, credentials: bool) -> Self {
        Self { listed, credentials }
    }

    /// The listed page that asks.
    pub fn page(&self, request: &Request) -> Option<HeaderValue> {
        let origin = request.headers().get(ORIGIN).filter(|_| !self.listed.is_empty())?;
        let text = origin.to_str().ok()?;
        self.listed.iter().any(|listed| listed.eq_ignore_ascii_case(text)).then(|| origin.clone())
    }

    /// The answer to a page that asks whether it may ask.
    pub fn preflight(&self, request: &Request, page: Option<&HeaderValue>) -> Option<Response> {
        let preflight = request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let page = page.filter(|_| preflight)?;
        let headers = [
            (ALLOW, "GET, POST"),
            (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS),
            (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
        ];
        let mut response = (StatusCode::NO_CONTENT, headers).into_response();
        self.allow(page.clone(), response.headers_mut());
        Some(response)
    }

    /// Puts the headers on an answer.
    pub fn mark(&self, page: Option<HeaderValue>, response: &mut Response) {
        if self.listed.is_empty() {
            return;
        }
        let headers = response.headers_mut();
        match page {
            Some(page) => {
                self.allow(page, headers);
                headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(ANSWER_HEADERS));
            }
            // what a cache keeps of an answer to others is not for a page
            None => {
                headers.append(VARY, HeaderValue::from_static("origin"));
            }
        }
    }

    fn allow(&self, page: HeaderValue, headers: &mut HeaderMap) {
        headers.append(VARY, HeaderValue::from_static("origin"));
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, page);
        if self.credentials {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}
