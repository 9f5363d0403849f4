//! What requests show to prove who asks, and to be done once.

use axum::http::{HeaderMap, HeaderName, header};
use serde_json::{Map, Value};

const ACCESS_TOKEN: HeaderName = HeaderName::from_static("x-access-token");
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The token of a request: `Authorization: Bearer …`. Other schemes are not ours (a proxy's, perhaps).
pub fn bearer(headers: &HeaderMap) -> Option<String> {
    only(headers, &header::AUTHORIZATION).and_then(token)
}

/// Who it was a short while ago, for when the session cannot be looked up.
pub fn access_token(headers: &HeaderMap) -> Option<String> {
    only(headers, &ACCESS_TOKEN).map(str::to_owned)
}

/// Which program asks. An empty one is none that is known.
pub fn api_key(headers: &HeaderMap) -> Option<String> {
    only(headers, &API_KEY).map(str::to_owned)
}

/// The token of a WebSocket: browsers cannot set its headers, so clients put them into the payload of `connection_init`.
pub fn bearer_of_payload(payload: &Map<String, Value>) -> Option<String> {
    let header = payload.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?.1;
    header.as_str().and_then(token)
}

/// The key under which a mutation is done once. An empty one is refused later, as what is not text is: it must not be taken for none.
pub fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    only(headers, &IDEMPOTENCY_KEY).map(|key| key.trim().to_owned())
}

/// A header's text; what is not text, or given twice, is a text that fits nothing.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    Some(if values.next().is_some() { TWICE } else { value.to_str().unwrap_or(TWICE) })
}

/// Stands for what cannot be read: a token that is nobody's, a key that is none.
pub(super) const TWICE: &str = "";

/// A token that is not there behind its scheme is nobody's, which is told; it must not be taken for none.
fn token(header: &str) -> Option<String> {
    if header.is_empty() {
        return Some(String::new());
    }
    let (scheme, token) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use serde_json::json;

    #[test]
    fn a_token_stands_behind_bearer_in_the_header_or_in_the_payload() {
        for (value, expected) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearer", Some("")),
            ("Bearer  ", Some("")),
            ("abc", None),
        ] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
            assert_eq!(bearer(&headers).as_deref(), expected, "{value}");
            for name in ["Authorization", "authorization"] {
                let payload = json!({ name: value, "other": 1 });
                assert_eq!(bearer_of_payload(payload.as_object().unwrap()).as_deref(), expected, "{value}");
            }
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
        assert_eq!(bearer_of_payload(json!({ "Authorization": 1 }).as_object().unwrap()), None);
    }
}
