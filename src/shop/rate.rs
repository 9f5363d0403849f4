//! Rates: how often something may happen.

use std::time::Duration;

/// A bucket that holds `burst` and fills up again in `period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How much may happen at once, above zero.
    pub burst: u32,
    /// How long an empty bucket takes to be full again, from 1 ms to a day.
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
