//! Results that tests make: a session with the arms, times, counters and facts that a test names.

use crate::result::{
    Answers, ArmRecord, Block, CaseRecord, Environment, Evidence, Fact, Fit, FitKind, Noise, Pair, Record, Rules, SCHEMA_VERSION, Session,
    SweepArm, SweepPoint, SweepRecord, Tier, Verdict, WorkloadRecord,
};

/// A session that was built for release and ran in full.
pub fn session(workloads: Vec<WorkloadRecord>) -> Record {
    Record {
        schema_version: SCHEMA_VERSION,
        session: Session {
            id: "20261127T120000-0000000a".to_owned(),
            seed: 1,
            suite: "full".to_owned(),
            command: vec!["polystore".to_owned(), "compare".to_owned()],
            started: "2026-11-27T12:00:00Z".to_owned(),
            finished: Some("2026-11-27T12:10:00Z".to_owned()),
            partial: false,
            version: "0.1.0".to_owned(),
            build: "release".to_owned(),
            program_sha256: None,
            rules: Rules::default(),
        },
        environment: Environment { system: "linux".to_owned(), cores: 2, ..Environment::default() },
        workloads,
        claims: Vec::new(),
    }
}

/// A workload of this size.
pub fn workload(id: &str, size: u64, cases: Vec<CaseRecord>) -> WorkloadRecord {
    WorkloadRecord {
        id: id.to_owned(),
        title: id.to_owned(),
        question: String::new(),
        claims: Vec::new(),
        would_change: String::new(),
        size,
        cases,
        missing_stores: Vec::new(),
    }
}

/// A quiet case with these arms; verdicts follow from their times.
pub fn case(id: &str, arms: Vec<ArmRecord>) -> CaseRecord {
    let mean = |arm: &ArmRecord| arm.blocks.first().map(|block| block.mean_us);
    let mut verdicts = Vec::new();
    for (index, a) in arms.iter().enumerate() {
        for b in arms.iter().skip(index + 1) {
            let Some((one, other)) = mean(a).zip(mean(b)) else { continue };
            let ratio = other / one;
            let (faster, times) = if ratio > 1.0 { (&a.name, ratio) } else { (&b.name, 1.0 / ratio) };
            let verdict = if times > 1.05 / 0.97 {
                Verdict::Faster { faster: faster.clone(), times, low: times * 0.97, high: times * 1.03 }
            } else {
                Verdict::Equivalent { within: 0.05 }
            };
            let (low, high) = (Some(ratio * 0.97), Some(ratio * 1.03));
            verdicts.push(Pair { a: a.name.clone(), b: b.name.clone(), ratio: Some(ratio), low, high, verdict });
        }
    }
    CaseRecord {
        id: id.to_owned(),
        title: format!("the case {id}"),
        kind: "timed".to_owned(),
        tier: Tier::Read,
        rounds: 1,
        noise: Some(Noise { ratio: 1.0, low: 0.99, high: 1.01, detectable: 0.01, apart: 0.01, noisy: false }),
        arms,
        verdicts,
        counter_verdicts: Vec::new(),
        sweep: None,
    }
}

/// An arm that answered as the reference did. Its store is the first word of its name.
pub fn arm(name: &str) -> ArmRecord {
    ArmRecord {
        name: name.to_owned(),
        store: name.split(' ').next().unwrap_or_default().to_owned(),
        evidence: Some(Evidence { tier: Tier::D3, settings: std::collections::BTreeMap::new() }),
        answers: Some(Answers { draws: 1, rows: 1, bytes: 1, digest: "0".to_owned(), same: true, difference: None }),
        ..ArmRecord::default()
    }
}

impl ArmRecord {
    /// The same arm: all operations took this long.
    pub fn took(mut self, us: f64) -> Self {
        self.blocks.push(Block { round: 0, place: 0, ops: 100, p50_us: us, mean_us: us, p99_us: None, client_cpu_us: None });
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "tests take small times")]
        self.histogram.push(((us * 1_000.0) as u64, 100));
        self
    }

    /// The same arm with a counter.
    pub fn counted(mut self, counter: &str, value: f64) -> Self {
        self.counters.insert(counter.to_owned(), value);
        self
    }

    /// The same arm with a fact.
    pub fn found(mut self, name: &str, value: f64) -> Self {
        self.facts.push(Fact::new(name, value, "count"));
        self
    }
}

/// An arm's sweep: its name, the time of all its blocks at each size, a counter, and how that grows: the kind, the exponent, what it may be as well.
pub type Swept<'a> = (&'a str, &'a [f64], &'a str, FitKind, f64, &'a [FitKind]);

/// A sweep of some arms.
pub fn sweep(sizes: &[u64], arms: &[Swept<'_>]) -> SweepRecord {
    let arms = arms.iter().map(|(name, times, counter, kind, exponent, or)| SweepArm {
        name: (*name).to_owned(),
        points: sizes
            .iter()
            .zip(*times)
            .map(|(size, us)| SweepPoint {
                size: *size,
                counters: Default::default(),
                blocks_p50_us: vec![us * 0.9, *us, us * 1.1],
                data_bytes: None,
                index_bytes: None,
            })
            .collect(),
        fits: vec![Fit { counter: (*counter).to_owned(), kind: *kind, exponent: *exponent, or: or.to_vec() }],
        time_slope: None,
    });
    SweepRecord { sizes: sizes.to_vec(), arms: arms.collect(), crossovers: Vec::new() }
}
