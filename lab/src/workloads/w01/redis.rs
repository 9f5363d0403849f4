//! The order in Redis: a text of JSON under its key.

use super::{
    data::{answer, orders},
    id, no_such,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::Backing,
    site::Site,
    stores::{RedisCommand, RedisStore},
};
use async_trait::async_trait;
use redis::Pipeline;
use std::sync::atomic::{AtomicI64, Ordering};

/// Orders in Redis.
pub struct Orders {
    get: RedisCommand,
    store: RedisStore,
    orders: AtomicI64,
}

impl Orders {
    /// Takes a range of keys; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        let store = RedisStore::make(site, "w01").await?;
        let get = RedisCommand::new(include_str!("redis_get.txt"));
        Ok(store.map(|store| Self { get, store, orders: AtomicI64::new(0) }))
    }

    fn key(&self, id: i64) -> String {
        self.store.key(format_args!("order:{id}"))
    }

    fn keys(&self) -> Vec<String> {
        (0..self.orders.load(Ordering::Relaxed)).map(|id| self.key(id)).collect()
    }
}

#[async_trait]
impl Arm for Orders {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "redis json", store: "redis", model: "a text of JSON for each order", variant: "idiomatic" }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "redis", text: self.get.text.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        self.store.delete(&self.keys()).await?;
        for orders in orders(load).chunks(5_000) {
            let mut commands = Pipeline::with_capacity(orders.len());
            for order in orders {
                commands.cmd("SET").arg(self.key(order.id)).arg(answer(order).to_string()).ignore();
            }
            self.store.send(&commands).await?;
        }
        self.orders.store(load.size as i64, Ordering::Relaxed);
        self.store.sizes(&self.keys()).await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let (text,): (Option<String>,) = self.store.ask(&self.get, &[("order", self.key(id(input)).as_bytes())]).await?;
        let order = serde_json::from_str(&text.ok_or_else(|| no_such("redis"))?).map_err(|error| LabError::store("redis", error))?;
        Ok(Answer::new(order, 1))
    }
}
