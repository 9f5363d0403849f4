//! Lists of keys as one bound value: a JSON array of texts, read by `json_each(?1)`. Any number of keys, one statement text.

use type_safe_id::{StaticType, TypeSafeId};
use uuid::Uuid;

/// An id inside JSON, read back by `unhex(…)`.
pub fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

/// Ids, each once.
pub fn ids<T: StaticType>(ids: &[TypeSafeId<T>]) -> String {
    let mut unique: Vec<_> = ids.iter().map(TypeSafeId::uuid).collect();
    unique.sort_unstable();
    unique.dedup();
    serde_json::Value::from_iter(unique.into_iter().map(hex)).to_string()
}

/// Texts as they are; `IN` does not mind duplicates.
pub fn texts(texts: &[String]) -> String {
    serde_json::Value::from_iter(texts.iter().map(String::as_str)).to_string()
}
