//! What goes back to the client: data in selection order, bounded errors, the receipt.

use super::{cost::Told, documents::check::Fault, error::Code, selection, throttle::Standing, who::SessionChange};
use crate::receipt::{Call, Receipt, Role};
use async_graphql::{
    PathSegment, Response, ServerError, Value, Variables,
    parser::types::{ExecutableDocument, OperationDefinition},
};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::{borrow::Cow, collections::BTreeMap, sync::Arc, time::Duration};

/// Most errors in an answer.
const MAX_ERRORS: usize = 20;
/// Most characters of an error's message.
const MAX_MESSAGE: usize = 300;

/// Why a request is none before anything of it is GraphQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It cannot be read.
    Unreadable,
    /// It can be read, and something in it is missing or of another type.
    Misshapen,
}

/// Why a request was refused before execution.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The code for the client.
    pub code: Code,
    message: String,
    location: Option<(usize, usize)>,
    needs_post: bool,
    malformed: Option<Malformed>,
    retry_after: Option<Duration>,
}

impl Problem {
    /// A problem with a message for the client.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), location: None, needs_post: false, malformed: None, retry_after: None }
    }

    /// What the client is told.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where in the document, as (line, column).
    pub fn at(self, location: Option<(usize, usize)>) -> Self {
        Self { location, ..self }
    }

    /// What it says about a document, and where.
    pub(super) fn fault(self) -> Fault {
        Fault { at: self.location, message: self.message }
    }

    /// The same request may be sent again after this time.
    pub fn retry_after(self, time: Duration) -> Self {
        Self { retry_after: Some(time), ..self }
    }

    /// The same request by POST would not be refused for this reason.
    pub fn needs_post(self) -> Self {
        Self { needs_post: true, ..self }
    }

    /// It is none of GraphQL: no client that reads the rules sends it.
    pub fn malformed(self, how: Malformed) -> Self {
        Self { malformed: Some(how), ..self }
    }
}

/// The JSON of `data`, behind what an answer begins with: it becomes its answer's body, and is not copied into it.
#[derive(Clone, Debug)]
pub struct Data(Vec<u8>);

/// What an answer with data begins with.
const OPEN: &[u8] = b"{\"data\":";

impl Data {
    /// Nothing yet, and room for so many bytes.
    pub fn with_room(bytes: usize) -> Self {
        let mut data = Vec::with_capacity(OPEN.len() + bytes);
        data.extend_from_slice(OPEN);
        Self(data)
    }

    /// Where its JSON is written.
    pub fn out(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    /// Its JSON.
    pub fn json(&self) -> &[u8] {
        &self.0[OPEN.len()..]
    }
}

/// An answer before it is written.
pub struct Reply {
    /// None if the request was refused before execution.
    data: Option<Data>,
    errors: Vec<Error>,
    /// The request was refused only because its method runs nothing but queries.
    pub needs_post: bool,
    /// The request was none of GraphQL.
    pub malformed: Option<Malformed>,
    /// What the answer cost, if the client wants to know.
    pub receipt: Option<Arc<Receipt>>,
    /// How long the answer may be kept on the way, if everybody without a token would get the same one.
    pub age: Option<Duration>,
    /// The same in points, if the client wants to know.
    pub cost: Option<Told>,
    /// Where the client stands, if operations are limited and this one was counted.
    pub standing: Option<Standing>,
    /// A plan answered, and not the library.
    pub planned: bool,
    /// What became of the client's session.
    pub session: Option<SessionChange>,
    /// The plan, if the client wants to know it.
    pub plan: Option<Json>,
}

#[derive(Clone, Debug, Serialize)]
struct Error {
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Json>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    path: Vec<PathSegment>,
    extensions: Map<String, Json>,
}

impl Reply {
    /// A request that was not executed.
    pub fn refused(problem: Problem) -> Self {
        let location = problem.location.map(|(line, column)| json!({ "line": line, "column": column }));
        let mut extensions = Map::from_iter([("code".to_owned(), Json::from(problem.code.name()))]);
        if let Some(time) = problem.retry_after {
            extensions.insert("retryable".to_owned(), true.into());
            extensions.insert("retryAfterMs".to_owned(), u64::try_from(time.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX).into());
        }
        let error = Error { message: cut(&problem.message), locations: location.into_iter().collect(), path: Vec::new(), extensions };
        Self { errors: vec![error], needs_post: problem.needs_post, malformed: problem.malformed, ..Self::empty() }
    }

