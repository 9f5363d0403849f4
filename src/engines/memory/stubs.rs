//! LOCAL STUBS
use crate::roles::{Channel, RateLimits, Sessions};
impl Sessions for super::Memory {}
impl RateLimits for super::Memory {}
impl Channel for super::Memory {}
