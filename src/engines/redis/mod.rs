//! The Redis engine: hot data in a server that several processes share. Nothing in it is the only copy of a fact.

mod cache;
mod counter;
mod error;
mod ranking;
mod stubs;

use crate::{
    engines::pulse::{Door, Pulse},
    error::{Engine, Kind, StoreError},
    roles::{Result, SchemaState, Store},
};
use async_trait::async_trait;
use error::{bad_url, connect_error, store_error};
use redis::{
    Client, Cmd, ConnectionAddr, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig},
};
use std::{
    sync::{PoisonError, RwLock},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// How long [`Redis::connect`] tries.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long [`Store::ping`] may take.
const PING: Duration = Duration::from_secs(1);
/// Longest that the server is given for a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_millis(80);

/// One Redis server or database, and the part of its keys that starts with a prefix.
///
/// Commands share one connection. A command that gets no answer in time fails and is not sent again: it may have been applied.
pub struct Redis {
    client: Client,
    manager: RwLock<ConnectionManager>,
    prefix: String,
    pulse: Pulse,
}

impl Redis {
    /// Connects and asks for a sign of life. All keys begin with `prefix` and a colon, or with neither when it is empty.
    /// Fails within 5 s; the error's detail says whether the URL, the server or the password is at fault.
    pub async fn connect(url: &str, prefix: &str) -> Result<Self> {
        if !prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
            let detail = "a prefix of redis keys holds only letters, digits, hyphens, underscores and dots";
            return Err(StoreError::new(Engine::Redis, Kind::Unavailable, detail));
        }
        let client = Client::open(url).map_err(bad_url)?;
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}:") };
        let address = client.get_connection_info().addr().to_string();
        let pulse = pulse(client.get_connection_info().addr());
        let mut redis = Self { manager: RwLock::new(lazy(&client)?), client, prefix, pulse };
        let end = Instant::now() + PATIENCE;
        loop {
            match redis.send::<String>(Command::One(&redis::cmd("PING"))).await {
                Ok(_) => {
                    redis.pulse = redis.pulse.measured().await;
                    return Ok(redis);
                }
                // a busy machine may be late with the first answer
                Err(error) if error.is_timeout() && Instant::now() < end => {}
                Err(error) => return Err(connect_error(&address, &error)),
            }
        }
    }

    /// A key of ours.
    fn key(&self, rest: impl std::fmt::Display) -> String {
        format!("{}{rest}", self.prefix)
    }

    async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T> {
        self.send(Command::One(command)).await.map_err(store_error)
    }

    async fn query_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T> {
        self.send(Command::Many(commands)).await.map_err(store_error)
    }

    async fn send<T: FromRedisValue>(&self, command: Command<'_>) -> RedisResult<T> {
        let mut manager = self.manager.read().unwrap_or_else(PoisonError::into_inner).clone();
        let answer = command.send(&mut manager).await;
        if let Err(error) = &answer {
            self.renew_after(error);
        }
        answer
    }

    /// The manager connects again after an I/O error, but keeps any other failure to connect for ever: a password that was wrong
    /// for a moment would stay wrong until the next start.
    fn renew_after(&self, error: &RedisError) {
        if error.kind() == ErrorKind::AuthenticationFailed
            && let Ok(fresh) = lazy(&self.client)
        {
            *self.manager.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
    }
}

enum Command<'a> {
    One(&'a Cmd),
    Many(&'a Pipeline),
}

impl Command<'_> {
    async fn send<T: FromRedisValue>(self, connection: &mut (impl ConnectionLike + Send)) -> RedisResult<T> {
        match self {
            Self::One(command) => command.query_async(connection).await,
            Self::Many(commands) => commands.query_async(connection).await,
        }
    }
}

/// What asks the server for a sign of life. Without a password it answers with a refusal, which is one.
fn pulse(address: &ConnectionAddr) -> Pulse {
    let (door, greeting): (_, &[u8]) = match address {
        ConnectionAddr::Tcp(host, port) => (Door::Tcp(host.clone(), *port), b"PING\r\n"),
        ConnectionAddr::Unix(path) => (Door::Unix(path.clone()), b"PING\r\n"),
        // the server waits for TLS first
        ConnectionAddr::TcpTls { host, port, .. } => (Door::Tcp(host.clone(), *port), b""),
        _ => return Pulse::new(Engine::Redis, Vec::new(), b"", SIGN_OF_LIFE),
    };
    Pulse::new(Engine::Redis, vec![door], greeting, SIGN_OF_LIFE)
}

/// A connection that is made at its first use. With the driver's defaults every command would wait for more than 9 s while the
/// server is down; with these it fails after 150 ms, and works again 200 ms after the server is back.
fn lazy(client: &Client) -> Result<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_max_delay(Duration::from_millis(100))
        .set_connection_timeout(Some(Duration::from_millis(200)))
        .set_response_timeout(Some(Duration::from_millis(250)));
    ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(bad_url)
}

#[async_trait]
impl Store for Redis {
    fn engine(&self) -> Engine {
        Engine::Redis
    }

    async fn ping(&self) -> Result<()> {
        match timeout(PING, self.query::<String>(&redis::cmd("PING"))).await {
            Ok(answer) => answer.map(drop),
            Err(_) => Err(StoreError::new(Engine::Redis, Kind::Timeout, "no answer to PING in a second")),
        }
    }

    async fn probe(&self) -> Result<()> {
        self.pulse.feel().await
    }

    async fn schema(&self) -> Result<SchemaState> {
        Ok(SchemaState::Current)
    }

    async fn migrate(&self) -> Result<()> {
        Ok(())
    }
}
