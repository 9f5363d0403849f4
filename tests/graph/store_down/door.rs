//! Asks as clients do, through the front door, and reads what an answer was.

use super::{
    outage::Outage,
    page::{Outcome, Shown},
};
use crate::support::wiring::block_on;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, request::Builder},
};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use tower::ServiceExt as _;

/// With what somebody shows who they are.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    pub session: String,
    pub access: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    retry_after: Option<String>,
    pub body: Value,
    pub took: Duration,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    pub query: String,
    pub variables: Value,
}

impl Question {
    pub fn new(query: impl Into<String>, variables: Value) -> Self {
        Self { query: query.into(), variables }
    }
}

/// The headers that show who asks.
pub fn shows(request: Builder, tokens: &Tokens, shown: Shown) -> Builder {
    let request = if shown == Shown::Nothing { request } else { request.header("authorization", format!("Bearer {}", tokens.session)) };
    if shown == Shown::SessionAndAccess { request.header("x-access-token", &tokens.access) } else { request }
}

pub async fn ask(door: &Router, question: &Question, tokens: &Tokens, shown: Shown) -> Answer {
    let request = shows(Request::post("/graphql").header("content-type", "application/json"), tokens, shown);
    let body = json!({ "query": question.query, "variables": question.variables }).to_string();
    let start = Instant::now();
    let response = door.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Answer { status, retry_after, body: serde_json::from_slice(&body).unwrap(), took: start.elapsed() }
}

/// Status and body of a page that needs no operation.
pub fn get(door: &Router, path: &str) -> (u16, String) {
    block_on(async {
        let response = door.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        (status, String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap())
    })
}

impl Answer {
    /// What it was, or what is wrong with it. `before` is the answer when all stores were there, where it does not depend on the moment.
    pub fn outcome(&self, before: Option<&Answer>, outage: Outage, secrets: &[String]) -> Result<Outcome, String> {
        let text = self.body.to_string();
        if let Some(secret) = secrets.iter().find(|secret| text.contains(*secret)) {
            return Err(format!("it names {secret:?}"));
        }
        let errors = self.body["errors"].as_array().map_or(&[][..], Vec::as_slice);
        errors.iter().try_for_each(|error| well_told(error, outage))?;
        let data = &self.body["data"];
        let no_row = |value: &Value| value.as_array().is_some_and(|rows| !rows.is_empty() && rows.iter().all(Value::is_null));
        let nothing = data.as_object().is_some_and(|data| data.values().all(|value| value.is_null() || no_row(value)));
        if nothing && !errors.is_empty() {
            return match (self.status, self.retry_after.as_deref()) {
                (503, Some("1")) => Ok(Outcome::Refused),
                other => Err(format!("refused with {other:?}")),
            };
        }
        if (self.status, &self.retry_after) != (200, &None) {
            return Err(format!("answered with {} and {:?}", self.status, self.retry_after));
        }
        let told: BTreeSet<String> = errors.iter().map(|error| path(error["path"].as_array().map_or(&[][..], Vec::as_slice))).collect();
        if let Some(before) = before {
            let mut lost = BTreeSet::new();
            compare(&before.body["data"], data, &mut Vec::new(), &mut lost)?;
            if lost != told {
                return Err(format!("null are {lost:?}, told are {told:?}"));
            }
        }
        Ok(match (told.is_empty(), before) {
            (false, _) => Outcome::Without(told),
            (true, Some(_)) => Outcome::Same,
            (true, None) => Outcome::Done,
        })
    }
}

/// An error that a client can work with.
pub fn well_told(error: &Value, outage: Outage) -> Result<(), String> {
    let extensions = &error["extensions"];
    let store = extensions["store"].as_str().unwrap_or_default();
    if !outage.stores().iter().any(|dead| dead.name() == store) {
        return Err(format!("it blames another store: {error}"));
    }
    let texts = [format!("{store} is not available"), format!("{store} did not answer in time")];
    let expected = json!({ "code": "STORE_UNAVAILABLE", "store": store, "retryable": true, "retryAfterMs": 1_000,
        "requestId": extensions["requestId"] });
    let told = extensions == &expected && extensions["requestId"].is_string() && texts.iter().any(|text| error["message"] == **text);
    if told { Ok(()) } else { Err(format!("not as it should be told: {error}")) }
}

/// A path without the places in lists, but for the last one.
fn path(segments: &[Value]) -> String {
    let mut names: Vec<_> = segments.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if segments.last().is_some_and(Value::is_number)
        && let Some(last) = names.last_mut()
    {
        last.push_str("[]");
    }
    names.join(".")
}

/// Whether a list has rows of another one only, in their order, and not all.
fn is_part_of(part: &[Value], whole: &[Value]) -> bool {
    let mut rest = whole.iter();
    part.len() < whole.len() && part.iter().all(|row| rest.any(|other| other == row))
}

/// Notes what is null now and was not, and lists that are shorter; anything else that differs is wrong.
fn compare(before: &Value, now: &Value, at: &mut Vec<Value>, lost: &mut BTreeSet<String>) -> Result<(), String> {
    match (before, now) {
        (Value::Null, Value::Null) => Ok(()),
        (_, Value::Null) => {
            lost.insert(path(at));
            Ok(())
        }
        (Value::Array(before), Value::Array(now)) if before.len() == now.len() => {
            before.iter().zip(now).enumerate().try_for_each(|(index, (before, now))| below(index.into(), before, now, at, lost))
        }
        (Value::Array(before), Value::Array(now)) if is_part_of(now, before) => {
            lost.insert(path(at));
            Ok(())
        }
        (Value::Object(before), Value::Object(now)) => of_objects(before, now, at, lost),
        _ if before == now || at.last().is_some_and(|name| name == "accessToken") => Ok(()),
        _ => Err(format!("{} was {before} and is {now}", path(at))),
    }
}

fn of_objects(
    before: &Map<String, Value>,
    now: &Map<String, Value>,
    at: &mut Vec<Value>,
    lost: &mut BTreeSet<String>,
) -> Result<(), String> {
    if !before.keys().eq(now.keys()) {
        return Err(format!("{} has other fields", path(at)));
    }
    before.iter().try_for_each(|(name, before)| below(name.as_str().into(), before, &now[name], at, lost))
}

fn below(segment: Value, before: &Value, now: &Value, at: &mut Vec<Value>, lost: &mut BTreeSet<String>) -> Result<(), String> {
    at.push(segment);
    let compared = compare(before, now, at, lost);
    at.pop();
    compared
}
