//! Runs the table.

use super::{Expected, Key, Row, WORLDS, World, ids, keys, numbers, patches, shapes, texts};
use crate::support::{mutations::named, wiring::operation};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every code that an answer may have.
pub const CODES: [&str; 26] = [
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "QUERY_TOO_DEEP",
    "QUERY_TOO_COMPLEX",
    "PERSISTED_QUERY_NOT_FOUND",
    "PERSISTED_QUERY_NOT_SUPPORTED",
    "PERSISTED_QUERY_NOT_IN_LIST",
    "INTROSPECTION_DISABLED",
    "BAD_USER_INPUT",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "NOT_FOUND",
    "CONFLICT",
    "OUT_OF_STOCK",
    "IDEMPOTENCY_KEY_REUSED",
    "IDEMPOTENCY_IN_PROGRESS",
    "UNKNOWN_OUTCOME",
    "RATE_LIMITED",
    "OVERLOADED",
    "DEADLINE_EXCEEDED",
    "STORE_UNAVAILABLE",
    "SHUTTING_DOWN",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
];

/// All rows of the table for a shop.
fn rows(world: &World) -> Vec<Row> {
    let parts = [ids::rows, texts::rows, numbers::rows, patches::rows, shapes::rows, keys::rows];
    parts.iter().flat_map(|part| part(world)).collect()
}

/// The answer to a row, as text.
fn send(world: &World, row: &Row) -> String {
    let mut asked = operation(&named(row.mutation).document(), json!({ "input": row.input }));
    match &row.key {
        Key::None => {}
        Key::Argument(key) => {
            asked.variables.insert("key".to_owned(), key.clone());
        }
        Key::Header(key) => asked.idempotency_key = Some(key.clone()),
    }
    world.shop.send(row.who, asked)
}

/// What an answer says, in the terms of the table; the rest of it is text for the failure.
pub fn said(answer: &Value) -> Result<Expected, String> {
    let code_of = |code: &Value| CODES.into_iter().find(|known| code == known).ok_or_else(|| format!("the code {code}: {answer}"));
    if let Some(errors) = answer.get("errors") {
        let codes: BTreeSet<_> =
            errors.as_array().unwrap().iter().map(|error| code_of(&error["extensions"]["code"])).collect::<Result<_, _>>()?;
        let nothing = answer.get("data").is_none_or(|data| data.as_object().unwrap().values().all(Value::is_null));
        return match codes.first() {
            Some(code) if codes.len() == 1 && nothing => Ok(Expected::Error(code)),
            _ => Err(format!("several codes, or data beside them: {answer}")),
        };
    }
    let payload = answer["data"].as_object().and_then(|data| data.values().next()).ok_or_else(|| format!("no data: {answer}"))?;
    let refusals = payload["userErrors"].as_array().filter(|refusals| !refusals.is_empty());
    let refusals = refusals.ok_or_else(|| format!("it was done: {answer}"))?;
    let refusal = |refusal: &Value| Ok((code_of(&refusal["code"])?, refusal["field"].as_str().unwrap_or_default().to_owned()));
    Ok(Expected::Refused(refusals.iter().map(refusal).collect::<Result<_, String>>()?))
}

/// An answer in which ids are replaced by their kind.
pub fn without_ids(answer: &str) -> String {
    let mut text = answer.to_owned();
    for prefix in ["customer_", "category_", "product_", "order_", "article_", "comment_", "event_"] {
        let mut parts = text.split(prefix);
        let mut replaced = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let length = part.bytes().take_while(u8::is_ascii_alphanumeric).count();
            replaced.push_str(prefix);
            replaced.push_str(&part[if length == 26 { 26 } else { 0 }..]);
        }
        text = replaced;
    }
    text
}

/// What is wrong with the answers to the rows of a shop, and the answers.
fn run(world: &World, rows: &[Row]) -> (Vec<String>, Vec<String>) {
    let (mut wrong, mut answers) = (Vec::new(), Vec::new());
    for row in rows {
        let body = send(world, row);
        match said(&serde_json::from_str(&body).unwrap()) {
            Ok(said) if said == row.expected => {}
            Ok(said) => wrong.push(format!("{}: {said:?}, not {:?}: {}", row.what, row.expected, cut(&body))),
            Err(said) => wrong.push(format!("{}: {}", row.what, cut(&said))),
        }
        if body.len() > 4_000 {
            wrong.push(format!("{}: an answer of {} bytes", row.what, body.len()));
        }
        answers.push(without_ids(&body));
    }
    (wrong, answers)
}

fn cut(text: &str) -> String {
    text.chars().take(400).collect()
}

#[test]
fn every_bad_input_is_refused_at_its_place_alike_on_all_engines_and_nothing_is_written() {
    let mut all_answers: Vec<Vec<String>> = Vec::new();
    let mut wrong = Vec::new();
    for world in &*WORLDS {
        let rows = rows(world);
        assert!(rows.len() >= 300, "the table has {} rows only", rows.len());
        let mutations: BTreeSet<_> = rows.iter().map(|row| row.mutation).collect();
        assert_eq!(mutations.len(), 17, "all that take an input");
        for mutation in mutations {
            let rows: Vec<_> = rows.iter().filter(|row| row.mutation == mutation).cloned().collect();
            let before = world.state();
            let (bad, answers) = run(world, &rows);
            wrong.extend(bad.into_iter().map(|line| format!("{}: {line}", world.shop.name)));
            all_answers.push(answers);
            let after = world.state();
            if before != after {
                wrong.push(format!("{}: {mutation} changed something: {before} is {after}", world.shop.name));
            }
        }
    }
    let shops = WORLDS.len();
    let each = all_answers.len() / shops;
    for (one, other) in all_answers[..each].iter().zip(all_answers[(shops - 1) * each..].iter()) {
        for (one, other) in one.iter().zip(other) {
            if one != other {
                wrong.push(format!("the engines differ: {} and {}", cut(one), cut(other)));
            }
        }
    }
    let shown = 150;
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.iter().take(shown).map(String::as_str).collect::<Vec<_>>().join("\n"));
}
