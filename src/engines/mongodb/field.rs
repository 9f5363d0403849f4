//! Ids and times of a document, read as they lie there. What the library derives for them makes a text of each (base64, digits), and reads
//! that again: in a page of articles every other allocation was one of those texts. Only for what comes from a cursor, where documents are bytes.

use mongodb::bson::{self, DateTime, RawBsonRef, spec::BinarySubtype};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected},
};

/// An id.
pub fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bson::Uuid, D::Error> {
    uuid(RawBsonRef::deserialize(deserializer)?)
}

/// An id that may be missing; needs `#[serde(default)]`.
pub fn optional_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bson::Uuid>, D::Error> {
    match RawBsonRef::deserialize(deserializer)? {
        RawBsonRef::Null => Ok(None),
        value => uuid(value).map(Some),
    }
}

/// A list of ids.
pub fn ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<bson::Uuid>, D::Error> {
    let value = RawBsonRef::deserialize(deserializer)?;
    let items = value.as_array().ok_or_else(|| unexpected(value, "a list of ids"))?;
    items.into_iter().map(|item| uuid(item.map_err(D::Error::custom)?)).collect()
}

/// A time.
pub fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
    let value = RawBsonRef::deserialize(deserializer)?;
    value.as_datetime().ok_or_else(|| unexpected(value, "a time"))
}

/// A time that may be missing; needs `#[serde(default)]`.
pub fn optional_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime>, D::Error> {
    match RawBsonRef::deserialize(deserializer)? {
        RawBsonRef::Null => Ok(None),
        value => value.as_datetime().map(Some).ok_or_else(|| unexpected(value, "a time")),
    }
}

fn uuid<E: Error>(value: RawBsonRef<'_>) -> Result<bson::Uuid, E> {
    let bytes = value.as_binary().filter(|binary| binary.subtype == BinarySubtype::Uuid).and_then(|binary| binary.bytes.try_into().ok());
    bytes.map(bson::Uuid::from_bytes).ok_or_else(|| unexpected(value, "an id"))
}

fn unexpected<E: Error>(value: RawBsonRef<'_>, expected: &str) -> E {
    E::invalid_type(Unexpected::Other(&format!("{:?}", value.element_type())), &expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};

    #[derive(Debug, PartialEq, Deserialize)]
    struct Row {
        #[serde(deserialize_with = "id")]
        id: bson::Uuid,
        #[serde(deserialize_with = "ids")]
        ids: Vec<bson::Uuid>,
        #[serde(deserialize_with = "date")]
        at: DateTime,
        #[serde(default, deserialize_with = "optional_id")]
        other: Option<bson::Uuid>,
        #[serde(default, deserialize_with = "optional_date")]
        until: Option<DateTime>,
    }

    fn read(document: &Document) -> Result<Row, String> {
        let bytes = RawDocumentBuf::try_from(document).unwrap();
        bson::deserialize_from_slice(bytes.as_bytes()).map_err(|error| error.to_string())
    }

    fn whole(one: bson::Uuid, two: bson::Uuid) -> Document {
        let (at, until) = (DateTime::from_millis(5), DateTime::from_millis(-1));
        doc! { "id": one, "ids": [one, two], "at": at, "other": two, "until": until }
    }

    #[test]
    fn ids_and_times_are_read_as_they_were_written() {
        let (one, two) = (bson::Uuid::from_bytes([1; 16]), bson::Uuid::from_bytes([2; 16]));
        let (at, until) = (DateTime::from_millis(5), Some(DateTime::from_millis(-1)));
        let expected = Row { id: one, ids: vec![one, two], at, other: Some(two), until };
        assert_eq!(read(&whole(one, two)), Ok(expected));
        let short = doc! { "id": one, "ids": [], "at": at, "other": Bson::Null };
        assert_eq!(read(&short), Ok(Row { id: one, ids: vec![], at, other: None, until: None }));
    }

    #[test]
    fn what_is_not_an_id_or_a_time_is_refused() {
        let one = bson::Uuid::from_bytes([1; 16]);
        let generic = bson::Binary { subtype: BinarySubtype::Generic, bytes: vec![1; 16] };
        let short = bson::Binary { subtype: BinarySubtype::Uuid, bytes: vec![1; 15] };
        let cases: [(&str, Bson); 8] = [
            ("id", generic.into()),
            ("id", short.into()),
            ("id", "text".into()),
            ("ids", one.into()),
            ("ids", vec![Bson::from(1)].into()),
            ("at", 5_i64.into()),
            ("other", "text".into()),
            ("until", 5_i64.into()),
        ];
        for (field, value) in cases {
            let mut document = whole(one, one);
            document.insert(field, value.clone());
            assert!(read(&document).is_err_and(|error| error.contains("invalid type")), "{field}: {value}");
        }
    }
}
