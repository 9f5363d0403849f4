//! Callers who go away at every moment of a call, over a slow line: trap K1 of the driver.

use super::inside::{key, new_order};
use super::line::Line;
use crate::{contract, support::engines::unique_name, support::sample};
use libtest_mimic::Trial;
use polystore::{
    engines::{
        Limits,
        postgres::{Postgres, testing::fresh_database},
    },
    error::Engine,
    roles::{Catalog as _, Customers as _, Orders as _, Store as _},
    shop::{CustomerFilter, Product, Window, Written, product::MAX_STOCK},
};
use sqlx::{Connection as _, PgConnection, postgres::PgPoolOptions};
use std::{cell::Cell, cell::RefCell, collections::BTreeSet, time::Duration};
use uuid::Uuid;

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Postgres], "cancellation", database;
        cancelled_calls_leave_no_transaction_open_and_lose_no_acknowledged_put,
        ten_thousand_cancellations_poison_no_session_and_lose_no_acknowledged_write,
        only_a_reader_who_was_answered_hands_its_session_on_as_it_is,
        a_pool_without_the_cures_poisons_sessions_and_loses_acknowledged_writes,
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

/// The gate for the driver's trap K1. It stays also when the driver is cured.
async fn ten_thousand_cancellations_poison_no_session_and_lose_no_acknowledged_write(url: String) {
    const CANCELLATIONS: u32 = 10_000;
    const CALLERS: u128 = 32;
    const PRODUCTS: u128 = 40;
    let near = Postgres::connect(&url, &LIMITS).await.unwrap();
    near.customers_put(&[sample::customer(1)]).await.unwrap();
    near.categories_put(&[sample::category(1)]).await.unwrap();
    let products: Vec<_> = (1..=PRODUCTS).map(|n| Product { stock: MAX_STOCK, ..sample::product(n, 1) }).collect();
    near.products_put(&products).await.unwrap();

    let (_line, slow) = Line::to(&url, Duration::from_millis(1)).await;
    let store = Postgres::connect(&slow, &Limits { connections: 12 }).await.unwrap();
    let (dropped, acknowledged) = (Cell::new(0), RefCell::new(BTreeSet::new()));
    let caller = |caller: u128| {
        let (store, dropped, acknowledged) = (&store, &dropped, &acknowledged);
        async move {
            let mut n = caller + 2;
            while dropped.get() < CANCELLATIONS {
                n += CALLERS;
                // at every moment of a call, 0 to 50 ms, and every twentieth caller stays
                let patience =
                    Duration::from_micros(u64::try_from(n * 7_919 % 50_000).unwrap() + if n.is_multiple_of(20) { 5_000_000 } else { 0 });
                let written = if n.is_multiple_of(3) {
                    let row = [sample::customer(n)];
                    tokio::time::timeout(patience, store.customers_put(&row)).await.map(|put| put.map(|()| row[0].id.uuid()))
                } else {
                    let (new, key) = (new_order(n, 1, &[(1 + n % PRODUCTS, 1)]), key(n));
                    let placed = tokio::time::timeout(patience, store.order_place(&new, (&key).into())).await;
                    placed.map(|placed| {
                        placed.map(|written| {
                            assert!(matches!(written, Written::Done(_)), "{written:?}");
                            new.id.uuid()
                        })
                    })
                };
                match written {
                    Ok(written) => drop(acknowledged.borrow_mut().insert(written.unwrap())),
                    Err(_) => dropped.set(dropped.get() + 1),
                }
            }
        }
    };
    futures::future::join_all((0..CALLERS).map(caller)).await;

    let mut other = PgConnection::connect(&url).await.unwrap();
    // what was cancelled last ends, or is seen
    tokio::time::sleep(Duration::from_millis(600)).await;
    let open: i64 = sqlx::query_scalar(OPEN).fetch_one(&mut other).await.unwrap();
    assert_eq!(open, 0, "sessions are left inside a transaction");
    // on every connection, after all those cancellations
    let acknowledged = acknowledged.into_inner();
    let late: Vec<_> = (1..=16).map(|n| sample::customer(1_000_000_000 + n)).collect();
    futures::future::try_join_all(late.iter().map(|row| store.customers_put(std::slice::from_ref(row)))).await.unwrap();
    let stored: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM customers UNION ALL SELECT id FROM orders").fetch_all(&mut other).await.unwrap();
    let stored: BTreeSet<_> = stored.into_iter().collect();
    assert_eq!(acknowledged.difference(&stored).count(), 0, "acknowledged writes are lost");
    assert!(late.iter().all(|row| stored.contains(&row.id.uuid())), "later writes are lost");
    let nobody_waited_for = stored.len() - acknowledged.len();
    // on a machine with other things to do fewer begin before their callers go away
    assert!(nobody_waited_for > 200, "only {nobody_waited_for} of the cancelled calls had begun: the trial proves nothing");

    // what was written is whole
    let halves = "SELECT count(*) FROM orders FULL JOIN once ON once.key = (('x' || right(orders.id::text, 12))::bit(48)::bigint)::text
        WHERE orders.id IS NULL OR once.key IS NULL";
    let halves: i64 = sqlx::query_scalar(halves).fetch_one(&mut other).await.unwrap();
    let ledger = "SELECT count(*) FROM orders WHERE total_minor <> (SELECT sum(amount_minor) FROM ledger WHERE order_id = orders.id AND account = 'RECEIVABLE')";
    let ledger: i64 = sqlx::query_scalar(ledger).fetch_one(&mut other).await.unwrap();
    assert_eq!((halves, ledger), (0, 0), "orders without a key or the other way round, orders not in the books");
}

