//! From a configuration to connected stores: the only place that knows which engine a URL picks.

use super::{Copies, Stores};
use crate::{
    config::{Config, StoreUrl},
    engines::{Limits, memory::Memory, mongodb::Mongodb, postgres::Postgres, redis::Redis, sqlite::Sqlite},
    error::{Engine, Kind, StoreError},
    receipt::Role,
    roles::{Documents, Hot, Relational, SchemaState},
};
use std::sync::Arc;

/// A store that cannot be used, told to the person at the terminal: the driver's words are in it.
#[derive(Debug, thiserror::Error)]
#[error("the {store} store at {place} cannot be used: {}; {}", error.detail(), self.advice())]
pub struct ConnectError {
    store: &'static str,
    setting: &'static str,
    place: String,
    error: StoreError,
}

impl ConnectError {
    /// Whether the same may succeed later.
    pub fn may_pass(&self) -> bool {
        matches!(self.error.kind, Kind::Unavailable | Kind::Timeout)
    }

    /// What the person at the terminal can do.
    fn advice(&self) -> String {
        match (self.error.engine, self.error.kind) {
            (Engine::Sqlite, Kind::Corrupt) => "restore the file from a backup, or move it away to begin anew".to_owned(),
            (Engine::Sqlite, _) => format!("check POLYSTORE_DATA and {}", self.setting),
            _ => format!("check {}, or start the store (--wait keeps trying)", self.setting),
        }
    }
}

/// Connected engines, before any layer.
pub struct Connected {
    relational: Arc<dyn Relational>,
    documents: Arc<dyn Documents>,
    hot: Arc<dyn Hot>,
    cache: Option<Arc<dyn Hot>>,
    copies: Copies,
    coalesce: bool,
}

/// An engine that can play both durable roles, so that one database needs one pool.
enum Durable {
    Postgres(Arc<Postgres>),
    Sqlite(Arc<Sqlite>),
    Mongodb(Arc<Mongodb>),
}

impl Durable {
    async fn connect(url: &StoreUrl, limits: &Limits) -> Result<Self, StoreError> {
        Ok(match url.engine {
            Engine::Postgres => Self::Postgres(Arc::new(Postgres::connect(&url.secret, limits).await?)),
            Engine::Mongodb => Self::Mongodb(Arc::new(Mongodb::connect(&url.secret, limits).await?)),
            Engine::Sqlite | Engine::Redis | Engine::Memory => Self::Sqlite(Arc::new(Sqlite::connect(&url.secret, limits).await?)),
        })
    }

    fn relational(&self) -> Option<Arc<dyn Relational>> {
        match self {
            Self::Postgres(engine) => Some(engine.clone()),
            Self::Sqlite(engine) => Some(engine.clone()),
            // the configuration refuses this engine in this role
            Self::Mongodb(_) => None,
        }
    }

    fn documents(&self) -> Arc<dyn Documents> {
        match self {
            Self::Postgres(engine) => engine.clone(),
            Self::Sqlite(engine) => engine.clone(),
            Self::Mongodb(engine) => engine.clone(),
        }
    }
}

async fn hot(url: &StoreUrl, config: &Config) -> Result<Arc<dyn Hot>, StoreError> {
    let authorities = config.redis_authorities.as_ref().map(|authorities| &*authorities.pem);
    Ok(match url.engine {
        Engine::Redis => Arc::new(Redis::connect_trusting(&url.secret, &config.redis_prefix, authorities).await?),
        _ => Arc::new(Memory::new()),
    })
}

/// Connects all stores at once. All that fail are told, not only the first.
pub async fn connect(config: &Config) -> Result<Connected, Vec<ConnectError>> {
    let limits = Limits { connections: config.connections };
    let of = |store: &'static str, setting: &'static str, url: &StoreUrl| {
        let place = url.to_string();
        move |error: StoreError| ConnectError { store, setting, place, error }
    };
    let same = config.documents == config.relational;
    let (relational, documents, hot_store, cache) = tokio::join!(
        Durable::connect(&config.relational, &limits),
        async { if same { None } else { Some(Durable::connect(&config.documents, &limits).await) } },
        hot(&config.hot, config),
        async {
            match &config.cache {
                Some(url) => Some(hot(url, config).await),
                None => None,
            }
        },
    );
    let documents_setting = if config.documents.engine == Engine::Mongodb { "MONGODB_URL / DOCUMENTS_URL" } else { "DOCUMENTS_URL" };
    let relational = relational.map_err(of("relational", "DATABASE_URL", &config.relational));
    let documents = documents.transpose().map_err(of("documents", documents_setting, &config.documents));
    let hot_store = hot_store.map_err(of("hot", "REDIS_URL / HOT_URL", &config.hot));
    let cache = cache.transpose().map_err(of("cache", "CACHE_URL", config.cache.as_ref().unwrap_or(&config.hot)));
    match (relational, documents, hot_store, cache) {
        (Ok(durable), Ok(documents), Ok(hot), Ok(cache)) => {
            let missing = StoreError::new(config.relational.engine, Kind::Broken, "this engine has no relational role");
            let relational = durable.relational().ok_or_else(|| vec![of("relational", "DATABASE_URL", &config.relational)(missing)])?;
            let documents = documents.as_ref().unwrap_or(&durable).documents();
            let copies = if config.entity_cache { Copies::ReportsAndProducts } else { Copies::Reports };
            Ok(Connected { relational, documents, hot, cache, copies, coalesce: config.coalesce })
        }
        (relational, documents, hot, cache) => {
            Err([relational.err(), documents.err(), hot.err(), cache.err()].into_iter().flatten().collect())
        }
    }
}

impl Connected {
    /// Puts the layers round the engines.
    pub fn layered(&self) -> Stores {
        let stores =
            Stores::with_copies(self.copies, self.relational.clone(), self.documents.clone(), self.hot.clone(), self.cache.clone());
        if self.coalesce { stores } else { stores.without_coalescing() }
    }

    /// How the schemas of the durable stores relate to this program's.
    pub async fn schemas(&self) -> Result<[(Role, Engine, SchemaState); 2], StoreError> {
        let (relational, documents) = tokio::try_join!(self.relational.schema(), self.documents.schema())?;
        Ok([(Role::Relational, self.relational.engine(), relational), (Role::Documents, self.documents.engine(), documents)])
    }

    /// Closes the stores, at the end of the program.
    pub async fn close(&self) {
        futures::join!(self.relational.close(), self.documents.close(), self.hot.close());
    }

    /// Brings the schemas of the durable stores up to date, one after the other: they may be the same database.
    pub async fn migrate(&self, wanted: impl Fn(Engine) -> bool) -> Result<(), StoreError> {
        if wanted(self.relational.engine()) {
            self.relational.migrate().await?;
        }
        if wanted(self.documents.engine()) {
            self.documents.migrate().await?;
        }
        Ok(())
    }
}
