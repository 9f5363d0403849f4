//! How sessions plan: look-ups keep one plan for any values, all else is planned with its values.

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

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Postgres], "planning", database;
        look_ups_keep_their_plan_and_lists_are_planned_anew_each_on_a_session_of_its_own,
        one_session_plans_as_each_statement_needs_it,
        what_was_filled_is_known_to_the_planner,
    )
}

/// The URL of a database whose only customer is called what the session's `plan_cache_mode` is; with a connection to it.
async fn database(_: Engine) -> (String, PgConnection) {
    let server = std::env::var("TEST_DATABASE_URL").unwrap();
    let url = fresh_database(&server, &unique_name()).await.unwrap();
    let store = Postgres::connect(&url, &Limits::default()).await.unwrap();
    store.migrate().await.unwrap();
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    let mut other = PgConnection::connect(&url).await.unwrap();
    let view = "ALTER TABLE customers RENAME TO those;
        CREATE VIEW customers AS SELECT id, email, current_setting('plan_cache_mode') AS name, tier, created_at FROM those";
    sqlx::raw_sql(view).execute(&mut other).await.unwrap();
    (url, other)
}

/// How a look-up is planned.
async fn look_up(store: &Postgres) -> String {
    store.customers_by_ids(&[sample::customer(1).id]).await.unwrap().pop().unwrap().name
}

/// How a list is planned.
async fn list(store: &Postgres) -> String {
    store.customers_page(&CustomerFilter::default(), &Window::first(1)).await.unwrap().items.pop().unwrap().name
}

async fn look_ups_keep_their_plan_and_lists_are_planned_anew_each_on_a_session_of_its_own((url, mut other): (String, PgConnection)) {
    let store = Postgres::connect(&url, &Limits { connections: 3 }).await.unwrap();
    for _ in 0..10 {
        assert_eq!(look_up(&store).await, "force_generic_plan");
        assert_eq!(list(&store).await, "force_custom_plan");
    }
    let sessions = "SELECT count(DISTINCT pid), count(DISTINCT query) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%FROM customers%' AND pid <> pg_backend_pid()";
    let sessions: (i64, i64) = sqlx::query_as(sessions).fetch_one(&mut other).await.unwrap();
    assert_eq!(sessions, (2, 2), "sessions, and what each was asked last");
}

async fn one_session_plans_as_each_statement_needs_it((url, mut other): (String, PgConnection)) {
    let store = Postgres::connect(&url, &Limits { connections: 1 }).await.unwrap();
    for _ in 0..3 {
        assert_eq!((look_up(&store).await, list(&store).await), ("force_generic_plan".to_owned(), "force_custom_plan".to_owned()));
        // a failed statement's session goes back to the pool, and comes from there again
        sqlx::raw_sql("ALTER VIEW customers RENAME TO gone").execute(&mut other).await.unwrap();
        assert!(store.customers_by_ids(&[sample::customer(1).id]).await.is_err());
        sqlx::raw_sql("ALTER VIEW gone RENAME TO customers").execute(&mut other).await.unwrap();
    }
}

async fn what_was_filled_is_known_to_the_planner((url, mut other): (String, PgConnection)) {
    let known = "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'those'";
    assert!(!sqlx::query_scalar::<_, bool>(known).fetch_one(&mut other).await.unwrap());
    Postgres::connect(&url, &Limits::default()).await.unwrap().filled().await;
    assert!(sqlx::query_scalar::<_, bool>(known).fetch_one(&mut other).await.unwrap());
}
