//! PostgreSQL, MongoDB and Redis, each behind a proxy that can silence it, cut it off and bring it back.

use crate::support::{engines, proxy::Proxy, wiring::block_on};
use futures::future::join_all;
use polystore::{
    engines::{Limits, mongodb::Mongodb, postgres::Postgres, redis::Redis},
    error::Engine,
    roles::{Hot, Store as _},
    stores::Stores,
};
use std::{fmt, sync::Arc};

const LIMITS: Limits = Limits { connections: 3 };

/// What is down; in the order of the columns of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    Postgres,
    Mongodb,
    Redis,
    All,
}

impl Outage {
    pub const ALL: [Self; 4] = [Self::Postgres, Self::Mongodb, Self::Redis, Self::All];

    /// Which stores.
    pub fn stores(self) -> &'static [Engine] {
        match self {
            Self::Postgres => &[Engine::Postgres],
            Self::Mongodb => &[Engine::Mongodb],
            Self::Redis => &[Engine::Redis],
            Self::All => &[Engine::Postgres, Engine::Mongodb, Engine::Redis],
        }
    }
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "postgres",
            Self::Mongodb => "mongodb",
            Self::Redis => "redis",
            Self::All => "all three",
        })
    }
}

/// The proxies, in the order of [`Outage::All`].
pub struct Lines {
    proxies: [(Engine, Proxy); 3],
    /// What no answer may name: addresses, users, databases, keys.
    pub secrets: Vec<String>,
}

/// Fresh stores behind proxies.
pub async fn stores() -> (Stores, Lines) {
    let mut secrets = vec!["127.0.0.1".to_owned()];
    let mut line = async |engine| {
        let url = engines::fresh_url(engine).await;
        let after_host = url.split_once("://").unwrap().1.split_once('/').map(|(_, rest)| rest);
        let database = after_host.and_then(|rest| rest.split('?').next()).filter(|name| !name.is_empty());
        secrets.extend(database.map(str::to_owned));
        Proxy::in_front_of(&url).await
    };
    let ((postgres, to_postgres), (mongodb, to_mongodb), (redis, to_redis)) =
        (line(Engine::Postgres).await, line(Engine::Mongodb).await, line(Engine::Redis).await);
    let relational = Arc::new(Postgres::connect(&to_postgres, &LIMITS).await.unwrap());
    let documents = Arc::new(Mongodb::connect(&to_mongodb, &LIMITS).await.unwrap());
    relational.migrate().await.unwrap();
    documents.migrate().await.unwrap();
    let prefix = engines::unique_name();
    let hot: Arc<dyn Hot> = Arc::new(Redis::connect(&to_redis, &prefix).await.unwrap());
    secrets.push(prefix);
    let proxies = [(Engine::Postgres, postgres), (Engine::Mongodb, mongodb), (Engine::Redis, redis)];
    (Stores::layered(relational, documents, hot, None), Lines { proxies, secrets })
}

impl Lines {
    fn of(&self, outage: Outage) -> impl Iterator<Item = &Proxy> {
        self.proxies.iter().filter(move |(engine, _)| outage.stores().contains(engine)).map(|(_, proxy)| proxy)
    }

    /// The stores fall silent: connections stay open, nothing comes through.
    pub fn silence(&self, outage: Outage) {
        self.of(outage).for_each(Proxy::freeze);
    }

    /// Then they are gone: connections are closed, new ones refused.
    pub fn cut(&self, outage: Outage) {
        block_on(async { join_all(self.of(outage).map(Proxy::cut)).await });
    }

    pub fn bring_back(&self, outage: Outage) {
        self.of(outage).for_each(Proxy::thaw);
        block_on(async { join_all(self.of(outage).map(Proxy::restore)).await });
    }
}
