//! What is kept of an arm in a case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One arm's part of a case.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct ArmRecord {
    /// Unique within the case.
    pub name: String,
    /// `postgres`, `mongodb`, `redis`, `sqlite` or `process`.
    pub store: String,
    /// The data model.
    pub model: String,
    /// `idiomatic`, `seed` or `expert`.
    pub variant: String,
    /// The arm that this one is, under another name: the A/A arm of the session.
    pub again_of: Option<String>,
    /// What runs.
    pub source: SourceRecord,
    /// The plan that ran.
    pub plan: Option<Plan>,
    /// The plan's class that the arm stands for.
    pub expected_plan: Option<PlanClass>,
    /// What it promises about durability, as read back.
    pub evidence: Option<Evidence>,
    /// What it answered.
    pub answers: Option<Answers>,
    /// Counts for one operation, from the accounting pass.
    pub counters: BTreeMap<String, f64>,
    /// Operations of the accounting pass.
    pub counted_ops: u64,
    /// Microseconds of one round trip without work, the median.
    pub floor_us: Option<f64>,
    /// Whether the store works outside of the measuring process.
    pub remote: bool,
    /// The raw blocks of the closed loop, in the order of rounds.
    pub blocks: Vec<Block>,
    /// Latencies of all blocks: pairs of nanoseconds (the middle of a bucket of three significant digits) and how often.
    pub histogram: Vec<(u64, u64)>,
    /// The open loop, one point for each rate.
    pub open: Vec<OpenPoint>,
    /// What its probe found.
    pub facts: Vec<Fact>,
    /// Why it did not end, in its store's words.
    pub error: Option<String>,
}

/// The text of an operation.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct SourceRecord {
    /// `sql`, `mongodb`, `redis`, `rust` or `graphql`.
    pub language: String,
    /// The text.
    pub text: String,
    /// SHA-256 of the text, hexadecimal.
    pub sha256: String,
    /// Tokens of the text: words, numbers and signs.
    pub tokens: u64,
}

/// How a store finds what it is asked for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum PlanClass {
    /// By a key or an index.
    Index,
    /// By looking at everything.
    Scan,
    /// By looking at everything in an index.
    IndexScan,
    /// Something else, or several.
    Other,
}

/// A plan.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Plan {
    /// Its class.
    pub class: PlanClass,
    /// As the store tells it.
    pub text: String,
}

/// What a store promises about a write that it acknowledged.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// A read: nothing is promised.
    #[serde(rename = "read")]
    Read,
    /// Gone when the process dies.
    D0,
    /// May lose the last moments when the process dies.
    D1,
    /// Survives the death of the process; a power cut may cost about a second.
    D2,
    /// Synced to the disk before it is acknowledged.
    D3,
}

impl Tier {
    /// As in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::D0 => "D0",
            Self::D1 => "D1",
            Self::D2 => "D2",
            Self::D3 => "D3",
        }
    }
}

/// What is promised, and how it is known.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Evidence {
    /// The promise.
    pub tier: Tier,
    /// Settings that were read back from the server, by name.
    pub settings: BTreeMap<String, String>,
}

