//! The three roles of storage, as questions that the shop asks. Engines answer them; nothing above knows which engine.
//!
//! Rules for every method:
//! - Reads take many keys and give back what exists: unknown keys are left out, duplicates in the keys do no harm, no order
//!   is promised unless the method says so. An empty key list gives an empty answer without asking the store.
//! - A method named `…_page…` answers in list order, cut by a [`crate::shop::Window`].
//! - `…_put` writes many rows in one transaction, all or none where the engine has transactions: new ids are added, known ids
//!   are replaced. Putting the same rows twice is the same as once. A rule of the data that is broken is
//!   [`crate::error::Kind::Conflict`]. Dropping the returned future never leaves half a transaction behind.
//! - A write with a `once` keeps its key with the write: sent again with the same request it answers [`crate::shop::Written::Replayed`] with
//!   what was written then, with another request [`crate::shop::Written::KeyReused`], while the first is under way
//!   [`crate::shop::Written::InProgress`], after at most 500 ms. Refusals are not kept. Keys live for at least 24 hours.
//! - A write with an entry for the audit log keeps the entry with the write, see [`AuditLog`].
//! - Texts compare by bytes, times are UTC milliseconds.

pub mod audit;
pub mod documents;
pub mod hot;
pub mod outbox;
pub mod relational;

pub use audit::AuditLog;
pub use documents::{Activity, Articles, Comments, Documents, PreferenceStore};
pub use hot::{Cache, Channel, Counters, Hot, Rankings, RateLimits, Sessions};
pub use outbox::Outbox;
pub use relational::{Accounts, Catalog, Customers, Orders, Relational};

use crate::error::{Engine, StoreError};
use async_trait::async_trait;

/// What a role method gives back.
pub type Result<T> = std::result::Result<T, StoreError>;

/// How the schema in a store relates to the one that this program was built for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// They are the same.
    Current,
    /// Migrations are missing in the store: run `polystore migrate`. Holds their names.
    Behind(Vec<String>),
    /// The store has migrations that this program does not know (a newer program made them), or that were changed since. Holds their names.
    Ahead(Vec<String>),
}

/// Whether calls are let through to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// They are.
    Closed,
    /// They are refused: the store does not answer.
    Open,
    /// They are refused still: the store has begun to answer.
    HalfOpen,
}

impl BreakerState {
    /// The lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
        }
    }
}

/// What every engine can be asked about itself.
#[async_trait]
pub trait Store: Send + Sync {
    /// Which engine it is.
    fn engine(&self) -> Engine;

    /// One round trip to the server. Promises: never longer than 1 s.
    async fn ping(&self) -> Result<()>;

    /// A sign of life that needs neither a free connection nor a password: it tells a busy store from a dead one.
    /// Promises: never longer than 600 ms; [`crate::error::Kind::Timeout`] for a store that is silent,
    /// [`crate::error::Kind::Unavailable`] for one that cannot be reached; an embedded store always gives one.
    async fn probe(&self) -> Result<()> {
        Ok(())
    }

    /// The state of the circuit breaker in front of the store, where there is one.
    fn breaker(&self) -> Option<BreakerState> {
        None
    }

    /// How the store's schema relates to this program's. Engines without a schema say [`SchemaState::Current`].
    async fn schema(&self) -> Result<SchemaState>;

    /// Brings the schema up to date. Promises: safe to run twice, and by two processes at once.
    async fn migrate(&self) -> Result<()>;

    /// Much was written at once: an engine that plans by what it knows of its tables looks at them again. Promises: no row is changed; what
    /// fails is in the log, and nothing else.
    async fn filled(&self) {}

    /// Says good-bye at the end of the program; nothing is asked of the store afterwards. Promises: never longer than 2 s.
    async fn close(&self) {}
}
