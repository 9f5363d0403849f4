//! The whole graph over seeded stores: on the embedded engines, and on PostgreSQL, MongoDB and Redis.
//!
//! Each wiring is seeded once a test binary; tests only read.

use super::engines;
use polystore::{
    error::Engine,
    graphql::{Graph, execute::Operation, limits::Limits},
    progress::Silent,
    seed::{self, Plan, Scale},
    stores::Stores,
};
use serde_json::{Map, Value};
use std::{
    future::Future,
    sync::{LazyLock, OnceLock},
};
use tokio::runtime::Runtime;

/// One runtime for all tests of a binary: pools belong to the runtime that made them.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());

pub fn block_on<F: Future>(work: F) -> F::Output {
    RUNTIME.block_on(work)
}

/// Enough for 100 parents of everything.
const SCALE: f64 = 0.2;

/// A graph and its name.
pub struct Wiring {
    pub name: &'static str,
    pub stores: Stores,
    pub graph: Graph,
}

/// SQLite for both durable roles, memory for the hot one.
pub fn embedded() -> &'static Wiring {
    static WIRING: OnceLock<Wiring> = OnceLock::new();
    WIRING.get_or_init(|| block_on(seeded("embedded", EMBEDDED)))
}

/// PostgreSQL, MongoDB and Redis; `None` where they are not at hand and not required.
pub fn real() -> Option<&'static Wiring> {
    static WIRING: OnceLock<Option<Wiring>> = OnceLock::new();
    WIRING.get_or_init(|| real_engines().map(|all| block_on(seeded("real", all)))).as_ref()
}

/// The engines of the embedded wiring.
pub const EMBEDDED: [Engine; 3] = [Engine::Sqlite, Engine::Sqlite, Engine::Memory];

/// The engines of the real wiring; `None`, with a line that says so, where they are not at hand and not required.
#[expect(clippy::print_stderr, reason = "a part that is skipped says why")]
pub fn real_engines() -> Option<[Engine; 3]> {
    let all = [Engine::Postgres, Engine::Mongodb, Engine::Redis];
    for engine in all {
        if let Some(reason) = engines::missing(engine) {
            assert!(!engines::required(engine), "{engine} is required: {reason}");
            eprintln!("not on real stores: {reason}");
            return None;
        }
    }
    Some(all)
}

/// All wirings that are at hand.
pub fn all() -> Vec<&'static Wiring> {
    [Some(embedded()), real()].into_iter().flatten().collect()
}

/// Seeds. The rows are the same each time: what a busy machine did not confirm in time is put once more.
pub async fn fill(stores: &Stores, plan: &Plan) {
    for _ in 0..2 {
        if seed::run(&*stores.relational, &*stores.documents, &*stores.hot, plan, &Silent).await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    }
    seed::run(&*stores.relational, &*stores.documents, &*stores.hot, plan, &Silent).await.unwrap();
}

async fn seeded(name: &'static str, [relational, documents, hot]: [Engine; 3]) -> Wiring {
    let (relational, documents, hot) = tokio::join!(engines::relational(relational), engines::documents(documents), engines::hot(hot));
    let stores = Stores::layered(relational, documents, hot, None);
    let plan = Plan { scale: Scale::new(SCALE).unwrap(), seed: 1 };
    fill(&stores, &plan).await;
    let limits = Limits { time: std::time::Duration::from_secs(60), ..Limits::default() };
    Wiring { name, graph: super::graph::graph(stores.clone(), limits, polystore::shop::Viewer::Reader), stores }
}

impl Wiring {
    /// The body of an answer, as bytes.
    pub fn body(&self, query: &str, variables: Value) -> String {
        let body = block_on(async { self.graph.execute(operation(query, variables)).await.body("test") });
        String::from_utf8(body).unwrap()
    }

    /// The answer, read.
    pub fn answer(&self, query: &str, variables: Value) -> Value {
        serde_json::from_str(&self.body(query, variables)).unwrap()
    }

    /// `data` of an answer that must have no errors.
    pub fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.answer(query, variables);
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].take()
    }
}

pub fn operation(query: &str, variables: Value) -> Operation {
    let variables = match variables {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    Operation { query: query.to_owned(), variables, ..Operation::default() }
}
