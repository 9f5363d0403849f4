//! The hot role: copies and counts that must be fast and may be lost.

use super::{Result, Store};
use crate::shop::{Board, Counter, EventId, Heard, Message, ProductId, Ranked, Rate, Session, Taken, Timestamp, TokenHash};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use std::time::Duration;

/// The whole role.
pub trait Hot: Store + Cache + Counters + Rankings + Sessions + RateLimits + Channel {}
impl<T: Store + Cache + Counters + Rankings + Sessions + RateLimits + Channel + ?Sized> Hot for T {}

/// Longest value that a cache keeps, in bytes; larger ones are silently not kept.
pub const MAX_CACHED_BYTES: usize = 256 * 1024;

/// A value of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned {
    /// Its key.
    pub key: String,
    /// Its version.
    pub version: i64,
    /// The value.
    pub value: Bytes,
    /// How long it is kept.
    pub ttl: Duration,
}

/// Values with an end. Everything in it may vanish at any time.
#[async_trait]
pub trait Cache: Send + Sync {
    /// The values under these keys, in the order of the keys; `None` where there is none (any more). One round trip.
    async fn cache_get(&self, keys: &[String]) -> Result<Vec<Option<Bytes>>>;

    /// Keeps values for `ttl`. Promises: a value over [`MAX_CACHED_BYTES`] is not kept; an in-process cache is bounded.
    async fn cache_set(&self, entries: &[(String, Bytes)], ttl: Duration) -> Result<()>;

    /// Keeps versioned values for `ttl` each, unless the key's floor is above the version. One round trip a mebibyte.
    /// Promises: of a value and a floor that are set at the same moment, one sees the other; an older version never takes the place of a newer
    /// one that [`Cache::cache_put`] has put there; a value over [`MAX_CACHED_BYTES`] is not kept, and an older one is then forgotten.
    async fn cache_put(&self, entries: &[Versioned]) -> Result<()>;

    /// Forgets keys, and for `ttl` keeps out versions below each key's floor. A floor only goes up, and its end only moves later. One round trip.
    async fn cache_floor(&self, floors: &[(String, i64)], ttl: Duration) -> Result<()>;

    /// Forgets keys. Their floors stay.
    async fn cache_delete(&self, keys: &[String]) -> Result<()>;
}

/// Approximate counts.
#[async_trait]
pub trait Counters: Send + Sync {
    /// The counts, in the order of the keys; what was never counted is 0. One round trip.
    async fn counters_get(&self, counters: &[Counter]) -> Result<Vec<i64>>;

    /// Adds to counts, once for each batch id: a batch that is told again within an hour adds nothing. One round trip. Promises: all of
    /// a batch or nothing; a count stops at the ends of 64 bits; an in-process store remembers a bounded number of batches.
    async fn counters_add(&self, batch: EventId, deltas: &[(Counter, i64)]) -> Result<()>;

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

    /// Adds pieces sold or views to a board, once for each event id and board: an event that is told again within a day adds nothing. On a
    /// trending board the counts are of the time `at`. One round trip. Promises: products whose score comes to zero leave the board;
    /// what was added in any order gives the same board as [`Rankings::ranking_put`] of all of it (where a product has views both within and
    /// beyond [`crate::shop::ranking::OLDEST_STEP`], or more than 2^13, the last place of its score may differ); an in-process store
    /// remembers a bounded number of events.
    async fn ranking_add(&self, event: EventId, board: Board, counts: &[(ProductId, i64)], at: Timestamp) -> Result<()>;

    /// Replaces a whole board at once: readers see the old one or the new one. The scores of a trending board are as of the time `at`.
    async fn ranking_put(&self, board: Board, scores: &[(ProductId, f64)], at: Timestamp) -> Result<()>;
}

/// Who is signed in. The store keeps hashes of tokens; a token cannot be had from it.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Keeps a session for `ttl`. Promises: an in-process store is bounded, those not seen for longest go first.
    async fn session_put(&self, token: TokenHash, session: &Session, ttl: Duration) -> Result<()>;

    /// The session of a token, whose life then begins anew. Promises: one round trip; a session that ended is never given.
    async fn session_get(&self, token: TokenHash, ttl: Duration) -> Result<Option<Session>>;

    /// Ends a session. Promises: effective at once for everybody who asks this store; `false` if there was none.
    async fn session_delete(&self, token: TokenHash) -> Result<bool>;
}

/// How often something happened lately (GCRA, the generic cell rate algorithm: a leaky bucket as a meter).
#[async_trait]
pub trait RateLimits: Send + Sync {
    /// Gives `back` to a bucket, which never holds more than its burst, then takes `cost` out of it, or nothing if there is not enough; what was
    /// given back stays all the same. A cost of zero only looks. A bucket that was never used is full. Of a bucket whose rate changed, the time
    /// that it takes until it is full stays, cut to the new period. A rate out of its bounds is an error.
    /// Promises: one round trip; by the store's clock; two who take at once do not both get the last of it; an unused bucket takes no room
    /// after its period; an in-process store is bounded.
    async fn rate_exchange(&self, bucket: &str, rate: Rate, back: u32, cost: u32) -> Result<Taken>;

    /// Takes `cost` out of a bucket and gives nothing back.
    async fn rate_take(&self, bucket: &str, rate: Rate, cost: u32) -> Result<Taken> {
        self.rate_exchange(bucket, rate, 0, cost).await
    }
}

/// Messages between servers. At most once: what is lost is told as a gap.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Tells everybody who listens now. One round trip.
    async fn channel_tell(&self, messages: &[Message]) -> Result<()>;

    /// Listens to all topics, from now on. Promises: messages of a topic come in the order in which they were told; one that was told after this
    /// call returned is either heard or followed by a [`Heard::Gap`] of its topic; after the connection was lost and is there again each topic has a gap.
    /// The stream has a bounded queue: a listener who is slow hears gaps. It ends only with the store. Each listener may cost a connection:
    /// a process needs one.
    async fn channel_listen(&self) -> Result<BoxStream<'static, Heard>>;
}