    /// What the library answered.
    pub fn executed(response: Response, document: &ExecutableDocument, operation: &OperationDefinition, variables: &Variables) -> Self {
        // validation errors have no path and leave no data; errors during execution always have a path
        let validation = response.data == Value::Null && response.errors.iter().any(|error| error.path.is_empty());
        let mut data = Data::with_room(1024);
        let failed = response.errors.iter().map(|error| error.path.as_slice()).filter(|_| !validation);
        let written = selection::write(&response.data, document, operation, variables, failed, data.out());
        let mut errors: Vec<Error> = response.errors.iter().map(|error| from_library(error, validation)).collect();
        // fields fail in any order, answers must not differ
        errors.sort_by_cached_key(|error| (serde_json::to_string(&error.path).unwrap_or_default(), error.message.clone()));
        errors.truncate(MAX_ERRORS);
        match written {
            Ok(()) => Self { data: (!validation).then_some(data), errors, ..Self::empty() },
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                Self::refused(Problem::new(Code::Internal, "internal error"))
            }
        }
    }

    /// What a plan wrote.
    pub fn planned(data: Data) -> Self {
        Self { data: Some(data), planned: true, ..Self::empty() }
    }

    fn empty() -> Self {
        Self {
            data: None,
            errors: Vec::new(),
            needs_post: false,
            malformed: None,
            receipt: None,
            age: None,
            cost: None,
            standing: None,
            planned: false,
            session: None,
            plan: None,
        }
    }

    /// The code of the refusal, if the request was not executed.
    pub fn refusal(&self) -> Option<&str> {
        let first = self.errors.first().filter(|_| self.data.is_none())?;
        first.extensions.get("code")?.as_str()
    }

    /// What went wrong, each with where and with its code.
    pub fn messages(&self) -> Vec<String> {
        let part = |part: &PathSegment| match part {
            PathSegment::Field(name) => name.clone(),
            PathSegment::Index(index) => index.to_string(),
        };
        let told = |error: &Error| {
            let code = error.extensions.get("code").and_then(Json::as_str).unwrap_or_default();
            let place = error.path.iter().map(part).collect::<Vec<_>>().join(".");
            if place.is_empty() { format!("{} ({code})", error.message) } else { format!("{place}: {} ({code})", error.message) }
        };
        self.errors.iter().map(told).collect()
    }

    /// Whether there is nothing but data.
    pub fn is_whole(&self) -> bool {
        self.whole().is_some()
    }

    /// The data, if there is nothing else.
    pub fn whole(&self) -> Option<&Data> {
        self.data.as_ref().filter(|_| self.errors.is_empty())
    }

    /// Whether it was executed, and something in it failed.
    pub fn is_partial(&self) -> bool {
        self.data.is_some() && !self.errors.is_empty()
    }

    /// Whether stores did not answer, or had too much to do, and nothing else came of it.
    pub fn nothing_but_dead_stores(&self) -> bool {
        let codes = [Code::StoreUnavailable.name(), Code::Overloaded.name()];
        let dead = |error: &Error| error.extensions.get("code").and_then(Json::as_str).is_some_and(|code| codes.contains(&code));
        if self.errors.is_empty() || !self.errors.iter().all(dead) {
            return false;
        }
        let data = self.data.as_ref().and_then(|data| serde_json::from_slice::<Map<String, Json>>(data.json()).ok());
        data.is_none_or(|data| data.values().all(is_nothing))
    }

    /// The errors alone, as a JSON list. Each carries the request's id.
    pub fn errors(mut self, request_id: &str) -> Vec<u8> {
        self.sign(request_id);
        serde_json::to_vec(&self.errors).unwrap_or_else(|_| b"[]".to_vec())
    }

    fn sign(&mut self, request_id: &str) {
        for error in &mut self.errors {
            error.extensions.insert("requestId".to_owned(), request_id.into());
        }
    }

