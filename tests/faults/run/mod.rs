//! The faults, one a file. Each is about 20 seconds long.

mod answer_lost;
mod client_disconnect;
mod mongod_kill;
mod one_connection;
mod postgres_kill;
mod redis_flush;
mod redis_kill;
mod server_kill;
mod stop;
mod two_servers;

use crate::{
    checker::{Violation, check},
    history::{Answer, History, Micros, Op},
    lab::{Lab, Server},
    report::Report,
    with_stores,
};
use std::time::Duration;

/// Names and runs.
pub const ALL: &[(&str, fn())] = &[
    ("fault::server_kill", || with_stores(server_kill::run)),
    ("fault::postgres_kill", || with_stores(postgres_kill::run)),
    ("fault::redis_kill", || with_stores(redis_kill::run)),
    ("fault::redis_flush", || with_stores(redis_flush::run)),
    ("fault::mongod_kill", || with_stores(mongod_kill::run)),
    ("fault::answer_lost", || with_stores(answer_lost::run)),
    ("fault::client_disconnect", || with_stores(client_disconnect::run)),
    ("fault::one_connection", || with_stores(one_connection::run)),
    ("fault::two_servers", || with_stores(two_servers::run)),
    ("fault::stop", || with_stores(stop::run)),
];

/// Longest that the relay may take to tell what was committed.
const DRAIN: Duration = Duration::from_secs(20);

/// What a run came to.
pub struct Outcome<'a> {
    pub name: &'a str,
    pub history: History,
    /// A server that still runs, so that the outbox drains.
    pub server: &'a Server,
    pub hot: Hot,
    pub figures: Vec<String>,
}

/// What the fault did to the hot store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hot {
    /// It has all that it was told.
    Whole,
    /// It lost what it had; made anew from the owners it must be exact.
    Lost,
}

/// Lets the outbox drain, compares, prints the line, and fails if anything is wrong.
pub async fn conclude(lab: &Lab<'_>, outcome: Outcome<'_>) {
    let Outcome { name, history, server, hot, mut figures } = outcome;
    let drained = std::time::Instant::now();
    lab.drained(DRAIN).await;
    figures.push(format!("outbox empty after {} ms", drained.elapsed().as_millis()));
    if hot == Hot::Lost {
        lab.run(&["rebuild"], "");
    }
    let content = lab.content().await;
    let violations = check(&history, &content);
    let report = Report { name, history: &history, violations: &violations, took: lab.opened.elapsed().as_millis(), figures };
    eprintln!("{}", report.line());
    let log = report.keep_log(&server.run().complained());
    assert!(violations.is_empty(), "{} things are wrong, see {}:\n{}", violations.len(), log.display(), told(&violations));
}

/// The first few, one a line.
pub fn told(violations: &[Violation]) -> String {
    let lines = violations.iter().take(20).map(|Violation { invariant, harm, what }| format!("{invariant} ({harm:?}): {what}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Orders that were placed between these times, in a second.
fn rate(history: &History, from: Micros, to: Micros) -> f64 {
    let placed = history.writes().into_iter().filter_map(|write| {
        let done = write.done()?;
        (matches!(write.op, Op::Place { .. }) && (from..to).contains(&done.at)).then_some(())
    });
    placed.count() as f64 * 1e6 / (to - from).max(1) as f64
}

/// How many answers were this.
fn count(history: &History, answer: impl Fn(&Answer) -> bool) -> usize {
    history.entries.iter().filter(|entry| answer(&entry.answer)).count()
}
