//! The memory engine: hot data inside this process, gone when it ends. For machines without a Redis, and for tests.

mod cache;
mod counter;
mod ranking;
mod stubs;

use crate::{
    error::Engine,
    roles::{Result, SchemaState, Store},
    shop::{Board, Counter},
};
use async_trait::async_trait;
use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

/// Hot data of one process. Locks are held for a look-up or an insertion, never across an await.
pub struct Memory {
    cache: cache::Values,
    counters: RwLock<HashMap<Counter, i64>>,
    boards: RwLock<HashMap<Board, Arc<ranking::Places>>>,
}

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Self { cache: cache::values(), counters: RwLock::default(), boards: RwLock::default() }
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
}
