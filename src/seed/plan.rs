//! How much data there is, and when it happened. No clock: the history always ends on the same day.

use crate::shop::Timestamp;

const DAY: i64 = 24 * 3_600_000;
/// 2026-10-31T00:00:00Z.
pub const END: i64 = 1_793_404_800_000;
/// 24 months before the end.
pub const START: i64 = END - SPAN;
/// How long the history is, in milliseconds.
pub const SPAN: i64 = 730 * DAY;
/// The activity log keeps the last 120 days.
pub const ACTIVITY_SINCE: i64 = END - 120 * DAY;

/// The size of the data: 1 is 10,000 customers and 50,000 orders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale(f64);

/// Why a number is not a [`Scale`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the scale must be a number above 0 and at most 20")]
pub struct BadScale;

impl Scale {
    /// What a first look needs: 500 customers.
    pub const DEMO: Self = Self(0.05);

    /// Above 0, at most 20.
    pub fn new(scale: f64) -> Result<Self, BadScale> {
        if scale > 0.0 && scale <= 20.0 { Ok(Self(scale)) } else { Err(BadScale) }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 20 times 100,000, positive")]
    fn rows(self, full: u32, least: usize) -> usize {
        ((f64::from(full) * self.0).round() as usize).max(least)
    }
}

impl std::str::FromStr for Scale {
    type Err = BadScale;

    fn from_str(text: &str) -> Result<Self, BadScale> {
        text.parse().map_err(|_| BadScale).and_then(Self::new)
    }
}

/// What to generate. The same plan gives the same rows, byte for byte, on any machine and in any store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// How much.
    pub scale: Scale,
    /// Which of the many possible shops.
    pub seed: u64,
}

impl Plan {
    /// What the embedded stores are filled with at the first start.
    pub const DEMO: Self = Self { scale: Scale::DEMO, seed: 1 };

    pub(super) fn customers(&self) -> usize {
        self.scale.rows(10_000, 100)
    }

    pub(super) fn products(&self) -> usize {
        self.scale.rows(2_000, 60)
    }

    pub(super) fn orders(&self) -> usize {
        self.scale.rows(50_000, 300)
    }

    pub(super) fn articles(&self) -> usize {
        self.scale.rows(5_000, 40)
    }

    pub(super) fn comments(&self) -> usize {
        self.scale.rows(15_000, 120)
    }

    pub(super) fn activity(&self) -> usize {
        self.scale.rows(100_000, 1_000)
    }
}

/// A point in the history; what lies outside is moved to its edge.
pub fn at(millis: i64) -> Timestamp {
    match Timestamp::from_millis(millis.clamp(START, END)) {
        Ok(at) => at,
        Err(_) => unreachable!("the whole history lies between 1970 and 9999"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_is_24_months_up_to_the_end_of_october_2026() {
        assert_eq!(at(i64::MIN).to_string(), "2024-10-31T00:00:00.000Z");
        assert_eq!(at(i64::MAX).to_string(), "2026-10-31T00:00:00.000Z");
    }

    #[test]
    fn scales_are_bounded_and_small_ones_keep_a_minimum() {
        for bad in ["0", "-1", "NaN", "20.1", "inf", "", "much"] {
            assert!(bad.parse::<Scale>().is_err(), "{bad}");
        }
        let plan = Plan { scale: "0.001".parse().unwrap(), seed: 1 };
        assert_eq!((plan.customers(), plan.products(), plan.articles()), (100, 60, 40));
        let plan = Plan { scale: Scale::new(1.0).unwrap(), seed: 1 };
        assert_eq!((plan.customers(), plan.orders(), plan.activity()), (10_000, 50_000, 100_000));
    }
}
