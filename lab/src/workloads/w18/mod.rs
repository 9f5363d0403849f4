//! W18's arms over stores alone. The workload is assembled in the program, whose own buckets are the other arms.

pub mod arm;
mod border;
pub mod redis;
pub mod sql;

use std::time::Duration;

/// So often may something happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How often.
    pub most: u32,
    /// In how long.
    pub period: Duration,
}

impl Limit {
    /// That nobody reaches: what a check costs is asked with it.
    pub const WIDE: Self = Self { most: 1_000_000, period: Duration::from_secs(86_400) };
    /// Of the probe.
    pub const NARROW: Self = Self { most: 100, period: Duration::from_secs(2) };

    /// The period in milliseconds.
    pub fn millis(self) -> i64 {
        self.period.as_millis() as i64
    }
}
