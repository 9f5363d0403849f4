//! Two servers that claim at once: the second one neither waits for what the first has taken and not committed yet, nor takes it too.
//!
//! The first one is held in the middle, by running its statement in a transaction of the trial's own: two who only begin at the same time
//! would take turns, and prove nothing.

use super::inside::{Inside, Tables, inside};
use crate::{contract, support::sample};
use libtest_mimic::Trial;
use polystore::{
    error::Engine,
    shop::{Fact, StockLevel},
};
use sqlx::{PgPool, Postgres, Row as _, Transaction};
use std::{collections::BTreeSet, time::Duration};

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Postgres], "outbox_claimers", inside;
        who_claims_beside_an_open_claim_gets_other_events_at_once,
        so_does_who_looks_behind_a_busy_aggregate,
    )
}

const CLAIM: &str = include_str!("../../../src/engines/postgres/sql/outbox_claim.sql");
const CLAIM_BEYOND: &str = include_str!("../../../src/engines/postgres/sql/outbox_claim_beyond.sql");
const LEASE: Duration = Duration::from_secs(30);

/// Events 1 to `count` of the aggregate, told one after the other from `minutes` into 2026 on.
async fn tell(pool: &PgPool, aggregate: &str, count: i64, minutes: i64) {
    let sql = "INSERT INTO outbox (id, aggregate, sequence, at, fact)
        SELECT gen_random_uuid(), $1, n, to_timestamp(($3 + n) / 1000.0), $4 FROM generate_series(1, $2) AS n";
    let level = StockLevel { product_id: sample::id(1), stock: 1, version: 1 };
    let fact = serde_json::to_value(Fact::ProductChanged { level }).unwrap();
    sqlx::query(sql).bind(aggregate).bind(count).bind(sample::at(minutes).millis()).bind(fact).execute(pool).await.unwrap();
}

/// Another server's claim, up to its commit.
async fn begun(pool: &PgPool, sql: &'static str, limit: i64) -> (Transaction<'static, Postgres>, BTreeSet<String>) {
    let mut open = pool.begin().await.unwrap();
    let rows = sqlx::query(sql).bind(limit).bind(30_000_i64).fetch_all(&mut *open).await.unwrap();
    let taken = rows.iter().map(|row| row.get("aggregate")).collect();
    (open, taken)
}

/// The aggregates that our own claim gives. The other one stays open meanwhile, so one that waits for its locks fails: by the limit on such
/// waiting that all our connections have.
async fn claimed(shop: &Inside, limit: u32) -> BTreeSet<String> {
    let claimed = shop.store.outbox_claim(limit, LEASE).await.expect("a claim waited for another one's locks");
    claimed.into_iter().map(|claimed| claimed.event.aggregate).collect()
}

fn named(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn pool(shop: &Inside) -> &PgPool {
    let Tables::Postgres(pool) = &shop.tables else { unreachable!("these trials are PostgreSQL's") };
    pool
}

async fn who_claims_beside_an_open_claim_gets_other_events_at_once(shop: Inside) {
    for (minutes, aggregate) in (1..).zip(["a", "b", "c", "d", "e", "f", "g"]) {
        // two of each: the second must not be given while the first is another server's
        tell(pool(&shop), aggregate, 2, minutes).await;
    }
    let (open, taken) = begun(pool(&shop), CLAIM, 3).await;
    assert_eq!(taken, named(&["a", "b", "c"]), "the oldest ones");
    assert_eq!(claimed(&shop, 2).await, named(&["d", "e"]));
    assert_eq!(claimed(&shop, 100).await, named(&["f", "g"]));
    // nothing is left for us, and the second look says so without waiting either
    assert_eq!(claimed(&shop, 100).await, named(&[]));
    // the other server dies: what it had is there again
    open.rollback().await.unwrap();
    let (open, again) = begun(pool(&shop), CLAIM, 2).await;
    assert_eq!(again, named(&["a", "b"]));
    // or it commits: its lease keeps what it has
    open.commit().await.unwrap();
    assert_eq!(claimed(&shop, 100).await, named(&["c"]));
    assert_eq!(claimed(&shop, 100).await, named(&[]));
}

async fn so_does_who_looks_behind_a_busy_aggregate(shop: Inside) {
    // more than the first look sees, all behind a head that somebody has
    tell(pool(&shop), "busy", 1_500, 1).await;
    assert_eq!(claimed(&shop, 10).await, named(&["busy"]));
    for (minutes, aggregate) in (10..).zip(["x", "y", "z"]) {
        tell(pool(&shop), aggregate, 1, minutes).await;
    }
    let (open, taken) = begun(pool(&shop), CLAIM_BEYOND, 1).await;
    assert_eq!(taken, named(&["x"]));
    assert_eq!(claimed(&shop, 1).await, named(&["y"]));
    assert_eq!(claimed(&shop, 10).await, named(&["z"]));
    open.rollback().await.unwrap();
    assert_eq!(claimed(&shop, 10).await, named(&["x"]));
}
