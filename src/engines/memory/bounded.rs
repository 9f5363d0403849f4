//! Maps of values with an end, which cannot grow without one: beyond their capacity, what was not used for longest goes.

use moka::{Expiry, policy::EvictionPolicy, sync::Cache};
use std::{
    hash::Hash,
    time::{Duration, Instant},
};

/// The maps' clock cannot hold every end.
pub(super) const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A value that lives for a time, counted from when it was put.
#[derive(Clone)]
pub(super) struct Mortal<V> {
    pub(super) value: V,
    life: Duration,
}

impl<V> Mortal<V> {
    pub(super) fn new(value: V, life: Duration) -> Self {
        Self { value, life: life.min(LONGEST) }
    }
}

/// Gives every value its own end.
pub(super) struct OwnEnd;

impl<K, V> Expiry<K, Mortal<V>> for OwnEnd {
    fn expire_after_create(&self, _: &K, value: &Mortal<V>, _: Instant) -> Option<Duration> {
        Some(value.life)
    }

    fn expire_after_update(&self, _: &K, value: &Mortal<V>, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(value.life)
    }
}

/// A map of at most so many values.
pub(super) type Bounded<K, V> = Cache<K, Mortal<V>>;

/// An empty map.
pub(super) fn bounded<K, V>(most: u64) -> Bounded<K, V>
where
    K: Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(most).eviction_policy(EvictionPolicy::lru()).expire_after(OwnEnd).build()
}

/// A map whose keys are texts of any length, and which weighs at most so many bytes.
pub(super) fn bounded_by_weight<V>(most: u64) -> Bounded<String, V>
where
    V: Clone + Send + Sync + 'static,
{
    /// What an entry costs beside its key (an estimate).
    const OVERHEAD: usize = 200;
    Cache::builder()
        .max_capacity(most)
        .weigher(|key: &String, _: &Mortal<V>| u32::try_from(key.len() + OVERHEAD).unwrap_or(u32::MAX))
        .eviction_policy(EvictionPolicy::lru())
        .expire_after(OwnEnd)
        .build()
}
