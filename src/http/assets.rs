//! The console at `/graphiql`: files that `build.rs` embedded, served with what browsers need to cache and distrust them.
//!
//! GraphiQL when the binary was built with Node, else the plain page of `web/fallback`. Neither loads anything from
//! another host: the policy below forbids it and a test reads every file for it.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

struct Asset {
    name: &'static str,
    etag: &'static str,
    /// Its name changes with its content.
    immutable: bool,
    bytes: &'static [u8],
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// No host but our own. Two exceptions, both GraphiQL's: its dialogs and tabs write style elements and attributes
/// (`'unsafe-inline'`, for styles alone), and its marks for errors in the editor are pictures in `data:` URLs.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The console's routes; the page posts to `/graphql` of the same origin.
pub fn routes() -> Router {
    Router::new().route("/graphiql", get(page)).route("/graphiql/assets/{name}", get(asset))
}

/// The page itself, for other routes that answer a browser with the console.
pub async fn page(headers: HeaderMap) -> Response {
    PAGE.answer(&headers)
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => asset.answer(&headers),
        None => (StatusCode::NOT_FOUND, [(X_CONTENT_TYPE_OPTIONS, "nosniff")], "no such asset").into_response(),
    }
}

impl Asset {
    fn answer(&self, request: &HeaderMap) -> Response {
        let cache = if self.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        let common = [
            (ETAG, self.etag),
            (CACHE_CONTROL, cache),
            (VARY, "accept-encoding"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        if items(request, IF_NONE_MATCH).any(|tag| tag == self.etag || tag == "*") {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        let kind = [(CONTENT_TYPE, self.content_type())];
        match self.gzip.filter(|_| accepts_gzip(request)) {
            Some(gzip) => (common, kind, [(CONTENT_ENCODING, "gzip")], Body::from(gzip)).into_response(),
            None => (common, kind, Body::from(self.bytes)).into_response(),
        }
    }

    fn content_type(&self) -> &'static str {
        match self.name.rsplit('.').next() {
            Some("html") => "text/html; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("woff2") => "font/woff2",
            _ => "application/octet-stream",
        }
    }
}

/// The items of a header that is a list, however many lines it came in.
fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).map(str::trim)
}

fn accepts_gzip(request: &HeaderMap) -> bool {
    items(request, ACCEPT_ENCODING).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case("gzip"));
        named && !parts.any(|weight| weight.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
    })
}

#[cfg(test)]
mod tests;
