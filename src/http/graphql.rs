//! `/graphql`: method, media type, size and parameters are checked here, before anything is parsed as GraphQL.

use super::{
    Door,
    accept::{Accepted, Media, accepted, wants_page},
    assets, batch,
    client::Client,
    conditional::{self, Keeping},
    credentials,
    middleware::RequestId,
    origin, sse, status, ws,
};
use crate::{
    config::{SessionCookie, StatusProfile},
    graphql::{
        admission::Class,
        error::{Code, RETRY_AFTER_MS},
        execute::Operation,
        reply::{Malformed, Problem, Reply},
        who::SessionChange,
    },
};
use axum::{
    body::to_bytes,
    extract::{FromRequestParts as _, Query, Request, State, WebSocketUpgrade, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Asks for the receipt.
const RECEIPT: HeaderName = HeaderName::from_static("x-polystore-receipt");

/// Asks for the cost.
const COST: HeaderName = HeaderName::from_static("x-polystore-cost");

/// Asks for the plan.
const PLAN: HeaderName = HeaderName::from_static("x-polystore-plan");

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
    cost: Option<String>,
    plan: Option<String>,
}

/// What may stand in the body.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Payload {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    #[serde(rename = "documentId")]
    document_id: Option<String>,
    extensions: Option<Map<String, Value>>,
}

impl Parameters {
    fn payload(self) -> Result<Payload, Problem> {
        let object = |given: Option<String>, name: &str| match given.filter(|text| !text.is_empty()) {
            Some(text) => serde_json::from_str(&text).map(Some).map_err(|error| not_json(&error, &format!("{name} must be a JSON object"))),
            None => Ok(None),
        };
        let (variables, extensions) = (object(self.variables, "variables")?, object(self.extensions, "extensions")?);
        Ok(Payload { query: self.query, operation_name: self.operation_name, variables, document_id: self.document_id, extensions })
    }
}

impl Payload {
    /// Reads a body that is no list: that would be read as the fields of one operation.
    fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let what = "the body must be a JSON object with query, and optionally operationName, variables and extensions";
        serde_json::from_slice(bytes).map_err(|error| not_json(&error, what))
    }

    /// What is asked, by whom the headers say.
    pub(super) fn operation(self, headers: &HeaderMap, beside: Beside) -> Operation {
        let Self { query, operation_name, variables, document_id, extensions } = self;
        let bearer = credentials::bearer(headers);
        let cookie = beside.cookie.and_then(|cookie| cookie.token(headers));
        Operation {
            query: query.unwrap_or_default(),
            document_id: document_id.filter(|id| !id.is_empty()),
            extensions: extensions.unwrap_or_default(),
            operation_name: operation_name.filter(|name| !name.is_empty()),
            variables: variables.unwrap_or_default(),
            receipt: beside.receipt,
            cost: beside.cost,
            plan: beside.plan,
            address: beside.client.0,
            only_queries: false,
            by_cookie: bearer.is_none() && cookie.is_some(),
            token: bearer.or(cookie),
            api_key: credentials::api_key(headers),
            access_token: credentials::access_token(headers),
            idempotency_key: credentials::idempotency_key(headers),
            request_id: None,
        }
    }
}

/// A query or subscription in the URL, or the beginning of a WebSocket.
pub(super) async fn get(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgrade = match parts.headers.contains_key(header::UPGRADE) {
        true => Some(WebSocketUpgrade::from_request_parts(&mut parts, &()).await),
        false => None,
    };
    let Asking { id, client, parameters } = Asking::of(&parts);
    let headers = &parts.headers;
    let beside = Beside::of(headers, &parameters, client, door.cookie);
    match upgrade {
        Some(Ok(upgrade)) => return ws::open(&door, upgrade, headers, &id, beside).unwrap_or_else(|problem| no_stream(problem, &id)),
        Some(Err(rejection)) => return rejection.into_response(),
        None => {}
    }
    // somebody looks what is here
    if door.console && parts.uri.query().unwrap_or_default().is_empty() && wants_page(headers) {
        return assets::page(parts.headers).await;
    }
    let Some(accepted) = accepted(headers) else { return not_acceptable() };
    if let Some(problem) = door.foreign(headers) {
        return forbidden(&door, problem, accepted, &id);
    }
    let _place = match (!accepted.events).then(|| door.graph.admission().enter(|| Class::Ordinary)).transpose() {
        Ok(place) => place,
        Err(problem) => return overloaded(problem, accepted.media, &id),
    };
    let payload = parameters.map_err(|_| unreadable("the parameters in the URL cannot be read")).and_then(Parameters::payload);
    let operation = payload.map(|payload| Operation { only_queries: true, ..payload.operation(headers, beside) });
    answer(&door, operation, accepted, headers, &id).await
}

