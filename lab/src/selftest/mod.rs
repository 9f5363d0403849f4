//! The instrument proves itself: arms with known faults are measured like any others, and each fault must be found, while two arms that are the
//! same must not be told apart.

mod arms;

pub use arms::{Planted, planted};

use super::{
    Case, CaseKind, Load, Result, Workload, WorkloadAbout, check,
    draw::Draw,
    measure::{Effort, Paced, Plan, new_id, paced},
    result::{ArmRecord, CaseRecord, OpenPoint, Record, Rules, Tier, Verdict},
    site::Site,
    verdict,
};
use crate::{Arm, Input, progress::Progress};
use async_trait::async_trait;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// What became of one planted fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was planted.
    pub fault: &'static str,
    /// Whether it was found; `None` where this machine is too noisy to say, which the lab must say itself.
    pub caught: Option<bool>,
    /// What the lab said.
    pub told: String,
}

/// What the self-test came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// The faults.
    pub outcomes: Vec<Outcome>,
    /// Sessions resampled from this machine's own blocks of one arm against itself.
    pub sessions: u32,
    /// How many of them ranked it.
    pub false_alarms: u32,
    /// The session, for the record.
    pub record: Record,
}

impl Report {
    /// Whether every fault that could be judged was found, and false alarms are no more than seven in a hundred.
    pub fn is_well(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.caught != Some(false)) && self.false_alarms * 100 <= self.sessions * 7
    }

    /// As on the terminal.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for outcome in &self.outcomes {
            let word = match outcome.caught {
                Some(true) => "caught",
                Some(false) => "MISSED",
                None => "too noisy",
            };
            text.push_str(&format!("  {word:<10} {:<28} {}\n", outcome.fault, outcome.told));
        }
        let judged = self.outcomes.iter().filter(|outcome| outcome.caught.is_some()).count();
        let caught = self.outcomes.iter().filter(|outcome| outcome.caught == Some(true)).count();
        text.push_str(&format!("selftest: {caught}/{judged} planted faults caught on this machine"));
        if judged < self.outcomes.len() {
            text.push_str(&format!(" ({} not judged: noise)", self.outcomes.len() - judged));
        }
        text.push_str(&format!(", false alarms {}/{} (nominal 5 %)\n", self.false_alarms, self.sessions));
        text
    }
}

/// The planted arms as a workload.
struct Faults {
    arms: Vec<Planted>,
    write: bool,
}

#[async_trait]
impl Workload for Faults {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: if self.write { "ST2" } else { "ST1" },
            title: "Planted faults",
            question: "Does the lab find what was planted?",
            claims: &[],
            would_change: "Nothing: this is about the lab.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        if self.write {
            return vec![Case::read("add", "Add to a counter").writes(Tier::D3).kind(CaseKind::Counted)];
        }
        vec![Case::read("echo", "Answer a number")]
    }

    async fn arms(&self, _: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        Ok(self.arms.iter().map(|fault| planted(*fault)).collect())
    }

    fn size(&self, _: bool) -> u64 {
        1
    }

    fn inputs(&self, _: &Case, load: &Load, count: usize) -> Vec<Input> {
        let mut draw = Draw::new(load.seed, "planted");
        (0..count).map(|_| json!({ "n": draw.below(1_000) })).collect()
    }
}

/// Plants all faults and looks for them. Takes about half a minute.
pub async fn run(site: &Site, seed: u64, progress: &dyn Progress, cancel: CancellationToken) -> Result<Report> {
    let reads = [Planted::Honest, Planted::Twin, Planted::Slower, Planted::WrongAnswer, Planted::Undrained, Planted::OtherPlan];
    let writes = [Planted::Honest, Planted::FsyncLiar, Planted::StaleCache, Planted::DoubleApply];
    let mut effort = Effort::quick();
    // three arms are left after the gate, and the self-test may take its time over them
    (effort.closed_time, effort.rounds, effort.block) = (Duration::from_secs(12), (60, 120), Duration::from_millis(10));
    let plan = Plan {
        workloads: vec![Arc::new(Faults { arms: reads.to_vec(), write: false }), Arc::new(Faults { arms: writes.to_vec(), write: true })],
        site,
        effort,
        seed,
        command: vec!["polystore".to_owned(), "compare".to_owned(), "selftest".to_owned()],
        id: new_id(),
        progress,
        cancel: cancel.clone(),
    };
    let record = plan.run(|_| Ok(())).await?;
    if record.session.partial {
        return Err(super::LabError::Interrupted);
    }
    let [read, write] = [("ST1", "echo"), ("ST2", "add")].map(|(workload, case)| record.case(workload, case));
    let mut outcomes = Vec::new();
    if let (Some(read), Some(write)) = (read, write) {
        outcomes.extend([same(read), slower(read), swapped(read, seed)]);
        outcomes.push(answer(read, "wrong answer", Planted::WrongAnswer));
        outcomes.push(answer(read, "undrained when timed", Planted::Undrained));
        outcomes.push(plan_of(read));
        outcomes.push(promise(write));
        outcomes.push(answer(write, "stale cache", Planted::StaleCache));
        outcomes.push(answer(write, "retry that applies twice", Planted::DoubleApply));
    }
    outcomes.push(stalled(seed).await?);
    outcomes.push(forged(&record));
    let (sessions, false_alarms) = read.map_or((0, 0), |read| resampled(read, seed));
    Ok(Report { outcomes, sessions, false_alarms, record })
}

