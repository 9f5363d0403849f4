//! `/graphql`: method, media type, size and parameters are checked here, before anything is parsed as GraphQL.

use super::{
    Door,
    accept::{Accepted, Media, accepted},
    conditional::{self, Keeping},
    credentials,
    middleware::RequestId,
    origin, sse, ws,
};
use crate::graphql::{
    error::{Code, RETRY_AFTER_MS},
    execute::Operation,
    reply::{Problem, Reply},
};
use axum::{
    body::{Body, to_bytes},
    extract::{Extension, Query, State, WebSocketUpgrade, rejection::QueryRejection, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Asks for the receipt.
const RECEIPT: HeaderName = HeaderName::from_static("x-polystore-receipt");

/// What may stand in the URL; values are texts.
#[derive(Debug, Default, Deserialize)]
pub struct Parameters {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
    #[serde(rename = "documentId")]
    document_id: Option<String>,
    extensions: Option<String>,
    receipt: Option<String>,
}

/// What may stand in the body.
#[derive(Debug, Default, Deserialize)]
struct Payload {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    #[serde(rename = "documentId")]
    document_id: Option<String>,
    extensions: Option<Map<String, Value>>,
}

/// A query or subscription in the URL, or the beginning of a WebSocket.
pub(super) async fn get(
    State(door): State<Door>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let receipt = wants_receipt(&headers, parameters.as_ref().ok().and_then(|given| given.receipt.as_deref()));
    match upgrade {
        Ok(upgrade) => return ws::open(&door, upgrade, &headers, &id, receipt).unwrap_or_else(|problem| no_stream(problem, &id)),
        Err(rejection) if headers.contains_key(header::UPGRADE) => return rejection.into_response(),
        Err(_no_upgrade_at_all) => {}
    }
    let Some(accepted) = accepted(&headers) else { return not_acceptable() };
    let operation = parameters.map_err(|_| bad_request("the parameters in the URL cannot be read")).and_then(|Query(given)| {
        let variables = object(given.variables).map_err(|()| bad_request("variables must be a JSON object"))?;
        let extensions = object(given.extensions).map_err(|()| bad_request("extensions must be a JSON object"))?;
        Ok(Operation {
            query: given.query.unwrap_or_default(),
            document_id: given.document_id.filter(|id| !id.is_empty()),
            extensions,
            operation_name: given.operation_name.filter(|name| !name.is_empty()),
            variables,
            receipt,
            only_queries: true,
            token: credentials::bearer(&headers),
            access_token: credentials::access_token(&headers),
            idempotency_key: credentials::idempotency_key(&headers),
        })
    });
    answer(&door, operation, accepted, &headers, &id).await
}

/// An operation in the body.
pub(super) async fn post(
    State(door): State<Door>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
    body: Body,
) -> Response {
    let Some(accepted) = accepted(&headers) else { return not_acceptable() };
    let (graph, media) = (&door.graph, accepted.media);
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
        Ok(Payload { query, operation_name, variables, document_id, extensions }) => Ok(Operation {
            query: query.unwrap_or_default(),
            document_id: document_id.filter(|id| !id.is_empty()),
            extensions: extensions.unwrap_or_default(),
            operation_name: operation_name.filter(|name| !name.is_empty()),
            variables: variables.unwrap_or_default(),
            receipt,
            only_queries: false,
            token: credentials::bearer(&headers),
            access_token: credentials::access_token(&headers),
            idempotency_key: credentials::idempotency_key(&headers),
        }),
        Err(_) => Err(bad_request("the body must be a JSON object with query, and optionally operationName and variables")),
    };
    answer(&door, operation, accepted, &headers, &id).await
}

/// Any other method.
pub async fn other(method: Method) -> Response {
    let allow = [(header::ALLOW, "GET, POST")];
    match method {
        Method::OPTIONS => (StatusCode::NO_CONTENT, allow).into_response(),
        _ => (StatusCode::METHOD_NOT_ALLOWED, allow, "use GET or POST\n").into_response(),
    }
}

async fn answer(
    Door { graph, origins, streams }: &Door,
    operation: Result<Operation, Problem>,
    Accepted { media, events }: Accepted,
    headers: &HeaderMap,
    id: &RequestId,
) -> Response {
    let malformed = operation.is_err();
    let named_by_get = operation.as_ref().is_ok_and(|operation| operation.only_queries && operation.names_a_document());
    let reply = match operation {
        Ok(_) if events && !origin::allowed(headers, origins) => return no_stream(origin::refusal(), id),
        Ok(operation) if events => {
            let full = |problem| no_stream((StatusCode::SERVICE_UNAVAILABLE, problem), id);
            return sse::answer(graph, streams, operation, id.0.clone()).unwrap_or_else(full);
        }
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
    let keeping = Keeping::of(&reply);
    let body = reply.body(&id.0);
    let mut response = if named_by_get {
        let tag = conditional::tag(media, &body);
        keeping.mark(respond(status, media, body), &tag, headers)
    } else {
        respond(status, media, body)
    };
    if needs_post {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if dead {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after());
    }
    response
}

/// A stream that is not opened.
fn no_stream((status, problem): (StatusCode, Problem), id: &RequestId) -> Response {
    let mut response = respond(status, Media::Json, Reply::refused(problem).body(&id.0));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after());
    }
    response
}

fn retry_after() -> HeaderValue {
    HeaderValue::from((RETRY_AFTER_MS / 1_000).max(1))
}

fn respond(status: StatusCode, media: Media, body: Vec<u8>) -> Response {
    let kind = match media {
        Media::Json => "application/json; charset=utf-8",
        Media::Response => "application/graphql-response+json; charset=utf-8",
    };
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}

/// A JSON object in the URL; an empty text counts as absent.
fn object(given: Option<String>) -> Result<Map<String, Value>, ()> {
    let given = given.filter(|text| !text.is_empty());
    given.map_or_else(|| Ok(Map::new()), |text| serde_json::from_str(&text).map_err(|_| ()))
}

fn bad_request(message: &str) -> Problem {
    Problem::new(Code::BadUserInput, message)
}

fn not_acceptable() -> Response {
    (StatusCode::NOT_ACCEPTABLE, "answers are application/graphql-response+json, application/json or text/event-stream\n").into_response()
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
