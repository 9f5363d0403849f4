//! What can go wrong in the lab, told to the person at the terminal.

/// Why work of the lab could not be done.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A store failed: which, and its driver's words.
    #[error("{store}: {detail}")]
    Store {
        /// The store's name, as `postgres`.
        store: &'static str,
        /// What its driver says.
        detail: String,
    },
    /// Something that the lab does not do, for safety or because it makes no sense; the text names what would be allowed.
    #[error("{0}")]
    Refused(String),
    /// The person at the terminal stopped it.
    #[error("interrupted")]
    Interrupted,
    /// An arm has no way to do this.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// A file could not be read or written.
    #[error("{0}")]
    File(String),
}

impl LabError {
    /// A store's failure.
    pub fn store(store: &'static str, detail: impl ToString) -> Self {
        Self::Store { store, detail: detail.to_string() }
    }
}

impl From<sqlx::Error> for LabError {
    fn from(error: sqlx::Error) -> Self {
        Self::store("sql", error)
    }
}

impl From<mongodb::error::Error> for LabError {
    fn from(error: mongodb::error::Error) -> Self {
        Self::store("mongodb", error)
    }
}

impl From<redis::RedisError> for LabError {
    fn from(error: redis::RedisError) -> Self {
        Self::store("redis", error)
    }
}

impl From<std::io::Error> for LabError {
    fn from(error: std::io::Error) -> Self {
        Self::File(error.to_string())
    }
}