/// An operation in the body.
pub(super) async fn post(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Asking { id, client, parameters } = Asking::of(&parts);
    let headers = &parts.headers;
    let Some(accepted) = accepted(headers) else { return not_acceptable() };
    let graph = &door.graph;
    let refuse =
        |status, problem| respond(status, status::media(door.profile, status, accepted.media), Reply::refused(problem).body(&id.0));
    if !is_json(headers) {
        let problem = Problem::new(Code::UnsupportedMediaType, "the body must be of the type application/json");
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, problem);
    }
    if let Some(problem) = door.foreign(headers) {
        return forbidden(&door, problem, accepted, &id);
    }
    let limit = graph.limits().body_bytes;
    let Ok(bytes) = tokio::time::timeout(graph.limits().time, to_bytes(body, limit)).await else {
        let problem = Problem::new(Code::DeadlineExceeded, "the body did not arrive in time");
        return refuse(StatusCode::REQUEST_TIMEOUT, problem);
    };
    let Ok(bytes) = bytes else {
        let problem = Problem::new(Code::PayloadTooLarge, format!("the body must be whole and at most {limit} bytes long"));
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, problem);
    };
    let beside = Beside::of(headers, &parameters, client, door.cookie);
    // a stream has its place from where it is answered
    let _place = match (!accepted.events).then(|| graph.admission().enter(|| class(headers, &bytes))).transpose() {
        Ok(place) => place,
        Err(problem) => return overloaded(problem, accepted.media, &id),
    };
    let operation = if batch::is_list(&bytes) {
        match batch::read(&bytes, graph.limits().batch, accepted, headers, beside) {
            Ok(operations) => return batch::answer(&door, operations, accepted.media, &id).await,
            Err(problem) => Err(problem),
        }
    } else {
        Payload::read(&bytes).map(|payload| payload.operation(headers, beside))
    };
    answer(&door, operation, accepted, headers, &id).await
}

/// What the head of a request says, and what was noted on its way here.
struct Asking {
    id: RequestId,
    client: Client,
    parameters: Result<Parameters, QueryRejection>,
}

impl Asking {
    fn of(parts: &Parts) -> Self {
        Self {
            // every request has one: see `middleware`
            id: parts.extensions.get::<RequestId>().cloned().unwrap_or_else(|| RequestId(String::new())),
            client: parts.extensions.get::<Client>().copied().unwrap_or(Client(None)),
            parameters: match parts.uri.query() {
                Some(_) => Query::try_from_uri(&parts.uri).map(|Query(given)| given),
                None => Ok(Parameters::default()),
            },
        }
    }
}

/// What a request is worth when there is not room for all, at a glance: reading it would be work.
fn class(headers: &HeaderMap, body: &[u8]) -> Class {
    let keyed = headers.contains_key("idempotency-key") || memchr::memmem::find(body, b"idempotencyKey").is_some();
    if keyed { Class::Keyed } else { Class::Ordinary }
}

/// There are too many requests.
fn overloaded(problem: Problem, media: Media, id: &RequestId) -> Response {
    let mut response = respond(StatusCode::SERVICE_UNAVAILABLE, media, Reply::refused(problem).body(&id.0));
    response.headers_mut().insert(header::RETRY_AFTER, retry_after());
    response
}

impl Door {
    /// Why a request whose session comes by cookie is not answered: it may be a foreign page's.
    pub(super) fn foreign(&self, headers: &HeaderMap) -> Option<Problem> {
        let cookie = self.cookie.filter(|cookie| cookie.token(headers).is_some() && credentials::bearer(headers).is_none())?;
        cookie.refusal(headers, &self.origins)
    }

