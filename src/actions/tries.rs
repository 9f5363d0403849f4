//! How often things may be tried that are not paid for with work: by account, and by the address they come from.

use super::refusal::{ActionError, Outcome};
use crate::{
    roles::RateLimits,
    shop::{Rate, Taken},
};
use std::time::Duration;

/// Wrong passwords that one e-mail may see: ten at once, then one in 90 seconds.
pub(super) const OF_ACCOUNT: Rate = Rate { burst: 10, period: Duration::from_secs(900) };
/// Wrong passwords from one address, behind which there may be an office: a hundred at once, then one in nine seconds.
pub(super) const OF_ADDRESS: Rate = Rate { burst: 100, period: Duration::from_secs(900) };
/// New accounts from one address: twenty at once, then one in three minutes.
pub(super) const SIGN_UPS: Rate = Rate { burst: 20, period: Duration::from_secs(3_600) };
/// Views of one viewer, or from one address: as many as somebody can look at, and a page that counts several.
pub(super) const VIEWS: Rate = Rate { burst: 300, period: Duration::from_secs(60) };

/// Takes one try out of a bucket.
pub(super) async fn take<S: RateLimits + ?Sized>(buckets: &S, bucket: &str, rate: Rate) -> Outcome<()> {
    match buckets.rate_take(bucket, rate, 1).await? {
        Taken { allowed: true, .. } => Ok(()),
        Taken { retry_after, .. } => Err(ActionError::Limited(retry_after)),
    }
}

/// Gives a try back that was none after all. A store that fails keeps it.
pub(super) async fn give<S: RateLimits + ?Sized>(buckets: &S, bucket: &str, rate: Rate) {
    let _it_fills_by_itself = buckets.rate_exchange(bucket, rate, 1, 0).await;
}
