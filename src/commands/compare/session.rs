//! Running a session from the command line.

use super::{
    super::{Failure, print, progress::Stderr},
    RunOptions,
};
use crate::{config::Config, error::Engine, lab};
use polystore_lab::{
    archive,
    measure::{Effort, Plan, new_id},
    report, selftest,
    site::{Site, SiteOptions},
};
use std::{process::ExitCode, time::Duration};
use tokio_util::sync::CancellationToken;

/// Exit code of a program that was interrupted.
const INTERRUPTED: u8 = 130;

/// Where a number must lie.
fn number(setting: &str, given: Option<&String>, range: std::ops::RangeInclusive<u64>) -> Result<Option<u64>, Failure> {
    let Some(text) = given else { return Ok(None) };
    let (low, high) = (range.start(), range.end());
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.map(Some).ok_or_else(|| Failure::Told(format!("{setting}: {text:?} cannot be used: expected a number from {low} to {high}")))
}

fn options(config: &Config, run: &RunOptions) -> SiteOptions {
    let url = |engine: Engine| {
        [Some(&config.relational), Some(&config.documents), Some(&config.hot)]
            .into_iter()
            .flatten()
            .find(|url| url.engine == engine)
            .map(|url| url.secret.clone())
    };
    SiteOptions {
        postgres: url(Engine::Postgres),
        mongodb: url(Engine::Mongodb),
        redis: url(Engine::Redis),
        folder: archive::folder(&config.data),
        own_this: run.own_this,
        graph: Some(super::graph::maker()),
    }
}

/// The exact command, without what may hold a password.
fn command() -> Vec<String> {
    let mut words: Vec<String> = std::env::args().collect();
    if let Some(program) = words.first_mut() {
        "polystore".clone_into(program);
    }
    words.iter().map(|word| if word.contains("://") { crate::config::redacted(word) } else { word.clone() }).collect()
}

/// What comes sooner after the first signal belongs to it: some programs send two.
const SAME_SIGNAL: Duration = Duration::from_secs(2);

/// Cancelled by Ctrl-C, and by a polite end from elsewhere. A later one ends the program at once.
fn interruption() -> CancellationToken {
    let cancel = CancellationToken::new();
    let told = cancel.clone();
    tokio::spawn(async move {
        stopped().await;
        told.cancel();
        tracing::warn!("interrupted: dropping what the lab made; once more, in two seconds or later, ends at once");
        tokio::time::sleep(SAME_SIGNAL).await;
        stopped().await;
        std::process::exit(i32::from(INTERRUPTED));
    });
    cancel
}

#[cfg(unix)]
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! { _ = terminate.recv() => {}, _ = tokio::signal::ctrl_c() => {} },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn stopped() {
    drop(tokio::signal::ctrl_c().await);
}

/// Runs workloads, all if none is named; prints what came of it. Fails if an arm answered something else than the others.
pub async fn run(config: &Config, run: &RunOptions, names: &[String]) -> Result<ExitCode, Failure> {
    let quick: Vec<String> = lab::QUICK.iter().map(|name| (*name).to_owned()).collect();
    let chosen = match names {
        [] if run.quick => lab::named(&quick)?,
        [] => lab::all(),
        names => lab::named(names)?,
    };
    let mut effort = if run.quick { Effort::quick() } else { Effort::full() };
    effort.sweep |= run.sweep;
    effort.size = number("--size", run.size.as_ref(), 10..=10_000_000)?;
    let seed = number("--seed", run.seed.as_ref(), 0..=u64::MAX)?.unwrap_or(1);
    let id = new_id();
    let file = run.out.clone().unwrap_or_else(|| archive::path(&archive::folder(&config.data), &id));
    let cancel = interruption();
    let site = Site::open(id.rsplit('-').next().unwrap_or("0"), options(config, run)).await?;
    let progress = Stderr::new();
    let plan = Plan { workloads: chosen, site: &site, effort, seed, command: command(), id, progress: &progress, cancel: cancel.clone() };
    let done = plan.run(|record| archive::write(&file, record)).await;
    // what the lab made goes first, whatever came of the session
    let closed = site.close().await;
    let record = done?;
    print(&report::terminal(&record))?;
    print(&format!("result: {}\n", file.display()))?;
    closed?;
    let wrong = record.workloads.iter().flat_map(|workload| &workload.cases).flat_map(|case| &case.arms);
    let wrong = wrong.filter_map(|arm| arm.answers.as_ref()).any(|answers| !answers.same);
    Ok(if record.session.partial {
        ExitCode::from(INTERRUPTED)
    } else if wrong {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Plants faults. Asks no server: the planted arms live in this process.
pub async fn selftest(config: &Config, run: &RunOptions) -> Result<ExitCode, Failure> {
    let seed = number("--seed", run.seed.as_ref(), 0..=u64::MAX)?.unwrap_or(1);
    let cancel = interruption();
    let options = SiteOptions { folder: archive::folder(&config.data), ..SiteOptions::default() };
    let site = Site::open(new_id().rsplit('-').next().unwrap_or("0"), options).await?;
    let done = selftest::run(&site, seed, &Stderr::new(), cancel).await;
    site.close().await?;
    let report = done?;
    if let Some(file) = &run.out {
        archive::write(file, &report.record)?;
    }
    print(&report.text())?;
    Ok(if report.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
