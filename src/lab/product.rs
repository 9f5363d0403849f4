//! The product's own Redis engine as an arm has it: within the lab's keys, and through a relay while an accounting pass runs.

use crate::engines::redis::Redis;
use async_trait::async_trait;
use polystore_lab::{
    Counters, Result,
    arm::{Backing, Evidence},
    site::Site,
    stores::RedisStore,
    wire::Wire,
};
use redis::ConnectionAddr;
use std::sync::{Arc, PoisonError, RwLock};

/// The engine, and the range of keys that it works in.
pub struct ProductRedis {
    store: RedisStore,
    url: String,
    direct: Arc<Redis>,
    counted: RwLock<Option<(Wire, Arc<Redis>)>>,
}

impl ProductRedis {
    /// Takes a range of keys; `None` without a server.
    pub async fn make(site: &Site, label: &str) -> Result<Option<Self>> {
        let Some(store) = RedisStore::make(site, label).await? else { return Ok(None) };
        let Some(url) = site.url("redis") else { return Ok(None) };
        let direct = Arc::new(Redis::connect(url, prefix(&store).as_str()).await?);
        Ok(Some(Self { url: url.to_owned(), store, direct, counted: RwLock::default() }))
    }

    /// The engine of this moment.
    pub fn engine(&self) -> Arc<Redis> {
        self.counted
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map_or_else(|| self.direct.clone(), |(_, engine)| engine.clone())
    }

    /// The range of keys, and what may be asked of its server beside the engine.
    pub fn store(&self) -> &RedisStore {
        &self.store
    }
}

#[async_trait]
impl Backing for ProductRedis {
    /// Puts the engine, and what asks beside it, behind relays, or takes them away from there.
    async fn counting(&self, on: bool) -> Result<()> {
        self.store.counting(on).await?;
        drop(self.counted.write().unwrap_or_else(PoisonError::into_inner).take());
        let ConnectionAddr::Tcp(host, port) = self.store.client().get_connection_info().addr().clone() else { return Ok(()) };
        let server = format!("{host}:{port}");
        // the rest of the URL stays: a password, a database
        if !on || !self.url.contains(&server) {
            return Ok(());
        }
        let wire = Wire::open(&server).await?;
        let url = self.url.replacen(&server, &wire.address().to_string(), 1);
        let engine = Arc::new(Redis::connect(&url, prefix(&self.store).as_str()).await?);
        *self.counted.write().unwrap_or_else(PoisonError::into_inner) = Some((wire, engine));
        Ok(())
    }

    /// Totals of the server, and what went over the relay.
    async fn counters(&self) -> Result<Counters> {
        let mut counters = self.store.counters().await?;
        if let Some((wire, _)) = &*self.counted.read().unwrap_or_else(PoisonError::into_inner) {
            let traffic = wire.traffic();
            for (name, more) in [("round_trips", traffic.round_trips), ("bytes_up", traffic.bytes_up), ("bytes_down", traffic.bytes_down)] {
                *counters.entry(name).or_default() += more as f64;
            }
        }
        Ok(counters)
    }

    /// What a write promises.
    async fn evidence(&self, write: bool) -> Result<Evidence> {
        self.store.evidence(write).await
    }

    /// One round trip without work.
    async fn floor(&self) -> Result<bool> {
        self.store.floor().await
    }

    /// Closes what it opened.
    async fn close(&self) {
        drop(self.counted.write().unwrap_or_else(PoisonError::into_inner).take());
        self.store.close().await;
    }
}

/// The engine puts the colon itself.
fn prefix(store: &RedisStore) -> String {
    store.key("").trim_end_matches(':').to_owned()
}
