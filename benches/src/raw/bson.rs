//! BSON that is read where it lies, and JSON made of it.

use super::Failed;
use mongodb::bson::{self, RawArray, RawBsonRef, RawDocument};
use serde::{Serialize, Serializer, ser::Error as _};
use uuid::Uuid;

/// The id that stands there.
pub fn id(value: RawBsonRef<'_>) -> Result<Uuid, Failed> {
    Ok(Uuid::from_slice(value.as_binary().ok_or("not an id")?.bytes)?)
}

pub fn text(value: RawBsonRef<'_>) -> Result<&str, Failed> {
    Ok(value.as_str().ok_or("not a text")?)
}

pub fn millis(value: RawBsonRef<'_>) -> Result<i64, Failed> {
    Ok(value.as_datetime().ok_or("not a time")?.timestamp_millis())
}

pub fn array(value: RawBsonRef<'_>) -> Result<&RawArray, Failed> {
    Ok(value.as_array().ok_or("not an array")?)
}

pub fn document(value: RawBsonRef<'_>) -> Result<&RawDocument, Failed> {
    Ok(value.as_document().ok_or("not a document")?)
}

pub fn uuid(id: Uuid) -> bson::Uuid {
    bson::Uuid::from_bytes(id.into_bytes())
}

/// A free document as JSON, its keys as they stand: the program sorts them when it writes.
pub struct Free<'a>(pub RawBsonRef<'a>);

impl Serialize for Free<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            RawBsonRef::Null => serializer.serialize_unit(),
            RawBsonRef::Boolean(flag) => serializer.serialize_bool(flag),
            RawBsonRef::Int32(number) => serializer.serialize_i32(number),
            RawBsonRef::Int64(number) => serializer.serialize_i64(number),
            RawBsonRef::Double(number) => serializer.serialize_f64(number),
            RawBsonRef::String(text) => serializer.serialize_str(text),
            RawBsonRef::Array(items) => {
                let items: Vec<_> = items.into_iter().map(|item| item.map(Free)).collect::<Result<_, _>>().map_err(S::Error::custom)?;
                serializer.collect_seq(items)
            }
            RawBsonRef::Document(document) => {
                let pairs = document.iter().map(|pair| pair.map(|(key, value)| (key.as_str(), Free(value))));
                serializer.collect_map(pairs.collect::<Result<Vec<_>, _>>().map_err(S::Error::custom)?)
            }
            _ => Err(S::Error::custom("no type of JSON")),
        }
    }
}
