//! Clients who read one key while it ends, under one kind of protection.

use super::cache::{ANSWER, Cached, SOURCE, TTL, now};
use crate::{
    engines::{memory::Memory, redis::Redis},
    layers::cached::flights::Flights,
    roles::Cache,
};
use async_trait::async_trait;
use polystore_lab::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Fact, InProcess},
    draw::Draw,
    site::Site,
    stores::{RedisCommand, RedisStore},
};
use redis::Script;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// How long a client thinks between two questions.
const THINK: Duration = Duration::from_millis(25);
/// How long clients ask: until the first answers after the end are under way.
const WHOLE: Duration = Duration::from_millis(1_600);
/// How long who did not get the lock waits until they look again.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// Processes that share a Redis: each has its own flights and its own refreshes.
const PROCESSES: usize = 4;

/// What stands between the clients and the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Nothing.
    None,
    /// A lock in Redis: one asks, the others look again until the answer is there.
    Lock,
    /// Of all who ask in a process one asks for them.
    SingleFlight,
    /// One reader asks ahead of the end.
    EarlyRefresh,
}

/// Readers of a key.
pub struct Readers {
    protection: Protection,
    cache: Arc<dyn Cache>,
    /// For locks; `None` in process.
    redis: Option<RedisStore>,
}

/// What one process knows.
#[derive(Default)]
struct Process {
    flights: Arc<Flights<u8, Option<String>>>,
    refreshing: AtomicBool,
}

/// One run.
struct Run {
    protection: Protection,
    cached: Cached,
    processes: Vec<Process>,
    chance: Mutex<Draw>,
    redis: Option<(redis::aio::MultiplexedConnection, String)>,
    lock: RedisCommand,
    unlock: Script,
}

impl Readers {
    /// Over a cache in this process.
    pub fn in_process(protection: Protection) -> Self {
        Self { protection, cache: Arc::new(Memory::new()), redis: None }
    }

    /// Over Redis; `None` without a server.
    pub async fn over_redis(site: &Site, protection: Protection) -> Result<Option<Self>> {
        let Some(store) = RedisStore::make(site, &format!("w15 {protection:?}")).await? else { return Ok(None) };
        let Some(url) = site.url("redis") else { return Ok(None) };
        // the product's own engine, within the keys that are the lab's
        let cache = Redis::connect(url, store.key("").trim_end_matches(':')).await?;
        Ok(Some(Self { protection, cache: Arc::new(cache), redis: Some(store) }))
    }
}

impl Run {
    /// One question of a client of this process.
    async fn read(self: &Arc<Self>, process: usize) -> Result<String> {
        let of = &self.processes[process % self.processes.len()];
        match self.protection {
            Protection::None => match self.cached.get().await? {
                Some(kept) => Ok(kept.answer),
                None => self.cached.fill().await,
            },
            Protection::Lock => self.read_locked().await,
            Protection::SingleFlight => {
                let (lead, seats) = of.flights.join([0]);
                if let Some(mut lead) = lead {
                    let answer = match self.cached.get().await? {
                        Some(kept) => kept.answer,
                        None => self.cached.fill().await?,
                    };
                    lead.land(0, Some(answer));
                }
                let seat = seats.into_iter().next().ok_or_else(|| LabError::store("cache", "there is no seat"))?;
                seat.await.ok().flatten().ok_or_else(|| LabError::store("cache", "a flight was lost"))
            }
            Protection::EarlyRefresh => {
                let Some(kept) = self.cached.get().await? else { return self.cached.fill().await };
                let chance = 1.0 - self.chance.lock().unwrap_or_else(PoisonError::into_inner).share();
                if -kept.took * chance.ln() >= (kept.until - now()) as f64 && !of.refreshing.swap(true, Ordering::Relaxed) {
                    let run = Arc::clone(self);
                    tokio::spawn(async move {
                        let _the_next_reader_tries_again = run.cached.fill().await;
                        run.processes[process % run.processes.len()].refreshing.store(false, Ordering::Relaxed);
                    });
                }
                Ok(kept.answer)
            }
        }
    }

    async fn read_locked(&self) -> Result<String> {
        let (connection, key) = self.redis.as_ref().ok_or_else(|| LabError::Unsupported("a lock is in Redis".to_owned()))?;
        let token = format!("{:x}", self.chance.lock().unwrap_or_else(PoisonError::into_inner).bits());
        loop {
            if let Some(kept) = self.cached.get().await? {
                return Ok(kept.answer);
            }
            let take = self.lock.bind(&[("lock", key.as_bytes()), ("token", token.as_bytes())])?;
            let (taken,): (Option<String>,) = take.query_async(&mut connection.clone()).await?;
            if taken.is_none() {
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            // whoever had the lock before may have filled it since this client looked
            let answer = match self.cached.get().await? {
                Some(kept) => Ok(kept.answer),
                None => self.cached.fill().await,
            };
            let _: i64 = self.unlock.key(key).arg(&token).invoke_async(&mut connection.clone()).await?;
            return answer;
        }
    }
}

#[async_trait]
impl Arm for Readers {
    fn about(&self) -> ArmAbout {
        let (name, model) = match (self.redis.is_some(), self.protection) {
            (false, Protection::SingleFlight) => ("process single flight", "a cache in the process, one asks for all"),
            (false, Protection::EarlyRefresh) => ("process early refresh", "a cache in the process, one asks ahead of the end"),
            (false, _) => ("process unprotected", "a cache in the process"),
            (true, Protection::None) => ("redis unprotected", "a cache in Redis"),
            (true, Protection::Lock) => ("redis lock", "a cache in Redis, a lock beside it"),
            (true, Protection::SingleFlight) => ("redis single flight", "a cache in Redis, in each of four processes one asks for all"),
            (true, Protection::EarlyRefresh) => ("redis early refresh", "a cache in Redis, one of a process asks ahead of the end"),
        };
        let store = if self.redis.is_some() { "redis" } else { "process" };
        ArmAbout { name, store, model, variant: if self.protection == Protection::None { "seed" } else { "idiomatic" } }
    }

