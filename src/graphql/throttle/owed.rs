//! What buckets get back: the difference between what an operation was predicted to cost and what it did cost.
//!
//! It waits here for the client's next operation, whose one call to the store gives it back: so a refund costs no call of its own. What is lost
//! with this process is little, and full buckets need nothing back.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// Most buckets of a generation. When the young one is full it becomes the old one, and what the old one held is given up.
const MOST: usize = 10_000;

/// Points that are to be given back, by bucket.
#[derive(Default)]
pub struct Owed(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<String, Refund>,
    old: HashMap<String, Refund>,
}

#[derive(Clone, Copy, Default)]
struct Refund {
    points: u32,
    /// By then the bucket is full anyway, if nobody takes anything meanwhile: who does, elsewhere, must not get the points twice.
    until: Option<Instant>,
}

impl Owed {
    /// Takes what a bucket gets back.
    pub fn take(&self, bucket: &str, now: Instant) -> u32 {
        let mut owed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let refund = owed.take(bucket);
        if refund.until.is_some_and(|until| until > now) { refund.points } else { 0 }
    }

    /// Notes that a bucket, which is full at `until`, gets something back.
    pub fn add(&self, bucket: String, points: u32, until: Instant) {
        if points == 0 {
            return;
        }
        let mut owed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = owed.take(&bucket);
        let refund = Refund { points: before.points.saturating_add(points), until: before.until.max(Some(until)) };
        if owed.young.len() >= MOST {
            owed.old = mem::take(&mut owed.young);
        }
        owed.young.insert(bucket, refund);
    }
}

impl Generations {
    fn take(&mut self, bucket: &str) -> Refund {
        self.young.remove(bucket).or_else(|| self.old.remove(bucket)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_is_owed_is_given_once_and_not_after_the_bucket_is_full() {
        let (owed, now) = (Owed::default(), Instant::now());
        let soon = now + Duration::from_secs(10);
        owed.add("a".into(), 3, soon);
        owed.add("a".into(), 4, now + Duration::from_secs(5));
        assert_eq!((owed.take("a", now), owed.take("a", now), owed.take("b", now)), (7, 0, 0));
        owed.add("a".into(), u32::MAX, soon);
        owed.add("a".into(), 1, soon);
        assert_eq!(owed.take("a", now), u32::MAX);
        owed.add("a".into(), 3, soon);
        assert_eq!(owed.take("a", soon), 0);
    }

    #[test]
    fn the_memory_of_what_is_owed_is_bounded_and_forgets_the_oldest() {
        let (owed, now) = (Owed::default(), Instant::now());
        for n in 0..MOST * 3 {
            owed.add(n.to_string(), 1, now + Duration::from_secs(10));
        }
        let kept = (0..MOST * 3).filter(|n| owed.take(&n.to_string(), now) == 1).count();
        assert!((MOST..=2 * MOST).contains(&kept), "{kept}");
        let owed = owed.0.lock().unwrap();
        assert_eq!(owed.young.len() + owed.old.len(), 0);
    }
}
