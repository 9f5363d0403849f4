//! Callers who go away at every moment of a call, over a slow line: trap K1 of the driver.

use super::line::Line;
use crate::{contract, support::engines::unique_name, support::sample};
use libtest_mimic::Trial;
use polystore::{
    engines::{
        Limits,
        postgres::{Postgres, testing::fresh_database},
    },
    error::Engine,
    roles::{Customers as _, Store as _},
    shop::{CustomerFilter, Window},
};
use sqlx::{Connection as _, PgConnection};
use std::{collections::BTreeSet, time::Duration};

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Postgres], "cancellation", database;
        cancelled_calls_leave_no_transaction_open_and_lose_no_acknowledged_put,
    )
}

/// How long the line takes, each way. The driver is caught with a BEGIN on its way only when that takes time.
const DELAY: Duration = Duration::from_millis(3);
const CALLERS: u128 = 120;
/// Sessions that wait inside a transaction, longer than the way to the next statement takes.
const OPEN: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND state LIKE 'idle in transaction%' AND state_change < now() - interval '200 milliseconds'";
const LIMITS: Limits = Limits { connections: 3 };

/// The URL of a migrated database.
async fn database(_: Engine) -> String {
    let server = std::env::var("TEST_DATABASE_URL").unwrap();
    let url = fresh_database(&server, &unique_name()).await.unwrap();
    Postgres::connect(&url, &LIMITS).await.unwrap().migrate().await.unwrap();
    url
}

async fn cancelled_calls_leave_no_transaction_open_and_lose_no_acknowledged_put(url: String) {
    let (_line, slow) = Line::to(&url, DELAY).await;
    let store = Postgres::connect(&slow, &LIMITS).await.unwrap();

    let mut acknowledged = BTreeSet::new();
    let mut dropped = 0;
    let (all, window) = (CustomerFilter::default(), Window { total: true, ..Window::first(3) });
    for n in 1..=CALLERS {
        // 0 to 39 ms, another one for each caller: a put takes some 30 ms here
        let patience = Duration::from_millis(u64::try_from(n * 17 % 40).unwrap());
        let read = tokio::time::timeout(patience / 2, store.customers_page(&all, &window)).await;
        dropped += u32::from(read.is_err());
        let row = [sample::customer(n)];
        match tokio::time::timeout(patience, store.customers_put(&row)).await {
            Ok(answer) => {
                answer.unwrap();
                acknowledged.insert(row[0].id.uuid());
            }
            Err(_) => dropped += 1,
        }
    }
    assert!(dropped > 20, "only {dropped} calls were dropped: the trial proves nothing");

    // by another way, as other programs see it
    let mut other = PgConnection::connect(&url).await.unwrap();
    // the last ones go away while their BEGIN is on its way; a session that stays inside a transaction is seen before the server ends it
    let row = [sample::customer(CALLERS + 1)];
    for patience in 1..=10 {
        tokio::time::timeout(Duration::from_millis(patience), store.customers_put(&row)).await.ok();
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    let open: i64 = sqlx::query_scalar(OPEN).fetch_one(&mut other).await.unwrap();
    assert_eq!(open, 0, "sessions are left inside a transaction");

    for n in CALLERS + 2..=CALLERS + 7 {
        store.customers_put(&[sample::customer(n)]).await.unwrap();
        acknowledged.insert(sample::customer(n).id.uuid());
    }
    let stored: Vec<uuid::Uuid> = sqlx::query_scalar("SELECT id FROM customers").fetch_all(&mut other).await.unwrap();
    let stored: BTreeSet<_> = stored.into_iter().collect();
    assert_eq!(acknowledged.difference(&stored).count(), 0, "acknowledged puts are lost");
}
