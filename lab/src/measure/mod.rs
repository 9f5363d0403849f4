//! Running a session: gate and accounting first, then the closed loop, then the open loop, then sizes. Passes are never mixed.

mod closed;
mod cpu;
mod gate;
mod machine;
mod open;
mod sweep;

pub use open::{Paced, paced};
pub use sweep::conclude_all as conclude_sweep;

use super::{
    Arm, Case, CaseKind, LabError, Load, Result, Workload, canonical,
    result::{ArmRecord, CaseRecord, Record, Rules, SCHEMA_VERSION, Session, SourceRecord, StoreRecord, WorkloadRecord},
    site::{Site, SiteOptions},
    verdict,
};
use crate::progress::{Progress, Silent};
use chrono::{SecondsFormat, Utc};
use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How long and how much.
#[derive(Clone, Debug)]
pub struct Effort {
    /// `quick` or `full`, as it is told.
    pub suite: &'static str,
    /// Questions of the gate and the accounting pass: of reads, and of writes.
    pub draws: (usize, usize),
    /// Longest that an arm's accounting pass of reads may take.
    pub gate_time: Duration,
    /// Longest that the closed loop of a case may take, over all arms.
    pub closed_time: Duration,
    /// Time of one block.
    pub block: Duration,
    /// Rounds at least, and at most.
    pub rounds: (u32, u32),
    /// Shares of the slowest arm's capacity for the open loop, and the time of each; none: no open loop.
    pub open: (Vec<f64>, Duration),
    /// Whether cases are swept over sizes.
    pub sweep: bool,
    /// Rounds at each size of a sweep.
    pub sweep_rounds: u32,
    /// Another size of the data for all workloads.
    pub size: Option<u64>,
}

impl Effort {
    /// Ends within a minute on the embedded stores.
    pub fn quick() -> Self {
        Self {
            suite: "quick",
            draws: (40, 30),
            gate_time: Duration::from_millis(500),
            closed_time: Duration::from_millis(2_500),
            block: Duration::from_millis(15),
            rounds: (12, 30),
            open: (Vec::new(), Duration::ZERO),
            sweep: false,
            sweep_rounds: 5,
            size: None,
        }
    }

    /// What a result that is kept deserves. What it adds to the quick one is precision, the open loop and the sweeps.
    pub fn full() -> Self {
        Self {
            suite: "full",
            draws: (100, 60),
            gate_time: Duration::from_secs(5),
            closed_time: Duration::from_secs(12),
            block: Duration::from_millis(40),
            rounds: (20, 60),
            open: (vec![0.5, 0.9], Duration::from_secs(1)),
            sweep: true,
            sweep_rounds: 7,
            size: None,
        }
    }
}

/// A session to be run.
pub struct Plan<'a> {
    /// What is compared.
    pub workloads: Vec<Arc<dyn Workload>>,
    /// On what.
    pub site: &'a Site,
    /// How much.
    pub effort: Effort,
    /// What everything random follows from.
    pub seed: u64,
    /// The exact command, for the record.
    pub command: Vec<String>,
    /// The session's id.
    pub id: String,
    /// Told of what is being done.
    pub progress: &'a dyn Progress,
    /// Ends it early.
    pub cancel: CancellationToken,
}

