//! Idempotency keys that are none.

use super::{Expected, Key, Row, World};
use crate::support::mutations::MUTATIONS;
use serde_json::{Value, json};

pub fn rows(world: &World) -> Vec<Row> {
    let bad = Expected::Error("BAD_USER_INPUT");
    let mut rows = Vec::new();
    for mutation in &MUTATIONS {
        if mutation.input.is_none() {
            continue;
        }
        let (who, input) = world.good(mutation.name);
        let mut add = |key: Key, expected: Expected| {
            let shown: String = format!("{key:?}").chars().take(60).collect();
            let what = format!("{}: the key {shown}", mutation.name);
            rows.push(Row { what, who, mutation: mutation.name, input: input.clone(), key, expected });
        };
        let texts = [String::new(), "\0".into(), "a\0b".into(), "k".repeat(256), "🔑".repeat(64), "k".repeat(10_000)];
        for key in &texts {
            // whatever the mutation makes of keys, a header that is none is refused
            add(Key::Header(key.clone()), bad.clone());
            if mutation.keyed {
                add(Key::Argument(json!(key)), bad.clone());
            }
        }
        if mutation.keyed {
            for key in [json!(1), json!(true), json!(["k"]), json!({ "$ne": Value::Null })] {
                add(Key::Argument(key), Expected::Error("GRAPHQL_VALIDATION_FAILED"));
            }
        }
    }
    rows
}
