//! Rate limits: every operation is paid for from the bucket of whoever asks, before it is executed, with what it is predicted to cost.
//!
//! The bucket is the viewer's; for those who are not signed in that of the program whose API key they show, or else the address'. It is asked by one call to the hot store, which also gives back
//! what earlier operations of the client did not use. The call is not on the receipt: it is not what the answer cost.

pub mod keys;
mod owed;

use super::{cost::ThrottleStatus, error::Code, limits::Rates, reply::Problem, who::Who};
use crate::{
    engines::memory::Memory,
    layers::unfailing::Unfailing,
    roles::{Hot, RateLimits},
    shop::{Rate, Taken, Timestamp},
};
use async_graphql::SimpleObject;
use keys::ApiKey;
use owed::Owed;
use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

/// The buckets of all clients.
pub struct Throttle {
    buckets: Unfailing<dyn Hot>,
    rates: Rates,
    owed: Owed,
}

/// From where a request comes; for limits on what visitors may do.
#[derive(Clone, Copy, Debug)]
pub struct Address(pub Option<IpAddr>);

/// Which rule a client falls under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// By address.
    Visitor,
    /// By customer.
    Viewer,
    /// By API key.
    Key,
}

/// Where a client stands after an operation.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The rule.
    pub policy: Policy,
    /// Its bucket.
    pub rate: Rate,
    /// What the operation was predicted to cost.
    pub cost: u64,
    /// What the bucket holds now.
    pub remaining: u32,
    /// When it is full again.
    pub full_after: Duration,
    /// When the operation may be sent again, if it was refused.
    pub retry_after: Duration,
}

/// What was paid for an operation.
pub struct Paid {
    /// Where the client stands.
    pub standing: Standing,
    bucket: String,
    points: u32,
}

impl Policy {
    /// Its name in headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Viewer => "viewer",
            Self::Key => "key",
        }
    }
}

impl Throttle {
    /// Over the hot store.
    pub fn new(hot: &Arc<dyn Hot>, rates: Rates) -> Self {
        Self { buckets: Unfailing::new(Arc::clone(hot), Memory::new()), rates, owed: Owed::default() }
    }

    /// The rules.
    pub fn rates(&self) -> Rates {
        self.rates
    }

    /// Pays for an operation, or refuses it. What costs more than a bucket holds costs all of a full one: it is within the other limits, and
    /// must not wait for ever.
    pub async fn pay(&self, who: &Who, key: Option<&ApiKey>, address: Option<IpAddr>, cost: u64) -> Result<Paid, Box<(Problem, Standing)>> {
        let (policy, rate, bucket) = match (who.customer_id(), key) {
            (Some(id), _) => (Policy::Viewer, self.rates.viewers, format!("cost/{id}")),
            (None, Some(key)) => (Policy::Key, key.rate.unwrap_or(self.rates.keys), format!("cost/key/{}", key.name)),
            (None, None) => (Policy::Visitor, self.rates.visitors, format!("cost/{}", origin(address))),
        };
        let points = u32::try_from(cost).unwrap_or(u32::MAX).min(rate.burst);
        let now = Instant::now();
        let back = self.owed.take(&bucket, now);
        let taken = self.buckets.rate_exchange(&bucket, rate, back, points).await.unwrap_or_else(|error| {
            // a rate that no setting can make
            tracing::error!(%error, detail = error.detail(), "operations are not limited");
            Taken { allowed: true, remaining: rate.burst, retry_after: Duration::ZERO, full_after: Duration::ZERO }
        });
        let Taken { allowed, remaining, retry_after, full_after } = taken;
        let standing = Standing { policy, rate, cost, remaining, full_after, retry_after };
        if allowed {
            return Ok(Paid { standing, bucket, points });
        }
        let message = format!("the operation costs {points} points, and {remaining} are left: wait, or ask for less");
        Err(Box::new((Problem::new(Code::RateLimited, message).retry_after(retry_after), standing)))
    }

    /// Notes what is given back for an operation that did no more than this.
    pub fn settle(&self, paid: Paid, actual: u64) -> Standing {
        let Paid { mut standing, bucket, points } = paid;
        let back = points.saturating_sub(u32::try_from(actual).unwrap_or(u32::MAX));
        self.owed.add(bucket, back, Instant::now() + standing.full_after);
        standing.remaining = standing.remaining.saturating_add(back).min(standing.rate.burst);
        let filled = standing.rate.period.mul_f64(f64::from(back) / f64::from(standing.rate.burst.max(1)));
        standing.full_after = standing.full_after.saturating_sub(filled);
        standing
    }
}

impl Standing {
    /// `throttleStatus`.
    pub fn status(&self) -> ThrottleStatus {
        ThrottleStatus { maximum_available: self.rate.burst, currently_available: self.remaining, restore_rate: per_second(self.rate) }
    }
}

/// Points that come back in a second.
fn per_second(rate: Rate) -> u32 {
    let points = u128::from(rate.burst) * 1_000_000 / u128::from(rate.micros().max(1));
    u32::try_from(points).unwrap_or(u32::MAX)
}

/// The bucket of an address. A subscriber's line has 2^64 addresses of IPv6: they are one.
fn origin(address: Option<IpAddr>) -> String {
    match address.map(|address| address.to_canonical()) {
        None => "nowhere".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

impl Address {
    /// The name of a bucket for what comes from this address.
    pub fn bucket(self) -> Option<String> {
        self.0.map(|address| origin(Some(address)))
    }
}

/// What the viewer, or the address of a visitor, may spend.
#[derive(SimpleObject)]
pub struct RateLimit {
    /// Points that a full bucket holds.
    limit: i32,
    /// Points that are left, what this operation is predicted to cost being paid.
    remaining: i32,
    /// Points that are not there.
    used: i32,
    /// When the bucket is full again if nothing happens until then.
    reset_at: super::scalars::DateTime,
    /// What this operation is predicted to cost.
    cost: i32,
}

impl RateLimit {
    /// From where the client stands.
    pub fn new(standing: &Standing) -> Self {
        let number = |points: u64| i32::try_from(points).unwrap_or(i32::MAX);
        let now = Timestamp::now();
        let full = i64::try_from(standing.full_after.as_millis()).unwrap_or(i64::MAX);
        Self {
            limit: number(standing.rate.burst.into()),
            remaining: number(standing.remaining.into()),
            used: number(standing.rate.burst.saturating_sub(standing.remaining).into()),
            reset_at: super::scalars::DateTime(Timestamp::from_millis(now.millis().saturating_add(full)).unwrap_or(now)),
            cost: number(standing.cost),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_address_whatever_it_is_written_as() {
        let of = |text: &str| origin(Some(text.parse().unwrap()));
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }

    #[test]
    fn points_of_a_second_are_those_of_the_rate() {
        assert_eq!(per_second(Rates::default().visitors), 20_000);
        assert_eq!(per_second(Rate { burst: 1, period: Duration::from_secs(60) }), 0);
    }
}