impl Evidence {
    /// A promise and its settings.
    pub fn new<N: Into<String>, V: Into<String>>(tier: Tier, settings: impl IntoIterator<Item = (N, V)>) -> Self {
        Self { tier, settings: settings.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

/// What an arm answered at the gate.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Answers {
    /// How many questions it was asked.
    pub draws: u64,
    /// Rows that came.
    pub rows: u64,
    /// Bytes of all canonical answers.
    pub bytes: u64,
    /// SHA-256 of all canonical answers and of the end state, hexadecimal.
    pub digest: String,
    /// Whether it is the reference's digest, and stayed so in the timed blocks.
    pub same: bool,
    /// The first place where it differs.
    pub difference: Option<Difference>,
}

/// The first place where two answers differ.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Difference {
    /// Where it was seen: `gate`, `state` (the end state of writes) or `timed` (in a timed block).
    pub seen: String,
    /// Which question, from 0.
    pub draw: u64,
    /// Where in the answer, as `$.rows[3].name`.
    pub path: String,
    /// What the reference answered there; `(missing)` for nothing.
    pub expected: String,
    /// What this arm answered there.
    pub found: String,
}

/// Operations one after the other, without a pause.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Block {
    /// Which round, from 0. Each round has one block of each arm.
    pub round: u32,
    /// Which place in its round, from 0.
    pub place: u32,
    /// Operations.
    pub ops: u32,
    /// Microseconds of an operation: the median.
    pub p50_us: f64,
    /// Microseconds of an operation: the mean.
    pub mean_us: f64,
    /// Microseconds of an operation: one in a hundred took longer. Only of 2,000 operations and more.
    pub p99_us: Option<f64>,
    /// CPU of the measuring process for each operation, in microseconds.
    pub client_cpu_us: Option<f64>,
}

/// One rate of the open loop.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct OpenPoint {
    /// Share of the slowest arm's capacity.
    pub share: f64,
    /// Operations that were meant to start in a second.
    pub per_second: f64,
    /// Operations that were meant to start.
    pub intended: u64,
    /// Operations that ended well.
    pub done: u64,
    /// Operations that failed or took longer than the time-out; they count as having taken it.
    pub failed: u64,
    /// Microseconds from the intended start to the end: the median.
    pub p50_us: f64,
    /// The same: one in a hundred took longer.
    pub p99_us: f64,
    /// Microseconds from the real start to the end: one in a hundred took longer.
    pub service_p99_us: f64,
    /// Microseconds from the intended to the real start: one in a hundred took longer.
    pub wait_p99_us: f64,
    /// Microseconds that the pacer itself was late: one in a hundred was later.
    pub pacer_p99_us: f64,
    /// Why it says nothing; `null` if it does.
    pub void: Option<String>,
}

/// A number that a probe found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Fact {
    /// What, as `most admitted in any hour`.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Of what: `count`, `us`, `bytes`, `share`.
    pub unit: String,
    /// What it should be, if something is promised.
    pub expected: Option<f64>,
    /// What a reader should know beside it.
    pub note: Option<String>,
}

impl Fact {
    /// A number that nothing is promised about.
    pub fn new(name: impl Into<String>, value: f64, unit: &str) -> Self {
        Self { name: name.into(), value, unit: unit.to_owned(), expected: None, note: None }
    }

    /// The same, with what it should be.
    pub fn expected(self, value: f64) -> Self {
        Self { expected: Some(value), ..self }
    }

    /// The same, with what a reader should know.
    pub fn note(self, text: impl Into<String>) -> Self {
        Self { note: Some(text.into()), ..self }
    }

    /// Whether it is what it should be.
    pub fn holds(&self) -> bool {
        self.expected.is_none_or(|expected| (expected - self.value).abs() <= 1e-9 * expected.abs().max(1.0))
    }
}

/// An arm's part of a sweep.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct SweepArm {
    /// The arm.
    pub name: String,
    /// One point for each size that it reached.
    pub points: Vec<SweepPoint>,
    /// How each exact counter grows with the size.
    pub fits: Vec<super::Fit>,
    /// Slope of time over size, both as logarithms: Theil and Sen's, and its 95 % interval.
    pub time_slope: Option<(f64, f64, f64)>,
}

/// One size.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct SweepPoint {
    /// The size.
    pub size: u64,
    /// Counts for one operation.
    pub counters: BTreeMap<String, f64>,
    /// Microseconds of an operation: the median of each block.
    pub blocks_p50_us: Vec<f64>,
    /// Bytes of data, where the store tells.
    pub data_bytes: Option<u64>,
    /// Bytes of indexes, where the store tells.
    pub index_bytes: Option<u64>,
}
