//! `Comparison`: a result of `polystore compare` that is kept in the data folder. The graph reads results; it never runs the lab, which is a load
//! generator.

use super::{error::bad_input, who};
use async_graphql::{Context, ID, Result, SimpleObject};
use polystore_lab::{
    archive, report,
    result::{Finding, Record},
};
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

/// Most results of a list.
pub const MAX_COMPARISONS: u32 = 100;
/// Results of a list when nobody says.
pub const DEFAULT_COMPARISONS: u32 = 10;

/// Where results are; nothing until the server tells.
#[derive(Clone, Default)]
pub struct Archive(pub Arc<OnceLock<PathBuf>>);

/// A session of the lab.
#[derive(SimpleObject)]
pub struct Comparison {
    /// The session's, as in the name of its file.
    id: ID,
    /// When it began, RFC 3339.
    started: String,
    /// `quick` or `full`.
    suite: String,
    /// Whether it was interrupted: what is here holds, other things are missing.
    partial: bool,
    /// The processor and its cores.
    machine: String,
    /// What makes its times doubtful.
    warnings: Vec<String>,
    /// What was compared.
    workloads: Vec<ComparedWorkload>,
    /// What course texts say, and what the session says to it.
    claims: Vec<ComparedClaim>,
}

/// One question about stores.
#[derive(SimpleObject)]
pub struct ComparedWorkload {
    /// As `W16`.
    code: String,
    /// In two or three words.
    title: String,
    /// What it answers.
    question: String,
    /// Its cases.
    cases: Vec<ComparedCase>,
}

/// One case of a question.
#[derive(SimpleObject)]
pub struct ComparedCase {
    /// As `rank`.
    code: String,
    /// In a few words.
    title: String,
    /// Whether all arms answered the same.
    same_answers: bool,
    /// What may be said about times.
    verdicts: Vec<String>,
    /// What the stores' own counters say.
    counted: Vec<String>,
    /// How it grows with the size of the data.
    growth: Vec<String>,
}

/// A claim of a course text.
#[derive(SimpleObject)]
pub struct ComparedClaim {
    /// As `C13`.
    code: String,
    /// What the text says.
    claim: String,
    /// What came of it.
    finding: String,
    /// The figure, with its conditions.
    figure: String,
}

impl From<&Record> for Comparison {
    fn from(record: &Record) -> Self {
        let machine = &record.environment;
        let finding =
            |finding: Finding| serde_json::to_value(finding).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        Self {
            id: ID(record.session.id.clone()),
            started: record.session.started.clone(),
            suite: record.session.suite.clone(),
            partial: record.session.partial,
            machine: format!("{}, {} cores", machine.cpu.as_deref().unwrap_or(&machine.system), machine.cores),
            warnings: machine.warnings.clone(),
            workloads: record
                .workloads
                .iter()
                .map(|workload| ComparedWorkload {
                    code: workload.id.clone(),
                    title: workload.title.clone(),
                    question: workload.question.clone(),
                    cases: workload
                        .cases
                        .iter()
                        .map(|case| ComparedCase {
                            code: case.id.clone(),
                            title: case.title.clone(),
                            same_answers: case.arms.iter().filter_map(|arm| arm.answers.as_ref()).all(|answers| answers.same),
                            verdicts: report::chain(case),
                            counted: report::counter_lines(case),
                            growth: report::fit_lines(case),
                        })
                        .collect(),
                })
                .collect(),
            claims: record
                .claims
                .iter()
                .map(|claim| ComparedClaim {
                    code: claim.id.clone(),
                    claim: claim.claim.clone(),
                    finding: finding(claim.finding),
                    figure: claim.figure.clone(),
                })
                .collect(),
        }
    }
}

/// The newest results. For who runs the shop: they tell about the machine.
pub async fn newest(ctx: &Context<'_>, first: Option<i32>) -> Result<Option<Vec<Comparison>>> {
    let first = match first.map(u32::try_from) {
        None => DEFAULT_COMPARISONS,
        Some(Ok(rows @ 1..=MAX_COMPARISONS)) => rows,
        _ => return Err(bad_input(format!("first must be between 1 and {MAX_COMPARISONS}"))),
    };
    who::everything(ctx)?;
    let read = move |folder: &PathBuf| {
        let found = archive::ids(folder).into_iter().filter_map(|id| archive::find(folder, &id).ok().flatten());
        found.take(first as usize).map(|record| Comparison::from(&record)).collect()
    };
    Ok(Some(from_disk(ctx, read).await?.unwrap_or_default()))
}

/// One result; null if there is none of this id, or none that can be read.
pub async fn one(ctx: &Context<'_>, id: &ID) -> Result<Option<Comparison>> {
    who::everything(ctx)?;
    let id = id.to_string();
    let read = move |folder: &PathBuf| archive::find(folder, &id).ok().flatten().map(|record| Comparison::from(&record));
    Ok(from_disk(ctx, read).await?.flatten())
}

/// Files block; `None` where no folder was told.
async fn from_disk<T: Send + 'static>(ctx: &Context<'_>, read: impl FnOnce(&PathBuf) -> T + Send + 'static) -> Result<Option<T>> {
    let Some(folder) = ctx.data::<Archive>()?.0.get().cloned() else { return Ok(None) };
    Ok(tokio::task::spawn_blocking(move || read(&folder)).await.ok())
}
