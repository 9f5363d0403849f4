//! One arm: a store with a data model that does the work of one workload.

pub use super::result::{Evidence, Fact, Plan, PlanClass, Tier};
use super::{Case, LabError, Load, Result};
use async_trait::async_trait;
use serde_json::Value;
use std::collections::BTreeMap;

/// What one operation is asked: made by [`super::Workload::inputs`], the same for all arms.
pub type Input = Value;

/// The store's own counters, as totals since some moment: name from [`super::counter::METRICS`] to value. The runner takes differences.
pub type Counters = BTreeMap<&'static str, f64>;

/// Who an arm is. An arm's name is unique within its workload and stays the same for ever: results are compared by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArmAbout {
    /// As `postgres normalised`: store, then model, in lower case.
    pub name: &'static str,
    /// The store: `postgres`, `mongodb`, `redis`, `sqlite` or `process`.
    pub store: &'static str,
    /// The data model in a few words, as `rows with an index on (score, member)`.
    pub model: &'static str,
    /// Where the operation comes from: `idiomatic`, `seed` (as a course text shows it) or `expert`.
    pub variant: &'static str,
}

/// The text of an operation, as the report shows it: the very text that runs, so keep it in a file and use `include_str!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// `sql`, `mongodb`, `redis`, `rust` or `graphql`.
    pub language: &'static str,
    /// The statements.
    pub text: String,
}

/// What one operation answered: drained and decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer. Objects may have any order of keys; money and times are whole numbers; a missing field is not null.
    pub value: Value,
    /// Rows or documents that came from the store.
    pub rows: u64,
}

impl Answer {
    /// An answer of this many rows.
    pub fn new(value: Value, rows: usize) -> Self {
        Self { value, rows: rows as u64 }
    }
}

/// What loading came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// Bytes of the data, and of indexes beside it, where the store tells.
    pub data_bytes: Option<u64>,
    /// Bytes of indexes.
    pub index_bytes: Option<u64>,
}

/// The store's own side of an arm, whatever its data model is: what it counts and what it promises.
#[async_trait]
pub trait Backing: Send + Sync {
    /// As [`Arm::counting`].
    async fn counting(&self, _on: bool) -> Result<()> {
        Ok(())
    }

    /// As [`Arm::counters`].
    async fn counters(&self) -> Result<Counters>;

    /// What a read or a write promises by the settings in force, read back.
    async fn evidence(&self, write: bool) -> Result<Evidence>;

    /// As [`Arm::floor`].
    async fn floor(&self) -> Result<bool>;

    /// As [`Arm::is_remote`].
    fn is_remote(&self) -> bool {
        true
    }

    /// Closes what it opened. What was made in the store goes with the site.
    async fn close(&self);
}

/// The memory of this process: counts nothing, and promises nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct InProcess;

#[async_trait]
impl Backing for InProcess {
    async fn counters(&self) -> Result<Counters> {
        Ok(Counters::new())
    }

    async fn evidence(&self, write: bool) -> Result<Evidence> {
        Ok(Evidence::new(if write { Tier::D0 } else { Tier::Read }, [("where", "memory of this process")]))
    }

    async fn floor(&self) -> Result<bool> {
        Ok(false)
    }

    fn is_remote(&self) -> bool {
        false
    }

    async fn close(&self) {}
}

/// A store with a data model.
///
/// Arms are shared between tasks, so what changes stands behind locks. Every method may fail; the runner tells the failure in the arm's
/// place and goes on with the others.
#[async_trait]
pub trait Arm: Send + Sync {
    /// Who it is.
    fn about(&self) -> ArmAbout;

    /// The text of a case's operation.
    fn source(&self, case: &Case) -> Source;

    /// The store that it stands on, which answers for it where it does not say otherwise.
    fn backing(&self) -> &dyn Backing;

    /// Makes the data of this size, in place of what it had. The rows follow from seed and size alone ([`super::draw`]), so all arms hold the same.
    /// Ends when the store has done its housekeeping (`ANALYZE`, checkpoint), so that the first block does not pay for it.
    async fn load(&self, load: &Load) -> Result<Loaded>;

    /// Does the work once. The answer has come over the wire whole and is decoded.
    async fn op(&self, case: &Case, input: &Input) -> Result<Answer>;

    /// Puts the data back to what `load` made, cheaply if possible: called before the passes of a case that writes. Does nothing by default.
    async fn reset(&self, _: &Case, _: &Load) -> Result<()> {
        Ok(())
    }

    /// The end state of what a writing case changed, in an order of its own that all arms share: compared after the accounting pass.
    /// `None` (the default) where the answers say it all.
    async fn state(&self, _: &Case) -> Result<Option<Value>> {
        Ok(None)
    }

    /// What a case of [`super::CaseKind::Probe`] found: numbers with names and units. Fails as unsupported by default.
    async fn probe(&self, case: &Case, _: &Load) -> Result<Vec<Fact>> {
        Err(LabError::Unsupported(format!("{} has no probe {}", self.about().name, case.id)))
    }

    /// Turns exact counting on for the accounting pass and off again: a relay in between, a handler that sees each step. Whatever it costs must
    /// be gone when it is off.
    async fn counting(&self, on: bool) -> Result<()> {
        self.backing().counting(on).await
    }

    /// Totals of the store's own counters. Names are those of [`super::counter::METRICS`].
    async fn counters(&self) -> Result<Counters> {
        self.backing().counters().await
    }

    /// The plan that runs, not one that is made for the question: `EXPLAIN EXECUTE` under the same plan cache mode, `executionStats`,
    /// `EXPLAIN QUERY PLAN`. `None` where a store has no plans.
    async fn plan(&self, _: &Case, _: &Input) -> Result<Option<Plan>> {
        Ok(None)
    }

    /// The plan's class that the arm stands for; another one disqualifies it. `None`: any.
    fn expects(&self, _: &Case) -> Option<PlanClass> {
        None
    }

    /// What is promised about durability, with the settings read back from the server.
    async fn tier(&self, case: &Case) -> Result<Evidence> {
        self.backing().evidence(case.is_write()).await
    }

    /// The least that this arm's driver does: one round trip without work. `false` where there is none.
    async fn floor(&self) -> Result<bool> {
        self.backing().floor().await
    }

    /// Whether the store works outside of this process, so that the CPU of this process is the client's.
    fn is_remote(&self) -> bool {
        self.backing().is_remote()
    }

    /// Drops what the arm created, closes what it opened. Called once at the end, also after a failure or an interruption.
    async fn unload(&self) -> Result<()> {
        self.backing().close().await;
        Ok(())
    }
}