/// A new session's id: its time, then eight random digits. Its last part is the number in the names of its databases.
pub fn new_id() -> String {
    let mut bytes = [0; 4];
    // without randomness the time alone has to do: a name that is taken is refused, never overwritten
    let _ = getrandom::fill(&mut bytes);
    format!("{}-{:08x}", Utc::now().format("%Y%m%dT%H%M%S"), u32::from_le_bytes(bytes))
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl Plan<'_> {
    /// Runs it. `keep` gets the record after each workload, so that an end that nobody expected loses little. What arms created is dropped when it
    /// returns; what was interrupted is told in [`Session::partial`].
    pub async fn run(&self, mut keep: impl FnMut(&Record) -> Result<()>) -> Result<Record> {
        let mut record = Record {
            schema_version: SCHEMA_VERSION,
            session: Session {
                id: self.id.clone(),
                seed: self.seed,
                suite: self.effort.suite.to_owned(),
                command: self.command.clone(),
                started: now(),
                finished: None,
                partial: true,
                version: env!("CARGO_PKG_VERSION").to_owned(),
                build: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
                program_sha256: program().await,
                rules: Rules::default(),
            },
            environment: machine::environment(self.site.folder()).await,
            workloads: Vec::new(),
            claims: Vec::new(),
        };
        let stolen = machine::Ticks::now();
        for workload in &self.workloads {
            if self.cancel.is_cancelled() {
                break;
            }
            let about = workload.about();
            record.workloads.push(WorkloadRecord {
                id: about.id.to_owned(),
                title: about.title.to_owned(),
                question: about.question.to_owned(),
                claims: about.claims.iter().map(|claim| (*claim).to_owned()).collect(),
                would_change: about.would_change.to_owned(),
                size: self.effort.size.unwrap_or_else(|| workload.size(self.effort.suite == "quick")),
                cases: Vec::new(),
                missing_stores: self.site.missing(),
            });
            // what ends it early is in the record as far as it came; what cannot be run at all is told for its arms
            let done = self.workload(&**workload, &mut record).await;
            machine::finish(&mut record.environment, &stolen);
            keep(&record)?;
            match done {
                Ok(()) | Err(LabError::Interrupted) => {}
                Err(error) => return Err(error),
            }
        }
        record.session.partial = self.cancel.is_cancelled();
        record.session.finished = Some(now());
        record.claims = super::claims::judge(&record);
        keep(&record)?;
        Ok(record)
    }

    /// Makes the arms, runs the cases, and takes the arms down again, whatever happened.
    async fn workload(&self, workload: &dyn Workload, record: &mut Record) -> Result<()> {
        let arms = self.or_interrupted(workload.arms(self.site)).await?;
        let done = self.cases(workload, &arms, record).await;
        for arm in &arms {
            if let Err(error) = arm.unload().await {
                tracing::warn!("{}: {error}", arm.about().name);
            }
        }
        done
    }

    async fn cases(&self, workload: &dyn Workload, arms: &[Arc<dyn Arm>], record: &mut Record) -> Result<()> {
        let id = workload.about().id;
        let size = record.workloads.last().map_or(0, |workload| workload.size);
        let load = Load { size, seed: self.seed };
        let mut loaded = BTreeMap::new();
        let step = self.progress.start(&format!("{id} load"), arms.len() as u64);
        for (at, arm) in arms.iter().enumerate() {
            loaded.insert(at, self.or_interrupted(arm.load(&load)).await.map(drop));
            if let Some(Err(LabError::Interrupted)) = loaded.get(&at) {
                return Err(LabError::Interrupted);
            }
            step.advance(1);
        }
        step.finish();
        for arm in arms {
            note_store(record, &**arm, &workload.cases()).await;
        }
        for case in workload.cases() {
            let mut kept = new_case(&case, arms);
            for (at, arm) in kept.arms.iter_mut().enumerate() {
                arm.error = loaded.get(&at).and_then(|loaded| loaded.as_ref().err()).map(ToString::to_string);
            }
            let done = self.case(workload, arms, &case, &load, &mut kept).await;
            verdict::judge(&mut kept, id, &Rules::default(), self.seed);
            if let Some(workload) = record.workloads.last_mut() {
                workload.cases.push(kept);
            }
            done?;
        }
        if self.effort.sweep {
            sweep::run(self, workload, arms, record).await?;
        }
        Ok(())
    }

    async fn case(&self, workload: &dyn Workload, arms: &[Arc<dyn Arm>], case: &Case, load: &Load, kept: &mut CaseRecord) -> Result<()> {
        if case.kind == CaseKind::Probe {
            let step = self.progress.start(&format!("{} {}", workload.about().id, case.id), arms.len() as u64);
            for (arm, record) in arms.iter().zip(&mut kept.arms).filter(|(_, record)| record.error.is_none()) {
                match self.or_interrupted(arm.probe(case, load)).await {
                    Ok(facts) => record.facts = facts,
                    Err(LabError::Interrupted) => return Err(LabError::Interrupted),
                    Err(error) => record.error = Some(error.to_string()),
                }
                record.evidence = arm.tier(case).await.ok();
                step.advance(1);
            }
            step.finish();
            return Ok(());
        }
        let draws = if case.is_write() { self.effort.draws.1 } else { self.effort.draws.0 };
        let inputs = workload.inputs(case, load, draws);
        let expected = gate::run(self, workload.about().id, arms, case, load, &inputs, kept).await?;
        if case.kind == CaseKind::Timed {
            closed::run(self, workload.about().id, arms, case, load, &inputs, &expected, kept).await?;
            open::run(self, workload.about().id, arms, case, load, &inputs, kept).await?;
        }
        Ok(())
    }

    /// Waits for work of an arm, or until the person at the terminal has had enough.
    async fn or_interrupted<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.cancel.run_until_cancelled(work).await.unwrap_or(Err(LabError::Interrupted))
    }

    fn interrupted(&self) -> Result<()> {
        if self.cancel.is_cancelled() { Err(LabError::Interrupted) } else { Ok(()) }
    }
}

