//! The outbox as a table: what a claim costs when a hundred thousand events wait, and rows that nobody can read.

use super::inside::{Inside, Tables, inside};
use crate::{contract, support::sample};
use libtest_mimic::Trial;
use polystore::shop::{Fact, ProductId, StockChange, StockLevel, Timestamp, Written};
use serde_json::Value;
use sqlx::Row as _;
use std::time::{Duration, Instant};

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "outbox_plan", inside;
        a_claim_looks_at_the_oldest_events_only_whatever_a_hundred_thousand_are_about,
        an_event_that_cannot_be_read_holds_up_its_own_aggregate_only,
        ten_thousand_keys_are_forgotten_in_one_call,
    )
}

const LEASE: Duration = Duration::from_secs(30);
/// A claim takes some milliseconds; one that compares every event with every other takes minutes. Between them lies a machine that has
/// other things to do.
const QUICK: Duration = Duration::from_secs(3);
const BACKLOG: u32 = 100_000;

/// Runs a statement in the engine's own words.
async fn run(shop: &Inside, postgres: &str, sqlite: &str) {
    shop.run(if matches!(shop.tables, Tables::Sqlite(_)) { sqlite } else { postgres }).await.unwrap();
}

/// [`BACKLOG`] events about so many aggregates, each told at its own millisecond.
async fn fill(shop: &Inside, aggregates: u32) {
    let level = StockLevel { product_id: ProductId::from_uuid(uuid::Uuid::nil()), stock: 1, version: 1 };
    let fact = serde_json::to_string(&Fact::ProductChanged { level }).unwrap();
    let start = sample::at(0).millis();
    let postgres = format!(
        "TRUNCATE outbox; INSERT INTO outbox (id, aggregate, sequence, at, fact)
        SELECT gen_random_uuid(), 'product_' || (n % {aggregates}), n, to_timestamp(({start} + n) / 1000.0), '{fact}'
        FROM generate_series(0, {BACKLOG} - 1) AS n"
    );
    let sqlite = format!(
        "DELETE FROM outbox;
        WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {BACKLOG} - 1)
        INSERT INTO outbox (id, aggregate, sequence, at, fact)
        SELECT randomblob(16), 'product_' || (n % {aggregates}), n, {start} + n, '{fact}' FROM numbers"
    );
    run(shop, &postgres, &sqlite).await;
}

/// Claims, and says of how many events, and how long it took.
async fn claim(shop: &Inside) -> (usize, Duration) {
    let start = Instant::now();
    let claimed = shop.store.outbox_claim(100, LEASE).await.unwrap();
    (claimed.len(), start.elapsed())
}

