//! Sessions in Redis, which ends them itself: one text each, which is the product's own role.

use super::{session, told_of};
use crate::{
    lab::product::ProductRedis,
    roles::Sessions,
    shop::{Timestamp, TokenHash},
};
use async_trait::async_trait;
use polystore_lab::{
    ArmAbout, LabError, Loaded, Result, Source,
    arm::Backing,
    site::Site,
    stores::RedisCommand,
    workloads::w17::{
        arm::Shelf,
        data::{Signed, told},
        redis::{WITHIN, keys, put_all},
    },
};
use serde_json::Value;
use std::time::Duration;

/// One text for each session.
pub struct Text {
    product: ProductRedis,
    read: RedisCommand,
    touch: RedisCommand,
}

impl Text {
    /// Takes a range of keys; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        let Some(product) = ProductRedis::make(site, "w17 string").await? else { return Ok(None) };
        let read = RedisCommand::new(include_str!("redis_string_read.txt"));
        let touch = RedisCommand::new(include_str!("redis_string_touch.txt"));
        Ok(Some(Self { product, read, touch }))
    }
}

#[async_trait]
impl Shelf for Text {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "redis string", store: "redis", model: "a text for each session, ended by Redis", variant: "idiomatic" }
    }

    fn statement(&self, touch: bool) -> Source {
        let text = if touch { self.touch.text } else { self.read.text };
        Source { language: "redis", text: text.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.product
    }

    async fn fill(&self, sessions: &[Signed]) -> Result<Loaded> {
        put_all(self, sessions).await
    }

    async fn put(&self, one: &Signed, life: Duration) -> Result<()> {
        Ok(self.product.engine().session_put(TokenHash(one.token), &session(one)?, life).await?)
    }

    async fn read(&self, one: &Signed) -> Result<Value> {
        // the role has no other read than one that begins the life anew
        let store = self.product.store();
        let key = store.key(format_args!("session:{}", one.hex()));
        let (text,): (Option<String>,) = store.ask(&self.read, &[("key", key.as_bytes())]).await?;
        let Some(text) = text else { return Ok(Value::Null) };
        let wrong = |error| LabError::store("redis", error);
        let kept: Value = serde_json::from_str(&text).map_err(wrong)?;
        let at: Timestamp = serde_json::from_value(kept["signedInAt"].clone()).map_err(wrong)?;
        Ok(told(kept["customerId"].as_str().unwrap_or_default(), kept["role"].as_str().unwrap_or_default(), at.millis()))
    }

    async fn touch(&self, one: &Signed, life: Duration) -> Result<Value> {
        Ok(told_of(self.product.engine().session_get(TokenHash(one.token), life).await?))
    }

    async fn count(&self) -> Result<Option<i64>> {
        keys(self.product.store()).await
    }

    fn lets_go_within(&self) -> Option<Duration> {
        Some(WITHIN)
    }
}
