//! Buckets that always answer: while their store does not, they are counted in this process.
//!
//! Nobody is refused because a store is down, and nobody is unlimited. Each server counts for itself then, and begins with full buckets: with n
//! servers a client gets up to n times its rate.

use super::cached::within_budget;
use crate::{
    roles::{RateLimits, Result},
    shop::{Rate, Taken},
};
use async_trait::async_trait;
use std::sync::Arc;

/// The buckets of a store, and those of this process for when that is down or slow.
pub struct Unfailing<R: ?Sized> {
    store: Arc<R>,
    own: Box<dyn RateLimits>,
}

impl<R: RateLimits + ?Sized> Unfailing<R> {
    /// Over a store, and what counts in this process.
    pub fn new(store: Arc<R>, own: impl RateLimits + 'static) -> Self {
        Self { store, own: Box::new(own) }
    }
}

#[async_trait]
impl<R: RateLimits + ?Sized + 'static> RateLimits for Unfailing<R> {
    /// The only error is that of a rate out of its bounds. A store that answers late has taken the cost, too: no harm.
    async fn rate_exchange(&self, bucket: &str, rate: Rate, back: u32, cost: u32) -> Result<Taken> {
        let (store, named) = (Arc::clone(&self.store), bucket.to_owned());
        match within_budget(async move { store.rate_exchange(&named, rate, back, cost).await }).await {
            Some(taken) => Ok(taken),
            None => self.own.rate_exchange(bucket, rate, back, cost).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engines::memory::Memory,
        error::{Engine, Kind, StoreError},
    };
    use std::{
        sync::atomic::{AtomicU32, Ordering},
        time::Duration,
    };

    /// Answers the first so many calls, then no more.
    struct Dying(Memory, AtomicU32);

    #[async_trait]
    impl RateLimits for Dying {
        async fn rate_exchange(&self, bucket: &str, rate: Rate, back: u32, cost: u32) -> Result<Taken> {
            if self.1.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err() {
                return Err(StoreError::new(Engine::Redis, Kind::Unavailable, "gone"));
            }
            self.0.rate_exchange(bucket, rate, back, cost).await
        }
    }

    #[tokio::test]
    async fn while_the_store_is_down_a_client_gets_its_burst_here_and_no_more() {
        let buckets = Unfailing::new(Arc::new(Dying(Memory::new(), AtomicU32::new(3))), Memory::new());
        let rate = Rate { burst: 2, period: Duration::from_secs(3_600) };
        let mut allowed = Vec::new();
        for _ in 0..6 {
            allowed.push(buckets.rate_take("a", rate, 1).await.unwrap().allowed);
        }
        assert_eq!(allowed, [true, true, false, true, true, false], "three of the store, three of this process");
    }

    #[tokio::test]
    async fn a_store_that_is_slow_is_not_waited_for() {
        struct Slow;
        #[async_trait]
        impl RateLimits for Slow {
            async fn rate_exchange(&self, _: &str, _: Rate, _: u32, _: u32) -> Result<Taken> {
                std::future::pending().await
            }
        }
        let rate = Rate { burst: 1, period: Duration::from_secs(3_600) };
        let taken =
            tokio::time::timeout(Duration::from_secs(5), Unfailing::new(Arc::new(Slow), Memory::new()).rate_take("a", rate, 1)).await;
        assert!(taken.unwrap().unwrap().allowed);
    }
}
