//! How sessions plan: look-ups keep one plan for any values, all else is planned with its values.

use super::line::Line;
use crate::{
    contract,
    support::{
        documents_sample,
        engines::{self, unique_name},
        sample,
    },
};
use libtest_mimic::Trial;
use polystore::{
    engines::{
        Limits,
        postgres::{Postgres, testing::fresh_database},
    },
    error::Engine,
    roles::{Comments as _, Customers as _, Store as _},
    shop::{CustomerFilter, Event, Window},
    stores::Stores,
};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};
use std::time::Duration;
use tokio::time::{sleep, timeout};

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Postgres], "planning", database;
        look_ups_and_lists_settle_on_a_session_each,
        nobody_waits_for_a_session_that_plans_otherwise,
        a_server_that_gives_one_session_has_it_plan_as_each_statement_needs_it,
        a_session_that_comes_from_the_pool_is_told_how_to_plan,
        a_reader_who_went_away_leaves_no_session_that_plans_otherwise_than_was_thought,
        transactions_plan_with_their_values_on_any_session,
        what_was_filled_is_known_to_the_planner,
    )
}

const GENERIC: &str = "force_generic_plan";
const CUSTOM: &str = "force_custom_plan";
/// A hundred times what a statement takes, and less than the time after which a reader gives up waiting for a connection.
const AT_ONCE: Duration = Duration::from_millis(1_000);

/// The URL of a database whose only customer is called what the session's `plan_cache_mode` is; with a connection to it.
async fn database(_: Engine) -> (String, PgConnection) {
    let server = std::env::var("TEST_DATABASE_URL").unwrap();
    let url = fresh_database(&server, &unique_name()).await.unwrap();
    let store = with(&url, 1).await;
    store.migrate().await.unwrap();
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    let mut other = PgConnection::connect(&url).await.unwrap();
    let view = "ALTER TABLE customers RENAME TO those;
        CREATE VIEW customers AS SELECT id, email, current_setting('plan_cache_mode') AS name, tier, created_at FROM those";
    sqlx::raw_sql(view).execute(&mut other).await.unwrap();
    (url, other)
}

async fn with(url: &str, connections: u32) -> Postgres {
    Postgres::connect(url, &Limits { connections }).await.unwrap()
}

/// How a look-up is planned.
async fn look_up(store: &Postgres) -> String {
    store.customers_by_ids(&[sample::customer(1).id]).await.unwrap().pop().unwrap().name
}

/// How a list is planned.
async fn list(store: &Postgres) -> String {
    store.customers_page(&CustomerFilter::default(), &Window::first(1)).await.unwrap().items.pop().unwrap().name
}