    /// The response body. Every error carries the request's id.
    pub fn body(mut self, request_id: &str) -> Vec<u8> {
        self.sign(request_id);
        let mut body = self.data.take().map_or_else(|| vec![b'{'], |data| data.0);
        let mut part = |name: &str, json: &[u8]| {
            if body.len() > 1 {
                body.push(b',');
            }
            body.extend_from_slice(format!("\"{name}\":").as_bytes());
            body.extend_from_slice(json);
        };
        if !self.errors.is_empty() {
            part("errors", &serde_json::to_vec(&self.errors).unwrap_or_else(|_| b"[]".to_vec()));
        }
        let mut extensions = Map::new();
        if let Some(receipt) = &self.receipt {
            extensions.insert("receipt".to_owned(), receipt_json(receipt));
        }
        if let Some(cost) = &self.cost {
            extensions.insert("cost".to_owned(), json!(cost));
        }
        if let Some(plan) = self.plan {
            extensions.insert("plan".to_owned(), plan);
        }
        if !extensions.is_empty() {
            part("extensions", Json::Object(extensions).to_string().as_bytes());
        }
        body.push(b'}');
        body
    }
}

/// Null, or a list of nothing else.
fn is_nothing(value: &Json) -> bool {
    value.is_null() || value.as_array().is_some_and(|rows| !rows.is_empty() && rows.iter().all(Json::is_null))
}

fn from_library(error: &ServerError, validation: bool) -> Error {
    let mut extensions = Map::new();
    if let Some(values) = &error.extensions {
        extensions.extend(serde_json::to_value(values).ok().and_then(|values| values.as_object().cloned()).unwrap_or_default());
    }
    // what the library refuses during execution is a value that does not fit its type
    let default = if validation { library_code(&error.message) } else { Code::BadUserInput };
    extensions.entry("code").or_insert_with(|| default.name().into());
    let location = |at: &async_graphql::Pos| json!({ "line": at.line, "column": at.column });
    Error {
        message: cut(&without_value(&error.message)),
        locations: error.locations.iter().filter(|at| at.line > 0).map(location).collect(),
        path: error.path.clone(),
        extensions,
    }
}

/// The library's own limits speak in messages only.
fn library_code(message: &str) -> Code {
    if message.contains("too deep") || message.contains("recursion depth") {
        Code::QueryTooDeep
    } else if message.contains("too complex") || message.contains("directives") {
        Code::QueryTooComplex
    } else {
        Code::GraphqlValidationFailed
    }
}

/// The library repeats an input that is of another kind, which may be a password in the wrong place.
fn without_value(message: &str) -> Cow<'_, str> {
    match message.split_once("\", found ") {
        Some((expected, _)) if expected.starts_with("Expected input type") => format!("{expected}\", found something else").into(),
        _ => message.into(),
    }
}

fn cut(message: &str) -> String {
    match message.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

fn receipt_json(receipt: &Receipt) -> Json {
    let calls = receipt.calls();
    let micros = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let mut totals: BTreeMap<(Role, &str), [u64; 4]> = BTreeMap::new();
    for call in &calls {
        let sum = totals.entry((call.role, call.engine.name())).or_default();
        let more = [1, call.keys as u64, call.rows as u64, call.end.map_or(0, |end| micros(end.saturating_sub(call.start)))];
        sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    }
    let cache = receipt.cache();
    let total = |((role, engine), [calls, keys, rows, micros]): (&(Role, &str), &[u64; 4])| {
        let mut total = json!({ "role": role.name(), "engine": engine, "calls": calls, "keys": keys, "rows": rows, "micros": micros });
        if *role == Role::Hot {
            total["cacheHits"] = cache.hits.into();
            total["cacheMisses"] = cache.misses.into();
        }
        total
    };
    let line = |call: &Call| {
        json!({
            "role": call.role.name(),
            "engine": call.engine.name(),
            "method": call.method,
            "path": &*call.path,
            "keys": call.keys,
            "rows": call.rows,
            "startMicros": micros(call.start),
            "endMicros": call.end.map(micros),
            "error": call.error.map(|kind| format!("{kind:?}").to_uppercase()),
        })
    };
    json!({ "totals": totals.iter().map(total).collect::<Vec<_>>(), "calls": calls.iter().map(line).collect::<Vec<_>>() })
}