    fn source(&self, _: &Case) -> Source {
        let unprotected = include_str!("unprotected.txt");
        match self.protection {
            Protection::None => Source { language: "rust", text: unprotected.to_owned() },
            Protection::SingleFlight => Source { language: "rust", text: include_str!("single_flight.txt").to_owned() },
            Protection::EarlyRefresh => Source { language: "rust", text: include_str!("early_refresh.txt").to_owned() },
            Protection::Lock => Source { language: "redis", text: format!("{}{}", include_str!("lock.txt"), include_str!("unlock.lua")) },
        }
    }

    fn backing(&self) -> &dyn Backing {
        match &self.redis {
            Some(store) => store,
            None => &InProcess,
        }
    }

    async fn load(&self, _: &Load) -> Result<Loaded> {
        Ok(Loaded::default())
    }

    async fn op(&self, case: &Case, _: &Input) -> Result<Answer> {
        Err(LabError::Unsupported(format!("{} is a probe", case.id)))
    }

    async fn probe(&self, _: &Case, load: &Load) -> Result<Vec<Fact>> {
        let processes = if self.redis.is_some() { PROCESSES } else { 1 };
        let run = Arc::new(Run {
            protection: self.protection,
            cached: Cached::new(self.cache.clone()),
            processes: std::iter::repeat_with(Process::default).take(processes).collect(),
            chance: Mutex::new(Draw::new(load.seed, "W15 chance")),
            redis: self.redis.as_ref().map(|store| (store.connection(), store.key("lock"))),
            lock: RedisCommand::new(include_str!("lock.txt")),
            unlock: Script::new(include_str!("unlock.lua")),
        });
        run.cached.fill().await?;
        let before = run.cached.calls();
        let end = Instant::now() + WHOLE;
        let clients: Vec<_> =
            (0..load.size as u32).map(|number| tokio::spawn(client(run.clone(), number, load.size as u32, end))).collect();
        let (mut waits, mut wrong) = (Vec::new(), 0);
        for client in clients {
            let (own, others) = client.await.map_err(|error| LabError::store("cache", error))??;
            waits.extend(own);
            wrong += others;
        }
        let calls = run.cached.calls() - before;
        Ok(self.facts(calls, waits, wrong))
    }
}

impl Readers {
    fn facts(&self, calls: u64, mut waits: Vec<Duration>, wrong: u64) -> Vec<Fact> {
        waits.sort_unstable();
        let at =
            |share: f64| waits.get(((waits.len() as f64 * share) as usize).min(waits.len().saturating_sub(1))).copied().unwrap_or_default();
        let us = |time: Duration| time.as_secs_f64() * 1e6;
        let ms = |time: Duration| time.as_millis();
        let mut source = Fact::new("source calls", calls as f64, "count").note(format!(
            "in {} ms, in which an answer that is kept for {} ms ends once; the source takes {} ms",
            ms(WHOLE),
            ms(TTL),
            ms(SOURCE)
        ));
        if self.protection == Protection::Lock || self.protection == Protection::SingleFlight && self.redis.is_none() {
            source = source.expected(1.0);
        }
        let waited = waits.iter().filter(|wait| **wait >= SOURCE / 2).count();
        let mut facts = vec![
            source,
            Fact::new("answers", waits.len() as f64, "count"),
            Fact::new("wrong answers", wrong as f64, "count").expected(0.0),
            Fact::new("answers that waited for the source", waited as f64, "count"),
            Fact::new("median wait", us(at(0.5)), "us"),
            Fact::new("longest wait", us(at(1.0)), "us"),
        ];
        if self.redis.is_some() && matches!(self.protection, Protection::SingleFlight | Protection::EarlyRefresh) {
            facts.push(Fact::new("processes", PROCESSES as f64, "count").note("each protects itself alone"));
        }
        facts
    }
}

/// Asks, thinks, asks again: how long each answer took, and how many were wrong.
async fn client(run: Arc<Run>, number: u32, clients: u32, end: Instant) -> Result<(Vec<Duration>, u64)> {
    // not all at the same moment
    tokio::time::sleep(THINK * number / clients.max(1)).await;
    let (mut waits, mut wrong) = (Vec::new(), 0);
    while Instant::now() < end {
        let begin = Instant::now();
        let answer = run.read(number as usize).await?;
        waits.push(begin.elapsed());
        wrong += u64::from(answer != ANSWER);
        tokio::time::sleep(THINK).await;
    }
    Ok((waits, wrong))
}
