//! The hot role with one of its promises broken.

use super::Bug;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use polystore::{
    error::Engine,
    roles::{hot::Versioned, *},
    shop::*,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

pub struct WrongHot {
    inner: Arc<dyn Hot>,
    bug: Bug,
    calls: AtomicU64,
}

impl WrongHot {
    pub fn new(inner: Arc<dyn Hot>, bug: Bug) -> Self {
        Self { inner, bug, calls: AtomicU64::new(0) }
    }

    async fn ranking_add(&self, event: EventId, board: Board, counts: &[(ProductId, i64)], at: Timestamp) -> Result<()> {
        self.inner.ranking_add(event, board, counts, at).await?;
        // as if no answer had come, and the command were a plain increment
        if self.bug == Bug::IncrementSentAgain && self.calls.fetch_add(1, Relaxed).is_multiple_of(10) {
            self.inner.ranking_add(EventId::from_uuid(uuid::Uuid::now_v7()), board, counts, at).await?;
        }
        Ok(())
    }
}

macro_rules! pass {
    ($role:ident { $($method:ident($($arg:ident: $type:ty),*) -> $answer:ty;)+ } $($here:item)*) => {
        #[async_trait]
        impl $role for WrongHot {
            $(async fn $method(&self, $($arg: $type),*) -> Result<$answer> {
                self.inner.$method($($arg),*).await
            })+
            $($here)*
        }
    };
}

#[async_trait]
impl Store for WrongHot {
    fn engine(&self) -> Engine {
        self.inner.engine()
    }

    async fn ping(&self) -> Result<()> {
        self.inner.ping().await
    }

    async fn schema(&self) -> Result<SchemaState> {
        self.inner.schema().await
    }

    async fn migrate(&self) -> Result<()> {
        self.inner.migrate().await
    }
}

pass!(Cache {
    cache_get(keys: &[String]) -> Vec<Option<Bytes>>;
    cache_set(entries: &[(String, Bytes)], ttl: Duration) -> ();
    cache_put(entries: &[Versioned]) -> ();
    cache_floor(floors: &[(String, i64)], ttl: Duration) -> ();
    cache_delete(keys: &[String]) -> ();
});

pass!(Counters {
    counters_get(counters: &[Counter]) -> Vec<i64>;
    counters_add(batch: EventId, deltas: &[(Counter, i64)]) -> ();
    counters_put(rows: &[(Counter, i64)]) -> ();
});

pass!(Rankings {
    ranking_top(board: Board, limit: u32) -> Vec<Ranked>;
    ranking_places(board: Board, products: &[ProductId]) -> Vec<Ranked>;
    ranking_put(board: Board, scores: &[(ProductId, f64)], at: Timestamp) -> ();
}
async fn ranking_add(&self, event: EventId, board: Board, counts: &[(ProductId, i64)], at: Timestamp) -> Result<()> {
    Self::ranking_add(self, event, board, counts, at).await
});

pass!(Sessions {
    session_put(token: TokenHash, session: &Session, ttl: Duration) -> ();
    session_get(token: TokenHash, ttl: Duration) -> Option<Session>;
    session_delete(token: TokenHash) -> bool;
});

pass!(RateLimits {
    rate_exchange(bucket: &str, rate: Rate, back: u32, cost: u32) -> Taken;
});

pass!(Channel {
    channel_tell(messages: &[Message]) -> ();
    channel_listen() -> BoxStream<'static, Heard>;
});
