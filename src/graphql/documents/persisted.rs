//! Documents that clients had stored under their hash (Apollo's automatic persisted queries): near, in this process, and far, in the
//! cache that all servers of a shop share. The far one may be slow, wrong or gone: then a document is known here only.

use super::{document::LONGEST, hash::Sha};
use crate::roles::Cache;
use bytes::Bytes;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// Longest that anybody waits for the far cache.
const BUDGET: Duration = Duration::from_millis(50);
/// How long the far cache keeps a document, and how long it is kept here when nobody asks for it.
const TTL: Duration = Duration::from_secs(24 * 60 * 60);
/// What was told to the far cache is told again after this time: it may have lost it.
const TOLD: Duration = Duration::from_secs(60);
/// What all documents that are kept here may weigh.
const MOST_BYTES: u64 = 8 << 20;
/// What a document costs beside its text (an estimate).
const OVERHEAD: usize = 200;

/// The stored texts.
pub struct Persisted {
    near: moka::sync::Cache<Sha, Near>,
    far: Arc<dyn Cache>,
}

#[derive(Clone)]
struct Near {
    text: Arc<str>,
    /// When the far cache was told last.
    told: Option<Instant>,
}

impl Persisted {
    /// None known here yet.
    pub fn new(far: Arc<dyn Cache>) -> Self {
        let near = moka::sync::Cache::builder()
            .max_capacity(MOST_BYTES)
            .weigher(|_: &Sha, kept: &Near| u32::try_from(kept.text.len() + OVERHEAD).unwrap_or(u32::MAX))
            .time_to_idle(TTL)
            .build();
        Self { near, far }
    }

    /// The text of this hash, if somebody stored it.
    pub async fn get(&self, hash: Sha) -> Option<Arc<str>> {
        if let Some(near) = self.near.get(&hash) {
            return Some(near.text);
        }
        let found = timeout(BUDGET, self.far.cache_get(&[key(hash)])).await.ok()?.ok()?.pop()??;
        // others may write there: only what has the hash is the document
        let text = std::str::from_utf8(&found).ok().filter(|text| text.len() <= LONGEST && Sha::of(text) == hash)?;
        let text: Arc<str> = text.into();
        self.near.insert(hash, Near { text: Arc::clone(&text), told: Some(Instant::now()) });
        Some(text)
    }

    /// Stores a text, which has this hash. One that is too long is not stored.
    pub async fn put(&self, hash: Sha, text: &str) {
        let near = self.near.get(&hash);
        if text.len() > LONGEST || near.is_some_and(|near| near.told.is_some_and(|told| told.elapsed() < TOLD)) {
            return;
        }
        let entry = (key(hash), Bytes::copy_from_slice(text.as_bytes()));
        let told = timeout(BUDGET, self.far.cache_set(&[entry], TTL)).await;
        let told = matches!(told, Ok(Ok(()))).then(Instant::now);
        self.near.insert(hash, Near { text: text.into(), told });
    }
}

fn key(hash: Sha) -> String {
    format!("document:{hash}")
}
