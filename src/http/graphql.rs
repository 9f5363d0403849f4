//! `/graphql`: method, media type, size and parameters are checked here, before anything is parsed as GraphQL.

use super::middleware::RequestId;
use crate::graphql::{
    Graph,
    error::{Code, RETRY_AFTER_MS},
    execute::Operation,
    reply::{Problem, Reply},
};
use axum::{
    body::{Body, to_bytes},
    extract::{Extension, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Asks for the receipt.
const RECEIPT: HeaderName = HeaderName::from_static("x-polystore-receipt");

/// A request that is sent again under the same key is done once.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What may stand in the URL; values are texts.
#[derive(Debug, Default, Deserialize)]
pub struct Parameters {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
    receipt: Option<String>,
}

/// What may stand in the body.
#[derive(Debug, Default, Deserialize)]
struct Payload {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
}

/// The two media types of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    /// `application/json`: refused requests are 200, for old clients.
    Json,
    /// `application/graphql-response+json`: refused requests are 400.
    Response,
}

/// A query in the URL.
pub async fn get(
    State(graph): State<Graph>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    let Some(media) = accepted(&headers) else { return not_acceptable() };
    let receipt = wants_receipt(&headers, parameters.as_ref().ok().and_then(|given| given.receipt.as_deref()));
    let operation = parameters.map_err(|_| bad_request("the parameters in the URL cannot be read")).and_then(|Query(given)| {
        let variables = match given.variables.filter(|text| !text.is_empty()) {
            Some(text) => serde_json::from_str(&text).map_err(|_| bad_request("variables must be a JSON object"))?,
            None => Map::new(),
        };
        let query = given.query.unwrap_or_default();
        let operation_name = given.operation_name.filter(|name| !name.is_empty());
        let (token, idempotency_key) = (bearer(&headers), None);
        Ok(Operation { query, operation_name, variables, receipt, only_queries: true, token, idempotency_key })
    });
    answer(&graph, operation, media, &id).await
}

/// An operation in the body.
pub async fn post(
    State(graph): State<Graph>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
    body: Body,
) -> Response {
    let Some(media) = accepted(&headers) else { return not_acceptable() };
    if !is_json(&headers) {
        let problem = Problem::new(Code::UnsupportedMediaType, "the body must be of the type application/json");
        return respond(StatusCode::UNSUPPORTED_MEDIA_TYPE, media, Reply::refused(problem).body(&id.0));
    }
    let limit = graph.limits().body_bytes;
    let Ok(bytes) = tokio::time::timeout(graph.limits().time, to_bytes(body, limit)).await else {
        let problem = Problem::new(Code::DeadlineExceeded, "the body did not arrive in time");
        return respond(StatusCode::REQUEST_TIMEOUT, media, Reply::refused(problem).body(&id.0));
    };
    let Ok(bytes) = bytes else {
        let problem = Problem::new(Code::PayloadTooLarge, format!("the body must be whole and at most {limit} bytes long"));
        return respond(StatusCode::PAYLOAD_TOO_LARGE, media, Reply::refused(problem).body(&id.0));
    };
    let receipt = wants_receipt(&headers, parameters.as_ref().ok().and_then(|given| given.receipt.as_deref()));
    let batch = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let operation = match serde_json::from_slice::<Payload>(&bytes) {
        // a list would be read as the fields of one operation
        _ if batch => Err(bad_request("batches are not taken: send one operation a request")),
        Ok(Payload { query, operation_name, variables }) => Ok(Operation {
            query: query.unwrap_or_default(),
            operation_name: operation_name.filter(|name| !name.is_empty()),
            variables: variables.unwrap_or_default(),
            receipt,
            only_queries: false,
            token: bearer(&headers),
            idempotency_key: text(&headers, &IDEMPOTENCY_KEY),
        }),
        Err(_) => Err(bad_request("the body must be a JSON object with query, and optionally operationName and variables")),
    };
    answer(&graph, operation, media, &id).await
}

/// Any other method.
pub async fn other(method: Method) -> Response {
    let allow = [(header::ALLOW, "GET, POST")];
    match method {
        Method::OPTIONS => (StatusCode::NO_CONTENT, allow).into_response(),
        _ => (StatusCode::METHOD_NOT_ALLOWED, allow, "use GET or POST\n").into_response(),
    }
}

async fn answer(graph: &Graph, operation: Result<Operation, Problem>, media: Media, id: &RequestId) -> Response {
    let malformed = operation.is_err();
    let reply = match operation {
        Ok(operation) => graph.execute(operation).await,
        Err(problem) => Reply::refused(problem),
    };
    let (dead, needs_post) = (reply.nothing_but_dead_stores(), reply.needs_post);
    let status = match reply.refusal() {
        _ if needs_post => StatusCode::METHOD_NOT_ALLOWED,
        _ if dead => StatusCode::SERVICE_UNAVAILABLE,
        Some(code) if code == Code::DeadlineExceeded.name() => StatusCode::GATEWAY_TIMEOUT,
        Some(code) if code == Code::Unauthenticated.name() => StatusCode::UNAUTHORIZED,
        Some(code) if code == Code::UnknownOutcome.name() => StatusCode::GATEWAY_TIMEOUT,
        Some(code) if code == Code::Internal.name() => StatusCode::INTERNAL_SERVER_ERROR,
        Some(_) if malformed || media == Media::Response => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let mut response = respond(status, media, reply.body(&id.0));
    if needs_post {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if dead {
        let seconds = HeaderValue::from((RETRY_AFTER_MS / 1_000).max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

fn respond(status: StatusCode, media: Media, body: Vec<u8>) -> Response {
    let kind = match media {
        Media::Json => "application/json; charset=utf-8",
        Media::Response => "application/graphql-response+json; charset=utf-8",
    };
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}

fn bad_request(message: &str) -> Problem {
    Problem::new(Code::BadUserInput, message)
}

fn not_acceptable() -> Response {
    (StatusCode::NOT_ACCEPTABLE, "answers are application/graphql-response+json or application/json\n").into_response()
}

/// The token of `Authorization: Bearer …`. Another scheme is no token of ours, which is told as a wrong one.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = text(headers, &header::AUTHORIZATION)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((&value, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") { token.trim().to_owned() } else { String::new() })
}

/// A header's text; what is not text, or given twice, is a text that fits nothing.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    let value = if values.next().is_some() { "" } else { value.to_str().unwrap_or_default() };
    Some(value.to_owned())
}

fn wants_receipt(headers: &HeaderMap, parameter: Option<&str>) -> bool {
    headers.get(RECEIPT).is_some_and(|value| value == "1") || parameter == Some("1")
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts
        .filter_map(|part| part.split_once('='))
        .all(|(name, value)| !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

/// The better of the two media types that the client takes; `None` if it takes neither.
fn accepted(headers: &HeaderMap) -> Option<Media> {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).filter(|range| !range.is_empty()).collect();
    if ranges.is_empty() {
        return Some(Media::Json);
    }
    let quality = |names: &[&str]| {
        // the first name is the most specific one: it decides where it is given
        names.iter().find_map(|name| ranges.iter().find_map(|range| quality_of(range, name))).unwrap_or(0.0)
    };
    let json = quality(&["application/json", "application/*", "*/*"]);
    let response = quality(&["application/graphql-response+json", "application/*", "*/*"]);
    let named = ranges.iter().any(|range| quality_of(range, "application/graphql-response+json").is_some());
    match (json > 0.0, response > 0.0) {
        (false, false) => None,
        // equal qualities: the newer type only for those who name it
        (_, true) if response > json || (named && response >= json) => Some(Media::Response),
        (true, _) => Some(Media::Json),
        (false, true) => Some(Media::Response),
    }
}

/// The quality of a range if it is for this media type.
fn quality_of(range: &str, name: &str) -> Option<f32> {
    let mut parts = range.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case(name) {
        return None;
    }
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some(quality.and_then(|quality| quality.parse().ok()).unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_the_media_type_that_they_ask_for() {
        let accept = |value: &'static str| accepted(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(value))]));
        assert_eq!(accepted(&HeaderMap::new()), Some(Media::Json));
        for (value, media) in [
            ("*/*", Some(Media::Json)),
            ("application/json", Some(Media::Json)),
            ("application/graphql-response+json", Some(Media::Response)),
            ("application/graphql-response+json, application/json;q=0.9", Some(Media::Response)),
            ("application/json, application/graphql-response+json;q=0.5", Some(Media::Json)),
            ("application/json;q=0, */*", Some(Media::Response)),
            ("application/*", Some(Media::Json)),
            ("text/html", None),
        ] {
            assert_eq!(accept(value), media, "{value}");
        }
    }
}
