//! The memory engine: hot data inside this process, gone when it ends. For machines without a Redis, and for tests.

mod bounded;
mod cache;
mod channel;
mod counter;
mod ranking;
mod rate;
mod recent;
mod session;

use crate::{
    error::Engine,
    roles::{Result, SchemaState, Store},
    shop::{Message, Session, TokenHash},
};
use async_trait::async_trait;
use bounded::{Bounded, bounded, bounded_by_weight};
use std::{sync::RwLock, time::Instant};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// Hot data of one process. Locks are held for a look-up or a change, never across an await.
pub struct Memory {
    cache: cache::Cached,
    counters: RwLock<counter::Counts>,
    boards: RwLock<ranking::Boards>,
    sessions: Bounded<TokenHash, Session>,
    buckets: Bounded<String, rate::Full>,
    /// What the times of buckets are counted from.
    begin: Instant,
    messages: broadcast::Sender<Message>,
    /// Ends the listeners, when the store is closed; when it is dropped, they end with their sender.
    closed: CancellationToken,
}

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            cache: cache::Cached::new(),
            counters: counter::counts(),
            boards: ranking::boards(),
            sessions: bounded(session::MOST),
            buckets: bounded_by_weight(rate::MAX_WEIGHT),
            begin: Instant::now(),
            messages: channel::sender(),
            closed: CancellationToken::new(),
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Store for Memory {
    fn engine(&self) -> Engine {
        Engine::Memory
    }

    async fn ping(&self) -> Result<()> {
        Ok(())
    }

    async fn schema(&self) -> Result<SchemaState> {
        Ok(SchemaState::Current)
    }

    async fn migrate(&self) -> Result<()> {
        Ok(())
    }

    async fn close(&self) {
        self.closed.cancel();
    }
}
