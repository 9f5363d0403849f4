//! The driver's errors as the house's: what a caller can do, the driver's words for the log.

use crate::error::{Engine, Kind, StoreError};
use mongodb::error::{Error, ErrorKind, WriteError, WriteFailure};
use std::fmt;

/// The store's collection or document that broke a rule: duplicate key (two codes), failed validation.
const CONFLICT: [i32; 3] = [11000, 11001, 121];
/// `maxTimeMS` passed, or a write was not confirmed in time: for a write that means "unknown".
const TIMEOUT: [i32; 5] = [50, 64, 89, 100, 262];
/// Wrong user or password, or a server that is starting, stopping or no longer the primary.
const UNAVAILABLE: [i32; 13] = [6, 7, 13, 18, 91, 189, 9001, 10107, 11600, 11602, 13435, 13436, 8000];

/// A new error of this engine.
pub fn new(kind: Kind, detail: impl fmt::Display) -> StoreError {
    StoreError::new(Engine::Mongodb, kind, detail)
}

/// What a stored document holds that this program cannot read.
pub fn corrupt(what: impl fmt::Display) -> StoreError {
    StoreError::corrupt(Engine::Mongodb, what)
}

/// The driver's error as ours.
pub fn store(error: Error) -> StoreError {
    new(kind(&error), words(&error.kind))
}

/// The driver's words, without documents and values: it would print those of a write that was refused, which may be anything.
fn words(kind: &ErrorKind) -> String {
    let refused = |write: &WriteError| refusal(write.code, &write.message);
    match kind {
        ErrorKind::Write(WriteFailure::WriteError(write)) => refused(write),
        ErrorKind::InsertMany(many) => match many.write_errors.as_deref() {
            Some([first, ..]) => refusal(first.code, &first.message),
            _ => kind.to_string(),
        },
        ErrorKind::Command(command) => refusal(command.code, &command.message),
        other => other.to_string(),
    }
}

/// What the server says of a write that it refused, without the value that is there already.
pub fn refusal(code: i32, message: &str) -> String {
    let said = message.split(" dup key: ").next().unwrap_or_default();
    format!("{said} ({code})")
}

/// The index that a write would have given a key twice, if that is what was wrong.
pub fn duplicate(error: &Error) -> Option<&str> {
    let (code, words) = match error.kind.as_ref() {
        ErrorKind::Command(command) => (command.code, &command.message),
        ErrorKind::Write(WriteFailure::WriteError(write)) => (write.code, &write.message),
        _ => return None,
    };
    // "E11000 duplicate key error collection: shop.articles index: slug dup key: …"; the server says it in no other way
    let index = words.split_once(" index: ").and_then(|(_, rest)| rest.split(' ').next());
    matches!(code, 11000 | 11001).then(|| index.unwrap_or_default())
}

/// What a server's error code means to a caller.
pub fn kind_of_code(code: i32) -> Kind {
    match code {
        code if CONFLICT.contains(&code) => Kind::Conflict,
        code if TIMEOUT.contains(&code) => Kind::Timeout,
        code if UNAVAILABLE.contains(&code) => Kind::Unavailable,
        _ => Kind::Broken,
    }
}

fn kind(error: &Error) -> Kind {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => kind_of_code(command.code),
        ErrorKind::Write(WriteFailure::WriteError(write)) => kind_of_code(write.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => kind_of_code(concern.code),
        ErrorKind::InsertMany(many) => match (&many.write_errors, &many.write_concern_error) {
            (Some(errors), _) => errors.first().map_or(Kind::Broken, |write| kind_of_code(write.code)),
            (None, Some(concern)) => kind_of_code(concern.code),
            (None, None) => Kind::Broken,
        },
        ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::TimedOut => Kind::Timeout,
        ErrorKind::Authentication { .. }
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::DnsResolve { .. }
        | ErrorKind::InvalidTlsConfig { .. }
        | ErrorKind::Io(_)
        | ErrorKind::ServerSelection { .. } => Kind::Unavailable,
        ErrorKind::Bson(_) | ErrorKind::InvalidResponse { .. } => Kind::Corrupt,
        _ => Kind::Broken,
    }
}

/// Why the first connection failed, so that a person can tell the usual reasons apart: the driver's words only where they add
/// something. Always [`Kind::Unavailable`].
pub fn connecting(error: &Error) -> StoreError {
    let words = error.kind.to_string();
    let refused = "the server refused the user name or password";
    let reason = match error.kind.as_ref() {
        ErrorKind::Authentication { .. } => refused.to_owned(),
        ErrorKind::Command(command) if command.code == 18 => refused.to_owned(),
        ErrorKind::Command(command) if command.code == 13 => {
            "the server wants a user and password, or this user may not read this database".to_owned()
        }
        _ if words.contains("SCRAM failure") || words.contains("Authentication failed") => refused.to_owned(),
        ErrorKind::ServerSelection { .. } if words.contains("refused") => "connection refused: nothing listens there".to_owned(),
        ErrorKind::ServerSelection { .. } => format!("no usable server answers there ({words})"),
        ErrorKind::DnsResolve { .. } => format!("the host name is not known ({words})"),
        ErrorKind::InvalidTlsConfig { .. } => format!("the tls options cannot be used ({words})"),
        _ => format!("the first round trip failed ({words})"),
    };
    new(Kind::Unavailable, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mongodb::bson::{self, doc};

    #[test]
    fn a_refused_write_is_told_without_what_was_to_be_written() {
        let taken = "E11000 duplicate key error collection: shop.articles index: slug dup key: { slug: \"secret-slug\" }";
        for (code, message, shown) in [
            (121, "Document failed validation", "Document failed validation (121)"),
            (11000, taken, "E11000 duplicate key error collection: shop.articles index: slug (11000)"),
        ] {
            let failed = doc! { "code": code, "errmsg": message, "errInfo": { "details": { "consideredValue": "secret-slug" } } };
            let write: WriteError = bson::deserialize_from_document(failed).unwrap();
            let error = Error::from(ErrorKind::Write(WriteFailure::WriteError(write)));
            assert_eq!(duplicate(&error).is_some(), code == 11000);
            let error = store(error);
            assert_eq!((error.kind, error.detail()), (Kind::Conflict, shown));
        }
    }
}
