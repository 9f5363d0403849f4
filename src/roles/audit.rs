//! The audit log: what the changes that were asked for left behind. Both durable roles have one.

use super::Result;
use crate::shop::{AuditEntry, AuditFilter};
use async_trait::async_trait;

/// Most entries that come at once.
pub const MAX_ENTRIES: u32 = 1_000;

/// Entries of the audit log. They are written by the changes themselves, which take them along in a [`crate::shop::Provenance`]; an engine that
/// plays both durable roles for one shop has one log for both.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Entries that pass the filter, newest first (by id, descending), at most `limit`, which is at most [`MAX_ENTRIES`].
    /// Promises: an entry is there exactly when its change is, from the moment that the change can be read; what was refused, rolled back,
    /// changed nothing or was done before under the same key has left none. No entry is ever changed or taken away.
    async fn audit_page(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>>;
}
