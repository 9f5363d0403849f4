//! Arms with known faults.

use crate::{
    Answer, Arm, ArmAbout, Case, Counters, Input, Load, Loaded, Result, Source,
    arm::{Backing, Evidence, InProcess, Plan, PlanClass, Tier},
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Work of one operation.
const WORK: Duration = Duration::from_micros(150);

/// What is wrong with an arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Nothing.
    Honest,
    /// Nothing, under another name.
    Twin,
    /// A tenth slower.
    Slower,
    /// One answer in twenty is wrong in one place.
    WrongAnswer,
    /// Answers whole at the gate; when it is timed, it leaves the rest of its rows where they are.
    Undrained,
    /// Looks at everything, and says that it has an index.
    OtherPlan,
    /// Its settings say that each commit is synced, its disk says otherwise.
    FsyncLiar,
    /// Answers what it answered last.
    StaleCache,
    /// Every tenth write is applied twice.
    DoubleApply,
    /// Stands still once.
    Stall {
        /// After so many operations.
        after: u64,
        /// For so long.
        pause: Duration,
    },
}

impl Planted {
    /// The arm's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Twin => "twin",
            Self::Slower => "slower",
            Self::WrongAnswer => "wrong answer",
            Self::Undrained => "undrained",
            Self::OtherPlan => "other plan",
            Self::FsyncLiar => "fsync liar",
            Self::StaleCache => "stale cache",
            Self::DoubleApply => "double apply",
            Self::Stall { .. } => "stall",
        }
    }
}

/// An arm with this fault.
pub fn planted(fault: Planted) -> Arc<dyn Arm> {
    Arc::new(Faulty {
        fault,
        counting: AtomicBool::new(false),
        ops: AtomicU64::new(0),
        syncs: AtomicU64::new(0),
        total: AtomicU64::new(0),
        told: AtomicU64::new(0),
        cached: Mutex::default(),
        still_until: Mutex::default(),
    })
}

struct Faulty {
    fault: Planted,
    counting: AtomicBool,
    ops: AtomicU64,
    syncs: AtomicU64,
    /// What is there.
    total: AtomicU64,
    /// What it says is there.
    told: AtomicU64,
    cached: Mutex<Option<Value>>,
    still_until: Mutex<Option<Instant>>,
}

impl Faulty {
    fn add(&self, n: u64, op: u64) -> Value {
        let twice = self.fault == Planted::DoubleApply && op % 10 == 9;
        self.total.fetch_add(if twice { 2 * n } else { n }, Ordering::Relaxed);
        // a retry that applies twice still answers as if it had been once: only the end state tells
        let total = self.told.fetch_add(n, Ordering::Relaxed) + n;
        if self.fault != Planted::FsyncLiar {
            self.syncs.fetch_add(1, Ordering::Relaxed);
        }
        if self.fault == Planted::StaleCache {
            let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
            return cached.get_or_insert(json!({ "total": total })).clone();
        }
        json!({ "total": total })
    }
}

#[async_trait]
impl Arm for Faulty {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: self.fault.name(), store: "process", model: "planted", variant: "idiomatic" }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "rust", text: format!("{:?}", self.fault) }
    }

    fn backing(&self) -> &dyn Backing {
        &InProcess
    }

    async fn load(&self, _: &Load) -> Result<Loaded> {
        Ok(Loaded::default())
    }

    async fn op(&self, case: &Case, input: &Input) -> Result<Answer> {
        let op = self.ops.fetch_add(1, Ordering::Relaxed);
        let n = input["n"].as_u64().unwrap_or_default();
        if case.is_write() {
            return Ok(Answer::new(self.add(n, op), 1));
        }
        if let Planted::Stall { after, pause } = self.fault {
            let until = {
                let mut until = self.still_until.lock().unwrap_or_else(PoisonError::into_inner);
                if op == after {
                    *until = Some(Instant::now() + pause);
                }
                *until
            };
            if let Some(left) = until.and_then(|until| until.checked_duration_since(Instant::now())) {
                tokio::time::sleep(left).await;
            }
        }
        let (begin, work) = (Instant::now(), if self.fault == Planted::Slower { WORK.mul_f64(1.1) } else { WORK });
        while begin.elapsed() < work {
            std::hint::spin_loop();
        }
        let mut rows: Vec<u64> = (0..5).map(|row| n * 5 + row).collect();
        match self.fault {
            Planted::WrongAnswer if op % 20 == 11 => rows[3] += 1,
            Planted::Undrained if !self.counting.load(Ordering::Relaxed) => rows.truncate(1),
            _ => {}
        }
        let count = rows.len();
        Ok(Answer::new(json!({ "rows": rows }), count))
    }

    async fn reset(&self, _: &Case, _: &Load) -> Result<()> {
        self.total.store(0, Ordering::Relaxed);
        self.told.store(0, Ordering::Relaxed);
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    async fn state(&self, case: &Case) -> Result<Option<Value>> {
        Ok(case.is_write().then(|| json!({ "total": self.total.load(Ordering::Relaxed) })))
    }

    async fn counting(&self, on: bool) -> Result<()> {
        self.counting.store(on, Ordering::Relaxed);
        Ok(())
    }

    async fn counters(&self) -> Result<Counters> {
        Ok(Counters::from([("syncs", self.syncs.load(Ordering::Relaxed) as f64)]))
    }

    async fn plan(&self, _: &Case, _: &Input) -> Result<Option<Plan>> {
        let class = if self.fault == Planted::OtherPlan { PlanClass::Scan } else { PlanClass::Index };
        Ok(Some(Plan { class, text: format!("{class:?}") }))
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(PlanClass::Index)
    }

    async fn tier(&self, case: &Case) -> Result<Evidence> {
        Ok(Evidence::new(if case.is_write() { Tier::D3 } else { Tier::Read }, [("fsync", "on")]))
    }
}
