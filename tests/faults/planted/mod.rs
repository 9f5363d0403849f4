//! Bugs that the checker must find: a checker that never failed proves nothing.

mod histories;
mod serve;
mod wrong;
mod wrong_hot;

use crate::{
    checker::{Violation, check},
    lab::Lab,
    load::{Load, Plan},
    run::told,
    stores::Stores,
    with_stores,
};
use serve::InProcess;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// A promise of the roles that is broken in one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bug {
    /// None: the same server, as a counter-proof.
    None,
    /// An order that there is not enough stock for is taken all the same.
    NoStockGuard,
    /// The idempotency key is not kept.
    NoUniqueKey,
    /// What the owner said is put into a cache, however long ago it said so.
    CacheWithoutFloor,
    /// An increment whose answer did not come is sent again.
    IncrementSentAgain,
    /// `BEGIN` under a time-out, and nobody cleans the session.
    BeginUnderTimeout,
    /// The relay remembers the last id that it told, and looks at later ones alone.
    RelayByLastId,
    /// A request that is sent again takes the stock again.
    DecrementOnReplay,
    /// An order is read from a copy that its own customer's write does not make void.
    StaleReadAfterWrite,
    /// An order is acknowledged and not written.
    AcknowledgedUnwritten,
    /// An event is told again under another id.
    EventUnderAnotherId,
    /// A mistake of the program comes out.
    Internal,
}

/// Bugs of the program, planted in the layers of a server that then runs under load.
pub const ALL: &[(&str, fn())] = &[
    ("planted::none", || with_stores(async |stores| not_found(stores).await)),
    ("planted::no_stock_guard", || find(Bug::NoStockGuard, &["I3"])),
    ("planted::no_unique_key", || find(Bug::NoUniqueKey, &["I2"])),
    ("planted::cache_without_floor", || find(Bug::CacheWithoutFloor, &["I6", "I7"])),
    ("planted::increment_sent_again", || find(Bug::IncrementSentAgain, &["I5"])),
    ("planted::begin_under_timeout", || find(Bug::BeginUnderTimeout, &["I3"])),
    ("planted::relay_by_last_id", || find(Bug::RelayByLastId, &["I5"])),
    ("planted::decrement_on_replay", || find(Bug::DecrementOnReplay, &["I3"])),
    ("planted::stale_read_after_write", || find(Bug::StaleReadAfterWrite, &["I7"])),
    ("planted::acknowledged_unwritten", || find(Bug::AcknowledgedUnwritten, &["I1"])),
    ("planted::event_under_another_id", || find(Bug::EventUnderAnotherId, &["I5"])),
    ("planted::internal", || find(Bug::Internal, &["I8"])),
];

/// Harm done to a history and a content that fit each other.
pub const HISTORIES: &[(&str, fn())] = histories::ALL;

/// How many requests are answered before the load ends, and how often it is tried: most bugs need two that meet.
const ANSWERS: usize = 400;
const TRIES: u64 = 5;
/// Longer than that no load lasts.
const LIMIT: Duration = Duration::from_secs(20);

fn find(bug: Bug, invariants: &[&str]) {
    with_stores(async |stores| {
        let mut last = Vec::new();
        for seed in 1..=TRIES {
            last = run(stores, bug, seed).await;
            if last.iter().any(|violation| invariants.contains(&violation.invariant)) {
                let found = last.iter().find(|violation| invariants.contains(&violation.invariant)).unwrap();
                eprintln!("planted {bug:?}: found by {}: {}", found.invariant, found.what);
                return;
            }
        }
        panic!("{bug:?} was not found by {invariants:?} in {TRIES} runs: {}", told(&last));
    });
}

async fn not_found(stores: &Stores) {
    let violations = run(stores, Bug::None, 1).await;
    assert!(violations.is_empty(), "{}", told(&violations));
}

async fn run(stores: &Stores, bug: Bug, seed: u64) -> Vec<Violation> {
    let lab = Lab::open(stores, 8).await;
    lab.expect_servers(1);
    let server = InProcess::start(&lab.places, bug).await;
    let load = Load::begin(Plan { seed, pause: 5, visitors: 4, ..Plan::default() }, &lab.shop, &[&server.address], &lab.admin).await;
    let start = Instant::now();
    while load.answers() < ANSWERS && start.elapsed() < LIMIT {
        sleep(Duration::from_millis(20)).await;
    }
    let history = load.end().await;
    lab.drained(Duration::from_secs(5)).await;
    let content = lab.content().await;
    server.stop().await;
    check(&history, &content)
}
