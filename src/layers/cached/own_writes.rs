//! Read your writes: what a customer has just changed they do not read from a cache, which may be late.
//!
//! Known to this process alone. Who asks is a task-local, as in [`crate::receipt`]: no role method has to carry it.

use crate::shop::CustomerId;
use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long a customer's own writes go past the cache.
const SPAN: Duration = Duration::from_secs(5);
/// Most writes that are remembered.
const MOST: usize = 100_000;

tokio::task_local! {
    static CUSTOMER: CustomerId;
}

/// Runs `work` for this customer, if there is one.
pub async fn on_behalf_of<F: Future>(customer: Option<CustomerId>, work: F) -> F::Output {
    match customer {
        Some(customer) => CUSTOMER.scope(customer, work).await,
        None => work.await,
    }
}

/// For whom the current task works; to be handed on to a task that it spawns.
pub fn customer() -> Option<CustomerId> {
    CUSTOMER.try_with(|customer| *customer).ok()
}

/// What customers wrote within the last `SPAN`.
pub struct OwnWrites<K>(Mutex<Recent<K>>);

struct Recent<K> {
    last: HashMap<(CustomerId, K), Instant>,
    /// Earliest first; a key that was written again stands here twice.
    in_order: VecDeque<(Instant, (CustomerId, K))>,
}

impl<K> Default for OwnWrites<K> {
    fn default() -> Self {
        Self(Mutex::new(Recent { last: HashMap::new(), in_order: VecDeque::new() }))
    }
}

impl<K: Copy + Eq + Hash> OwnWrites<K> {
    /// Whoever the current task works for wrote these.
    pub fn note(&self, keys: impl IntoIterator<Item = K>) {
        let Some(customer) = customer() else { return };
        let now = Instant::now();
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            recent.last.insert((customer, key), now);
            recent.in_order.push_back((now, (customer, key)));
        }
        while recent.in_order.len() > MOST || recent.in_order.front().is_some_and(|(at, _)| at.elapsed() >= SPAN) {
            let Some((at, write)) = recent.in_order.pop_front() else { return };
            if recent.last.get(&write) == Some(&at) {
                recent.last.remove(&write);
            }
        }
    }

    /// Whether whoever the current task works for wrote this lately.
    pub fn holds(&self, key: K) -> bool {
        let Some(customer) = customer() else { return false };
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.last.get(&(customer, key)).is_some_and(|at| at.elapsed() < SPAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    fn someone(n: u128) -> Option<CustomerId> {
        Some(uuid::Uuid::from_u128(n).into())
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_is_its_writers_own_for_five_seconds() {
        let writes = OwnWrites::default();
        on_behalf_of(someone(1), async { writes.note([7]) }).await;
        for (who, key, expected) in [(someone(1), 7, true), (someone(1), 8, false), (someone(2), 7, false), (None, 7, false)] {
            assert_eq!(on_behalf_of(who, async { writes.holds(key) }).await, expected, "{who:?} {key}");
        }
        advance(Duration::from_secs(4)).await;
        on_behalf_of(someone(1), async { writes.note([8]) }).await;
        advance(Duration::from_secs(2)).await;
        on_behalf_of(someone(1), async {
            assert!(!writes.holds(7) && writes.holds(8));
            writes.note([9]);
        })
        .await;
        assert_eq!(writes.0.lock().unwrap().last.len(), 2, "what is over is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn writing_again_begins_the_five_seconds_anew() {
        let writes = OwnWrites::default();
        on_behalf_of(someone(1), async {
            writes.note([7]);
            advance(Duration::from_secs(3)).await;
            writes.note([7]);
            advance(Duration::from_secs(3)).await;
            writes.note([8]);
            assert!(writes.holds(7));
        })
        .await;
    }

    #[tokio::test]
    async fn the_memory_is_bounded() {
        let writes = OwnWrites::default();
        on_behalf_of(someone(1), async { writes.note(0..MOST + 500) }).await;
        let recent = writes.0.lock().unwrap();
        assert_eq!((recent.last.len(), recent.in_order.len()), (MOST, MOST));
    }
}
