//! Writing JSON, as the library's values would be written.

use crate::shop::Money;
use std::fmt::{self, Display, Write as _};

/// A text.
pub fn text(text: &str, out: &mut Vec<u8>) {
    // a vector takes everything
    let _written = serde_json::to_writer(out, text);
}

/// A text that needs no escapes.
pub fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// The same of a value: ids, times, numbers that are texts.
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

/// A key of an object, written out. Names of the schema, and aliases, have no characters that JSON escapes.
pub fn key(name: &str) -> Box<[u8]> {
    format!("\"{name}\":").into_bytes().into_boxed_slice()
}

/// An object whose keys are written out already ([`key`]).
pub fn object<T>(fields: &[(Box<[u8]>, T)], out: &mut Vec<u8>, mut write: impl FnMut(&T, &mut Vec<u8>)) {
    out.push(b'{');
    for (index, (key, field)) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(key);
        write(field, out);
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_number_beyond_int_is_the_highest_int() {
        for (number, expected) in [(0_i64, "0"), (-12, "-12"), (2_147_483_647, "2147483647"), (2_147_483_648, "2147483647")] {
            let mut out = Vec::new();
            int(number, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
