//! Breakers in front of real stores: how long the first callers of a dead store wait, and the later ones, and until it is back.

use crate::{
    contract,
    support::{documents_sample, engines, proxy::Proxy, sample},
};
use futures::future::join_all;
use libtest_mimic::Trial;
use polystore::{
    engines::{Limits, memory::Memory, mongodb::Mongodb, postgres::Postgres, redis::Redis, sqlite::Sqlite},
    error::{Engine, Kind},
    roles::{BreakerState, Result, Store},
    shop::Counter,
    stores::Stores,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Postgres, Engine::Mongodb, Engine::Redis], "guarded", behind_a_proxy;
        a_store_that_refuses_connections_fails_its_callers_soon_and_is_back_soon,
        a_store_that_is_silent_fails_its_callers_soon_and_is_back_soon,
        a_store_that_comes_back_without_its_old_connections_is_back_soon,
        a_write_to_a_store_that_falls_silent_has_an_unknown_outcome,
        a_busy_store_keeps_its_callers_and_its_breaker_stays_closed,
        the_restart_of_a_store_costs_few_errors,
    )
}

const LIMITS: Limits = Limits { connections: 8 };
/// How long a call may take while the breaker is open: of a hundred one may take longer.
const OPEN: Duration = Duration::from_millis(10);
/// How long a store that answers again may be refused.
const RECOVERY: Duration = Duration::from_secs(3);
/// A machine that stood still for a moment proves nothing: so often may a trial try to keep its times.
const TRIES: usize = 3;

struct Behind {
    engine: Engine,
    proxy: Proxy,
    stores: Stores,
    slow: Arc<dyn Store>,
}

async fn behind_a_proxy(engine: Engine) -> Behind {
    let (proxy, url) = Proxy::in_front_of(&engines::fresh_url(engine).await).await;
    let sqlite = Arc::new(Sqlite::connect("sqlite::memory:", &LIMITS).await.unwrap());
    sqlite.migrate().await.unwrap();
    let memory = Arc::new(Memory::new());
    let stores = match engine {
        Engine::Postgres => {
            let postgres = Arc::new(Postgres::connect(&url, &LIMITS).await.unwrap());
            postgres.migrate().await.unwrap();
            Stores::layered(postgres, sqlite, memory, None)
        }
        Engine::Mongodb => {
            let mongodb = Arc::new(Mongodb::connect(&url, &LIMITS).await.unwrap());
            mongodb.migrate().await.unwrap();
            Stores::layered(sqlite, mongodb, memory, None)
        }
        _ => Stores::layered(sqlite.clone(), sqlite, Arc::new(Redis::connect(&url, &engines::unique_name()).await.unwrap()), None),
    };
    let slow: Arc<dyn Store> = match engine {
        Engine::Postgres => stores.relational.clone(),
        Engine::Mongodb => stores.documents.clone(),
        _ => stores.hot.clone(),
    };
    Behind { engine, proxy, stores, slow }
}

impl Behind {
    async fn read(&self) -> Result<()> {
        match self.engine {
            Engine::Postgres => self.stores.relational.customers_by_ids(&[sample::id(1)]).await.map(drop),
            Engine::Mongodb => self.stores.documents.comments_by_ids(&[sample::id(1)]).await.map(drop),
            _ => self.stores.hot.counters_get(&[Counter::ProductViews(sample::id(1))]).await.map(drop),
        }
    }

    async fn write(&self) -> Result<()> {
        match self.engine {
            Engine::Postgres => self.stores.relational.customers_put(&[sample::customer(1)]).await,
            Engine::Mongodb => self.stores.documents.comments_put(&[documents_sample::comment(1, 1)]).await,
            _ => self.stores.hot.counters_put(&[(Counter::ProductViews(sample::id(1)), 1)]).await,
        }
    }

    fn breaker(&self) -> BreakerState {
        self.slow.breaker().unwrap()
    }

    /// How long a caller of a dead store may wait at first.
    fn goal(&self) -> Duration {
        Duration::from_millis(match self.engine {
            Engine::Postgres => 350,
            Engine::Mongodb => 600,
            _ => 150,
        })
    }

