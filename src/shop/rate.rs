//! Rates: how often something may happen. The arithmetic of buckets is here, in whole numbers, so that every engine gives the same answers.

use std::time::Duration;

/// A bucket that holds `burst` and fills up again in `period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How much may happen at once, above zero.
    pub burst: u32,
    /// How long an empty bucket takes to be full again, from 1 ms to a day. Counted in whole microseconds.
    pub period: Duration,
}

/// What a bucket said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whether it may happen; if not, nothing was taken.
    pub allowed: bool,
    /// How much may happen at once after this.
    pub remaining: u32,
    /// When the same may be tried again; zero if it was allowed. [`Duration::MAX`] if it is more than the bucket holds.
    pub retry_after: Duration,
    /// When the bucket is full again if nothing happens until then.
    pub full_after: Duration,
}

/// How long a bucket takes until it is full: `micros` + `parts` / burst microseconds. Both numbers stay below 2^53, exact in a double.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filling {
    /// Whole microseconds.
    pub micros: u64,
    /// Parts of one microsecond, fewer than the bucket's burst.
    pub parts: u32,
}

impl Rate {
    /// Whether burst and period are within their bounds.
    pub fn is_valid(self) -> bool {
        self.burst > 0 && (Duration::from_millis(1)..=Duration::from_secs(24 * 60 * 60)).contains(&self.period)
    }

    /// The period in microseconds.
    pub fn micros(self) -> u64 {
        u64::try_from(self.period.as_micros()).unwrap_or(u64::MAX)
    }

    /// How long it takes to fill in what `cost` takes out.
    pub fn filling(self, cost: u32) -> Filling {
        self.split(u128::from(cost) * u128::from(self.micros()))
    }

    /// Takes `cost` out of a bucket that is full after `before`: how long it takes until it is full then, or `None` if there is not enough.
    pub fn take(self, before: Filling, cost: u32) -> Option<Filling> {
        let after = self.parts(before) + self.parts(self.filling(cost));
        (after <= self.whole()).then(|| self.split(after))
    }

    /// Gives `back` to a bucket that is full after `before`: how long it takes until it is full then. It never holds more than its burst.
    pub fn give(self, before: Filling, back: u32) -> Filling {
        self.split(self.parts(before).saturating_sub(self.parts(self.filling(back))))
    }

    /// What is told about a bucket that is full after `filling`, `cost` being taken out of it already if that was allowed.
    pub fn taken(self, allowed: bool, filling: Filling, cost: u32) -> Taken {
        let parts = self.parts(filling);
        let left = self.whole().saturating_sub(parts) / u128::from(self.micros()).max(1);
        let retry_after = if allowed {
            Duration::ZERO
        } else if cost > self.burst {
            Duration::MAX
        } else {
            self.duration((parts + self.parts(self.filling(cost))).saturating_sub(self.whole()))
        };
        Taken { allowed, remaining: u32::try_from(left).unwrap_or(u32::MAX), retry_after, full_after: self.duration(parts) }
    }

    /// An empty bucket's filling, in parts.
    fn whole(self) -> u128 {
        u128::from(self.micros()) * u128::from(self.burst)
    }

    fn parts(self, filling: Filling) -> u128 {
        u128::from(filling.micros) * u128::from(self.burst) + u128::from(filling.parts)
    }

    fn split(self, parts: u128) -> Filling {
        let burst = u128::from(self.burst.max(1));
        Filling { micros: u64::try_from(parts / burst).unwrap_or(u64::MAX), parts: u32::try_from(parts % burst).unwrap_or_default() }
    }

    /// Rounded up: who waits so long has waited enough.
    fn duration(self, parts: u128) -> Duration {
        Duration::from_micros(u64::try_from(parts.div_ceil(u128::from(self.burst.max(1)))).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: Filling = Filling { micros: 0, parts: 0 };

    #[test]
    fn a_bucket_gives_its_burst_and_is_full_again_after_exactly_its_period() {
        for (burst, period) in [(1, 1), (3, 1_000), (7, 86_400_000), (1_000_003, 60_000)] {
            let rate = Rate { burst, period: Duration::from_millis(period) };
            let one_by_one = (0..burst).fold(FULL, |filling, _| rate.take(filling, 1).unwrap());
            assert_eq!(rate.take(FULL, burst), Some(one_by_one), "{rate:?}");
            assert_eq!(one_by_one, Filling { micros: period * 1_000, parts: 0 }, "{rate:?}");
            assert_eq!(rate.take(one_by_one, 1), None, "{rate:?}");
            assert_eq!(rate.take(one_by_one, 0), Some(one_by_one), "{rate:?}");
        }
    }

    #[test]
    fn what_is_given_back_undoes_what_was_taken_and_no_more() {
        for (burst, period) in [(1, 1), (3, 1_000), (7, 86_400_000), (1_000_003, 60_000)] {
            let rate = Rate { burst, period: Duration::from_millis(period) };
            let empty = rate.take(FULL, burst).unwrap();
            assert_eq!(rate.give(empty, burst), FULL, "{rate:?}");
            assert_eq!(rate.give(empty, u32::MAX), FULL, "{rate:?}");
            assert_eq!(rate.give(empty, 0), empty, "{rate:?}");
            assert_eq!(rate.give(FULL, 1), FULL, "{rate:?}");
            assert_eq!(rate.take(rate.give(empty, 1), 1), Some(empty), "{rate:?}");
        }
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let rate = Rate { burst: u32::MAX, period: Duration::from_secs(86_400) };
        assert!(rate.is_valid());
        let empty = rate.take(FULL, u32::MAX).unwrap();
        assert_eq!(
            rate.taken(true, empty, u32::MAX),
            Taken { allowed: true, remaining: 0, retry_after: Duration::ZERO, full_after: rate.period }
        );
        assert_eq!(rate.taken(false, empty, u32::MAX).retry_after, rate.period);
        assert!(empty.micros < 1 << 53);
    }

    #[test]
    fn what_is_told_is_rounded_against_the_asker() {
        let rate = Rate { burst: 3, period: Duration::from_millis(1) };
        // a third of 1,000 microseconds for each
        let one = rate.take(FULL, 1).unwrap();
        assert_eq!(one, Filling { micros: 333, parts: 1 });
        let told = rate.taken(true, one, 1);
        assert_eq!((told.remaining, told.full_after), (2, Duration::from_micros(334)));
        assert_eq!(rate.taken(true, Filling { micros: 333, parts: 2 }, 1).remaining, 1);
        assert_eq!(rate.taken(false, one, 3).retry_after, Duration::from_micros(334));
        assert_eq!(rate.taken(false, one, 4).retry_after, Duration::MAX);
    }

    #[test]
    fn bursts_and_periods_have_bounds() {
        let valid = |burst, period| Rate { burst, period }.is_valid();
        assert!(valid(1, Duration::from_millis(1)) && valid(1, Duration::from_secs(86_400)));
        assert!(!valid(0, Duration::from_secs(1)) && !valid(1, Duration::from_micros(999)) && !valid(1, Duration::from_secs(86_401)));
    }
}
