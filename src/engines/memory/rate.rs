//! Buckets: a bounded map of the times when they are full again, by this process's clock.

use super::{Memory, bounded::Mortal};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{RateLimits, Result},
    shop::{Rate, Taken, rate::Filling},
};
use async_trait::async_trait;
use moka::ops::compute::Op;
use std::time::Duration;

/// What all buckets may weigh, in bytes.
pub(super) const MAX_WEIGHT: u64 = 16 << 20;

/// When a bucket is full again.
#[derive(Clone, Copy)]
pub(super) struct Full {
    /// Microseconds since the store was made.
    micros: u64,
    /// Parts of one more, each a burst-th.
    parts: u32,
}

impl Full {
    /// How long that is from now: at most a period, also if the rate was another one before.
    fn from(self, now: u64, rate: Rate) -> Filling {
        match self.micros.checked_sub(now) {
            None => Filling::default(),
            Some(micros) if micros >= rate.micros() => Filling { micros: rate.micros(), parts: 0 },
            Some(micros) => Filling { micros, parts: if self.parts < rate.burst { self.parts } else { 0 } },
        }
    }
}

#[async_trait]
impl RateLimits for Memory {
    async fn rate_exchange(&self, bucket: &str, rate: Rate, back: u32, cost: u32) -> Result<Taken> {
        if !rate.is_valid() {
            return Err(StoreError::new(Engine::Memory, Kind::Broken, format_args!("{rate:?} is not a rate")));
        }
        let mut taken = rate.taken(false, Filling::default(), cost);
        // alone with this bucket: two who take at once take one after the other
        self.buckets.entry_by_ref(bucket).and_compute_with(|kept| {
            let now = micros(self.begin.elapsed());
            let before = kept.map(|kept| kept.into_value().value.from(now, rate)).unwrap_or_default();
            let given = rate.give(before, back);
            let paid = rate.take(given, cost);
            let after = paid.unwrap_or(given);
            taken = rate.taken(paid.is_some(), after, cost);
            if after == before {
                Op::Nop
            } else if after == Filling::default() {
                Op::Remove
            } else {
                Op::Put(Mortal::new(Full { micros: now + after.micros, parts: after.parts }, taken.full_after))
            }
        });
        Ok(taken)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn buckets_never_outgrow_their_bound() {
        let memory = Memory::new();
        let rate = Rate { burst: 1, period: Duration::from_secs(60) };
        for n in 0..30_000 {
            memory.rate_take(&format!("{n:01000}"), rate, 1).await.unwrap();
        }
        memory.buckets.run_pending_tasks();
        let weight = memory.buckets.weighted_size();
        assert!(weight <= MAX_WEIGHT, "{weight} bytes are kept");
        assert!(!memory.rate_take(&format!("{:01000}", 29_999), rate, 1).await.unwrap().allowed);
    }
}
