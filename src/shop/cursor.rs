//! Opaque, versioned cursors: base64url of `1|list|kind|value|uuid`. A cursor carries the list and order that it was made
//! for; used with another it is refused, so it can never turn into a wrong page.

use super::page::{Key, SortKind, SortValue};
use super::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

const VERSION: &str = "1";
/// Longest cursor that is looked at, in bytes; sort texts are at most 200 characters.
const MAX_LEN: usize = 1_400;

/// Why a text is not a usable cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCursor {
    /// Not something that this server gave out.
    #[error("not a cursor of this server")]
    Malformed,
    /// A cursor of another list or another order.
    #[error("this cursor belongs to another list or order")]
    OtherList,
}

/// Writes the cursor of a row in the list named `list`, for example `products/NAME_ASC`.
pub fn encode(list: &str, key: &Key) -> String {
    // the text comes last but one: it may hold any character, the uuid has a fixed length
    let id = key.id.simple();
    URL_SAFE_NO_PAD.encode(match &key.value {
        SortValue::Time(at) => format!("{VERSION}|{list}|t|{}|{id}", at.millis()),
        SortValue::Number(number) => format!("{VERSION}|{list}|n|{number}|{id}"),
        SortValue::Text(text) => format!("{VERSION}|{list}|s|{text}|{id}"),
    })
}

/// Reads a cursor back; `list` must be what it was made for, and its value of the kind that the list is sorted by.
pub fn decode(list: &str, sorted_by: SortKind, cursor: &str) -> Result<Key, BadCursor> {
    if cursor.len() > MAX_LEN {
        return Err(BadCursor::Malformed);
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor::Malformed)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| BadCursor::Malformed)?;
    let mut parts = text.splitn(4, '|');
    let mut part = || parts.next().ok_or(BadCursor::Malformed);
    if part()? != VERSION {
        return Err(BadCursor::Malformed);
    }
    let made_for = part()?;
    let kind = part()?;
    let (value, id) = part()?.rsplit_once('|').ok_or(BadCursor::Malformed)?;
    if made_for != list {
        return Err(BadCursor::OtherList);
    }
    let number = || value.parse::<i64>().map_err(|_| BadCursor::Malformed);
    let value = match (kind, sorted_by) {
        ("t", SortKind::Time) => SortValue::Time(Timestamp::from_millis(number()?).map_err(|_| BadCursor::Malformed)?),
        ("n", SortKind::Number) => SortValue::Number(number()?),
        ("s", SortKind::Text) if !value.contains('\0') => SortValue::Text(value.to_owned()),
        _ => return Err(BadCursor::Malformed),
    };
    let id = (id.len() == 32).then(|| Uuid::try_parse(id).ok()).flatten().ok_or(BadCursor::Malformed)?;
    Ok(Key { value, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_and_belong_to_one_list() {
        let values = [
            SortValue::Time(Timestamp::from_millis(1_700_000_000_000).unwrap()),
            SortValue::Number(-5),
            SortValue::Text("a|b \"ü\"".into()),
        ];
        for (value, kind) in values.into_iter().zip([SortKind::Time, SortKind::Number, SortKind::Text]) {
            let key = Key { value, id: Uuid::from_u128(42) };
            let cursor = encode("products/NAME_ASC", &key);
            assert_eq!(decode("products/NAME_ASC", kind, &cursor), Ok(key));
            assert_eq!(decode("products/NAME_DESC", kind, &cursor), Err(BadCursor::OtherList));
            assert!(decode("products/NAME_ASC", kind, &cursor[..cursor.len() - 3]).is_err());
            let others = [SortKind::Time, SortKind::Number, SortKind::Text].into_iter().filter(|other| *other != kind);
            others.for_each(|other| assert_eq!(decode("products/NAME_ASC", other, &cursor), Err(BadCursor::Malformed)));
        }
    }

    #[test]
    fn foreign_texts_are_not_cursors() {
        let long = "A".repeat(10_000);
        let nul = URL_SAFE_NO_PAD.encode(format!("1|x|s|a\0b|{}", Uuid::nil().simple()));
        for bad in ["", "0", "YXJyYXljb25uZWN0aW9uOjE=", "%%%", "MXx4fHR8MQ", &long, &nul] {
            assert_eq!(decode("x", SortKind::Text, bad), Err(BadCursor::Malformed), "{bad}");
        }
    }
}
