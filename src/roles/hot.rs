//! The hot role: copies and counts that must be fast and may be lost.

use super::{Result, Store};
use crate::shop::{Board, Counter, ProductId, Ranked};
use async_trait::async_trait;
use bytes::Bytes;
use std::time::Duration;

/// The whole role.
pub trait Hot: Store + Cache + Counters + Rankings {}
impl<T: Store + Cache + Counters + Rankings + ?Sized> Hot for T {}

/// Longest value that a cache keeps, in bytes; larger ones are silently not kept.
pub const MAX_CACHED_BYTES: usize = 256 * 1024;

/// Values with an end. Everything in it may vanish at any time.
#[async_trait]
pub trait Cache: Send + Sync {
    /// The values under these keys, in the order of the keys; `None` where there is none (any more). One round trip.
    async fn cache_get(&self, keys: &[String]) -> Result<Vec<Option<Bytes>>>;

    /// Keeps values for `ttl`. Promises: a value over [`MAX_CACHED_BYTES`] is not kept; an in-process cache is bounded.
    async fn cache_set(&self, entries: &[(String, Bytes)], ttl: Duration) -> Result<()>;

    /// Forgets keys.
    async fn cache_delete(&self, keys: &[String]) -> Result<()>;
}

/// Approximate counts.
#[async_trait]
pub trait Counters: Send + Sync {
    /// The counts, in the order of the keys; what was never counted is 0. One round trip.
    async fn counters_get(&self, counters: &[Counter]) -> Result<Vec<i64>>;

    /// Sets counts outright: for rebuilding them from the owner of the facts.
    async fn counters_put(&self, rows: &[(Counter, i64)]) -> Result<()>;
}

/// Boards of products by score.
#[async_trait]
pub trait Rankings: Send + Sync {
    /// The best `limit` products of a board, best first, equal scores by id descending. One round trip.
    async fn ranking_top(&self, board: Board, limit: u32) -> Result<Vec<Ranked>>;

    /// The places of these products; those that are not on the board are left out. One round trip.
    async fn ranking_places(&self, board: Board, products: &[ProductId]) -> Result<Vec<Ranked>>;

    /// Replaces a whole board at once: readers see the old one or the new one.
    async fn ranking_put(&self, board: Board, scores: &[(ProductId, f64)]) -> Result<()>;
}
