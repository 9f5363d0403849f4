//! W23, promises: how many writes that a store acknowledged are gone after it is killed.
//!
//! Servers are the lab's own, made for this from the binaries of this machine ([`crate::servers`]), and ended while four clients write to
//! them. SQLite is killed with the process that it lives in: a child of this one. What a power cut would cost cannot be told this way: what a
//! process has handed to the operating system survives the process.

pub mod child;
mod clients;
mod mongodb;
mod postgres;
mod redis;
mod sqlite;

use crate::{
    Answer, Arm, ArmAbout, Case, CaseKind, Input, LabError, Load, Loaded, Result, Source, Workload, WorkloadAbout,
    arm::{Backing, Evidence, Fact, InProcess, Tier},
    servers::Ground,
    site::Site,
};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};

/// Promises, the strongest first, with the cases that test them.
const CASES: [(&str, &str, Tier); 4] = [
    ("each-commit", "Killed while each commit is waited for", Tier::D3),
    ("last-second", "Killed while the log is synced every second", Tier::D2),
    ("last-moments", "Killed while commits are not waited for", Tier::D1),
    ("may-vanish", "Killed without a log", Tier::D0),
];

/// The promise that a case is about.
fn tier_of(case: &Case) -> Tier {
    CASES.iter().find(|(id, ..)| *id == case.id).map_or(Tier::Read, |(.., tier)| *tier)
}

/// What is left of acknowledged writes.
pub struct Promises;

#[async_trait]
impl Workload for Promises {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W23",
            title: "Promises, tested by killing",
            question: "How many acknowledged writes are gone after the store's process was killed?",
            claims: &["C26", "C28", "C31"],
            would_change: "A power cut also takes what the operating system had not written: settings that lost nothing here may lose then. A replica \
                           that acknowledged too, on another machine, would have kept it.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        CASES.into_iter().map(|(id, title, tier)| Case::read(id, title).writes(tier).kind(CaseKind::Probe)).collect()
    }

    /// A server of the lab's own only where the session has that store: who compares without servers gets none started.
    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        let ground = Ground::of(site);
        let mut arms: Vec<Arc<dyn Arm>> = vec![Arc::new(Killed::new(sqlite::Sqlite, &ground))];
        if site.has("postgres") {
            arms.push(Arc::new(Killed::new(postgres::Postgres, &ground)));
        }
        if site.has("mongodb") {
            arms.push(Arc::new(Killed::new(mongodb::Mongo, &ground)));
        }
        if site.has("redis") {
            arms.push(Arc::new(Killed::new(redis::Redis, &ground)));
        }
        Ok(arms)
    }

    /// Kills.
    fn size(&self, quick: bool) -> u64 {
        if quick { 1 } else { 3 }
    }

    fn inputs(&self, _: &Case, _: &Load, _: usize) -> Vec<Input> {
        Vec::new()
    }
}

/// What happened to a victim.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Writes that were acknowledged, over all kills.
    pub acknowledged: u64,
    /// Of those, what was gone after each kill.
    pub lost: Vec<u64>,
    /// Writes that were there though nobody acknowledged them.
    pub unasked: u64,
    /// Seconds from each start after a kill to the first answer.
    pub recovery: Vec<f64>,
    /// The promise as it was read back from the victim.
    pub evidence: Option<Evidence>,
    /// How it was killed.
    pub how: &'static str,
    /// Clients that wrote at once.
    pub clients: usize,
}

/// A store that is killed.
#[async_trait]
pub trait Victim: Send + Sync {
    /// Who it is.
    fn about(&self) -> ArmAbout;

    /// What a client runs.
    fn statement(&self, tier: Tier) -> Source;

    /// Writes, is killed and started again so many times. Fails as unsupported where the store has no such promise, or no program here.
    async fn suffer(&self, tier: Tier, load: &Load, place: &Ground) -> Result<Outcome>;
}

/// The arm.
pub struct Killed<V> {
    victim: V,
    place: Ground,
    seen: Mutex<Vec<Evidence>>,
}

impl<V: Victim> Killed<V> {
    fn new(victim: V, place: &Ground) -> Self {
        Self { victim, place: place.clone(), seen: Mutex::default() }
    }
}

#[async_trait]
impl<V: Victim> Arm for Killed<V> {
    fn about(&self) -> ArmAbout {
        self.victim.about()
    }

    fn source(&self, case: &Case) -> Source {
        self.victim.statement(tier_of(case))
    }

    fn backing(&self) -> &dyn Backing {
        &InProcess
    }

    async fn load(&self, _: &Load) -> Result<Loaded> {
        Ok(Loaded::default())
    }

    async fn op(&self, case: &Case, _: &Input) -> Result<Answer> {
        Err(LabError::Unsupported(format!("{} is a probe", case.id)))
    }

    async fn probe(&self, case: &Case, load: &Load) -> Result<Vec<Fact>> {
        let tier = tier_of(case);
        let outcome = self.victim.suffer(tier, load, &self.place).await?;
        if let Some(evidence) = &outcome.evidence {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.retain(|known| known.tier != evidence.tier);
            seen.push(evidence.clone());
        }
        let kept = outcome.evidence.as_ref().map_or(Tier::Read, |evidence| evidence.tier);
        if kept != tier {
            return Err(LabError::Unsupported(format!("it was to promise {}, and by its settings promises {}", tier.name(), kept.name())));
        }
        Ok(facts(tier, &outcome))
    }

    async fn tier(&self, case: &Case) -> Result<Evidence> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let found = seen.iter().find(|evidence| evidence.tier == tier_of(case)).cloned();
        found.ok_or_else(|| LabError::Unsupported("it was not started yet".to_owned()))
    }
}

fn facts(tier: Tier, outcome: &Outcome) -> Vec<Fact> {
    let each: Vec<String> = outcome.lost.iter().map(ToString::to_string).collect();
    let lost: u64 = outcome.lost.iter().sum();
    let mut gone = Fact::new("lost", lost as f64, "count").note(format!("after each kill: {}", each.join(", ")));
    if tier >= Tier::D2 {
        gone = gone.expected(0.0);
    }
    let mut facts = vec![
        Fact::new("acknowledged", outcome.acknowledged as f64, "count").note(format!("clients: {}", outcome.clients)),
        gone,
        Fact::new("kills", outcome.lost.len() as f64, "count").note(outcome.how),
        Fact::new("written though not acknowledged", outcome.unasked as f64, "count").note("a client that hears nothing does not know"),
    ];
    if let Some(longest) = outcome.recovery.iter().copied().reduce(f64::max) {
        facts.push(Fact::new("longest recovery", longest * 1e6, "us").note("from the start to the first answer"));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::verify;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_killed_process_keeps_what_it_committed() {
        let cases = verify(&Promises, 1).await.unwrap();
        for case in &cases[..3] {
            let arm = &case.arms[0];
            assert!(arm.error.is_none(), "{}: {:?}", case.id, arm.error);
            let fact = |name: &str| arm.facts.iter().find(|fact| fact.name == name).unwrap().value;
            assert!(fact("acknowledged") > 10.0, "{:?}", arm.facts);
            assert_eq!(fact("lost"), 0.0);
            assert_eq!(arm.evidence.as_ref().unwrap().tier, case.tier);
        }
        assert!(cases[3].arms[0].error.as_ref().is_some(), "there is no such promise of SQLite's");
    }
}
