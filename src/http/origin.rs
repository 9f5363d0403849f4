//! Which web pages may open a stream. No rule of the browser keeps a foreign page from opening a WebSocket: the server must look.

use crate::graphql::{error::Code, reply::Problem};
use axum::http::{HeaderMap, StatusCode, header};

/// What other pages are told.
pub fn refusal() -> (StatusCode, Problem) {
    (StatusCode::FORBIDDEN, Problem::new(Code::Forbidden, "pages of this origin may not open streams here"))
}

/// Whether the request comes from no browser's page, from a page of this host, or from one of the listed origins.
pub fn allowed(headers: &HeaderMap, listed: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    // behind a proxy that ends TLS the scheme is not known here: the host decides
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let same = authority.zip(host).is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host));
    same || listed.iter().any(|listed| listed.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn pages_of_this_host_and_of_listed_origins_may_and_others_not() {
        let listed = ["https://shop.example".to_owned()];
        for (origin, host, expected) in [
            (None, "127.0.0.1:8000", true),
            (Some("http://127.0.0.1:8000"), "127.0.0.1:8000", true),
            (Some("https://API.example"), "api.example", true),
            (Some("https://shop.example"), "api.example", true),
            (Some("http://shop.example"), "api.example", false),
            (Some("https://shop.example.evil.example"), "api.example", false),
            (Some("http://127.0.0.1:8001"), "127.0.0.1:8000", false),
            (Some("null"), "api.example", false),
            (Some("api.example"), "api.example", false),
            (Some(""), "api.example", false),
        ] {
            let mut headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_str(host).unwrap())]);
            headers.extend(origin.map(|origin| (header::ORIGIN, HeaderValue::from_static(origin))));
            assert_eq!(allowed(&headers, &listed), expected, "{origin:?} at {host}");
        }
        let no_host = HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static("http://api.example"))]);
        assert!(!allowed(&no_host, &listed));
    }
}
