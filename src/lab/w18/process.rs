//! In this process: the product's own bucket (GCRA).

use crate::{engines::memory::Memory, roles::RateLimits, shop::Rate};
use async_trait::async_trait;
use polystore_lab::{
    ArmAbout, Result, Source,
    arm::{Backing, InProcess},
    workloads::w18::{Limit, arm::Limiter},
};

/// A bucket.
#[derive(Default)]
pub struct Bucket(Memory);

#[async_trait]
impl Limiter for Bucket {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "process token bucket", store: "process", model: "the product's bucket (GCRA)", variant: "idiomatic" }
    }

    fn source(&self) -> Source {
        Source {
            language: "rust",
            text: include_str!("../../engines/memory/rate.rs").split("#[cfg(test)]").next().unwrap_or_default().to_owned(),
        }
    }

    fn backing(&self) -> &dyn Backing {
        &InProcess
    }

    async fn take(&self, client: &str, limit: Limit) -> Result<bool> {
        Ok(self.0.rate_take(client, Rate { burst: limit.most, period: limit.period }, 1).await?.allowed)
    }
}
