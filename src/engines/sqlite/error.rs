//! SQLite's errors as the house's kinds. The place (the file's name) goes into every detail: it is what a person needs first.

use crate::error::{Engine, Kind, StoreError};
use sqlx::migrate::MigrateError;

/// Primary result codes, from SQLite's list; extended codes hold them in their lowest byte.
mod code {
    pub const PERM: i32 = 3;
    pub const BUSY: i32 = 5;
    pub const LOCKED: i32 = 6;
    pub const NOMEM: i32 = 7;
    pub const READONLY: i32 = 8;
    pub const INTERRUPT: i32 = 9;
    pub const IOERR: i32 = 10;
    pub const CORRUPT: i32 = 11;
    pub const FULL: i32 = 13;
    pub const CANTOPEN: i32 = 14;
    pub const CONSTRAINT: i32 = 19;
    pub const NOTADB: i32 = 26;
    /// A value of the wrong type in a STRICT table: a mistake of this program, not of the data.
    pub const CONSTRAINT_DATATYPE: i32 = 3091;
}

fn result_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error().and_then(|error| error.code()?.parse().ok())
}

/// Whether another connection holds the lock that was needed.
pub fn is_busy(error: &sqlx::Error) -> bool {
    result_code(error).is_some_and(|code| code & 0xff == code::BUSY)
}

/// What SQLite says of a unique rule that is broken: `table.column`, several with commas.
pub fn broken_rule(error: &sqlx::Error) -> Option<String> {
    let message = error.as_database_error()?.message();
    message.strip_prefix("UNIQUE constraint failed: ").map(str::to_owned)
}

fn kind(error: &sqlx::Error) -> Kind {
    match error {
        sqlx::Error::Database(_) => match result_code(error) {
            Some(code::CONSTRAINT_DATATYPE) | None => Kind::Broken,
            Some(code) => match code & 0xff {
                code::CONSTRAINT => Kind::Conflict,
                code::CORRUPT | code::NOTADB => Kind::Corrupt,
                code::BUSY | code::LOCKED | code::INTERRUPT => Kind::Timeout,
                code::PERM | code::NOMEM | code::READONLY | code::IOERR | code::FULL | code::CANTOPEN => Kind::Unavailable,
                _ => Kind::Broken,
            },
        },
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Kind::Unavailable,
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => Kind::Corrupt,
        _ => Kind::Broken,
    }
}

/// A driver's error at a place, which is the file's name.
pub fn store_error(place: &str, error: &sqlx::Error) -> StoreError {
    StoreError::new(Engine::Sqlite, kind(error), format!("{place}: {error}"))
}

/// A migration that failed.
pub fn migrate_error(place: &str, error: &MigrateError) -> StoreError {
    let kind = match error {
        MigrateError::Execute(inner) | MigrateError::ExecuteMigration(inner, _) => kind(inner),
        _ => Kind::Broken,
    };
    StoreError::new(Engine::Sqlite, kind, format!("{place}: {error}"))
}
