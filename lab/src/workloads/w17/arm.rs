//! A store of sessions as an arm: the same questions and the same probe for all of them.

use super::{
    data::{LIFE, Signed},
    reclaim,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Fact, Plan, PlanClass},
};
use async_trait::async_trait;
use serde_json::Value;
use std::time::Duration;

/// Keeps sessions.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Who it is.
    fn about(&self) -> ArmAbout;

    /// What runs: for `read` or `touch`.
    fn statement(&self, touch: bool) -> Source;

    /// As [`Arm::backing`].
    fn backing(&self) -> &dyn Backing;

    /// Forgets everything, then keeps these for [`LIFE`].
    async fn fill(&self, sessions: &[Signed]) -> Result<Loaded>;

    /// Keeps one.
    async fn put(&self, one: &Signed, life: Duration) -> Result<()>;

    /// The session, or null.
    async fn read(&self, one: &Signed) -> Result<Value>;

    /// The session, whose life begins anew, or null.
    async fn touch(&self, one: &Signed, life: Duration) -> Result<Value>;

    /// How many sessions take room, those that ended among them. `None` if it cannot be told.
    async fn count(&self) -> Result<Option<i64>>;

    /// The longest that it takes until the store itself lets go of what ended. `None`: it never does, somebody must.
    fn lets_go_within(&self) -> Option<Duration>;

    /// Deletes what ended, where the store does not: how many.
    async fn sweep(&self) -> Result<u64> {
        Err(LabError::Unsupported("the store deletes what ended".to_owned()))
    }

    /// As [`Arm::plan`].
    async fn plan(&self, _touch: bool, _one: &Signed) -> Result<Option<Plan>> {
        Ok(None)
    }
}

/// The arm.
pub struct Kept<S>(S);

impl<S: Shelf> Kept<S> {
    /// Over this store.
    pub fn new(shelf: S) -> Self {
        Self(shelf)
    }
}

fn signed(input: &Input) -> Result<Signed> {
    let number = input["session"].as_i64().ok_or_else(|| LabError::Unsupported("a question is about a session".to_owned()))?;
    Ok(Signed::new("timed", number))
}

#[async_trait]
impl<S: Shelf> Arm for Kept<S> {
    fn about(&self) -> ArmAbout {
        self.0.about()
    }

    fn source(&self, case: &Case) -> Source {
        self.0.statement(case.id == "touch")
    }

    fn backing(&self) -> &dyn Backing {
        self.0.backing()
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let sessions: Vec<Signed> = (0..load.size as i64).map(|number| Signed::new("timed", number)).collect();
        self.0.fill(&sessions).await
    }

    async fn op(&self, case: &Case, input: &Input) -> Result<Answer> {
        let one = signed(input)?;
        let answer = if case.id == "touch" { self.0.touch(&one, LIFE).await? } else { self.0.read(&one).await? };
        let rows = usize::from(!answer.is_null());
        Ok(Answer::new(answer, rows))
    }

    async fn probe(&self, _: &Case, load: &Load) -> Result<Vec<Fact>> {
        reclaim::look(&self.0, load).await
    }

    async fn plan(&self, case: &Case, input: &Input) -> Result<Option<Plan>> {
        self.0.plan(case.id == "touch", &signed(input)?).await
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        matches!(self.0.about().store, "sqlite" | "postgres" | "mongodb").then_some(PlanClass::Index)
    }
}
