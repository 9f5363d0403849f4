//! Cached values: bounded by their weight in bytes, each with its own end.

use super::Memory;
use crate::roles::{Cache, Result, hot::MAX_CACHED_BYTES};
use async_trait::async_trait;
use bytes::Bytes;
use moka::Expiry;
use std::time::{Duration, Instant};

/// What all values, their keys and their bookkeeping may weigh.
const MAX_WEIGHT: u64 = 64 << 20;
/// What an entry costs beside its key and its value (an estimate).
const OVERHEAD: usize = 200;
/// The cache's clock cannot hold every end.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(super) type Values = moka::sync::Cache<String, Value>;

#[derive(Clone)]
pub(super) struct Value {
    bytes: Bytes,
    ttl: Duration,
}

struct OwnEnd;

impl Expiry<String, Value> for OwnEnd {
    fn expire_after_create(&self, _: &String, value: &Value, _: Instant) -> Option<Duration> {
        Some(value.ttl)
    }

    fn expire_after_update(&self, _: &String, value: &Value, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(value.ttl)
    }
}

pub(super) fn values() -> Values {
    moka::sync::Cache::builder()
        .max_capacity(MAX_WEIGHT)
        .weigher(|key: &String, value: &Value| u32::try_from(key.len() + value.bytes.len() + OVERHEAD).unwrap_or(u32::MAX))
        .expire_after(OwnEnd)
        .build()
}

#[async_trait]
impl Cache for Memory {
    async fn cache_get(&self, keys: &[String]) -> Result<Vec<Option<Bytes>>> {
        Ok(keys.iter().map(|key| self.cache.get(key).map(|value| value.bytes)).collect())
    }

    async fn cache_set(&self, entries: &[(String, Bytes)], ttl: Duration) -> Result<()> {
        let ttl = ttl.min(LONGEST);
        for (key, value) in entries {
            if ttl.is_zero() || value.len() > MAX_CACHED_BYTES {
                // what stood here before is older than what may not be kept
                self.cache.invalidate(key);
            } else {
                // a copy: the given bytes may be a small part of a large buffer, which would then be kept as a whole
                let bytes = Bytes::copy_from_slice(value);
                self.cache.insert(key.clone(), Value { bytes, ttl });
            }
        }
        Ok(())
    }

    async fn cache_delete(&self, keys: &[String]) -> Result<()> {
        keys.iter().for_each(|key| self.cache.invalidate(key));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_cache_never_outgrows_its_bound() {
        let memory = Memory::new();
        for n in 0..1_000 {
            let value = Bytes::from(vec![7; 200 * 1024]);
            memory.cache_set(&[(format!("key {n}"), value)], Duration::from_secs(60)).await.unwrap();
        }
        memory.cache.run_pending_tasks();
        let weight = memory.cache.weighted_size();
        assert!(weight <= MAX_WEIGHT, "{weight} bytes are kept");
        assert!(weight > MAX_WEIGHT / 2, "only {weight} bytes are kept");
    }
}
