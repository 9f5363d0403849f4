//! What the cache holds of an entity: its bytes, its end, and when it is time to think of a fresh one.

use super::aside::Kept;
use crate::layers::chance;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An entity as it is kept, or the knowledge that there is none.
#[derive(Serialize, Deserialize)]
#[serde(bound = "E: Kept")]
pub struct Entry<E> {
    /// The end of the entry, in milliseconds since 1970.
    until: i64,
    /// How long the owner took to answer, in milliseconds.
    took: f64,
    /// The entity.
    pub row: Option<E>,
}

impl<E: Kept> Entry<E> {
    pub fn new(row: Option<E>, now: i64, ttl: Duration, took: Duration) -> Self {
        let until = now.saturating_add(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX));
        Self { until, took: took.as_secs_f64() * 1_000.0, row }
    }

    /// The entry of these bytes, if it is one of this entity.
    pub fn read(bytes: &[u8], id: E::Id) -> Option<Self> {
        let entry: Self = serde_json::from_slice(bytes).ok()?;
        entry.row.as_ref().is_none_or(|row| row.id() == id).then_some(entry)
    }

    pub fn write(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }

    /// Whether this reader should have a fresh one fetched before the end: the nearer the end, and the longer the owner takes, the likelier.
    /// Of many readers one comes early, so that the others never find the entry gone (Vattani, Chierichetti and Lowenstein,
    /// "Optimal Probabilistic Cache Stampede Prevention", 2015; beta is 1).
    pub fn is_due(&self, now: i64, chance: f64) -> bool {
        let left = self.until.saturating_sub(now);
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a minute")]
        let left = left as f64;
        -self.took * chance.ln() >= left
    }
}

/// Time and chance; tests have their own.
pub struct Fate {
    pub now: Box<dyn Fn() -> i64 + Send + Sync>,
    pub chance: Box<dyn Fn() -> f64 + Send + Sync>,
}

impl Default for Fate {
    fn default() -> Self {
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        Self { now: Box::new(now), chance: Box::new(chance::unit) }
    }
}

impl Fate {
    /// A span give or take a tenth, so that what was kept together does not end together.
    pub fn about(&self, span: Duration) -> Duration {
        span.mul_f64(0.9 + 0.2 * (self.chance)())
    }
}
