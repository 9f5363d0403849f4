//! The product's own bucket in Redis.

use crate::{lab::product::ProductRedis, roles::RateLimits, shop::Rate};
use async_trait::async_trait;
use polystore_lab::{
    ArmAbout, Result, Source,
    arm::{Backing, Fact},
    site::Site,
    workloads::w18::{Limit, arm::Limiter, redis::bytes},
};

/// The product's own bucket.
pub struct Bucket(ProductRedis);

impl Bucket {
    /// Takes a range of keys; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        Ok(ProductRedis::make(site, "w18 bucket").await?.map(Self))
    }
}

#[async_trait]
impl Limiter for Bucket {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "redis token bucket", store: "redis", model: "the product's bucket (GCRA), a script", variant: "idiomatic" }
    }

    fn source(&self) -> Source {
        Source { language: "redis", text: include_str!("../../engines/redis/lua/rate_exchange.lua").to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.0
    }

    async fn take(&self, client: &str, limit: Limit) -> Result<bool> {
        let rate = Rate { burst: limit.most, period: limit.period };
        Ok(self.0.engine().rate_take(client, rate, 1).await?.allowed)
    }

    async fn extra(&self, client: &str, _: Limit) -> Result<Vec<Fact>> {
        let store = self.0.store();
        let key = store.key(format_args!("rate:{client}"));
        Ok(bytes(store, &key).await?.into_iter().collect())
    }
}