/// Two round trips saved at each read, and only there.
async fn only_a_reader_who_was_answered_hands_its_session_on_as_it_is(url: String) {
    let (_line, slow) = Line::to(&url, DELAY).await;
    let store = Postgres::connect(&slow, &Limits { connections: 1 }).await.unwrap();
    let mut other = PgConnection::connect(&url).await.unwrap();
    let mut last = async || -> (i32, String) {
        // what is done behind a caller's back takes a moment
        tokio::time::sleep(Duration::from_millis(300)).await;
        let text = "SELECT pid, query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        sqlx::query_as(text).fetch_one(&mut other).await.unwrap()
    };
    let (all, window) = (CustomerFilter::default(), Window::first(3));
    store.customers_page(&all, &window).await.unwrap();
    let (session, text) = last().await;
    assert!(text.contains("FROM customers"), "{text}");
    for _ in 0..3 {
        store.customers_page(&all, &window).await.unwrap();
        let (same, text) = last().await;
        assert!(same == session && text.contains("FROM customers"), "{text}");
    }
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    assert_eq!(last().await, (session, "ROLLBACK".to_owned()), "a transaction");
    store.customers_page(&all, &window).await.unwrap();
    // the statement is on its way, its answer is not there yet
    tokio::time::timeout(DELAY * 4 / 3, store.customers_page(&all, &window)).await.unwrap_err();
    assert_eq!(last().await, (session, "ROLLBACK".to_owned()), "a reader who went away");
    store.customers_page(&all, &window).await.unwrap();
    assert_eq!(last().await.0, session);
}

/// What the trial of ten thousand cancellations would find: the driver as it comes, with a transaction that runs in the caller's own future.
async fn a_pool_without_the_cures_poisons_sessions_and_loses_acknowledged_writes(url: String) {
    const ROUNDS: u128 = 40;
    const INSERT: &str = "INSERT INTO categories (id, slug, name) VALUES ($1, $2, 'trial')";
    let (_line, slow) = Line::to(&url, DELAY).await;
    let mut other = PgConnection::connect(&url).await.unwrap();
    let (mut poisoned, mut acknowledged) = (0, BTreeSet::new());
    for n in 1..=ROUNDS {
        let pool = PgPoolOptions::new().max_connections(1).connect(&slow).await.unwrap();
        // a caller who goes away: the pool's ping takes some 7 ms, then BEGIN is on its way
        let patience = Duration::from_millis(u64::try_from(n * 7 % 20).unwrap());
        tokio::time::timeout(patience, async { pool.begin().await.unwrap().commit().await.unwrap() }).await.ok();
        // the next borrower has no transaction, as far as it knows
        let id: Uuid = sample::category(n).id.uuid();
        sqlx::query(INSERT).bind(id).bind(n.to_string()).execute(&pool).await.unwrap();
        acknowledged.insert(id);
        let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
        poisoned += sqlx::query_scalar::<_, i64>(open).fetch_one(&mut other).await.unwrap();
        pool.close().await;
    }
    let stored: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM categories").fetch_all(&mut other).await.unwrap();
    let lost = acknowledged.difference(&stored.into_iter().collect()).count();
    assert!(poisoned > 0 && lost > 0, "{poisoned} sessions are poisoned and {lost} writes are lost: is the driver cured?");
}
