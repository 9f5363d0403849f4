//! Free JSON from users: bounded, harmless in every store, and the same text from each of them.

use serde_json::Value;

/// Deepest nesting, counting the outermost object.
pub const MAX_DEPTH: usize = 20;
/// Most values of any kind in one document.
pub const MAX_NODES: usize = 2_000;
/// Most bytes as compact JSON.
pub const MAX_BYTES: usize = 64 * 1024;

/// Why a JSON value is not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadJson {
    /// The outermost value must be an object.
    #[error("expected a JSON object")]
    NotAnObject,
    /// Nested too deeply, too many values, or too many bytes.
    #[error("JSON is too large: at most {MAX_DEPTH} levels, {MAX_NODES} values and {MAX_BYTES} bytes")]
    TooLarge,
    /// MongoDB reads these keys as operators or paths, JavaScript the last one as the prototype.
    #[error("JSON key {0:?} is not allowed: keys may not be empty, start with $, hold a dot or NUL, or be __proto__")]
    Key(String),
    /// PostgreSQL cannot keep it.
    #[error("JSON text may not hold the character NUL")]
    Nul,
    /// Not every store keeps it exactly.
    #[error("JSON number {0} is not kept exactly: whole numbers within 2^53 and other numbers within a double's range are")]
    Number(String),
}

/// Checks a user's JSON object and sorts its keys, at every level.
pub fn checked(mut value: Value) -> Result<Value, BadJson> {
    if !value.is_object() {
        return Err(BadJson::NotAnObject);
    }
    let mut nodes = 0;
    walk(&value, 1, &mut nodes)?;
    if value.to_string().len() > MAX_BYTES {
        return Err(BadJson::TooLarge);
    }
    canonical(&mut value);
    Ok(value)
}

/// Sorts the keys of all objects and writes whole doubles as integers, so that every store gives back the same text.
pub fn canonical(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.sort_keys();
            map.values_mut().for_each(canonical);
        }
        Value::Array(items) => items.iter_mut().for_each(canonical),
        Value::Number(n) => {
            if let (false, Some(f)) = (n.is_i64() || n.is_u64(), n.as_f64())
                && f.fract() == 0.0
                && f.abs() <= 9_007_199_254_740_992.0
            {
                #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
                let whole = f as i64;
                *value = Value::from(whole);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn walk(value: &Value, depth: usize, nodes: &mut usize) -> Result<(), BadJson> {
    *nodes += 1;
    if depth > MAX_DEPTH || *nodes > MAX_NODES {
        return Err(BadJson::TooLarge);
    }
    match value {
        Value::Object(map) => map.iter().try_for_each(|(key, inner)| {
            if key.is_empty() || key.starts_with('$') || key.contains(['.', '\0']) || key == "__proto__" {
                return Err(BadJson::Key(key.chars().take(40).collect()));
            }
            walk(inner, depth + 1, nodes)
        }),
        Value::Array(items) => items.iter().try_for_each(|inner| walk(inner, depth + 1, nodes)),
        Value::String(text) if text.contains('\0') => Err(BadJson::Nul),
        Value::Number(n) => {
            let whole = n.as_i64().is_some_and(|i| i.unsigned_abs() <= 1 << 53);
            let double = n.is_f64() && n.as_f64().is_some_and(f64::is_finite);
            if whole || double { Ok(()) } else { Err(BadJson::Number(n.to_string())) }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_and_operators_refused() {
        let sorted = checked(json!({"b": 1, "a": {"d": 2.0, "c": null}})).unwrap();
        assert_eq!(sorted.to_string(), r#"{"a":{"c":null,"d":2},"b":1}"#);
        for bad in [json!({"$ne": null}), json!({"a": [{"b.c": 1}]}), json!({"__proto__": {}}), json!({"": 1}), json!({"k": "\0"})] {
            assert!(checked(bad.clone()).is_err(), "{bad}");
        }
        assert_eq!(checked(json!([1])), Err(BadJson::NotAnObject));
        assert!(checked(json!({"n": u64::MAX})).is_err());
        let deep = (0..30).fold(json!({}), |inner, _| json!({ "a": inner }));
        assert_eq!(checked(deep), Err(BadJson::TooLarge));
    }
}