/// Rows that a plan's node and those below it looked at.
fn rows(node: &Value) -> f64 {
    let number = |name: &str| node[name].as_f64().unwrap_or(0.0);
    let own = (number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops");
    own + node["Plans"].as_array().into_iter().flatten().map(rows).sum::<f64>()
}

/// What the store says that a claim does.
async fn check_plan(shop: &Inside, aggregates: u32) {
    match &shop.tables {
        Tables::Postgres(pool) => {
            let sql = concat!("EXPLAIN (ANALYZE, FORMAT JSON) ", include_str!("../../../src/engines/postgres/sql/outbox_claim.sql"));
            let mut transaction = pool.begin().await.unwrap();
            let plan = sqlx::query_scalar::<_, Value>(sql).bind(100_i64).bind(30_000_i64).fetch_one(&mut *transaction).await.unwrap();
            transaction.rollback().await.unwrap();
            let seen = rows(&plan[0]["Plan"]);
            assert!((100.0..10_000.0).contains(&seen), "{aggregates} aggregates: {seen} rows in {plan:#}");
            assert!(!plan.to_string().contains("Seq Scan"), "{aggregates} aggregates: {plan:#}");
        }
        Tables::Sqlite(pool) => {
            let sql = concat!("EXPLAIN QUERY PLAN ", include_str!("../../../src/engines/sqlite/sql/outbox_claim.sql"));
            let plan = sqlx::query(sql).fetch_all(pool).await.unwrap();
            let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
            for step in ["SEARCH o USING INDEX outbox_age (at<?)", "SEARCH head USING COVERING INDEX outbox_in_order (aggregate=?)"] {
                assert!(plan.iter().any(|found| found == step), "{step:?} is not in {plan:#?}");
            }
            assert!(!plan.iter().any(|step| step.starts_with("SCAN") && !step.contains("INDEX")), "{plan:#?}");
        }
    }
}

async fn a_claim_looks_at_the_oldest_events_only_whatever_a_hundred_thousand_are_about(shop: Inside) {
    // events about so many aggregates, and how many each of three claims in a row gives
    for (aggregates, given) in [(BACKLOG, [100, 100, 100]), (150, [100, 50, 0]), (1, [1, 0, 0])] {
        fill(&shop, aggregates).await;
        check_plan(&shop, aggregates).await;
        for (nth, expected) in given.into_iter().enumerate() {
            let (count, time) = claim(&shop).await;
            assert_eq!(count, expected, "claim {nth} of {aggregates} aggregates");
            // the one that finds nothing has looked at everything
            let limit = if count == 0 { QUICK * 5 } else { QUICK };
            assert!(time < limit, "claim {nth} of {aggregates} aggregates took {time:?}");
        }
    }
    // a busy aggregate's thousands wait behind their head; the event that may go is younger than all of them
    shop.run("UPDATE outbox SET aggregate = 'product_other' WHERE sequence = 99999").await.unwrap();
    let (count, time) = claim(&shop).await;
    assert_eq!(count, 1, "an event is not found behind a hundred thousand that wait");
    assert!(time < QUICK * 5, "{time:?}");
}

async fn an_event_that_cannot_be_read_holds_up_its_own_aggregate_only(shop: Inside) {
    shop.store.categories_put(&[sample::category(1)]).await.unwrap();
    shop.store.products_put(&[sample::product(1, 1), sample::product(2, 1)]).await.unwrap();
    for n in [1, 1, 2] {
        let change = StockChange { product_id: sample::id(n), delta: 1, at: sample::at(i64::try_from(n).unwrap()) };
        assert!(matches!(shop.store.stock_change(&change, None.into()).await.unwrap(), Written::Done(_)));
    }
    // as a newer program would write it
    let of_product_1 = sample::product(1, 1).id;
    let unknown = format!(r#"UPDATE outbox SET fact = '{{"kind":"TELEPORTED"}}' WHERE aggregate = '{of_product_1}' AND sequence = 2"#);
    shop.run(&unknown).await.unwrap();
    let claimed = shop.store.outbox_claim(1, LEASE).await.unwrap();
    assert_eq!(claimed.len(), 1, "the one that cannot be read is the oldest, and hides the other one");
    assert_eq!(claimed[0].event.aggregate, sample::product(2, 1).id.to_string());
    assert_eq!(shop.store.outbox_claim(10, LEASE).await.unwrap(), []);
    assert_eq!(shop.store.outbox_state().await.unwrap().waiting, 3, "it stays for the newer program");
    run(&shop, "UPDATE outbox SET parked = true WHERE sequence = 2", "UPDATE outbox SET parked = 1 WHERE sequence = 2").await;
    let parked = shop.store.outbox_parked(10).await.unwrap();
    assert_eq!((parked.len(), shop.store.outbox_state().await.unwrap().parked), (1, 2));
}

async fn ten_thousand_keys_are_forgotten_in_one_call(shop: Inside) {
    let postgres = "INSERT INTO once (scope, key, request, answer, used_at)
        SELECT 's', n::text, decode(repeat('00', 32), 'hex'), 'null', now() - n * interval '1 hour' FROM generate_series(1, 10100) AS n";
    let sqlite = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10100)
        INSERT INTO once (scope, key, request, answer, used_at)
        SELECT 's', n, zeroblob(32), 'null', (unixepoch() - n * 3600) * 1000 FROM numbers";
    run(&shop, postgres, sqlite).await;
    let day_ago = Timestamp::from_millis(Timestamp::now().millis() - 24 * 3_600_000 - 60_000).unwrap();
    assert_eq!(shop.store.once_prune(day_ago).await.unwrap(), 10_000);
    assert_eq!(shop.store.once_prune(day_ago).await.unwrap(), 76);
    assert_eq!(shop.store.once_prune(day_ago).await.unwrap(), 0);
}
