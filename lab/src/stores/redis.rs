//! Redis for arms: commands with their values, counted exactly while an accounting pass runs.

use super::{RedisCommand, insert, relay};
use crate::{
    Counters, LabError, Loaded, Result,
    arm::{Backing, Evidence, Tier},
    site::{RedisPlace, Site},
    wire::Wire,
};
use async_trait::async_trait;
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, FromRedisValue, Pipeline, aio::MultiplexedConnection};
use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

/// How long an answer may take: a load sends much at once.
const ANSWER: Duration = Duration::from_secs(30);

/// A range of keys of Redis that an arm has for itself.
pub struct RedisStore {
    place: RedisPlace,
    direct: MultiplexedConnection,
    counted: RwLock<Option<Counted>>,
}

/// A connection while an accounting pass runs: through a relay if there is a way for one.
struct Counted {
    connection: MultiplexedConnection,
    wire: Option<Wire>,
}

async fn connect(client: &Client) -> Result<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(ANSWER)).set_connection_timeout(Some(Duration::from_secs(5)));
    Ok(client.get_multiplexed_async_connection_with_config(&config).await?)
}

impl RedisStore {
    /// Takes a range of keys; `None` without a server.
    pub async fn make(site: &Site, label: &str) -> Result<Option<Self>> {
        let Some(place) = site.redis(label).await? else { return Ok(None) };
        let direct = connect(&place.client).await?;
        Ok(Some(Self { place, direct, counted: RwLock::default() }))
    }

    /// A key of the range.
    pub fn key(&self, rest: impl std::fmt::Display) -> String {
        format!("{}{rest}", self.place.prefix)
    }

    /// The connection of this moment: through the relay while an accounting pass runs.
    pub fn connection(&self) -> MultiplexedConnection {
        self.counted.read().unwrap_or_else(PoisonError::into_inner).as_ref().map_or_else(|| self.direct.clone(), |it| it.connection.clone())
    }

    /// The client, for arms that open connections of their own.
    pub fn client(&self) -> &Client {
        &self.place.client
    }

    /// Sends all lines of a command at once; gives their answers, as a tuple or a list.
    pub async fn ask<T: FromRedisValue>(&self, command: &RedisCommand, values: &[(&str, &[u8])]) -> Result<T> {
        Ok(command.bind(values)?.query_async(&mut self.connection()).await?)
    }

    /// Sends commands at once, for loading.
    pub async fn send(&self, commands: &Pipeline) -> Result<()> {
        Ok(commands.exec_async(&mut self.connection()).await?)
    }

    /// Deletes these keys of the range.
    pub async fn delete(&self, keys: &[String]) -> Result<()> {
        for keys in keys.chunks(1_000) {
            let _: i64 = redis::cmd("UNLINK").arg(keys).query_async(&mut self.connection()).await?;
        }
        Ok(())
    }

    /// Bytes of memory that the server says it uses for everything.
    pub async fn used_memory(&self) -> Result<u64> {
        let told = self.info("memory").await?;
        Ok(told.get("used_memory").and_then(|bytes| bytes.parse().ok()).unwrap_or_default())
    }

    /// Bytes of memory of these keys, each looked at whole.
    pub async fn sizes(&self, keys: &[String]) -> Result<Loaded> {
        let mut bytes = 0;
        for keys in keys.chunks(1_000) {
            let mut commands = Pipeline::with_capacity(keys.len());
            for key in keys {
                commands.cmd("MEMORY").arg("USAGE").arg(key).arg("SAMPLES").arg(0);
            }
            let told: Vec<Option<u64>> = commands.query_async(&mut self.connection()).await?;
            bytes += told.into_iter().flatten().sum::<u64>();
        }
        Ok(Loaded { data_bytes: Some(bytes), index_bytes: None })
    }

