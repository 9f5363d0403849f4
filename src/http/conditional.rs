//! Answers to documents that are only named, by GET: who may keep them for how long, and whether a client has one already.
//!
//! An answer with errors is nobody's to keep. One that depends on who asks, or might, is the client's own, to be asked for again each time
//! (which costs no body if it is the same). Only what every visitor gets alike may be kept on the way; see `graphql/cacheable.rs`.

use super::accept::Media;
use crate::graphql::reply::Reply;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// What an answer depends on beside its address.
const VARY: &str = "accept, authorization, cookie, x-access-token, x-polystore-cost, x-polystore-plan, x-polystore-receipt";
/// Bytes of a hash that make a tag: no two answers meet in it by chance.
const TAG: usize = 16;

/// Who may keep an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    Nobody,
    Client,
    Everybody(Duration),
}

impl Keeping {
    pub fn of(reply: &Reply) -> Self {
        match reply.age {
            // what an answer cost is told once
            _ if !reply.is_whole() || reply.receipt.is_some() || reply.cost.is_some() || reply.plan.is_some() => Self::Nobody,
            Some(age) => Self::Everybody(age),
            None => Self::Client,
        }
    }

    /// The answer with what caches need to know; without its body if the request shows that the client has it.
    pub fn mark(self, mut response: Response, tag: &str, request: &HeaderMap) -> Response {
        let control = match self {
            Self::Nobody => "no-store".to_owned(),
            Self::Client => "private, no-cache".to_owned(),
            Self::Everybody(age) => format!("public, max-age={}", age.as_secs()),
        };
        let known = self != Self::Nobody && has(request, tag);
        let headers = response.headers_mut();
        let texts = [(header::CACHE_CONTROL, control.as_str()), (header::VARY, VARY), (header::ETAG, tag)];
        let told = if self == Self::Nobody { 1 } else { texts.len() };
        for (name, text) in texts.into_iter().take(told) {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(name, value);
            }
        }
        if known {
            headers.remove(header::CONTENT_TYPE);
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = Body::empty();
        }
        response
    }
}

/// The tag of an answer. It is weak: what is between may compress the body.
pub fn tag(media: Media, body: &[u8]) -> String {
    let hash = Sha256::new().chain_update([u8::from(media == Media::Json)]).chain_update(body).finalize();
    format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&hash[..TAG]))
}

/// Whether the client has the answer of this tag.
fn has(request: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    let lines = request.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).any(|given| given == "*" || opaque(given) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_a_list_weak_or_strong() {
        let tag = tag(Media::Json, b"{}");
        let strong = tag.trim_start_matches("W/").to_owned();
        for (given, expected) in [
            (tag.clone(), true),
            (strong.clone(), true),
            ("*".into(), true),
            (format!("\"x\", {strong}"), true),
            ("\"x\"".into(), false),
            (String::new(), false),
            (strong.replace('"', ""), false),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(&given).unwrap())]);
            assert_eq!(has(&headers, &tag), expected, "{given}");
        }
        assert_ne!(tag, super::tag(Media::Response, b"{}"), "another media type is another answer");
    }
}
