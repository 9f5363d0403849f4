//! Limiters in Redis: the counter of course texts, two sliding windows as scripts, and the product's own bucket.

use super::{Limit, arm::Limiter};
use crate::{
    lab::{
        ArmAbout, Counters, LabError, Result, Source,
        arm::{Evidence, Fact},
        site::Site,
        stores::{RedisCommand, RedisStore},
        workloads::product::ProductRedis,
    },
    roles::RateLimits,
    shop::Rate,
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

    async fn bytes(&self, key: &str) -> Result<Option<u64>> {
        Ok(redis::cmd("MEMORY").arg("USAGE").arg(key).arg("SAMPLES").arg(0).query_async(&mut self.store.connection()).await?)
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
        let mut facts: Vec<Fact> = self.bytes(&self.key(client, limit)).await?.map(|bytes| fact_of(bytes as f64)).into_iter().collect();
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

fn fact_of(bytes: f64) -> Fact {
    Fact::new("bytes of a client at its limit", bytes, "bytes")
}

/// The product's own bucket.
pub struct Bucket(ProductRedis);

impl Bucket {
    /// Takes a range of keys; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        Ok(ProductRedis::make(site, "w18 bucket").await?.map(Self))
    }
}

#[async_trait]
impl Limiter for Bucket {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "redis token bucket", store: "redis", model: "the product's bucket (GCRA), a script", variant: "idiomatic" }
    }

    fn source(&self) -> Source {
        Source { language: "redis", text: include_str!("../../../engines/redis/lua/rate_exchange.lua").to_owned() }
    }

    async fn take(&self, client: &str, limit: Limit) -> Result<bool> {
        let rate = Rate { burst: limit.most, period: limit.period };
        Ok(self.0.engine().rate_take(client, rate, 1).await?.allowed)
    }

    async fn extra(&self, client: &str, _: Limit) -> Result<Vec<Fact>> {
        let store = self.0.store();
        let key = store.key(format_args!("rate:{client}"));
        let bytes: Option<u64> =
            redis::cmd("MEMORY").arg("USAGE").arg(key).query_async(&mut store.connection()).await.map_err(LabError::from)?;
        Ok(bytes.map(|bytes| fact_of(bytes as f64)).into_iter().collect())
    }

    async fn counting(&self, on: bool) -> Result<()> {
        self.0.counting(on).await
    }

    async fn counters(&self) -> Result<Counters> {
        self.0.counters().await
    }

    async fn evidence(&self) -> Result<Evidence> {
        self.0.evidence(false).await
    }

    async fn floor(&self) -> Result<bool> {
        self.0.floor().await
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn close(&self) {
        self.0.close().await;
    }
}
