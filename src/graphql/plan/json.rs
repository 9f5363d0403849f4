//! Writing JSON, as the library's values would be written.

use crate::shop::{Money, Timestamp};
use chrono::{Datelike as _, Timelike as _};
use std::fmt::{self, Display, Write as _};
use type_safe_id::{StaticType, TypeSafeId};

/// A text.
pub fn text(text: &str, out: &mut Vec<u8>) {
    // without an early end, so that many are looked at in one step: hardly any text needs an escape
    let escapes = text.bytes().fold(false, |found, byte| found | (byte < b' ') | (byte == b'"') | (byte == b'\\'));
    if !escapes {
        return quoted(text, out);
    }
    // a vector takes everything
    let _written = serde_json::to_writer(out, text);
}

/// A text that needs no escapes.
pub fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// An id, as its `Display` has it.
pub fn id<K: StaticType>(id: TypeSafeId<K>, out: &mut Vec<u8>) {
    let (mut text, mut rest) = ([b'"'; 28], id.uuid().as_u128());
    text[0] = b'_';
    for digit in text[1..27].iter_mut().rev() {
        *digit = BASE_32[(rest & 31) as usize];
        rest >>= 5;
    }
    out.push(b'"');
    out.extend_from_slice(id.type_prefix().as_bytes());
    out.extend_from_slice(&text);
}

/// The digits of ids (Crockford's, <https://github.com/jetify-com/typeid/tree/main/spec>).
const BASE_32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A time, as its `Display` has it: RFC 3339 in UTC, with milliseconds.
pub fn time(at: Timestamp, out: &mut Vec<u8>) {
    let (at, mut text) = (at.to_chrono(), *b"\"0000-00-00T00:00:00.000Z\"");
    let numbers = [
        (1..5, at.year().unsigned_abs()),
        (6..8, at.month()),
        (9..11, at.day()),
        (12..14, at.hour()),
        (15..17, at.minute()),
        (18..20, at.second()),
        (21..24, at.timestamp_subsec_millis()),
    ];
    for (place, mut number) in numbers {
        for digit in text[place].iter_mut().rev() {
            *digit += (number % 10) as u8;
            number /= 10;
        }
    }
    out.extend_from_slice(&text);
}

/// The same of a value: numbers that are texts.
pub fn plain(value: impl Display, out: &mut Vec<u8>) {
    out.push(b'"');
    bare(value, out);
    out.push(b'"');
}

/// A whole number or a truth value.
pub fn bare(value: impl Display, out: &mut Vec<u8>) {
    let _written = write!(Bytes(out), "{value}");
}

/// What is formatted goes straight into the answer.
struct Bytes<'a>(&'a mut Vec<u8>);

impl fmt::Write for Bytes<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// A whole number as GraphQL's `Int`, which ends at 2^31.
pub fn int(value: impl TryInto<i32>, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value.try_into().unwrap_or(i32::MAX)).as_bytes());
}

/// An amount in major units, as [`Money::decimal`] has it: half of the numbers of an order are amounts.
pub fn amount(money: Money, out: &mut Vec<u8>) {
    let (mut buffer, decimals) = (itoa::Buffer::new(), money.currency.decimals() as usize);
    let digits = buffer.format(money.minor.unsigned_abs()).as_bytes();
    let (whole, part) = digits.split_at(digits.len().saturating_sub(decimals));
    out.push(b'"');
    if money.minor < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(if whole.is_empty() { b"0" } else { whole });
    if decimals > 0 {
        out.push(b'.');
        out.extend(std::iter::repeat_n(b'0', decimals - part.len()));
        out.extend_from_slice(part);
    }
    out.push(b'"');
}

/// Anything that is JSON already.
pub fn value(value: &impl serde::Serialize, out: &mut Vec<u8>) {
    let _written = serde_json::to_writer(out, value);
}

/// Nothing.
pub fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

/// A list.
pub fn list<T>(items: impl IntoIterator<Item = T>, out: &mut Vec<u8>, mut write: impl FnMut(T, &mut Vec<u8>)) {
    out.push(b'[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

/// The fields of an object, each with what stands before its value: the brace or the comma, and the key.
pub type Keyed<T> = Vec<(Box<[u8]>, T)>;

/// Fields under their keys, in this order. Names of the schema, and aliases, have no characters that JSON escapes.
pub fn keyed<K: AsRef<str>, T>(fields: impl IntoIterator<Item = (K, T)>) -> Keyed<T> {
    let before = ['{'].into_iter().chain(std::iter::repeat(','));
    let keyed = |(before, (key, field)): (char, (K, T))| (format!("{before}\"{}\":", key.as_ref()).into_bytes().into_boxed_slice(), field);
    before.zip(fields).map(keyed).collect()
}

/// An object.
pub fn object<T>(fields: &[(Box<[u8]>, T)], out: &mut Vec<u8>, mut write: impl FnMut(&T, &mut Vec<u8>)) {
    if fields.is_empty() {
        out.push(b'{');
    }
    for (key, field) in fields {
        out.extend_from_slice(key);
        write(field, out);
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::ProductId;

    #[test]
    fn amounts_are_written_as_their_decimals() {
        for code in ["EUR", "JPY", "KWD"] {
            for minor in [0, 1, -1, 7, 10, 99, 100, -100, 101, 999, 1_000, 123_456_789, i64::MAX, i64::MIN] {
                let money = Money::new(minor, code.parse().unwrap());
                let mut out = Vec::new();
                amount(money, &mut out);
                assert_eq!(String::from_utf8(out).unwrap(), format!("\"{}\"", money.decimal()), "{minor} {code}");
            }
        }
    }

    #[test]
    fn ids_and_times_are_written_as_they_are_shown() {
        for number in [0, 1, 31, 32, u128::MAX, u128::MAX >> 1, 0x0190_a5b4_7c3d_7000_8123_4567_89ab_cdef] {
            let (shown, mut out) = (ProductId::from(uuid::Uuid::from_u128(number)), Vec::new());
            id(shown, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), format!("\"{shown}\""));
        }
        for millis in [0, 1, 999, 1_000, 951_782_400_000, 1_700_000_000_123, 1_735_689_599_999, 253_402_300_799_999] {
            let (shown, mut out) = (Timestamp::from_millis(millis).unwrap(), Vec::new());
            time(shown, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), format!("\"{shown}\""));
        }
    }

    #[test]
    fn texts_are_written_as_serde_writes_them() {
        let all: String = (0..0x180).filter_map(char::from_u32).collect();
        for shown in ["", "a", "a\"b", "back\\slash", "line\n", "\u{1f}", "\u{7f}", "\u{2028}", "Grüße 🎁", &all] {
            let mut out = Vec::new();
            text(shown, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(shown).unwrap());
        }
    }

    #[test]
    fn an_object_has_its_fields_in_order() {
        let written = |fields: &[&str]| {
            let (keyed, mut out) = (keyed(fields.iter().zip(1..)), Vec::new());
            object(&keyed, &mut out, |number, out| int(*number, out));
            String::from_utf8(out).unwrap()
        };
        assert_eq!([written(&[]), written(&["a"]), written(&["b", "a"])], ["{}", r#"{"a":1}"#, r#"{"b":1,"a":2}"#]);
    }

    #[test]
    fn a_number_beyond_int_is_the_highest_int() {
        for (number, expected) in [(0_i64, "0"), (-12, "-12"), (2_147_483_647, "2147483647"), (2_147_483_648, "2147483647")] {
            let mut out = Vec::new();
            int(number, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
