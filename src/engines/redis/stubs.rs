//! LOCAL STUBS
use crate::roles::{Channel, RateLimits, Sessions};
impl Sessions for super::Redis {}
impl RateLimits for super::Redis {}
impl Channel for super::Redis {}
