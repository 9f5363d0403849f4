//! Free JSON as BSON and back: the same canonical text as from every other engine.

use super::error;
use crate::{error::StoreError, shop::json::canonical};
use mongodb::bson::{Bson, Document};
use serde_json::{Map, Number, Value};

/// A JSON object as a document. Whole numbers become 64-bit integers, others doubles.
pub fn to_document(value: &Value) -> Document {
    match value {
        Value::Object(map) => map.iter().map(|(key, inner)| (key.clone(), to_bson(inner))).collect(),
        _ => Document::new(),
    }
}

fn to_bson(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(b) => Bson::Boolean(*b),
        Value::Number(n) => n.as_i64().map_or_else(|| Bson::Double(n.as_f64().unwrap_or_default()), Bson::Int64),
        Value::String(text) => Bson::String(text.clone()),
        Value::Array(items) => Bson::Array(items.iter().map(to_bson).collect()),
        Value::Object(_) => Bson::Document(to_document(value)),
    }
}

/// The document as a JSON object, keys sorted.
pub fn from_document(document: Document) -> Result<Value, StoreError> {
    let mut value = from_bson(Bson::Document(document))?;
    canonical(&mut value);
    Ok(value)
}

fn from_bson(value: Bson) -> Result<Value, StoreError> {
    Ok(match value {
        Bson::Null => Value::Null,
        Bson::Boolean(b) => Value::Bool(b),
        Bson::Int32(n) => n.into(),
        Bson::Int64(n) => n.into(),
        Bson::Double(n) => Value::Number(Number::from_f64(n).ok_or_else(|| error::corrupt("a number that is not finite in json"))?),
        Bson::String(text) => Value::String(text),
        Bson::Array(items) => Value::Array(items.into_iter().map(from_bson).collect::<Result<_, _>>()?),
        Bson::Document(document) => {
            let pairs = document.into_iter().map(|(key, inner)| Ok((key, from_bson(inner)?)));
            Value::Object(pairs.collect::<Result<Map<_, _>, StoreError>>()?)
        }
        other => return Err(error::corrupt(format_args!("{:?} is no type of json", other.element_type()))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::json::checked;
    use serde_json::json;

    #[test]
    fn json_comes_back_as_the_same_text() {
        let value =
            checked(json!({"z": [1, 2.5, -0.0, 1e300, null, {}], "a": {"ü": "\u{1f600}", "b": true}, "n": 9_007_199_254_740_992_i64}))
                .unwrap();
        assert_eq!(from_document(to_document(&value)).unwrap().to_string(), value.to_string());
    }
}
