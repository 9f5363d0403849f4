//! Cached values: bounded by their weight in bytes, each with its own end. Floors are beside them, in a map of their own.

use super::{
    Memory,
    bounded::{Bounded, LONGEST, Mortal, OwnEnd, bounded_by_weight},
};
use crate::roles::{
    Cache, Result,
    hot::{MAX_CACHED_BYTES, Versioned},
};
use async_trait::async_trait;
use bytes::Bytes;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// What all values, their keys and their bookkeeping may weigh.
const MAX_WEIGHT: u64 = 64 << 20;
/// What all floors may weigh.
const MAX_FLOORS_WEIGHT: u64 = 8 << 20;
/// What an entry costs beside its key and its value (an estimate).
const OVERHEAD: usize = 200;

#[derive(Clone)]
pub(super) struct Value {
    bytes: Bytes,
    /// Of those that came with one.
    version: Option<i64>,
}

#[derive(Clone, Copy)]
struct Floor {
    least: i64,
    end: Instant,
}

/// Values and floors.
pub(super) struct Cached {
    values: Bounded<String, Value>,
    floors: Bounded<String, Floor>,
    /// Held by whoever looks at a version before a write, and by whoever raises a floor: they come one after the other.
    versions: Mutex<()>,
}

impl Cached {
    pub(super) fn new() -> Self {
        let values = moka::sync::Cache::builder()
            .max_capacity(MAX_WEIGHT)
            .weigher(|key: &String, kept: &Mortal<Value>| u32::try_from(key.len() + kept.value.bytes.len() + OVERHEAD).unwrap_or(u32::MAX))
            .expire_after(OwnEnd)
            .build();
        Self { values, floors: bounded_by_weight(MAX_FLOORS_WEIGHT), versions: Mutex::default() }
    }

    fn keep(&self, key: &str, value: &Bytes, version: Option<i64>, ttl: Duration) {
        if ttl.is_zero() || value.len() > MAX_CACHED_BYTES {
            // what stood here before is older than what may not be kept
            self.values.invalidate(key);
        } else {
            // a copy: the given bytes may be a small part of a large buffer, which would then be kept as a whole
            let value = Value { bytes: Bytes::copy_from_slice(value), version };
            self.values.insert(key.to_owned(), Mortal::new(value, ttl));
        }
    }

    fn floor(&self, key: &str) -> Option<Floor> {
        self.floors.get(key).map(|kept| kept.value)
    }

    fn versions(&self) -> MutexGuard<'_, ()> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Cache for Memory {
    async fn cache_get(&self, keys: &[String]) -> Result<Vec<Option<Bytes>>> {
        Ok(keys.iter().map(|key| self.cache.values.get(key).map(|kept| kept.value.bytes)).collect())
    }

    async fn cache_set(&self, entries: &[(String, Bytes)], ttl: Duration) -> Result<()> {
        entries.iter().for_each(|(key, value)| self.cache.keep(key, value, None, ttl));
        Ok(())
    }

    async fn cache_put(&self, entries: &[Versioned]) -> Result<()> {
        for Versioned { key, version, value, ttl } in entries {
            let _alone = self.cache.versions();
            let least = self.cache.floor(key).map(|floor| floor.least);
            let kept = self.cache.values.get(key).and_then(|kept| kept.value.version);
            // no version is below all versions
            if least.max(kept) <= Some(*version) {
                self.cache.keep(key, value, Some(*version), *ttl);
            }
        }
        Ok(())
    }

    async fn cache_floor(&self, floors: &[(String, i64)], ttl: Duration) -> Result<()> {
        let now = Instant::now();
        for (key, least) in floors {
            let _alone = self.cache.versions();
            self.cache.values.invalidate(key);
            let given = ttl.min(LONGEST);
            if !given.is_zero() {
                let mut floor = Floor { least: *least, end: now + given };
                if let Some(kept) = self.cache.floor(key) {
                    floor = Floor { least: floor.least.max(kept.least), end: floor.end.max(kept.end) };
                }
                self.cache.floors.insert(key.clone(), Mortal::new(floor, floor.end - now));
            }
        }
        Ok(())
    }

    async fn cache_delete(&self, keys: &[String]) -> Result<()> {
        keys.iter().for_each(|key| self.cache.values.invalidate(key));
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
        memory.cache.values.run_pending_tasks();
        let weight = memory.cache.values.weighted_size();
        assert!(weight <= MAX_WEIGHT, "{weight} bytes are kept");
        assert!(weight > MAX_WEIGHT / 2, "only {weight} bytes are kept");
    }

    #[tokio::test]
    async fn floors_never_outgrow_their_bound_and_the_newest_hold() {
        let memory = Memory::new();
        let minute = Duration::from_secs(60);
        let key = |n: u32| format!("{n:01000}");
        for n in 0..20_000 {
            memory.cache_floor(&[(key(n), 5)], minute).await.unwrap();
        }
        memory.cache.floors.run_pending_tasks();
        let weight = memory.cache.floors.weighted_size();
        assert!(weight <= MAX_FLOORS_WEIGHT, "{weight} bytes are kept");
        memory.cache_put(&[Versioned { key: key(19_999), version: 4, value: Bytes::new(), ttl: minute }]).await.unwrap();
        assert_eq!(memory.cache_get(&[key(19_999)]).await.unwrap(), [None]);
    }
}
