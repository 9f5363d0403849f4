//! A fresh, migrated store for a test, on every engine that can be reached.
//!
//! Servers are named by `TEST_DATABASE_URL`, `TEST_MONGODB_URL` and `TEST_REDIS_URL` (`./scripts/test` sets them). An engine
//! whose variable is missing is skipped, with the reason; `POLYSTORE_REQUIRE=postgres,mongodb,redis` makes that a failure.

use polystore::{
    engines::{Limits, memory::Memory, mongodb::Mongodb, postgres::Postgres, redis::Redis, sqlite::Sqlite},
    error::Engine,
    roles::{Documents, Hot, Relational, Store},
    stores::{Copies, Stores},
};
use std::{
    sync::Arc,
    sync::atomic::{AtomicU32, Ordering},
};

/// A name that no other test of any process has.
pub fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("t_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Why an engine cannot be tested here, or `None` when it can.
pub fn missing(engine: Engine) -> Option<String> {
    let variable = match engine {
        Engine::Postgres => "TEST_DATABASE_URL",
        Engine::Mongodb => "TEST_MONGODB_URL",
        Engine::Redis => "TEST_REDIS_URL",
        Engine::Sqlite | Engine::Memory => return None,
    };
    std::env::var_os(variable).is_none().then(|| format!("{variable} is not set: run ./scripts/test"))
}

/// Whether a missing engine is a failure here.
pub fn required(engine: Engine) -> bool {
    std::env::var("POLYSTORE_REQUIRE").is_ok_and(|list| list.split(',').any(|name| name.trim() == engine.name()))
}

/// Whether an engine can be tested here; a line says why not. Fails where it is required.
#[expect(clippy::print_stderr, reason = "a part that is skipped says why")]
pub fn at_hand(engine: Engine) -> bool {
    let missing = missing(engine);
    if let Some(reason) = &missing {
        assert!(!required(engine), "{engine} is required: {reason}");
        eprintln!("not on {engine}: {reason}");
    }
    missing.is_none()
}

fn server(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: run ./scripts/test"))
}

const LIMITS: Limits = Limits { connections: 3 };

async fn postgres() -> Arc<Postgres> {
    let url = polystore::engines::postgres::testing::fresh_database(&server("TEST_DATABASE_URL"), &unique_name()).await.unwrap();
    Arc::new(Postgres::connect(&url, &LIMITS).await.unwrap())
}

async fn sqlite() -> Arc<Sqlite> {
    Arc::new(Sqlite::connect("sqlite::memory:", &LIMITS).await.unwrap())
}

async fn mongodb() -> Arc<Mongodb> {
    let url = polystore::engines::mongodb::testing::fresh_database(&server("TEST_MONGODB_URL"), &unique_name()).unwrap();
    Arc::new(Mongodb::connect(&url, &LIMITS).await.unwrap())
}

/// A fresh relational store.
pub async fn relational(engine: Engine) -> Arc<dyn Relational> {
    match engine {
        Engine::Postgres => migrated(postgres().await).await,
        Engine::Sqlite => migrated(sqlite().await).await,
        other => panic!("{other} is not a relational engine"),
    }
}

/// The same behind a cache of its products: in Redis beside a server where there is one, else in memory.
pub async fn relational_behind_a_cache(engine: Engine) -> Arc<dyn Relational> {
    let beside = if engine == Engine::Postgres && missing(Engine::Redis).is_none() { Engine::Redis } else { Engine::Memory };
    let (documents, hot) = (sqlite().await, hot(beside).await);
    Stores::with_copies(Copies::ReportsAndProducts, relational(engine).await, documents, hot, None).relational
}

/// A fresh documents store.
pub async fn documents(engine: Engine) -> Arc<dyn Documents> {
    match engine {
        Engine::Postgres => migrated(postgres().await).await,
        Engine::Sqlite => migrated(sqlite().await).await,
        Engine::Mongodb => migrated(mongodb().await).await,
        other => panic!("{other} is not a documents engine"),
    }
}

/// A fresh hot store.
pub async fn hot(engine: Engine) -> Arc<dyn Hot> {
    match engine {
        Engine::Redis => Arc::new(Redis::connect(&server("TEST_REDIS_URL"), &unique_name()).await.unwrap()),
        Engine::Memory => Arc::new(Memory::new()),
        other => panic!("{other} is not a hot engine"),
    }
}

/// A fresh database of a server, by its URL: for tests that put something between.
pub async fn fresh_url(engine: Engine) -> String {
    match engine {
        Engine::Postgres => {
            polystore::engines::postgres::testing::fresh_database(&server("TEST_DATABASE_URL"), &unique_name()).await.unwrap()
        }
        Engine::Mongodb => polystore::engines::mongodb::testing::fresh_database(&server("TEST_MONGODB_URL"), &unique_name()).unwrap(),
        Engine::Redis => server("TEST_REDIS_URL"),
        other => panic!("{other} has no server"),
    }
}

async fn migrated<S: Store>(store: Arc<S>) -> Arc<S> {
    store.migrate().await.unwrap();
    store
}
