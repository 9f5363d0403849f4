//! Buckets: each is the time when it is full again, and gone by then.

use super::Redis;
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{RateLimits, Result},
    shop::{Rate, Taken, rate::Filling},
};
use async_trait::async_trait;
use redis::Script;
use std::sync::LazyLock;

static EXCHANGE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/rate_exchange.lua")));

#[async_trait]
impl RateLimits for Redis {
    async fn rate_exchange(&self, bucket: &str, rate: Rate, back: u32, cost: u32) -> Result<Taken> {
        if !rate.is_valid() {
            return Err(StoreError::new(Engine::Redis, Kind::Broken, format_args!("{rate:?} is not a rate")));
        }
        // what the bucket cannot hold is asked as a look at it
        let possible = cost <= rate.burst;
        let filling = rate.filling(if possible { cost } else { 0 });
        let given = rate.filling(back.min(rate.burst));
        let mut script = EXCHANGE.key(self.key(format_args!("rate:{bucket}")));
        script.arg(rate.micros()).arg(rate.burst).arg(filling.micros).arg(filling.parts);
        script.arg(given.micros).arg(given.parts);
        let (taken, micros, parts): (bool, u64, u32) = self.run(&script).await?;
        Ok(rate.taken(taken && possible, Filling { micros, parts }, cost))
    }
}
