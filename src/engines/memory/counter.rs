//! Counters: a map, and the batches that it has.

use super::{Memory, recent::Recent};
use crate::{
    roles::{Counters, Result},
    shop::{Counter, EventId},
};
use async_trait::async_trait;
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

/// How long a batch is remembered.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);
/// How many batches are remembered at most: an hour has 720 of each server.
const MOST: usize = 100_000;

/// All counters.
pub(super) struct Counts {
    counts: HashMap<Counter, i64>,
    batches: Recent<EventId>,
}

pub(super) fn counts() -> RwLock<Counts> {
    RwLock::new(Counts { counts: HashMap::new(), batches: Recent::new(REMEMBERED, MOST) })
}

#[async_trait]
impl Counters for Memory {
    async fn counters_get(&self, counters: &[Counter]) -> Result<Vec<i64>> {
        let kept = self.counters.read().unwrap_or_else(PoisonError::into_inner);
        Ok(counters.iter().map(|counter| kept.counts.get(counter).copied().unwrap_or_default()).collect())
    }

    async fn counters_add(&self, batch: EventId, deltas: &[(Counter, i64)]) -> Result<()> {
        if deltas.is_empty() {
            return Ok(());
        }
        let mut kept = self.counters.write().unwrap_or_else(PoisonError::into_inner);
        if kept.batches.insert(batch) {
            for (counter, delta) in deltas {
                let count = kept.counts.entry(*counter).or_default();
                *count = count.saturating_add(*delta);
            }
        }
        Ok(())
    }

    async fn counters_put(&self, rows: &[(Counter, i64)]) -> Result<()> {
        self.counters.write().unwrap_or_else(PoisonError::into_inner).counts.extend(rows.iter().copied());
        Ok(())
    }
}
