//! From the driver's errors to ours.

use crate::error::{Engine, Kind, StoreError};
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// What a failed command means for its caller.
pub(super) fn store_error(error: RedisError) -> StoreError {
    StoreError::new(Engine::Redis, kind(&error), &error)
}

fn kind(error: &RedisError) -> Kind {
    if error.is_timeout() {
        return Kind::Timeout;
    }
    match error.kind() {
        ErrorKind::Io | ErrorKind::AuthenticationFailed | ErrorKind::ClusterConnectionNotFound => Kind::Unavailable,
        ErrorKind::Parse | ErrorKind::UnexpectedReturnType => Kind::Corrupt,
        ErrorKind::Server(
            ServerErrorKind::BusyLoading
            | ServerErrorKind::TryAgain
            | ServerErrorKind::ClusterDown
            | ServerErrorKind::MasterDown
            | ServerErrorKind::ReadOnly,
        ) => Kind::Unavailable,
        _ => match error.code() {
            Some("NOAUTH" | "WRONGPASS" | "BUSY" | "OOM" | "MISCONF" | "NOREPLICAS") => Kind::Unavailable,
            Some("WRONGTYPE") => Kind::Corrupt,
            _ => Kind::Broken,
        },
    }
}

/// Why the first connection failed, for the person who wrote the URL. Never holds the password.
pub(super) fn connect_error(address: &str, error: &RedisError) -> StoreError {
    let detail = if error.is_connection_refusal() {
        format!("connection refused by {address}: is redis running there?")
    } else if error.is_timeout() {
        format!("no answer in time from {address}")
    } else if error.kind() == ErrorKind::AuthenticationFailed || matches!(error.code(), Some("WRONGPASS")) {
        format!("{address} refused the user name or the password of the url")
    } else if matches!(error.code(), Some("NOAUTH")) {
        format!("{address} wants a password, and the url has none")
    } else if error.to_string().contains("certificate") {
        format!("{address}: {error}; POLYSTORE_REDIS_CA names whose certificates are believed")
    } else {
        format!("{address}: {error}")
    };
    StoreError::new(Engine::Redis, Kind::Unavailable, detail)
}

/// The URL cannot be used at all. Never holds the URL: it may hold a password.
pub(super) fn bad_url(reason: impl std::fmt::Display) -> StoreError {
    let detail = format!("the url is not one for redis ({reason}); its form is redis://[[user]:password@]host[:port][/db]");
    StoreError::new(Engine::Redis, Kind::Unavailable, detail)
}
