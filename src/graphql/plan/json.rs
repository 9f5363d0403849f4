//! Writing JSON, as the library's values would be written.

use std::{fmt::Display, io::Write as _};

/// A text.
pub fn text(text: &str, out: &mut Vec<u8>) {
    // a vector takes everything
    let _written = serde_json::to_writer(out, text);
}

/// A text that needs no escapes: ids, times, numbers that are texts, names of the schema.
pub fn plain(value: impl Display, out: &mut Vec<u8>) {
    out.push(b'"');
    let _written = write!(out, "{value}");
    out.push(b'"');
}

/// A whole number or a truth value.
pub fn bare(value: impl Display, out: &mut Vec<u8>) {
    let _written = write!(out, "{value}");
}

/// A whole number as GraphQL's `Int`, which ends at 2^31.
pub fn int(value: impl TryInto<i32>, out: &mut Vec<u8>) {
    bare(value.try_into().unwrap_or(i32::MAX), out);
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