/// Looks up and lists in turn until each has a session of its own.
async fn settle(store: &Postgres, other: &mut PgConnection) {
    let sessions = "SELECT count(DISTINCT pid), count(DISTINCT query) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%FROM customers%' AND pid <> pg_backend_pid()";
    for _ in 0..100 {
        for _ in 0..3 {
            assert_eq!((look_up(store).await, list(store).await), (GENERIC.to_owned(), CUSTOM.to_owned()));
        }
        // what the sessions were asked last
        if sqlx::query_as::<_, (i64, i64)>(sessions).fetch_one(&mut *other).await.unwrap() == (2, 2) {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("look-ups and lists share a session, which is told how to plan each time");
}

async fn look_ups_and_lists_settle_on_a_session_each((url, mut other): (String, PgConnection)) {
    let store = with(&url, 3).await;
    settle(&store, &mut other).await;
    // a transaction took one of them, and gave it to the pool
    store.comments_put(&[documents_sample::comment(1, 1)]).await.unwrap();
    settle(&store, &mut other).await;
}

async fn nobody_waits_for_a_session_that_plans_otherwise((url, _): (String, PgConnection)) {
    let store = with(&url, 2).await;
    assert_eq!(list(&store).await, CUSTOM);
    let both = async { tokio::join!(look_up(&store), look_up(&store), list(&store), look_up(&store)) };
    let (one, two, three, four) = timeout(AT_ONCE, both).await.expect("a reader waits beside a session that nobody uses");
    assert_eq!([&*one, &*two, &*three, &*four], [GENERIC, GENERIC, CUSTOM, GENERIC]);
}

async fn a_server_that_gives_one_session_has_it_plan_as_each_statement_needs_it((url, mut other): (String, PgConnection)) {
    let role = unique_name();
    let grants =
        format!("CREATE ROLE {role} LOGIN PASSWORD 'one' CONNECTION LIMIT 1; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}");
    sqlx::raw_sql(AssertSqlSafe(grants)).execute(&mut other).await.unwrap();
    let options: PgConnectOptions = url.parse().unwrap();
    let store = with(options.username(&role).password("one").to_url_lossy().as_str(), 3).await;
    for _ in 0..5 {
        assert_eq!(timeout(AT_ONCE, look_up(&store)).await.unwrap(), GENERIC);
        assert_eq!(timeout(AT_ONCE, list(&store)).await.unwrap(), CUSTOM);
    }
    assert_eq!(look_up(&store).await, GENERIC);
    store.ping().await.unwrap();
}

async fn a_session_that_comes_from_the_pool_is_told_how_to_plan((url, mut other): (String, PgConnection)) {
    let store = with(&url, 1).await;
    for _ in 0..2 {
        assert_eq!(look_up(&store).await, GENERIC);
        sqlx::raw_sql("ALTER VIEW customers RENAME TO gone").execute(&mut other).await.unwrap();
        // a failed statement's session goes back to the pool
        assert!(store.customers_by_ids(&[sample::customer(1).id]).await.is_err());
        sqlx::raw_sql("ALTER VIEW gone RENAME TO customers").execute(&mut other).await.unwrap();
        assert_eq!(list(&store).await, CUSTOM);
    }
}

async fn a_reader_who_went_away_leaves_no_session_that_plans_otherwise_than_was_thought((url, _): (String, PgConnection)) {
    let delay = Duration::from_millis(4);
    let (_line, slow) = Line::to(&url, delay).await;
    let store = with(&slow, 1).await;
    assert_eq!(list(&store).await, CUSTOM);
    let mut away = 0;
    // while the session is told, and while it is asked
    for patience in 1..=16 {
        away += u32::from(timeout(Duration::from_millis(patience), look_up(&store)).await.is_err());
        assert_eq!(list(&store).await, CUSTOM, "after {patience} ms");
        away += u32::from(timeout(Duration::from_millis(patience), list(&store)).await.is_err());
        assert_eq!(look_up(&store).await, GENERIC, "after {patience} ms");
    }
    assert!(away > 8, "only {away} went away");
}

async fn transactions_plan_with_their_values_on_any_session((url, mut other): (String, PgConnection)) {
    let trigger = "CREATE TABLE seen (mode text, scans text);
        CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO seen SELECT current_setting(''plan_cache_mode''), current_setting(''enable_seqscan''); RETURN NULL; END';
        CREATE TRIGGER look AFTER INSERT ON comments FOR EACH STATEMENT EXECUTE FUNCTION look()";
    sqlx::raw_sql(trigger).execute(&mut other).await.unwrap();
    let store = with(&url, 1).await;
    for n in [1, 3] {
        assert_eq!(look_up(&store).await, GENERIC);
        store.comments_put(&[documents_sample::comment(n, 1)]).await.unwrap();
        assert_eq!(look_up(&store).await, GENERIC);
        let new = documents_sample::comment(n + 1, 1);
        store.comment_create(&new, &Event::commented(&new), None).await.unwrap();
    }
    let seen: Vec<(String, String)> = sqlx::query_as("SELECT mode, scans FROM seen").fetch_all(&mut other).await.unwrap();
    assert_eq!(seen, vec![(CUSTOM.to_owned(), "on".to_owned()); 4]);
}

async fn what_was_filled_is_known_to_the_planner((url, mut other): (String, PgConnection)) {
    let known = "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'those'";
    assert!(!sqlx::query_scalar::<_, bool>(known).fetch_one(&mut other).await.unwrap());
    let store = std::sync::Arc::new(with(&url, 1).await);
    Stores::layered(store.clone(), store, engines::hot(Engine::Memory).await, None).relational.filled().await;
    assert!(sqlx::query_scalar::<_, bool>(known).fetch_one(&mut other).await.unwrap());
}
