//! A limiter as an arm: the same check and the same probe for all of them.

use super::{Limit, border};
use crate::{
    Answer, Arm, ArmAbout, Case, Counters, Input, LabError, Load, Loaded, Result, Source,
    arm::{Evidence, Fact, Plan, PlanClass},
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

    /// As [`Arm::counting`].
    async fn counting(&self, _on: bool) -> Result<()> {
        Ok(())
    }

    /// As [`Arm::counters`].
    async fn counters(&self) -> Result<Counters>;

    /// As [`Arm::plan`].
    async fn plan(&self) -> Result<Option<Plan>> {
        Ok(None)
    }

    /// As [`Arm::tier`].
    async fn evidence(&self) -> Result<Evidence>;

    /// As [`Arm::floor`].
    async fn floor(&self) -> Result<bool>;

    /// As [`Arm::is_remote`].
    fn is_remote(&self) -> bool;

    /// As [`Arm::unload`].
    async fn close(&self) {}
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

    async fn counting(&self, on: bool) -> Result<()> {
        self.0.counting(on).await
    }

    async fn counters(&self) -> Result<Counters> {
        self.0.counters().await
    }

    async fn plan(&self, _: &Case, _: &Input) -> Result<Option<Plan>> {
        self.0.plan().await
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        None
    }

    async fn tier(&self, _: &Case) -> Result<Evidence> {
        self.0.evidence().await
    }

    async fn floor(&self) -> Result<bool> {
        self.0.floor().await
    }

    fn is_remote(&self) -> bool {
        self.0.is_remote()
    }

    async fn unload(&self) -> Result<()> {
        self.0.close().await;
        Ok(())
    }
}
