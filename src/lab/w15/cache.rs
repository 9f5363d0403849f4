//! The cache and the source behind it.

use crate::roles::Cache;
use bytes::Bytes;
use polystore_lab::{LabError, Result};
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// How long the source takes.
pub const SOURCE: Duration = Duration::from_millis(100);
/// How long an answer is kept.
pub const TTL: Duration = Duration::from_millis(1_500);
/// The key.
pub const KEY: &str = "stampede";
/// What the source answers. A reader who gets anything else got a wrong answer.
pub const ANSWER: &str = "the only answer";

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    /// The answer.
    pub answer: String,
    /// Its end, in milliseconds since 1970.
    pub until: i64,
    /// How long the source took for it, in milliseconds.
    pub took: f64,
}

/// A cache with a source behind it.
pub struct Cached {
    cache: Arc<dyn Cache>,
    calls: AtomicU64,
}

/// Milliseconds since 1970.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Cached {
    /// Over this cache.
    pub fn new(cache: Arc<dyn Cache>) -> Self {
        Self { cache, calls: AtomicU64::new(0) }
    }

    /// What is kept, if anything is.
    pub async fn get(&self) -> Result<Option<Kept>> {
        let found = self.cache.cache_get(&[KEY.to_owned()]).await?.into_iter().next().flatten();
        found.map(|bytes| serde_json::from_slice(&bytes).map_err(|error| LabError::store("cache", error))).transpose()
    }

    /// Asks the source, and keeps what it answers.
    pub async fn fill(&self) -> Result<String> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let begin = Instant::now();
        tokio::time::sleep(SOURCE).await;
        let kept = Kept { answer: ANSWER.to_owned(), until: now() + TTL.as_millis() as i64, took: begin.elapsed().as_secs_f64() * 1e3 };
        let bytes = serde_json::to_vec(&kept).map_err(|error| LabError::store("cache", error))?;
        self.cache.cache_set(&[(KEY.to_owned(), Bytes::from(bytes))], TTL).await?;
        Ok(kept.answer)
    }

    /// Calls of the source so far.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}