fn arm(case: &CaseRecord, fault: Planted) -> Option<&ArmRecord> {
    case.arms.iter().find(|arm| arm.name == fault.name())
}

fn verdict_of(case: &CaseRecord, fault: Planted) -> Option<(&Verdict, String)> {
    let pair = case.verdicts.iter().find(|pair| pair.a == Planted::Honest.name() && pair.b == fault.name())?;
    Some((&pair.verdict, verdict::sentence(pair)))
}

fn missing(fault: &'static str) -> Outcome {
    Outcome { fault, caught: Some(false), told: "nothing".to_owned() }
}

fn same(case: &CaseRecord) -> Outcome {
    let fault = "the same under two names";
    let Some((verdict, told)) = verdict_of(case, Planted::Twin) else { return missing(fault) };
    Outcome { fault, caught: Some(!matches!(verdict, Verdict::Faster { .. })), told }
}

/// A tenth slower: must be found where the lab says that it would see a twentieth.
fn slower(case: &CaseRecord) -> Outcome {
    let fault = "10 % slower";
    let Some((verdict, told)) = verdict_of(case, Planted::Slower) else { return missing(fault) };
    let pair = case.verdicts.iter().find(|pair| pair.b == Planted::Slower.name() && pair.a == Planted::Honest.name());
    let holds = pair.and_then(|pair| Some(pair.low? < 1.12 && pair.high? > 1.08)).unwrap_or(false);
    let found = matches!(verdict, Verdict::Faster { faster, .. } if faster == Planted::Honest.name());
    let quiet = case.noise.is_some_and(|noise| noise.apart <= 0.03);
    let caught = if found {
        Some(holds)
    } else if quiet {
        Some(false)
    } else {
        None
    };
    Outcome { fault, caught, told }
}

/// Blocks under each other's names: the verdict must turn round.
fn swapped(case: &CaseRecord, seed: u64) -> Outcome {
    let fault = "swapped labels";
    let mut turned = case.clone();
    let places = [Planted::Honest, Planted::Slower].map(|fault| turned.arms.iter().position(|arm| arm.name == fault.name()));
    let [Some(one), Some(other)] = places else { return missing(fault) };
    let blocks = std::mem::take(&mut turned.arms[one].blocks);
    turned.arms[one].blocks = std::mem::replace(&mut turned.arms[other].blocks, blocks);
    // the reference's own second entry goes with it, or it would look like noise
    turned.arms.retain(|arm| arm.again_of.is_none());
    verdict::judge(&mut turned, "ST1", &Rules::default(), seed);
    let before = case.verdicts.iter().find(|pair| pair.b == Planted::Slower.name()).and_then(|pair| pair.ratio);
    let after = turned.verdicts.iter().find(|pair| pair.b == Planted::Slower.name()).and_then(|pair| pair.ratio);
    let told = format!("ratio {:.3}, then {:.3}", before.unwrap_or_default(), after.unwrap_or_default());
    let caught = before.zip(after).is_some_and(|(before, after)| (before * after - 1.0).abs() < 0.01 && before > 1.0);
    Outcome { fault, caught: Some(caught), told }
}

fn answer(case: &CaseRecord, fault: &'static str, planted: Planted) -> Outcome {
    let Some(answers) = arm(case, planted).and_then(|arm| arm.answers.as_ref()) else { return missing(fault) };
    let told = match &answers.difference {
        Some(difference) => {
            format!("{}: {} should be {}, was {}", difference.seen, difference.path, difference.expected, difference.found)
        }
        None => "the same answers".to_owned(),
    };
    Outcome { fault, caught: Some(!answers.same), told }
}

fn plan_of(case: &CaseRecord) -> Outcome {
    let fault = "another plan than declared";
    let Some((verdict, told)) = verdict_of(case, Planted::OtherPlan) else { return missing(fault) };
    Outcome { fault, caught: Some(matches!(verdict, Verdict::Unsupported { .. })), told }
}

