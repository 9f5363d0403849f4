//! Documents of MongoDB as JSON, so that numbers are numbers whichever of the three types they were kept in.

use mongodb::bson::{Bson, Document};
use serde_json::Value;

/// A value. Times become whole milliseconds; types that JSON does not know become their text in MongoDB's extended JSON, so that an answer that
/// holds one by mistake differs from the others.
pub fn json(value: Bson) -> Value {
    match value {
        Bson::Null => Value::Null,
        Bson::Boolean(value) => value.into(),
        Bson::Int32(value) => value.into(),
        Bson::Int64(value) => value.into(),
        Bson::Double(value) => value.into(),
        Bson::String(value) => value.into(),
        Bson::DateTime(value) => value.timestamp_millis().into(),
        Bson::Array(values) => values.into_iter().map(json).collect(),
        Bson::Document(document) => document_json(document),
        other => other.to_string().into(),
    }
}

/// A document, in the order of its fields.
pub fn document_json(document: Document) -> Value {
    Value::Object(document.into_iter().map(|(name, value)| (name, json(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mongodb::bson::{DateTime, doc};

    #[test]
    fn numbers_are_numbers_and_missing_is_not_null() {
        let document =
            doc! { "a": 1_i32, "b": 1_i64, "c": 1.5, "d": null, "e": [{ "f": "x" }], "g": DateTime::from_millis(1_700_000_000_123) };
        let expected = serde_json::json!({ "a": 1, "b": 1, "c": 1.5, "d": null, "e": [{ "f": "x" }], "g": 1_700_000_000_123_i64 });
        assert_eq!(document_json(document), expected);
    }
}
