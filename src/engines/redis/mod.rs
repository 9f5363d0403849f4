//! The Redis engine: hot data in a server that several processes share. Nothing in it is the only copy of a fact.
//!
//! What must happen at once on the server is a script in `lua/`, one for each method.

mod cache;
mod channel;
mod counter;
mod error;
mod ranking;
mod rate;
mod session;
mod told;
mod wire;

use crate::{
    engines::pulse::{Door, Pulse},
    error::{Engine, Kind, StoreError},
    receipt::statements,
    roles::{Result, SchemaState, Store},
};
use async_trait::async_trait;
use error::{bad_url, connect_error};
use redis::{Client, Cmd, ConnectionAddr, FromRedisValue, Pipeline, ScriptInvocation, TlsCertificates};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use wire::{Command, Wire};

/// How long [`Redis::connect`] tries.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long [`Store::ping`] may take.
const PING: Duration = Duration::from_secs(1);
/// Longest that the server is given for a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_millis(80);

/// One Redis server or database, and the part of its keys that starts with a prefix.
///
/// Commands share one connection. A command that gets no answer in time fails and is not sent again: it may have been applied.
/// Each listener has a connection of its own.
pub struct Redis {
    wire: Arc<Wire>,
    prefix: String,
    pulse: Pulse,
    /// Ends the listeners, when the store is closed or dropped.
    closed: CancellationToken,
    _closes: DropGuard,
}

impl Redis {
    /// Connects and asks for a sign of life. All keys begin with `prefix` and a colon, or with neither when it is empty.
    /// Fails within 5 s; the error's detail says whether the URL, the server or the password is at fault.
    pub async fn connect(url: &str, prefix: &str) -> Result<Self> {
        Self::connect_trusting(url, prefix, None).await
    }

    /// The same, but of a server that shows a certificate (`rediss://`) only that of these authorities is believed, a text in PEM.
    pub async fn connect_trusting(url: &str, prefix: &str, authorities: Option<&[u8]>) -> Result<Self> {
        if !prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
            let detail = "a prefix of redis keys holds only letters, digits, hyphens, underscores and dots";
            return Err(StoreError::new(Engine::Redis, Kind::Unavailable, detail));
        }
        let wire = Arc::new(Wire::new(client(url, authorities)?)?);
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}:") };
        let closed = CancellationToken::new();
        let address = wire.client.get_connection_info().addr().to_string();
        let pulse = pulse(wire.client.get_connection_info().addr());
        let mut redis = Self { wire, prefix, pulse, _closes: closed.clone().drop_guard(), closed };
        let end = Instant::now() + PATIENCE;
        loop {
            match redis.wire.send::<String>(Command::One(&redis::cmd("PING"))).await {
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
        statements::note_text(|| told::command(command));
        self.wire.query(Command::One(command)).await
    }

    async fn query_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T> {
        statements::note_text(|| told::commands(commands));
        self.wire.query(Command::Many(commands)).await
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T> {
        self.wire.query(Command::Script(script)).await
    }
}

fn client(url: &str, authorities: Option<&[u8]>) -> Result<Client> {
    let Some(pem) = authorities.filter(|_| url.starts_with("rediss://")) else { return Client::open(url).map_err(bad_url) };
    let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem.to_vec()) };
    Client::build_with_tls(url, certificates).map_err(bad_url)
}

/// What asks the server for a sign of life. Without a password it answers with a refusal, which is one.
fn pulse(address: &ConnectionAddr) -> Pulse {
    let (door, greeting): (_, &[u8]) = match address {
        ConnectionAddr::Tcp(host, port) => (Door::Tcp(host.clone(), *port), b"PING\r\n"),
        ConnectionAddr::Unix(path) => (Door::Unix(path.clone()), b"PING\r\n"),
        ConnectionAddr::TcpTls { host, port, .. } => {
            return Pulse::over_tls(Engine::Redis, vec![Door::Tcp(host.clone(), *port)], SIGN_OF_LIFE);
        }
        _ => return Pulse::new(Engine::Redis, Vec::new(), b"", SIGN_OF_LIFE),
    };
    Pulse::new(Engine::Redis, vec![door], greeting, SIGN_OF_LIFE)
}

/// A life in milliseconds. The server refuses ends that its clock cannot hold, and lives of zero.
fn life(ttl: Duration) -> u64 {
    const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    u64::try_from(ttl.min(LONGEST).as_millis()).unwrap_or(u64::MAX)
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

    async fn close(&self) {
        self.closed.cancel();
    }
}