/// A store that says that it syncs and does not: a counted case has no times, so the promise is judged as if it had.
fn promise(case: &CaseRecord) -> Outcome {
    let fault = "fsync that is only promised";
    let mut timed = case.clone();
    timed.kind = "timed".to_owned();
    verdict::judge(&mut timed, "ST2", &Rules::default(), 0);
    let Some((verdict, told)) = verdict_of(&timed, Planted::FsyncLiar) else { return missing(fault) };
    Outcome { fault, caught: Some(matches!(verdict, Verdict::DifferentPromises { .. })), told }
}

/// Half a second of standing still must be in the tail of what was meant to start meanwhile.
async fn stalled(seed: u64) -> Result<Outcome> {
    let offered = Paced { per_second: 200.0, time: Duration::from_secs(2), share: 0.5 };
    let arm = planted(Planted::Stall { after: 50, pause: Duration::from_millis(500) });
    let inputs = [json!({ "n": 1 })];
    let case = Case::read("echo", "Answer a number");
    let OpenPoint { p99_us, service_p99_us, void, .. } = paced(&arm, &case, &inputs, offered, Draw::new(seed, "stall")).await?;
    let told =
        format!("p99 from the intended start {}, from the real start {}", verdict::duration(p99_us), verdict::duration(service_p99_us));
    let caught = p99_us > 300_000.0;
    Ok(Outcome { fault: "store that stands still", caught: if void.is_some() && !caught { None } else { Some(caught) }, told })
}

/// A file whose verdict somebody improved.
fn forged(record: &Record) -> Outcome {
    let fault = "forged verdict in a file";
    let mut forged = record.clone();
    let pair = forged.workloads.iter_mut().flat_map(|workload| &mut workload.cases).flat_map(|case| &mut case.verdicts).next();
    let Some(pair) = pair else { return missing(fault) };
    pair.verdict = Verdict::Faster { faster: pair.b.clone(), times: 9.0, low: 8.0, high: 10.0 };
    let (honest, found) = (check::problems(record), check::problems(&forged));
    let told = found.first().cloned().unwrap_or_else(|| "nothing".to_owned());
    Outcome { fault, caught: Some(honest.is_empty() && !found.is_empty()), told }
}

/// Sessions made of windows of this one's blocks of the same thing under three names, which are dealt out anew in each round.
fn resampled(case: &CaseRecord, seed: u64) -> (u32, u32) {
    const SESSIONS: u32 = 200;
    const ROUNDS: usize = 24;
    let again = case.arms.iter().find(|arm| arm.again_of.is_some());
    let [Some(honest), Some(twin), Some(again)] = [arm(case, Planted::Honest), arm(case, Planted::Twin), again] else { return (0, 0) };
    let rounds = honest.blocks.len().min(twin.blocks.len()).min(again.blocks.len());
    if rounds < ROUNDS + 8 {
        return (0, 0);
    }
    let mut draw = Draw::new(seed, "resampled sessions");
    let alarms = (0..SESSIONS).filter(|session| {
        let begin = draw.place(rounds - ROUNDS + 1);
        let mut arms = [honest.clone(), again.clone(), twin.clone()];
        arms.iter_mut().for_each(|arm| arm.blocks.clear());
        for round in begin..begin + ROUNDS {
            let mut blocks = [&honest.blocks[round], &again.blocks[round], &twin.blocks[round]];
            draw.shuffle(&mut blocks);
            arms.iter_mut().zip(blocks).for_each(|(arm, block)| {
                arm.blocks.push(super::result::Block { round: round as u32, ..block.clone() });
            });
        }
        let mut session_case = CaseRecord { arms: arms.to_vec(), ..case.clone() };
        verdict::judge(&mut session_case, "ST1", &Rules { replicates: 1_000, ..Rules::default() }, u64::from(*session));
        session_case.verdicts.iter().any(|pair| matches!(pair.verdict, Verdict::Faster { .. }))
    });
    let alarms = alarms.count() as u32;
    (SESSIONS, alarms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{progress::Silent, site::SiteOptions};

    /// The whole of it, on whatever machine the tests run: what does not depend on noise must be found everywhere.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn planted_faults_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open("st", SiteOptions { folder: folder.path().to_owned(), ..SiteOptions::default() }).await.unwrap();
        let report = run(&site, 3, &Silent, CancellationToken::new()).await.unwrap();
        site.close().await.unwrap();
        assert_eq!(report.outcomes.len(), 11, "{}", report.text());
        for outcome in &report.outcomes {
            if outcome.fault == "10 % slower" {
                assert_ne!(outcome.caught, Some(false), "{}", report.text());
            } else {
                assert_eq!(outcome.caught, Some(true), "{}\n{}", outcome.fault, report.text());
            }
        }
    }
}
