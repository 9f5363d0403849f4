//! Limiters in Redis: the counter of course texts, and two sliding windows as scripts. The bucket is the product's own.

use super::{Limit, arm::Limiter};
use crate::{
    ArmAbout, Result, Source,
    arm::{Backing, Fact},
    site::Site,
    stores::{RedisCommand, RedisStore},
};
use async_trait::async_trait;
use redis::Script;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// Which algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `INCR`, and `EXPIRE` of the first.
    Fixed,
    /// Each admitted one with its time.
    SlidingLog,
    /// This window's count, and the share of the last one's that still counts.
    SlidingCounter,
}

/// A limiter of windows.
pub struct Windows {
    kind: Kind,
    store: RedisStore,
    count: RedisCommand,
    end: RedisCommand,
    script: Script,
    next: AtomicU64,
}

const LOG: &str = include_str!("sliding_log.lua");
const COUNTER: &str = include_str!("sliding_counter.lua");
const COUNT: &str = include_str!("fixed_count.txt");
const END: &str = include_str!("fixed_end.txt");

impl Windows {
    /// Takes a range of keys; `None` without a server.
    pub async fn make(site: &Site, kind: Kind) -> Result<Option<Self>> {
        let Some(store) = RedisStore::make(site, &format!("w18 {kind:?}")).await? else { return Ok(None) };
        let script = Script::new(if kind == Kind::SlidingLog { LOG } else { COUNTER });
        let (count, end) = (RedisCommand::new(COUNT), RedisCommand::new(END));
        Ok(Some(Self { kind, store, count, end, script, next: AtomicU64::new(0) }))
    }

    /// The key of a client; for fixed windows, of this window.
    fn key(&self, client: &str, limit: Limit) -> String {
        if self.kind != Kind::Fixed {
            return self.store.key(format_args!("limit:{client}"));
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
        self.store.key(format_args!("limit:{client}:{}", now / limit.millis()))
    }
}

#[async_trait]
impl Limiter for Windows {
    fn about(&self) -> ArmAbout {
        let (name, model, variant) = match self.kind {
            Kind::Fixed => ("redis fixed", "a counter for each window, INCR and EXPIRE", "seed"),
            Kind::SlidingLog => ("redis sliding log", "a sorted set of times, a script", "idiomatic"),
            Kind::SlidingCounter => ("redis sliding counter", "two counters, a script", "idiomatic"),
        };
        ArmAbout { name, store: "redis", model, variant }
    }

    fn source(&self) -> Source {
        let text = match self.kind {
            Kind::Fixed => format!("{COUNT}# if that is 1\n{END}"),
            Kind::SlidingLog => LOG.to_owned(),
            Kind::SlidingCounter => COUNTER.to_owned(),
        };
        Source { language: "redis", text }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn take(&self, client: &str, limit: Limit) -> Result<bool> {
        let key = self.key(client, limit);
        if self.kind == Kind::Fixed {
            let values = [("key", key.as_bytes())];
            let (count,): (u32,) = self.store.ask(&self.count, &values).await?;
            if count == 1 {
                let period = limit.millis().to_string();
                let (_,): (bool,) = self.store.ask(&self.end, &[values[0], ("period", period.as_bytes())]).await?;
            }
            return Ok(count <= limit.most);
        }
        let mut call = self.script.key(key);
        call.arg(limit.most).arg(limit.period.as_micros() as u64);
        if self.kind == Kind::SlidingLog {
            call.arg(self.next.fetch_add(1, Ordering::Relaxed));
        }
        Ok(call.invoke_async(&mut self.store.connection()).await?)
    }

    fn is_exact(&self) -> bool {
        self.kind == Kind::SlidingLog
    }

    async fn extra(&self, client: &str, limit: Limit) -> Result<Vec<Fact>> {
        let mut facts: Vec<Fact> = bytes(&self.store, &self.key(client, limit)).await?.into_iter().collect();
        if self.kind == Kind::Fixed {
            // a client that dies between the two commands
            let key = self.key(&format!("{client}-died"), Limit::WIDE);
            let (_,): (u32,) = self.store.ask(&self.count, &[("key", key.as_bytes())]).await?;
            let end: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut self.store.connection()).await?;
            facts.push(
                Fact::new("counters that never end", f64::from(u8::from(end == -1)), "count")
                    .expected(0.0)
                    .note("of a client that died between INCR and EXPIRE: two commands are not one"),
            );
        }
        Ok(facts)
    }
}

/// What a client's key takes, all of it looked at; nothing if there is no such key.
pub async fn bytes(store: &RedisStore, key: &str) -> Result<Option<Fact>> {
    let bytes: Option<u64> = redis::cmd("MEMORY").arg("USAGE").arg(key).arg("SAMPLES").arg(0).query_async(&mut store.connection()).await?;
    Ok(bytes.map(|bytes| Fact::new("bytes of a client at its limit", bytes as f64, "bytes")))
}
