//! What requests show to prove who asks, and to be done once.

use axum::http::{HeaderMap, HeaderName, header};
use serde_json::{Map, Value};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The token of a request: `Authorization: Bearer …`.
pub fn bearer(headers: &HeaderMap) -> Option<String> {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(token)
}

/// The token of a WebSocket: browsers cannot set its headers, so clients put them into the payload of `connection_init`.
pub fn bearer_of_payload(payload: &Map<String, Value>) -> Option<String> {
    let header = payload.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?.1;
    header.as_str().and_then(token)
}

/// The key under which a mutation is done once.
pub fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned)
}

fn token(header: &str) -> Option<String> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
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
            ("Bearer", None),
            ("Bearer  ", None),
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
