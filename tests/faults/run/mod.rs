//! The faults, one a file.

mod server_kill;

use crate::{
    checker::{Violation, check},
    history::History,
    lab::{Lab, Server},
    report::Report,
    with_stores,
};
use std::time::Duration;

/// Names and runs.
pub const ALL: &[(&str, fn())] = &[("fault::server_kill", || with_stores(server_kill::run))];

/// Longest that the relay may take to tell what was committed.
const DRAIN: Duration = Duration::from_secs(20);

/// What a run came to.
pub struct Outcome<'a> {
    pub name: &'a str,
    pub history: History,
    /// A server that still runs, so that the outbox drains.
    pub server: &'a Server,
    /// Whether the hot store kept what it was told.
    pub hot_is_whole: bool,
    pub figures: Vec<String>,
}

/// Lets the outbox drain, compares, prints the line, and fails if anything is wrong.
pub async fn conclude(lab: &Lab<'_>, outcome: Outcome<'_>) {
    let Outcome { name, history, server, hot_is_whole, figures } = outcome;
    lab.drained(DRAIN).await;
    let mut content = lab.content().await;
    content.best_sellers = content.best_sellers.filter(|_| hot_is_whole);
    let violations = check(&history, &content);
    let report = Report { name, history: &history, violations: &violations, figures };
    eprintln!("{}", report.line());
    let log = report.keep_log(&server.run().complained());
    assert!(violations.is_empty(), "{} things are wrong, see {}:\n{}", violations.len(), log.display(), told(&violations));
}

/// The first few, one a line.
pub fn told(violations: &[Violation]) -> String {
    let lines = violations.iter().take(20).map(|Violation { invariant, harm, what }| format!("{invariant} ({harm:?}): {what}"));
    lines.collect::<Vec<_>>().join("\n")
}
