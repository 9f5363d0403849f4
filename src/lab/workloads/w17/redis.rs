//! Sessions in Redis, which ends them itself: one text each, which is the product's own role, and a hash each.

use super::{
    arm::Shelf,
    data::{LIFE, Signed, millis, told, told_of},
};
use crate::{
    lab::{
        ArmAbout, Counters, LabError, Loaded, Result, Source,
        arm::Evidence,
        site::Site,
        stores::{RedisCommand, RedisStore},
        workloads::product::ProductRedis,
    },
    roles::Sessions,
    shop::Timestamp,
};
use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use redis::Pipeline;
use serde_json::Value;
use std::time::Duration;

/// Sessions that are put at once for loading.
const AT_ONCE: usize = 64;
/// Redis samples what may have ended ten times a second, and goes on while there is much of it.
const WITHIN: Duration = Duration::from_secs(30);

/// Keys of the whole server: no way to look at a key leaves what ended as it is.
async fn keys(store: &RedisStore) -> Result<Option<i64>> {
    Ok(Some(redis::cmd("DBSIZE").query_async(&mut store.connection()).await?))
}

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

    async fn fill(&self, sessions: &[Signed]) -> Result<Loaded> {
        stream::iter(sessions.to_vec())
            .map(|one| async move { self.put(&one, LIFE).await })
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(Loaded::default())
    }

    async fn put(&self, one: &Signed, life: Duration) -> Result<()> {
        Ok(self.product.engine().session_put(one.token, &one.session, life).await?)
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
        Ok(told_of(self.product.engine().session_get(one.token, life).await?))
    }

    async fn count(&self) -> Result<Option<i64>> {
        keys(self.product.store()).await
    }

    fn lets_go_within(&self) -> Option<Duration> {
        Some(WITHIN)
    }

    async fn counting(&self, on: bool) -> Result<()> {
        self.product.counting(on).await
    }

    async fn counters(&self) -> Result<Counters> {
        self.product.counters().await
    }

    async fn evidence(&self) -> Result<Evidence> {
        self.product.evidence(false).await
    }

    async fn floor(&self) -> Result<bool> {
        self.product.floor().await
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn close(&self) {
        self.product.close().await;
    }
}

/// A hash for each session.
pub struct Hash {
    store: RedisStore,
    read: RedisCommand,
    touch: RedisCommand,
    put: RedisCommand,
}

type Fields = (Option<String>, Option<String>, Option<i64>);

impl Hash {
    /// Takes a range of keys; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        let Some(store) = RedisStore::make(site, "w17 hash").await? else { return Ok(None) };
        let read = RedisCommand::new(include_str!("redis_hash_read.txt"));
        let touch = RedisCommand::new(include_str!("redis_hash_touch.txt"));
        let put = RedisCommand::new(include_str!("redis_hash_put.txt"));
        Ok(Some(Self { store, read, touch, put }))
    }

    fn key(&self, one: &Signed) -> String {
        self.store.key(format_args!("hash:{}", one.hex()))
    }

    fn commands(&self, one: &Signed, life: Duration) -> Result<Pipeline> {
        let (key, session) = (self.key(one), one.session);
        let (customer, signed_in_at, life) =
            (session.customer_id.to_string(), session.signed_in_at.millis().to_string(), millis(life).to_string());
        self.put.bind(&[
            ("key", key.as_bytes()),
            ("customer", customer.as_bytes()),
            ("role", session.role.code().as_bytes()),
            ("signedInAt", signed_in_at.as_bytes()),
            ("life", life.as_bytes()),
        ])
    }
}

fn answer(fields: Fields) -> Value {
    match fields {
        (Some(customer), Some(role), Some(signed_in_at)) => told(&customer, &role, signed_in_at),
        _ => Value::Null,
    }
}

#[async_trait]
impl Shelf for Hash {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "redis hash", store: "redis", model: "a hash for each session, ended by Redis", variant: "idiomatic" }
    }

    fn statement(&self, touch: bool) -> Source {
        let text = if touch { self.touch.text } else { self.read.text };
        Source { language: "redis", text: text.to_owned() }
    }

    async fn fill(&self, sessions: &[Signed]) -> Result<Loaded> {
        stream::iter(sessions.to_vec())
            .map(|one| async move { self.put(&one, LIFE).await })
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(Loaded::default())
    }

    async fn put(&self, one: &Signed, life: Duration) -> Result<()> {
        self.store.send(&self.commands(one, life)?).await
    }

    async fn read(&self, one: &Signed) -> Result<Value> {
        let (fields,): (Fields,) = self.store.ask(&self.read, &[("key", self.key(one).as_bytes())]).await?;
        Ok(answer(fields))
    }

    async fn touch(&self, one: &Signed, life: Duration) -> Result<Value> {
        let life = millis(life).to_string();
        let values = [("key", self.key(one)), ("life", life)];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_bytes()));
        let (fields, _): (Fields, bool) = self.store.ask(&self.touch, &values).await?;
        Ok(answer(fields))
    }

    async fn count(&self) -> Result<Option<i64>> {
        keys(&self.store).await
    }

    fn lets_go_within(&self) -> Option<Duration> {
        Some(WITHIN)
    }

    async fn counting(&self, on: bool) -> Result<()> {
        self.store.counting(on).await
    }

    async fn counters(&self) -> Result<Counters> {
        self.store.counters().await
    }

    async fn evidence(&self) -> Result<Evidence> {
        self.store.evidence(false).await
    }

    async fn floor(&self) -> Result<bool> {
        self.store.floor().await
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn close(&self) {
        self.store.close().await;
    }
}
