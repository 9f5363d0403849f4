//! Sessions in Redis, which ends them itself: a hash each. One text each is the product's own role.

use super::{
    arm::Shelf,
    data::{LIFE, ROLE, Signed, millis, told},
};
use crate::{
    ArmAbout, Loaded, Result, Source,
    arm::Backing,
    site::Site,
    stores::{RedisCommand, RedisStore},
};
use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use redis::Pipeline;
use serde_json::Value;
use std::time::Duration;

/// Redis samples what may have ended ten times a second, and goes on while there is much of it.
pub const WITHIN: Duration = Duration::from_secs(30);
/// Sessions that are put at once for loading.
const AT_ONCE: usize = 64;

/// Keys of the whole server: no way to look at a key leaves what ended as it is.
pub async fn keys(store: &RedisStore) -> Result<Option<i64>> {
    Ok(Some(redis::cmd("DBSIZE").query_async(&mut store.connection()).await?))
}

/// Puts sessions one by one, many at a time.
pub async fn put_all(shelf: &dyn Shelf, sessions: &[Signed]) -> Result<Loaded> {
    stream::iter(sessions.to_vec())
        .map(|one| async move { shelf.put(&one, LIFE).await })
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    Ok(Loaded::default())
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
        let (key, customer) = (self.key(one), one.customer_id());
        let (signed_in_at, life) = (one.signed_in_at.to_string(), millis(life).to_string());
        self.put.bind(&[
            ("key", key.as_bytes()),
            ("customer", customer.as_bytes()),
            ("role", ROLE.as_bytes()),
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

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn fill(&self, sessions: &[Signed]) -> Result<Loaded> {
        put_all(self, sessions).await
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
}
