//! Time: UTC, whole milliseconds, years 1970 to 9999. Milliseconds because that is what MongoDB keeps.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// The last instant that is accepted: 9999-12-31T23:59:59.999Z, in milliseconds since 1970.
pub const MAX_MILLIS: i64 = 253_402_300_799_999;

/// A point in time, UTC, whole milliseconds since 1970-01-01, at most [`MAX_MILLIS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "i64", try_from = "i64")]
pub struct Timestamp(i64);

/// Why a text or number is not a [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time: expected RFC 3339 with a zone, between 1970 and 9999, for example 2026-01-31T12:00:00.000Z")]
pub struct BadTimestamp;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// From milliseconds since 1970-01-01T00:00:00Z.
    pub fn from_millis(millis: i64) -> Result<Self, BadTimestamp> {
        if (0..=MAX_MILLIS).contains(&millis) { Ok(Self(millis)) } else { Err(BadTimestamp) }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// The current time, cut to milliseconds.
    pub fn now() -> Self {
        Self(Utc::now().timestamp_millis().clamp(0, MAX_MILLIS))
    }

    /// The same instant for drivers that speak `chrono`.
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    /// From `chrono`, cut to milliseconds.
    pub fn from_chrono(at: DateTime<Utc>) -> Result<Self, BadTimestamp> {
        Self::from_millis(at.timestamp_millis())
    }
}

impl From<Timestamp> for i64 {
    fn from(at: Timestamp) -> Self {
        at.0
    }
}

impl TryFrom<i64> for Timestamp {
    type Error = BadTimestamp;

    fn try_from(millis: i64) -> Result<Self, BadTimestamp> {
        Self::from_millis(millis)
    }
}

impl std::str::FromStr for Timestamp {
    type Err = BadTimestamp;

    fn from_str(text: &str) -> Result<Self, BadTimestamp> {
        let at = DateTime::parse_from_rfc3339(text).map_err(|_| BadTimestamp)?;
        Self::from_chrono(at.with_timezone(&Utc))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_chrono().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_milliseconds_between_1970_and_9999() {
        let at: Timestamp = "2026-01-31T13:00:00.1239+01:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-01-31T12:00:00.123Z");
        for bad in ["", "2026-01-31", "2026-01-31T12:00:00", "1969-12-31T23:59:59Z", "+294277-01-01T00:00:00Z", "2026-13-01T00:00:00Z"] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }
}
