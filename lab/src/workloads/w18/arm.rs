//! A limiter as an arm: the same check and the same probe for all of them.

use super::{Limit, border};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Fact, Plan},
};
use async_trait::async_trait;
use serde_json::json;

/// Says whether something may happen.
#[async_trait]
pub trait Limiter: Send + Sync {
    /// Who it is.
    fn about(&self) -> ArmAbout;

    /// What runs.
    fn source(&self) -> Source;

    /// As [`Arm::backing`].
    fn backing(&self) -> &dyn Backing;

    /// Makes what it needs, and forgets everything.
    async fn begin(&self) -> Result<()> {
        Ok(())
    }

    /// Whether it may happen once more for this client. Takes it if so.
    async fn take(&self, client: &str, limit: Limit) -> Result<bool>;

    /// Whether its limit holds for any span of a period, so that the worst that it admits is the limit.
    fn is_exact(&self) -> bool {
        false
    }

    /// What only this one can tell, after this client took what it could get.
    async fn extra(&self, _client: &str, _limit: Limit) -> Result<Vec<Fact>> {
        Ok(Vec::new())
    }

    /// As [`Arm::plan`].
    async fn plan(&self) -> Result<Option<Plan>> {
        Ok(None)
    }
}

/// The arm.
pub struct Limited<L>(L);

impl<L: Limiter> Limited<L> {
    /// Of this limiter.
    pub fn new(limiter: L) -> Self {
        Self(limiter)
    }
}

#[async_trait]
impl<L: Limiter> Arm for Limited<L> {
    fn about(&self) -> ArmAbout {
        self.0.about()
    }

    fn source(&self, _: &Case) -> Source {
        self.0.source()
    }

    fn backing(&self) -> &dyn Backing {
        self.0.backing()
    }

    async fn load(&self, _: &Load) -> Result<Loaded> {
        self.0.begin().await?;
        Ok(Loaded::default())
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let client = input["client"].as_i64().ok_or_else(|| LabError::Unsupported("a check is of a client".to_owned()))?;
        let allowed = self.0.take(&format!("client-{client}"), Limit::WIDE).await?;
        Ok(Answer::new(json!({ "allowed": allowed }), 1))
    }

    async fn probe(&self, _: &Case, _: &Load) -> Result<Vec<Fact>> {
        border::look(&self.0).await
    }

    async fn plan(&self, _: &Case, _: &Input) -> Result<Option<Plan>> {
        self.0.plan().await
    }
}
