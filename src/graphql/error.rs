//! Errors as clients see them: a closed list of codes, a text that names no host, statement or key.

use crate::{
    actions::ActionError,
    error::{Kind, StoreError},
    loaders::LoadError,
};
use async_graphql::{Error, ErrorExtensions};
use std::time::Duration;

/// Every code that a client can meet. The list is closed: a test fails on any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The document cannot be parsed.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// Nested too deeply.
    QueryTooDeep,
    /// Too much of something: fields, aliases, tokens, cost.
    QueryTooComplex,
    /// No document is known under this hash: send its text along.
    PersistedQueryNotFound,
    /// Documents are not stored here: send the text, and no hash.
    PersistedQueryNotSupported,
    /// Only the documents of a list are run here.
    PersistedQueryNotInList,
    /// The schema is not shown here.
    IntrospectionDisabled,
    /// A value that the client sent is not acceptable.
    BadUserInput,
    /// Only for those who signed in, or the token is not (any more) that of a session.
    Unauthenticated,
    /// Not for this viewer.
    Forbidden,
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// It does not fit what is stored.
    Conflict,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
    /// The same request is being done at this moment: try again.
    IdempotencyInProgress,
    /// Nobody knows whether the change was made: send it again with the same idempotency key.
    UnknownOutcome,
    /// Too often.
    RateLimited,
    /// A store does not answer; other fields may have.
    StoreUnavailable,
    /// The request took too long.
    DeadlineExceeded,
    /// The body is too large.
    PayloadTooLarge,
    /// The body is of a type that is not taken.
    UnsupportedMediaType,
    /// The server, or this connection, has too much to do already.
    Overloaded,
    /// The server is being stopped.
    ShuttingDown,
    /// A mistake of the server.
    Internal,
}

impl Code {
    /// The text in `extensions.code`.
    pub fn name(self) -> &'static str {
        match self {
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::QueryTooDeep => "QUERY_TOO_DEEP",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::PersistedQueryNotInList => "PERSISTED_QUERY_NOT_IN_LIST",
            Self::IntrospectionDisabled => "INTROSPECTION_DISABLED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::IdempotencyInProgress => "IDEMPOTENCY_IN_PROGRESS",
            Self::UnknownOutcome => "UNKNOWN_OUTCOME",
            Self::RateLimited => "RATE_LIMITED",
            Self::StoreUnavailable => "STORE_UNAVAILABLE",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::Overloaded => "OVERLOADED",
            Self::ShuttingDown => "SHUTTING_DOWN",
            Self::Internal => "INTERNAL",
        }
    }
}

/// How long a client should wait before it asks a store again, in milliseconds.
pub const RETRY_AFTER_MS: i32 = 1_000;

/// An error with a code.
pub fn fail(code: Code, message: impl Into<String>) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code.name()))
}

/// A value that the client sent is not acceptable.
pub fn bad_input(message: impl std::fmt::Display) -> Error {
    fail(Code::BadUserInput, message.to_string())
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Store(error) => store_error(&error),
            LoadError::Panicked => fail(Code::Internal, "internal error"),
        }
    }
}

/// The session could not be looked up.
pub struct LookUp(pub StoreError);

impl From<LookUp> for Error {
    fn from(LookUp(error): LookUp) -> Self {
        store_error(&error)
    }
}

/// Only for those who signed in.
pub fn unauthenticated() -> Error {
    fail(Code::Unauthenticated, "sign in first")
}

/// Why an action was not done, if it is not the input's fault.
pub fn action_error(error: ActionError) -> Error {
    let wait = |code, message: &str, after: Duration| {
        let millis = i32::try_from(after.as_millis()).unwrap_or(i32::MAX);
        fail(code, message).extend_with(|_, extensions| {
            extensions.set("retryable", true);
            extensions.set("retryAfterMs", millis);
        })
    };
    let soon = Duration::from_millis(RETRY_AFTER_MS.unsigned_abs().into());
    match error {
        ActionError::Unauthenticated => unauthenticated(),
        ActionError::Forbidden(why) => fail(Code::Forbidden, why),
        ActionError::KeyReused => fail(Code::IdempotencyKeyReused, "the idempotency key was used for another request"),
        ActionError::InProgress => wait(Code::IdempotencyInProgress, "the same request is being done at this moment", soon),
        ActionError::Limited(after) => wait(Code::RateLimited, "too many tries: wait", after),
        ActionError::Overloaded => wait(Code::Overloaded, "too many at once: try again", soon),
        ActionError::BadRequest(why) => bad_input(why),
        ActionError::Store(error) => store_error(&error),
        ActionError::Write(error) => match error.kind {
            Kind::Timeout => {
                wait(Code::UnknownOutcome, "nobody knows whether it was done: send it again with the same idempotency key", soon)
            }
            Kind::Conflict => fail(Code::Conflict, error.to_string()),
            _ => store_error(&error),
        },
        ActionError::Internal | ActionError::Refused(_) => fail(Code::Internal, "internal error"),
    }
}

fn store_error(error: &StoreError) -> Error {
    let later = |code| {
        fail(code, error.to_string()).extend_with(|_, extensions| {
            extensions.set("store", error.engine.name());
            extensions.set("retryable", true);
            extensions.set("retryAfterMs", RETRY_AFTER_MS);
        })
    };
    match error.kind {
        Kind::Unavailable | Kind::Timeout => later(Code::StoreUnavailable),
        Kind::Busy => later(Code::Overloaded),
        Kind::Conflict | Kind::Corrupt | Kind::Broken => fail(Code::Internal, "internal error"),
    }
}
