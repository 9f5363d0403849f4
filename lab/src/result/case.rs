//! What is kept of a workload and its cases.

use super::{ArmRecord, CounterVerdict, Pair, SweepArm, Tier};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One question about stores, and what was found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct WorkloadRecord {
    /// As `W16`.
    pub id: String,
    /// In two or three words.
    pub title: String,
    /// What it answers.
    pub question: String,
    /// Claims of course texts that it tests.
    pub claims: Vec<String>,
    /// What would change the answer.
    pub would_change: String,
    /// Rows that all arms held.
    pub size: u64,
    /// Its cases.
    pub cases: Vec<CaseRecord>,
    /// Stores of this program that were not there, so that their arms are missing.
    pub missing_stores: Vec<String>,
}

/// One case.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct CaseRecord {
    /// As `rank`.
    pub id: String,
    /// In a few words.
    pub title: String,
    /// `timed`, `counted` or `probe`.
    pub kind: String,
    /// What its arms must promise.
    pub tier: Tier,
    /// Rounds that every arm took part in.
    pub rounds: u32,
    /// What the session's A/A arm says about noise; `null` where nothing was timed.
    pub noise: Option<Noise>,
    /// The arms, the reference first.
    pub arms: Vec<ArmRecord>,
    /// What may be said about times, one entry for each pair of arms.
    pub verdicts: Vec<Pair>,
    /// What may be said about exact counters.
    pub counter_verdicts: Vec<CounterVerdict>,
    /// How it grows.
    pub sweep: Option<SweepRecord>,
}

/// The reference against itself.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Noise {
    /// Time of the second entry over the first.
    pub ratio: f64,
    /// Low end of its interval.
    pub low: f64,
    /// High end.
    pub high: f64,
    /// The least difference that this case could have told from none, as a share: half the width of the interval.
    pub detectable: f64,
    /// How far the interval reaches from 1, as a share: only differences beyond it are ranked.
    pub apart: f64,
    /// Whether that is too far to speak of no difference.
    pub noisy: bool,
}

/// How a case grows with the size of the data.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct SweepRecord {
    /// The sizes, ascending.
    pub sizes: Vec<u64>,
    /// The arms.
    pub arms: Vec<SweepArm>,
    /// Where one arm overtakes another.
    pub crossovers: Vec<Crossover>,
}

/// A shape of growth.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum FitKind {
    /// The same at all sizes.
    Constant,
    /// With the logarithm of the size.
    Log,
    /// With a power of the size.
    Power,
    /// With the size times its logarithm.
    NLogN,
}

/// How a counter grows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Fit {
    /// The counter.
    pub counter: String,
    /// The likeliest shape by AICc.
    pub kind: FitKind,
    /// The exponent of the power law, whichever shape is the likeliest.
    pub exponent: f64,
    /// Shapes that these sizes cannot tell from it: AICc within 2.
    pub or: Vec<FitKind>,
}

/// Where one arm's time crosses another's.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Crossover {
    /// Faster below.
    pub below: String,
    /// Faster above.
    pub above: String,
    /// The largest measured size at which the first is faster.
    pub from: u64,
    /// The smallest measured size at which the second is.
    pub to: u64,
}
