//! What can go wrong with a store. The public side is a kind and the engine's name; the driver's words stay in the log.

use std::{fmt, sync::Arc};

/// A kind of store. In configuration it is chosen by the scheme of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// `postgres://`
    Postgres,
    /// `sqlite:`
    Sqlite,
    /// `mongodb://`
    Mongodb,
    /// `redis://`
    Redis,
    /// `memory:`
    Memory,
}

impl Engine {
    /// The lower-case name used in receipts, logs, test labels and errors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
            Self::Mongodb => "mongodb",
            Self::Redis => "redis",
            Self::Memory => "memory",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a caller can do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The store does not answer or refuses us: wait, then try again.
    Unavailable,
    /// It was not asked: so many callers wait already. Nothing was done.
    Busy,
    /// No answer in time. For a write that means "unknown", never "failed".
    Timeout,
    /// A rule of the data forbids it: a duplicate, a missing reference, a failed check, a stale version. Trying again does not help.
    Conflict,
    /// The store holds something that this program cannot read.
    Corrupt,
    /// A mistake in this program, or a schema that does not fit it.
    Broken,
}

/// A failed call to a store.
#[derive(Clone)]
pub struct StoreError {
    /// What a caller can do about it.
    pub kind: Kind,
    /// Which engine it was.
    pub engine: Engine,
    detail: Arc<str>,
}

impl StoreError {
    /// `detail` is for the log: it may hold the driver's words, and never goes to a client.
    pub fn new(engine: Engine, kind: Kind, detail: impl fmt::Display) -> Self {
        Self { kind, engine, detail: detail.to_string().into() }
    }

    /// The driver's words, for logs and for the person at the terminal who configured the store.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Shorthand for data that cannot be read back: which field, and what stood there.
    pub fn corrupt(engine: Engine, what: impl fmt::Display) -> Self {
        Self::new(engine, Kind::Corrupt, what)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let engine = self.engine;
        match self.kind {
            Kind::Unavailable => write!(f, "{engine} is not available"),
            Kind::Busy => write!(f, "{engine} has too much to do"),
            Kind::Timeout => write!(f, "{engine} did not answer in time"),
            Kind::Conflict => write!(f, "{engine} refused the change: it conflicts with what is stored"),
            Kind::Corrupt => write!(f, "{engine} holds data that cannot be read"),
            Kind::Broken => write!(f, "{engine} could not do what was asked"),
        }
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({:?}: {})", self.kind, self.detail)
    }
}

impl std::error::Error for StoreError {}
