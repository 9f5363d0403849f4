//! Explanations as JSON: for `extensions.plan`, and for programs that read `polystore explain --json`.

use super::{Asked, Beside, Explained, Level, Measured};
use crate::receipt::statements::Statement;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Why the library answered an operation that has a plan.
const GAVE_UP: &str = "something in this request is not as usual, and the library knows what to say";
/// Why it answered although there could be one.
const OFF: &str = "plans are off (POLYSTORE_PLANS)";

impl Explained {
    /// What `extensions.plan` says; `planned` if the plan answered, `on` if queries are compiled at all.
    pub fn extension(&self, planned: bool, on: bool) -> Value {
        let why = match &self.why {
            _ if planned => None,
            Some(why) => Some(why.as_str()),
            None => Some(if on { GAVE_UP } else { OFF }),
        };
        let mut told = json!({ "answeredBy": if planned { "plan" } else { "library" }, "why": why });
        told.as_object_mut().into_iter().for_each(|object| object.extend(self.foreseen()));
        told
    }

    /// All that is known.
    pub fn json(&self) -> Value {
        let mut told = Map::new();
        told.insert("name".to_owned(), self.name.as_deref().into());
        told.insert("kind".to_owned(), self.kind.into());
        told.insert("compiled".to_owned(), self.why.is_none().into());
        told.insert("why".to_owned(), self.why.as_deref().into());
        told.extend(self.foreseen());
        if let Some(ran) = &self.ran {
            let answered = if ran.planned { "plan" } else { "library" };
            let beside: Vec<_> = ran.beside.iter().map(unforeseen).collect();
            let ran = json!({ "answeredBy": answered, "micros": micros(ran.time), "errors": ran.errors, "otherCalls": beside });
            told.insert("ran".to_owned(), ran);
        }
        Value::Object(told)
    }

    fn foreseen(&self) -> Map<String, Value> {
        let free: Vec<_> = self.free.iter().map(|(path, predicted)| json!({ "path": path, "points": predicted.points })).collect();
        let levels: Vec<_> = self.levels.iter().map(level).collect();
        let told =
            json!({ "points": self.points, "calls": self.why.is_none().then(|| self.calls()), "levels": levels, "asksNothing": free });
        if let Value::Object(told) = told { told } else { Map::new() }
    }
}

fn level(level: &Level) -> Value {
    json!({
        "path": level.path,
        "asks": level.asks.iter().map(asked).collect::<Vec<_>>(),
        "predicted": { "calls": level.calls(), "rows": level.predicted.rows, "points": level.predicted.points },
        "below": level.below.iter().map(self::level).collect::<Vec<_>>(),
    })
}

fn asked(asked: &Asked) -> Value {
    let Asked { asks, engine, measured, with } = asked;
    let mut told = json!({ "role": asks.role.name(), "method": asks.method, "engine": engine.name(), "by": asks.by });
    if let Some(measured) = measured {
        told["measured"] = self::measured(measured);
    }
    if let Some(with) = with {
        told["with"] = with.as_str().into();
    }
    told
}

fn unforeseen(beside: &Beside) -> Value {
    let Beside { path, role, method, engine, measured } = beside;
    let measured = self::measured(measured);
    json!({ "path": path, "role": role.name(), "method": method, "engine": engine.name(), "measured": measured })
}

fn measured(measured: &Measured) -> Value {
    let statement = |Statement { text, plan }: &Statement| json!({ "text": text, "plan": plan });
    let statements: Vec<_> = measured.statements.iter().map(statement).collect();
    let Measured { calls, keys, rows, time, .. } = measured;
    json!({ "calls": calls, "keys": keys, "rows": rows, "micros": micros(*time), "statements": statements })
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
