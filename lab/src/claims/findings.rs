//! Stored results, looked at by claims and by the advisor: for each workload the one session that counts.

use crate::result::{ArmRecord, CaseRecord, Environment, Record, Session, SweepArm, WorkloadRecord};
use std::cmp::Ordering;

/// Results of one machine, one session for each workload.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    runs: Vec<Run>,
}

/// A workload and the session that ran it.
#[derive(Clone, Debug)]
pub struct Run {
    /// Who ran it, and when.
    pub session: Session,
    /// On which machine, in a few words.
    pub machine: String,
    /// What was found.
    pub workload: WorkloadRecord,
}

impl Run {
    /// Where its figures come from, as a reader finds them again.
    pub fn source(&self) -> String {
        let day = self.session.started.split('T').next().unwrap_or_default();
        format!("{} of {day} ({}, {})", self.session.id, self.session.suite, self.machine)
    }

    /// Why its times say nothing; its counters may.
    pub fn untimely(&self) -> Option<String> {
        (self.session.build != "release").then(|| format!("{} was built for debugging, and its times say nothing", self.session.id))
    }
}

impl Findings {
    /// One session.
    pub fn of(record: &Record) -> Self {
        Self::newest(std::slice::from_ref(record))
    }

    /// Of several sessions, for each workload: one that was built for release and ran in full before others, and the newest of those.
    pub fn newest(records: &[Record]) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for record in records {
            for workload in record.workloads.iter().filter(|workload| !workload.cases.is_empty()) {
                let run = Run { session: record.session.clone(), machine: machine(record), workload: workload.clone() };
                match runs.iter_mut().find(|other| other.workload.id == workload.id) {
                    Some(other) if before(&run, other) == Ordering::Less => *other = run,
                    Some(_) => {}
                    None => runs.push(run),
                }
            }
        }
        Self { runs }
    }

    /// The session that counts for a workload.
    pub fn run(&self, workload: &str) -> Option<&Run> {
        self.runs.iter().find(|run| run.workload.id == workload)
    }

    /// All of them.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The same without one workload.
    pub fn without(&self, workload: &str) -> Self {
        Self { runs: self.runs.iter().filter(|run| run.workload.id != workload).cloned().collect() }
    }
}

/// What counts more comes first.
fn before(run: &Run, other: &Run) -> Ordering {
    let rank = |run: &Run| (run.session.build == "release", run.session.suite == "full", !run.session.partial, run.session.started.clone());
    rank(other).cmp(&rank(run))
}

/// Whether a result was measured on a machine like this one, as far as the names of system and processor tell.
pub fn is_of_this_machine(environment: &Environment) -> bool {
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).map(|rest| rest.trim_start_matches([' ', '\t', ':']).trim());
    environment.system == system && environment.cpu.as_deref() == model
}

fn machine(record: &Record) -> String {
    let environment = &record.environment;
    let cpu = environment.cpu.as_deref().unwrap_or(&environment.system);
    format!("{cpu}, {} cores", environment.cores)
}

/// The arm of this name, in a case.
pub fn arm<'a>(case: &'a CaseRecord, name: &str) -> Option<&'a ArmRecord> {
    case.arms.iter().find(|arm| arm.name == name)
}

/// The arm's part of a case's sweep.
pub fn swept<'a>(case: &'a CaseRecord, name: &str) -> Option<&'a SweepArm> {
    case.sweep.as_ref()?.arms.iter().find(|arm| arm.name == name)
}