    async fn info(&self, section: &str) -> Result<BTreeMap<String, String>> {
        let text: String = redis::cmd("INFO").arg(section).query_async(&mut self.direct.clone()).await?;
        Ok(text.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

#[async_trait]
impl Backing for RedisStore {
    /// Puts a connection through a relay in the place of the other, or takes it away again.
    async fn counting(&self, on: bool) -> Result<()> {
        drop(self.counted.write().unwrap_or_else(PoisonError::into_inner).take());
        if !on {
            return Ok(());
        }
        let info = self.place.client.get_connection_info().clone();
        let (wire, client) = match info.addr() {
            ConnectionAddr::Tcp(host, port) => match relay(host, *port).await? {
                Some(wire) => {
                    let address = ConnectionAddr::Tcp(wire.address().ip().to_string(), wire.address().port());
                    (Some(wire), Client::open(info.set_addr(address))?)
                }
                None => (None, self.place.client.clone()),
            },
            _ => (None, self.place.client.clone()),
        };
        let mut connection = connect(&client).await?;
        // the handshake is nobody's work
        let _: String = redis::cmd("PING").query_async(&mut connection).await?;
        *self.counted.write().unwrap_or_else(PoisonError::into_inner) = Some(Counted { connection, wire });
        Ok(())
    }

    /// Totals: commands that the server ran, those of scripts among them, what went over the relay, bytes of the log if it keeps one, and its CPU.
    async fn counters(&self) -> Result<Counters> {
        let mut counters = Counters::new();
        let traffic = self.counted.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|it| Some(it.wire.as_ref()?.traffic()));
        if let Some(traffic) = traffic {
            insert(&mut counters, traffic);
        }
        // what this very function and the driver's handshakes send does not count
        let own = ["info", "ping", "hello", "client", "select", "auth", "config", "memory"];
        let is_own = |name: &str| own.iter().any(|own| name == *own || name.starts_with(&format!("{own}|")));
        let commands = self.info("commandstats").await?.into_iter().filter_map(|(name, told)| {
            let name = name.strip_prefix("cmdstat_")?;
            let calls = told.split(',').find_map(|part| part.strip_prefix("calls="))?.parse::<f64>().ok()?;
            (!is_own(name)).then_some(calls)
        });
        counters.insert("statements", commands.sum());
        let persistence = self.info("persistence").await?;
        let number = |told: &BTreeMap<String, String>, name: &str| told.get(name).and_then(|value| value.trim().parse::<f64>().ok());
        counters.insert("log_bytes", number(&persistence, "aof_current_size").unwrap_or_default());
        let cpu = self.info("cpu").await?;
        if let (Some(user), Some(system)) = (number(&cpu, "used_cpu_user"), number(&cpu, "used_cpu_sys")) {
            counters.insert("server_cpu_us", (user + system) * 1e6);
        }
        Ok(counters)
    }

    /// What a write promises by the settings in force, read back.
    async fn evidence(&self, write: bool) -> Result<Evidence> {
        let told = self.info("server").await?;
        let mut settings = vec![("version".to_owned(), told.get("redis_version").cloned().unwrap_or_default())];
        for name in ["appendonly", "appendfsync", "save", "maxmemory", "maxmemory-policy", "io-threads"] {
            // a server of somebody else may refuse to tell
            let pair: Result<Vec<String>> =
                redis::cmd("CONFIG").arg("GET").arg(name).query_async(&mut self.direct.clone()).await.map_err(LabError::from);
            let value = pair.ok().and_then(|pair| pair.into_iter().nth(1));
            settings.push((name.to_owned(), value.unwrap_or_else(|| "not told".to_owned())));
        }
        let of = |wanted: &str| settings.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str());
        let tier = match (write, of("appendonly"), of("appendfsync")) {
            (false, ..) => Tier::Read,
            (true, "yes", "always") => Tier::D3,
            (true, "yes", "everysec") => Tier::D2,
            (true, "yes", _) => Tier::D1,
            // snapshots, if there are any, are minutes apart
            _ => Tier::D0,
        };
        Ok(Evidence::new(tier, settings))
    }

    /// One round trip without work.
    async fn floor(&self) -> Result<bool> {
        let answer: String = redis::cmd("PING").query_async(&mut self.connection()).await?;
        Ok(answer == "PONG")
    }

    /// Closes what counting opened; the other connection ends with this value, and the keys go with the site.
    async fn close(&self) {
        drop(self.counted.write().unwrap_or_else(PoisonError::into_inner).take());
    }
}
