//! Single flight: of all who ask for a key at the same time one leads and the others wait for what it learns.

use futures::{
    FutureExt as _,
    channel::oneshot::{self, Receiver, Sender},
    future::Shared,
};
use std::{
    collections::HashMap,
    hash::Hash,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Keys that may be under way at a time; what is beyond flies alone.
const MOST: usize = 10_000;

/// What a passenger waits for. An error means that the flight was lost.
pub type Seat<V> = Shared<Receiver<V>>;

/// The keys that are under way.
pub struct Flights<K, V> {
    under_way: Mutex<HashMap<K, (u64, Seat<V>)>>,
    next: AtomicU64,
}

/// Keys that this caller has to ask for. Whoever joins later waits for what is told here, until this is dropped.
pub struct Lead<K: Copy + Eq + Hash, V: Clone> {
    flights: Arc<Flights<K, V>>,
    number: u64,
    untold: HashMap<K, Sender<V>>,
    told: Vec<K>,
}

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self { under_way: Mutex::default(), next: AtomicU64::new(0) }
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Flights<K, V> {
    fn locked(&self) -> MutexGuard<'_, HashMap<K, (u64, Seat<V>)>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat for each key; and the lead of those that nobody asks for yet.
    pub fn join(self: &Arc<Self>, keys: impl IntoIterator<Item = K>) -> (Option<Lead<K, V>>, Vec<Seat<V>>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut untold = HashMap::new();
        let mut under_way = self.locked();
        let seats = keys.into_iter().map(|key| {
            if let Some((_, seat)) = under_way.get(&key) {
                return seat.clone();
            }
            let (tell, seat) = oneshot::channel();
            let seat = seat.shared();
            if under_way.len() < MOST {
                under_way.insert(key, (number, seat.clone()));
            }
            untold.insert(key, tell);
            seat
        });
        let seats = seats.collect();
        let lead = (!untold.is_empty()).then(|| Lead { flights: Arc::clone(self), number, untold, told: Vec::new() });
        (lead, seats)
    }

    /// Nobody joins these any more; who is on board stays.
    pub fn forget(&self, keys: impl IntoIterator<Item = K>) {
        let mut under_way = self.locked();
        for key in keys {
            under_way.remove(&key);
        }
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Lead<K, V> {
    /// The keys to ask for.
    pub fn keys(&self) -> Vec<K> {
        self.untold.keys().copied().collect()
    }

    /// Tells everybody on board, and everybody who joins until the flight has ended.
    pub fn tell(&mut self, key: K, value: V) {
        if let Some(tell) = self.untold.remove(&key) {
            self.told.push(key);
            let _nobody_waits_any_more = tell.send(value);
        }
    }

    /// Tells everybody on board; whoever comes now begins anew.
    pub fn land(&mut self, key: K, value: V) {
        self.leave(&[key]);
        if let Some(tell) = self.untold.remove(&key) {
            let _nobody_waits_any_more = tell.send(value);
        }
    }

    fn leave(&self, keys: &[K]) {
        let mut under_way = self.flights.locked();
        for key in keys {
            if under_way.get(key).is_some_and(|(number, _)| *number == self.number) {
                under_way.remove(key);
            }
        }
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Drop for Lead<K, V> {
    fn drop(&mut self) {
        let mut keys = mem::take(&mut self.told);
        keys.extend(self.untold.keys().copied());
        self.leave(&keys);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flights() -> Arc<Flights<u32, &'static str>> {
        Arc::default()
    }

    #[tokio::test]
    async fn a_key_under_way_is_not_asked_for_again() {
        let flights = flights();
        let (lead, first) = flights.join([1, 2]);
        let mut lead = lead.unwrap();
        let (other, second) = flights.join([2, 3]);
        assert_eq!(other.as_ref().unwrap().keys(), [3]);
        lead.tell(2, "two");
        assert_eq!(first[1].clone().await.unwrap(), "two");
        assert_eq!(second[0].clone().await.unwrap(), "two");
        // told, and still under way: what was learnt is not in the cache yet
        let (again, seats) = flights.join([2]);
        assert!(again.is_none());
        assert_eq!(seats[0].clone().await.unwrap(), "two");
        lead.land(1, "one");
        assert!(flights.join([1]).0.is_some(), "what landed is asked for anew");
        drop(lead);
        assert!(flights.join([2]).0.is_some());
    }

    #[tokio::test]
    async fn a_lost_flight_is_noticed_and_leaves_nothing_behind() {
        let flights = flights();
        let (lead, seats) = flights.join([1]);
        drop(lead);
        assert!(seats[0].clone().await.is_err());
        assert!(flights.locked().is_empty());
    }

    #[tokio::test]
    async fn a_flight_that_was_forgotten_does_not_take_its_successor_with_it() {
        let flights = flights();
        let (old, _) = flights.join([1]);
        flights.forget([1]);
        let (new, _) = flights.join([1]);
        assert!(new.is_some());
        drop(old);
        assert!(flights.join([1]).0.is_none(), "the successor is under way");
    }

    #[tokio::test]
    async fn the_number_of_keys_under_way_is_bounded() {
        let flights = flights();
        let (lead, seats) = flights.join(0..20_000);
        assert_eq!((lead.unwrap().keys().len(), seats.len()), (20_000, 20_000));
        let (lead, _) = flights.join(0..20_000);
        drop(lead);
        assert!(flights.locked().is_empty());
    }
}