    /// Tells a browser what became of its session.
    pub(super) fn tell_session(&self, change: Option<&SessionChange>, response: &mut Response) {
        if let Some(value) = self.cookie.zip(change).and_then(|(cookie, change)| cookie.set(change)) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

/// A foreign page asks, or may.
fn forbidden(door: &Door, problem: Problem, Accepted { media, events }: Accepted, id: &RequestId) -> Response {
    let status = StatusCode::FORBIDDEN;
    if events {
        return no_stream((status, problem), id);
    }
    respond(status, status::media(door.profile, status, media), Reply::refused(problem).body(&id.0))
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
    door: &Door,
    operation: Result<Operation, Problem>,
    Accepted { media, events }: Accepted,
    headers: &HeaderMap,
    id: &RequestId,
) -> Response {
    let Door { graph, origins, streams, profile, .. } = door;
    let operation = operation.map(|operation| Operation { request_id: Some(id.0.clone()), ..operation });
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
    let standing = reply.standing;
    // by the draft an answer with data is a success
    let dead = reply.nothing_but_dead_stores() && (*profile == StatusProfile::Suite || reply.refusal().is_some());
    let needs_post = reply.needs_post;
    let status = match reply.refusal() {
        _ if needs_post => StatusCode::METHOD_NOT_ALLOWED,
        _ if dead => StatusCode::SERVICE_UNAVAILABLE,
        Some(code) if code == Code::DeadlineExceeded.name() => StatusCode::GATEWAY_TIMEOUT,
        Some(code) if code == Code::Unauthenticated.name() => StatusCode::UNAUTHORIZED,
        Some(code) if code == Code::UnknownOutcome.name() => StatusCode::GATEWAY_TIMEOUT,
        Some(code) if code == Code::RateLimited.name() => StatusCode::TOO_MANY_REQUESTS,
        Some(code) if code == Code::Internal.name() => StatusCode::INTERNAL_SERVER_ERROR,
        Some(code) => status::refused(*profile, media, reply.malformed, code),
        None => status::executed(*profile, media, &reply),
    };
    let keeping = Keeping::of(&reply);
    let session = reply.session.clone();
    let body = reply.body(&id.0);
    let mut response = if named_by_get {
        let tag = conditional::tag(media, &body);
        keeping.mark(respond(status, status::media(*profile, status, media), body), &tag, headers)
    } else {
        respond(status, status::media(*profile, status, media), body)
    };
    door.tell_session(session.as_ref(), &mut response);
    if let Some(standing) = standing {
        response.extensions_mut().insert(standing);
    }
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

pub(super) fn respond(status: StatusCode, media: Media, body: Vec<u8>) -> Response {
    let kind = match media {
        Media::Json => HeaderValue::from_static("application/json; charset=utf-8"),
        Media::Response => HeaderValue::from_static("application/graphql-response+json; charset=utf-8"),
    };
    (status, [(header::CONTENT_TYPE, kind), (header::VARY, HeaderValue::from_static("accept"))], body).into_response()
}

/// What should be JSON of ours is none, or is not ours.
pub(super) fn not_json(error: &serde_json::Error, message: &str) -> Problem {
    if error.is_data() { misshapen(message) } else { unreadable(message) }
}

fn unreadable(message: &str) -> Problem {
    Problem::new(Code::BadUserInput, message).malformed(Malformed::Unreadable)
}

pub(super) fn misshapen(message: &str) -> Problem {
    Problem::new(Code::BadUserInput, message).malformed(Malformed::Misshapen)
}

fn not_acceptable() -> Response {
    (StatusCode::NOT_ACCEPTABLE, "answers are application/graphql-response+json, application/json or text/event-stream\n").into_response()
}

/// What a request says beside its operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    /// It wants the receipt.
    pub receipt: bool,
    /// It wants to know the cost.
    pub cost: bool,
    /// It wants to know the plan.
    pub plan: bool,
    /// From where it comes.
    pub client: Client,
    /// Where sessions come in, beside the header.
    pub cookie: Option<SessionCookie>,
}

impl Beside {
    fn of(headers: &HeaderMap, parameters: &Result<Parameters, QueryRejection>, client: Client, cookie: Option<SessionCookie>) -> Self {
        let given = parameters.as_ref().ok();
        let wants = |header: &HeaderName, parameter: Option<&String>| {
            headers.get(header).is_some_and(|value| value == "1") || parameter.is_some_and(|value| value == "1")
        };
        Self {
            receipt: wants(&RECEIPT, given.and_then(|given| given.receipt.as_ref())),
            cost: wants(&COST, given.and_then(|given| given.cost.as_ref())),
            plan: wants(&PLAN, given.and_then(|given| given.plan.as_ref())),
            client,
            cookie,
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts
        .filter_map(|part| part.split_once('='))
        .all(|(name, value)| !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"))
}
