//! The outbox: events that were committed together with what they tell of, until a relay has told them. Both durable roles have one.

use super::Result;
use crate::shop::{Claimed, EventId, OutboxState, Parked, Timestamp};
use async_trait::async_trait;
use std::time::Duration;

/// Most characters of a failure that is kept with an event.
pub const MAX_ERROR_CHARS: usize = 500;
/// Most idempotency keys that are forgotten in one call.
pub const MAX_PRUNED: i64 = 10_000;

/// How often a claim goes on that found only events which this program cannot read.
pub const ROUNDS: u32 = 10;

/// What is kept of a failure's words: the first ones, without NUL, which PostgreSQL cannot hold.
pub fn error_text(error: &str) -> String {
    error.chars().filter(|c| *c != '\0').take(MAX_ERROR_CHARS).collect()
}

/// A lease or a wait in milliseconds, at most a year: stores add it to their clock, which must not run over.
pub fn millis(time: Duration) -> i64 {
    const YEAR: Duration = Duration::from_secs(366 * 24 * 3_600);
    i64::try_from(time.min(YEAR).as_millis()).unwrap_or(i64::MAX)
}

/// Events on their way out. An engine that plays both durable roles for one shop has one outbox for both.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes at most `limit` events for `lease`: until then, or until they are done or put back, nobody else gets them.
    /// Promises: two servers that ask at once get different events (`SKIP LOCKED` or its like); of each aggregate only the first event
    /// that is neither done nor parked can be taken, so an aggregate's events are told in their order (`sequence`, then id);
    /// events whose retry lies ahead, or that are leased, are left out. Oldest first. Never a watermark: ids commit out of order.
    /// Fewer than `limit` may come although more could: an empty answer means that there is nothing to take now. An event that this
    /// program cannot read (a newer one wrote it) is logged and stays leased: it holds up its own aggregate and nothing else.
    async fn outbox_claim(&self, limit: u32, lease: Duration) -> Result<Vec<Claimed>>;

    /// These events were told: they are gone. Promises: ids that are gone already do no harm.
    async fn outbox_done(&self, ids: &[EventId]) -> Result<()>;

    /// An event could not be told. It can be taken again after `wait`; `None` parks it. `counted` says whether it was the event's own fault,
    /// which counts as a try: a store that is down is not.
    async fn outbox_failed(&self, id: EventId, wait: Option<Duration>, counted: bool, error: &str) -> Result<()>;

    /// How the outbox stands.
    async fn outbox_state(&self) -> Result<OutboxState>;

    /// Parked events, oldest first, at most `limit`.
    async fn outbox_parked(&self, limit: u32) -> Result<Vec<Parked>>;

    /// Lets parked events be told again, with no tries counted: these, or all if the list is empty. Gives their number.
    async fn outbox_retry(&self, ids: &[EventId]) -> Result<u64>;

    /// Forgets idempotency keys that were used before this time, at most 10,000 a call. Gives their number.
    async fn once_prune(&self, before: Timestamp) -> Result<u64>;
}
