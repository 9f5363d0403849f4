//! Errors as clients see them: a closed list of codes, a text that names no host, statement or key.

use crate::{
    error::{Kind, StoreError},
    loaders::LoadError,
};
use async_graphql::{Error, ErrorExtensions};

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
    /// A value that the client sent is not acceptable.
    BadUserInput,
    /// Not allowed to whoever asks.
    Forbidden,
    /// There is no such thing, or the viewer does not see it.
    NotFound,
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
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
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

fn store_error(error: &StoreError) -> Error {
    match error.kind {
        Kind::Unavailable | Kind::Timeout => fail(Code::StoreUnavailable, error.to_string()).extend_with(|_, extensions| {
            extensions.set("store", error.engine.name());
            extensions.set("retryable", true);
            extensions.set("retryAfterMs", RETRY_AFTER_MS);
        }),
        Kind::Conflict | Kind::Corrupt | Kind::Broken => fail(Code::Internal, "internal error"),
    }
}
