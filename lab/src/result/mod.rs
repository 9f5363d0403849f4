//! What is kept of a session: enough to recompute every verdict, with the machine that it holds for.
//!
//! The published schema is `docs/lab/result.schema.json`. Numbers are in the units that their names end in; `null` means "not known here".

mod arm;
mod case;
mod environment;
mod verdict;

pub use arm::{
    Answers, ArmRecord, Block, Difference, Evidence, Fact, OpenPoint, Plan, PlanClass, SourceRecord, SweepArm, SweepPoint, Tier,
};
pub use case::{CaseRecord, Crossover, Fit, FitKind, Noise, SweepRecord, WorkloadRecord};
pub use environment::{Environment, StoreRecord};
pub use verdict::{CounterVerdict, Pair, Verdict};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of this format. A reader refuses others.
pub const SCHEMA_VERSION: u32 = 1;

/// One session of the lab.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Record {
    /// The version of this format: 1.
    pub schema_version: u32,
    /// Who ran what, when.
    pub session: Session,
    /// On what.
    pub environment: Environment,
    /// What was found, in the order in which it was run.
    pub workloads: Vec<WorkloadRecord>,
    /// What course texts say, and what this session says to it.
    pub claims: Vec<ClaimFinding>,
}

/// Who ran what, when.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Session {
    /// Unique, sorts by time: `20261127T192105-1a2b3c4d`.
    pub id: String,
    /// What data, questions, orders of blocks and bootstraps follow from.
    pub seed: u64,
    /// `quick` or `full`.
    pub suite: String,
    /// The exact command.
    pub command: Vec<String>,
    /// RFC 3339, UTC.
    pub started: String,
    /// The same; `null` while it runs, or when it was cut off.
    pub finished: Option<String>,
    /// Whether it was interrupted: what is here holds, other things are missing.
    pub partial: bool,
    /// polystore's version.
    pub version: String,
    /// `debug` or `release`: a debug build's times say nothing about stores.
    pub build: String,
    /// SHA-256 of the program, hexadecimal.
    pub program_sha256: Option<String>,
    /// How verdicts are made.
    pub rules: Rules,
}

/// How verdicts are made: the numbers that a reader needs to make them again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Rules {
    /// A difference below this share is none: 0.05.
    pub margin: f64,
    /// One minus the confidence of intervals, and the error rate that Holm's procedure keeps over the pairs of a case: 0.05.
    pub alpha: f64,
    /// Replicates of the bootstrap.
    pub replicates: u32,
    /// A session whose A/A arm differs from itself by more than this share ranks only differences beyond that: 0.15.
    pub noisy: f64,
    /// A driver's share of the time above which an arm is bound by it: 0.7.
    pub floor_share: f64,
    /// Share of a core that the client may use: 0.85.
    pub client_share: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { margin: 0.05, alpha: 0.05, replicates: 10_000, noisy: 0.15, floor_share: 0.7, client_share: 0.85 }
    }
}

/// A claim of a course text, and what this session says to it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct ClaimFinding {
    /// As `C13`.
    pub id: String,
    /// What the text says.
    pub claim: String,
    /// Which texts: `S0` to `S4`.
    pub sources: Vec<String>,
    /// What came of it.
    pub finding: Finding,
    /// The figure, as a sentence with its conditions.
    pub figure: String,
    /// The workloads that it rests on.
    pub workloads: Vec<String>,
}

/// What came of a claim.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It holds here.
    Reproduced,
    /// It holds here if more is said than the text says.
    ReproducedUnderConditions,
    /// It does not hold here.
    NotReproduced,
    /// One machine cannot tell.
    NotTestableHere,
    /// The workload was not run.
    NotRun,
}

impl Record {
    /// Reads a record and refuses other formats.
    pub fn parse(text: &str) -> super::Result<Self> {
        let refused = |detail: String| super::LabError::Refused(format!("this is no result of `polystore compare`: {detail}"));
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
        match value.get("schema_version").and_then(serde_json::Value::as_u64) {
            Some(version) if version == u64::from(SCHEMA_VERSION) => {}
            Some(version) => return Err(refused(format!("its format is version {version}, this program reads {SCHEMA_VERSION}"))),
            None => return Err(refused("it has no schema_version".to_owned())),
        }
        serde_json::from_value(value).map_err(|error| refused(error.to_string()))
    }

    /// The case of this name: `W16` and `rank`.
    pub fn case(&self, workload: &str, case: &str) -> Option<&CaseRecord> {
        self.workloads.iter().find(|found| found.id == workload)?.cases.iter().find(|found| found.id == case)
    }

    /// As text for a file: on one line, as laid out it would be five times as long.
    pub fn to_json(&self) -> super::Result<String> {
        serde_json::to_string(self).map(|text| text + "\n").map_err(|error| super::LabError::File(error.to_string()))
    }
}

/// The JSON schema of results, as it is published.
pub fn schema_text() -> String {
    let schema = schemars::schema_for!(Record);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_that_of_this_program() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/lab/result.schema.json");
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(published == schema_text(), "write it anew: polystore compare schema > docs/lab/result.schema.json");
    }
}
