//! Lists of keys as one bound value: a JSON array of texts, read by `json_each(?1)`. Any number of keys, one statement text.

use type_safe_id::{StaticType, TypeSafeId};
use uuid::{Uuid, fmt::Simple};

/// An id inside JSON, read back by `unhex(…)`.
pub fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

/// Ids, each once.
pub fn ids<T: StaticType>(ids: &[TypeSafeId<T>]) -> String {
    let mut unique: Vec<_> = ids.iter().map(TypeSafeId::uuid).collect();
    unique.sort_unstable();
    unique.dedup();
    // digits need no escapes, and no text of their own for each id
    let mut list = String::with_capacity(unique.len() * (Simple::LENGTH + 3) + 2);
    list.push('[');
    for (place, id) in unique.into_iter().enumerate() {
        list.push_str(if place == 0 { "\"" } else { ",\"" });
        list.push_str(id.simple().encode_lower(&mut [0; Simple::LENGTH]));
        list.push('"');
    }
    list.push(']');
    list
}

/// Texts as they are; `IN` does not mind duplicates.
pub fn texts(texts: &[String]) -> String {
    serde_json::Value::from_iter(texts.iter().map(String::as_str)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::OrderId;

    #[test]
    fn ids_are_a_json_list_in_which_each_stands_once() {
        let id = |n| OrderId::from_uuid(Uuid::from_u128(n));
        assert_eq!(ids(&[] as &[OrderId]), "[]");
        let list = ids(&[id(u128::MAX), id(10), id(u128::MAX)]);
        assert_eq!(serde_json::from_str::<Vec<String>>(&list).unwrap(), ["0000000000000000000000000000000a", &"f".repeat(32)]);
    }
}
