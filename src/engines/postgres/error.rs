//! From the driver's errors to what a caller can do about them.

use crate::error::{Engine, Kind, StoreError};
use sqlx::Error;
use std::io::ErrorKind;

/// The store's error for a failed read.
pub(super) fn store_error(error: Error) -> StoreError {
    let kind = match &error {
        Error::Database(database) => kind_of_code(database.code().as_deref().unwrap_or_default()),
        Error::Io(io) if io.kind() == ErrorKind::TimedOut => Kind::Timeout,
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::Configuration(_) => Kind::Unavailable,
        Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed | Error::BeginFailed => Kind::Unavailable,
        Error::ColumnDecode { .. } | Error::Decode(_) => Kind::Corrupt,
        _ => Kind::Broken,
    };
    StoreError::new(Engine::Postgres, kind, detail(&error))
}

/// The store's error for a failed write: there, a value that a column cannot hold (class 22) is a broken rule of the data.
pub(super) fn write_error(error: Error) -> StoreError {
    match &error {
        Error::Database(database) if database.code().is_some_and(|code| code.starts_with("22")) => {
            StoreError::new(Engine::Postgres, Kind::Conflict, detail(&error))
        }
        _ => store_error(error),
    }
}

/// Whether the session will go on failing: the server is shutting down, or is no longer the primary (reliability K16).
pub(super) fn session_is_lost(error: &Error) -> bool {
    match error {
        Error::Database(database) => database.code().is_some_and(|code| code.starts_with("57P") || code == "25006"),
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) => true,
        _ => false,
    }
}

/// Whether the server said this.
pub(super) fn is_code(error: &Error, code: &str) -> bool {
    error.as_database_error().and_then(|database| database.code()).is_some_and(|found| found == code)
}

/// The name of the constraint that was broken.
pub(super) fn broken_rule(error: &Error) -> Option<String> {
    error.as_database_error()?.constraint().map(str::to_owned)
}

/// `SQLSTATE`s, by class where a whole class means the same.
fn kind_of_code(code: &str) -> Kind {
    match code {
        // the server's own limits: statement_timeout, lock_timeout, idle_in_transaction_session_timeout
        "57014" | "55P03" | "25P03" => Kind::Timeout,
        // shutting down, not the primary (any more), a serialization failure or deadlock that a new try may pass
        "25006" | "40001" | "40P01" => Kind::Unavailable,
        _ => match code.get(..2) {
            Some("23") => Kind::Conflict,
            // connection lost, sign-in refused, unknown database, out of resources, operator intervention, system error
            Some("08" | "28" | "3D" | "53" | "57" | "58") => Kind::Unavailable,
            _ => Kind::Broken,
        },
    }
}

fn detail(error: &Error) -> String {
    match error {
        Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            let constraint = database.constraint().map(|name| format!(", constraint {name}")).unwrap_or_default();
            format!("{} ({code}{constraint})", database.message())
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_learns_whether_waiting_helps() {
        let table = [
            ("23505", Kind::Conflict),
            ("23503", Kind::Conflict),
            ("57014", Kind::Timeout),
            ("55P03", Kind::Timeout),
            ("57P01", Kind::Unavailable),
            ("53300", Kind::Unavailable),
            ("25006", Kind::Unavailable),
            ("42P01", Kind::Broken),
            ("", Kind::Broken),
        ];
        for (code, kind) in table {
            assert_eq!(kind_of_code(code), kind, "{code}");
        }
        assert_eq!(store_error(Error::PoolTimedOut).kind, Kind::Unavailable);
        assert_eq!(store_error(Error::Decode("x".into())).kind, Kind::Corrupt);
    }
}