/// SHA-256 of the running program.
async fn program() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    // a debug build is a few hundred megabytes: not on a thread that others wait for
    tokio::task::spawn_blocking(move || Some(canonical::sha256(&std::fs::read(path).ok()?))).await.ok().flatten()
}

/// Remembers a store and its settings, once.
async fn note_store(record: &mut Record, arm: &dyn Arm, cases: &[Case]) {
    let name = arm.about().store;
    if record.environment.stores.iter().any(|store| store.name == name) {
        return;
    }
    let Some(case) = cases.first() else { return };
    let Ok(evidence) = arm.tier(case).await else { return };
    let mut settings = evidence.settings;
    let version = settings.remove("version");
    let driver = match name {
        "postgres" | "sqlite" => Some("sqlx 0.9"),
        "mongodb" => Some("mongodb 3.9"),
        "redis" => Some("redis 1.8"),
        _ => None,
    };
    record.environment.stores.push(StoreRecord { name: name.to_owned(), version, driver: driver.map(str::to_owned), settings });
}

/// An empty record of a case and its arms.
fn new_case(case: &Case, arms: &[Arc<dyn Arm>]) -> CaseRecord {
    let record = |arm: &Arc<dyn Arm>| {
        let (about, source) = (arm.about(), arm.source(case));
        ArmRecord {
            name: about.name.to_owned(),
            store: about.store.to_owned(),
            model: about.model.to_owned(),
            variant: about.variant.to_owned(),
            source: SourceRecord {
                language: source.language.to_owned(),
                sha256: canonical::sha256(source.text.as_bytes()),
                tokens: tokens(&source.text),
                text: source.text,
            },
            expected_plan: arm.expects(case),
            remote: arm.is_remote(),
            ..ArmRecord::default()
        }
    };
    let kind = match case.kind {
        CaseKind::Timed => "timed",
        CaseKind::Counted => "counted",
        CaseKind::Probe => "probe",
    };
    CaseRecord {
        id: case.id.clone(),
        title: case.title.clone(),
        kind: kind.to_owned(),
        tier: case.tier,
        rounds: 0,
        noise: None,
        arms: arms.iter().map(record).collect(),
        verdicts: Vec::new(),
        counter_verdicts: Vec::new(),
        sweep: None,
    }
}

/// Words and signs of a text, without comments.
fn tokens(text: &str) -> u64 {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("--"));
    let mut count = 0;
    for line in code {
        let mut in_word = false;
        for c in line.chars() {
            let word = c.is_alphanumeric() || c == '_';
            count += u64::from(word && !in_word || !word && !c.is_whitespace());
            in_word = word;
        }
    }
    count
}

/// Runs gate and accounting of a workload on the embedded stores and nothing else: for tests of arms. The session's folder is gone afterwards.
pub async fn verify(workload: &dyn Workload, size: u64) -> Result<Vec<CaseRecord>> {
    let folder = std::env::temp_dir().join(format!("polystore-lab-{}", new_id()));
    let site =
        Site::open(&new_id().to_lowercase().replace('-', ""), SiteOptions { folder: folder.clone(), ..SiteOptions::default() }).await?;
    let effort = Effort { draws: (12, 12), ..Effort::quick() };
    let plan = Plan {
        workloads: Vec::new(),
        site: &site,
        effort,
        seed: 7,
        command: Vec::new(),
        id: new_id(),
        progress: &Silent,
        cancel: CancellationToken::new(),
    };
    let arms = workload.arms(&site).await?;
    let load = Load { size, seed: plan.seed };
    let mut loaded = Vec::new();
    for arm in &arms {
        loaded.push(arm.load(&load).await);
    }
    let mut cases = Vec::new();
    for case in workload.cases() {
        let mut kept = new_case(&case, &arms);
        for (arm, loaded) in kept.arms.iter_mut().zip(&loaded) {
            arm.error = loaded.as_ref().err().map(ToString::to_string);
        }
        if case.kind == CaseKind::Probe {
            plan.case(workload, &arms, &case, &load, &mut kept).await?;
        } else {
            let inputs = workload.inputs(&case, &load, plan.effort.draws.0);
            gate::run(&plan, workload.about().id, &arms, &case, &load, &inputs, &mut kept).await?;
        }
        verdict::judge(&mut kept, workload.about().id, &Rules::default(), plan.seed);
        cases.push(kept);
    }
    for arm in &arms {
        arm.unload().await?;
    }
    site.close().await?;
    tokio::fs::remove_dir(&folder).await?;
    Ok(cases)
}

#[cfg(test)]
mod tests;
