//! The fault lab: a load of customers on the real program over its own PostgreSQL, MongoDB and Redis, while something is killed, cut
//! or lost; then a checker that compares the clients' log with what the stores hold. See `checker` for what must hold.
//!
//! One fault after the other, never two at once: `POLYSTORE_FAULTS=all`, as `./scripts/test` sets it, or a part of their names. Without it,
//! or with `none`, only the checker is tried.
//! `POLYSTORE_FAULTS_TIMES=30` makes each of them 30 times as long, for the night. Logs are kept in
//! `target/tmp/faults`, as JSON lines.

#![expect(clippy::unwrap_used, reason = "in a test a failure is the answer")]
#![expect(clippy::print_stderr, reason = "the figures of a fault are its result")]

#[allow(dead_code, reason = "made for other binaries, which use the rest")]
#[path = "../support/authority.rs"]
mod authority;
mod checker;
mod content;
mod frames;
mod graph;
mod history;
#[allow(dead_code, reason = "made for another binary, which uses the rest")]
#[path = "../cli/home.rs"]
mod home;
mod http;
mod lab;
mod load;
#[path = "../support/graph.rs"]
mod plans;
mod planted;
mod proxy;
mod report;
mod rng;
mod run;
mod stores;
mod tls;
mod watch;

use libtest_mimic::{Arguments, Trial};
use std::{
    net::TcpListener,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};
use stores::Stores;
use tokio::runtime::Runtime;

/// A name that no other run of any process has.
fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("f_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A port below those that the system gives to outgoing connections: while its server is dead nobody gets it.
fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = 10_000 + std::process::id() % 9_000;
    let mut ports = std::iter::repeat_with(|| 10_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 9_000);
    ports.by_ref().take(9_000).map(|port| port as u16).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

/// How many times as long each run is.
fn times() -> u32 {
    std::env::var("POLYSTORE_FAULTS_TIMES").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// The stores of all runs: made for the first, stopped at the end, or when the lab is interrupted.
static STORES: Mutex<Option<Stores>> = Mutex::new(None);
/// Where they, and those of a single trial, are.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Runs a trial on the stores. They are its alone: trials are not run in parallel.
fn with_stores(trial: impl AsyncFnOnce(&Stores)) {
    let mut stores = STORES.lock().unwrap_or_else(PoisonError::into_inner);
    let stores = stores.get_or_insert_with(Stores::up);
    // what the trial before has killed and, failing, not brought back
    stores.revive();
    Runtime::new().unwrap().block_on(trial(stores));
}

/// The stores are daemons: a lab that is told to stop must take them with it.
fn stop_when_interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt()).unwrap(), signal(SignalKind::terminate()).unwrap());
            let code = tokio::select! {
                _ = interrupt.recv() => 130,
                _ = terminate.recv() => 143,
            };
            FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|folder| stores::down(folder));
            std::process::exit(code);
        });
    });
}

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    stop_when_interrupted();
    let wanted = std::env::var("POLYSTORE_FAULTS").unwrap_or_else(|_| "none".to_owned());
    let skip = (wanted == "none").then_some("set POLYSTORE_FAULTS=all: they take minutes");
    let mut trials = checker_trials();
    for (name, run) in run::ALL.iter().chain(planted::ALL).chain(tls::ALL) {
        if !matches!(&*wanted, "none" | "all") && !name.contains(&*wanted) {
            continue;
        }
        let trial = Trial::test(*name, move || {
            run();
            Ok(())
        });
        trials.push(trial.with_ignored_flag(skip.is_some()).with_kind(skip.unwrap_or_default()));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    // `exit` runs no destructors
    drop(STORES.lock().unwrap_or_else(PoisonError::into_inner).take());
    conclusion.exit();
}

/// What needs no stores.
fn checker_trials() -> Vec<Trial> {
    let proxy: &[(&str, fn())] = &[("proxy::finds_a_commit_wherever_the_stream_is_cut", frames::finds_a_commit_wherever_the_stream_is_cut)];
    let all = proxy.iter().chain(planted::HISTORIES);
    all.map(|(name, test)| {
        Trial::test(*name, move || {
            test();
            Ok(())
        })
    })
    .collect()
}