    /// Every connection of the pool has been used, and lies idle. That is where a test begins: a machine that stands still while two dozen
    /// connections are opened may need another try.
    async fn warm(&self) {
        let start = Instant::now();
        while let Some(error) = join_all((0..24).map(|_| self.read())).await.into_iter().find_map(Result::err) {
            assert!(start.elapsed() < Duration::from_secs(20), "{error}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    /// What callers meet from the moment on at which the store died: until the breaker opens, then while it is open. The longest
    /// of the first waits, and the longest of the later ones but one in a hundred.
    async fn dead(&self) -> (Duration, Duration) {
        let mut first = Duration::ZERO;
        while self.breaker() == BreakerState::Closed {
            let start = Instant::now();
            for answer in join_all((0..20).map(|_| self.read())).await {
                assert!(matches!(answer.unwrap_err().kind, Kind::Unavailable | Kind::Timeout));
            }
            first = first.max(start.elapsed());
        }
        let mut later = Vec::new();
        for _ in 0..100 {
            let start = Instant::now();
            assert_eq!(self.read().await.unwrap_err().kind, Kind::Unavailable);
            assert_eq!(self.write().await.unwrap_err().kind, Kind::Unavailable, "what was not sent has no unknown outcome");
            assert_eq!(self.slow.ping().await.unwrap_err().kind, Kind::Unavailable);
            later.push(start.elapsed());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        later.sort_unstable();
        (first, later[98])
    }

    /// How long after the store's return a caller gets an answer again.
    async fn back(&self) -> Duration {
        let start = Instant::now();
        while self.read().await.is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "it does not come back");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let took = start.elapsed();
        self.write().await.unwrap();
        took
    }

    async fn keeps_its_times(&self, dies: impl AsyncFn(&Proxy), returns: impl AsyncFn(&Proxy)) {
        for attempt in 1..=TRIES {
            self.warm().await;
            dies(&self.proxy).await;
            let (first, open) = self.dead().await;
            returns(&self.proxy).await;
            let back = self.back().await;
            println!("{}: first failures {first:?}, while open {open:?}, back after {back:?}", self.engine);
            if first <= self.goal() && open <= OPEN && back <= RECOVERY {
                return;
            }
            assert!(attempt < TRIES, "first failures {first:?}, while open {open:?}, back after {back:?}");
        }
    }
}

async fn a_store_that_refuses_connections_fails_its_callers_soon_and_is_back_soon(store: Behind) {
    store.keeps_its_times(async |proxy| proxy.cut().await, async |proxy| proxy.restore().await).await;
}

async fn a_store_that_is_silent_fails_its_callers_soon_and_is_back_soon(store: Behind) {
    store.keeps_its_times(async |proxy| proxy.freeze(), async |proxy| proxy.thaw()).await;
}

/// As after a failover or the loss of power: nobody ever closes the old connections.
async fn a_store_that_comes_back_without_its_old_connections_is_back_soon(store: Behind) {
    let returns = async |proxy: &Proxy| {
        proxy.stall();
        proxy.thaw();
    };
    store.keeps_its_times(async |proxy| proxy.freeze(), returns).await;
}

async fn a_write_to_a_store_that_falls_silent_has_an_unknown_outcome(store: Behind) {
    store.warm().await;
    store.proxy.freeze();
    let start = Instant::now();
    let error = store.write().await.unwrap_err();
    assert_eq!(error.kind, Kind::Timeout, "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    store.proxy.thaw();
    store.back().await;
}

async fn a_busy_store_keeps_its_callers_and_its_breaker_stays_closed(store: Behind) {
    let mut told = Vec::new();
    // fewer for a machine that has other things to do: a call waits so long and no longer, and this is not about how fast they are
    for crowd in [2_000_usize, 1_000, 500, 250] {
        store.warm().await;
        let start = Instant::now();
        let calls = join_all((0..crowd).map(|_| store.read())).await;
        println!("{}: {crowd} calls at once took {:?}", store.engine, start.elapsed());
        let turned_away = calls.iter().filter(|answer| answer.is_err()).count();
        // a store has so many calls in hand, and no more
        let bound = crowd.saturating_sub(256);
        let busy = calls.iter().filter(|answer| answer.as_ref().is_err_and(|error| error.kind == Kind::Busy)).count();
        assert_eq!(store.breaker(), BreakerState::Closed, "{turned_away} of {crowd} callers were turned away");
        if busy == turned_away && turned_away <= bound {
            return;
        }
        told.push(format!("{turned_away} of {crowd} callers were turned away: {:?}", calls.into_iter().find_map(Result::err)));
        tokio::time::sleep(RECOVERY).await;
    }
    panic!("{}", told.join("\n"));
}

/// All connections break, the server itself is back at once: those who come next must not each find a broken connection.
async fn the_restart_of_a_store_costs_few_errors(store: Behind) {
    store.warm().await;
    store.proxy.cut().await;
    store.proxy.restore().await;
    let mut errors = 0;
    for _ in 0..30 {
        errors += u32::from(store.read().await.is_err());
    }
    println!("{}: {errors} of 30 calls failed", store.engine);
    assert!(errors <= 2, "{errors} of 30 calls failed");
    assert_eq!(store.breaker(), BreakerState::Closed);
}
