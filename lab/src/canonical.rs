//! One text for one answer, its digest, and the first place where two answers differ.
//!
//! Keys are sorted, nothing stands between the signs, whole numbers are whole numbers whatever type they had in a store, and what is missing is
//! not what is null. Times and money are whole numbers already: an arm that sends floats for them is found out here.

use super::result::Difference;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The canonical text.
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(entries) => {
            out.push('[');
            for (at, entry) in entries.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(entry, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (at, (name, field)) in fields.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(&Value::String(name.clone()), out);
                out.push(':');
                write(field, out);
            }
            out.push('}');
        }
        Value::Number(number) => {
            // 3.0 of a store that knows only floats is 3; 3.5 is not, and neither is what no float holds exactly
            let whole = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0);
            // writing into a string does not fail
            let _ = match whole {
                Some(float) => write!(out, "{float:.0}"),
                None => write!(out, "{number}"),
            };
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

/// Many texts as one digest, each with its length ahead so that no two lists of texts are the same bytes.
#[derive(Clone, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// Takes one more.
    pub fn add(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    /// Hexadecimal.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// SHA-256 of bytes, hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The first place where `found` is not `expected`; `None` if they are the same.
pub fn difference(seen: &str, draw: u64, expected: &Value, found: &Value) -> Option<Difference> {
    let (path, expected, found) = first("$", Some(expected), Some(found))?;
    Some(Difference { seen: seen.to_owned(), draw, path, expected, found })
}

fn first(path: &str, expected: Option<&Value>, found: Option<&Value>) -> Option<(String, String, String)> {
    match (expected, found) {
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            (0..one.len().max(other.len())).find_map(|at| first(&format!("{path}[{at}]"), one.get(at), other.get(at)))
        }
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let mut names: Vec<_> = one.keys().chain(other.keys()).collect();
            names.sort_unstable();
            names.dedup();
            names.into_iter().find_map(|name| first(&format!("{path}.{name}"), one.get(name), other.get(name)))
        }
        (one, other) => {
            let [one, other] = [one, other].map(|value| value.map_or_else(|| "(missing)".to_owned(), |value| shortened(&text(value))));
            (one != other).then(|| (path.to_owned(), one, other))
        }
    }
}

/// Enough of a text to see what it is.
fn shortened(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}… ({} bytes, sha256 {})", &text[..at], text.len(), &sha256(text.as_bytes())[..12]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_of_keys_and_types_of_whole_numbers_do_not_matter() {
        assert_eq!(text(&json!({"b": 1, "a": [1.0, "x\"", null, true]})), r#"{"a":[1,"x\"",null,true],"b":1}"#);
        assert_eq!(text(&json!({"a": 2, "b": 3})), text(&json!({"b": 3.0, "a": 2})));
    }

    #[test]
    fn what_differs_for_a_reader_differs_here() {
        for (one, other) in [
            (json!({"a": null}), json!({})),
            (json!(0.3), json!(0.1 + 0.2)),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64)),
            (json!(1_700_000_000_123_i64), json!(1_700_000_000_123_456_i64)),
            (json!("1"), json!(1)),
            (json!([1, 2]), json!([2, 1])),
            (json!([[1], 2]), json!([[1, 2]])),
        ] {
            assert_ne!(text(&one), text(&other));
            assert!(difference("gate", 0, &one, &other).is_some(), "{one} {other}");
        }
    }

    #[test]
    fn the_first_difference_is_named() {
        let found = difference("gate", 7, &json!({"rows": [{"n": 1}, {"n": 2}]}), &json!({"rows": [{"n": 1}, {"n": 3, "x": 1}]})).unwrap();
        assert_eq!((found.draw, &*found.path, &*found.expected, &*found.found), (7, "$.rows[1].n", "2", "3"));
        let missing = difference("gate", 0, &json!([1, 2]), &json!([1])).unwrap();
        assert_eq!((&*missing.path, &*missing.found), ("$[1]", "(missing)"));
        assert_eq!(difference("gate", 0, &json!([1.0]), &json!([1])), None);
    }

    #[test]
    fn long_values_that_differ_late_still_differ() {
        let (one, other) = ("x".repeat(500) + "a", "x".repeat(500) + "b");
        let found = difference("gate", 0, &json!(one), &json!(other)).unwrap();
        assert!(found.expected.len() < 300 && found.expected != found.found);
    }

    #[test]
    fn two_lists_of_texts_do_not_share_a_digest() {
        let digest = |texts: &[&str]| {
            let mut digest = Digest::default();
            texts.iter().for_each(|text| digest.add(text));
            digest.finish()
        };
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_eq!(digest(&["ab", "c"]), digest(&["ab", "c"]));
    }
}
