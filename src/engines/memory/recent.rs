//! What happened lately, so that it does not happen twice.

use std::{
    collections::{HashSet, VecDeque},
    hash::Hash,
    time::{Duration, Instant},
};

/// Ids of a time that has passed, at most so many of them: the oldest are forgotten first.
pub(super) struct Recent<K> {
    known: HashSet<K>,
    order: VecDeque<(Instant, K)>,
    life: Duration,
    most: usize,
}

impl<K: Copy + Eq + Hash> Recent<K> {
    pub(super) fn new(life: Duration, most: usize) -> Self {
        Self { known: HashSet::new(), order: VecDeque::new(), life, most }
    }

    /// Remembers an id; `false` if it was known already.
    pub(super) fn insert(&mut self, id: K) -> bool {
        self.insert_at(id, Instant::now())
    }

    fn insert_at(&mut self, id: K, now: Instant) -> bool {
        while let Some((since, old)) = self.order.front()
            && now.duration_since(*since) >= self.life
        {
            self.known.remove(old);
            self.order.pop_front();
        }
        if !self.known.insert(id) {
            return false;
        }
        self.order.push_back((now, id));
        if self.order.len() > self.most
            && let Some((_, oldest)) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_for_its_life_and_no_longer() {
        let (mut recent, begin, life) = (Recent::new(Duration::from_secs(60), 10), Instant::now(), Duration::from_secs(60));
        assert!(recent.insert_at(1, begin));
        assert!(!recent.insert_at(1, begin + life / 2));
        assert!(recent.insert_at(1, begin + life));
    }

    #[test]
    fn it_never_outgrows_its_bound() {
        let mut recent = Recent::new(Duration::from_secs(60), 10);
        assert!((0..1_000).all(|id| recent.insert(id)));
        assert_eq!((recent.known.len(), recent.order.len()), (10, 10));
        assert!(!recent.insert(999) && recent.insert(0));
    }
}
