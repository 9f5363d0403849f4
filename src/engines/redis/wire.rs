//! The shared connection: commands, pipelines and scripts, with their time-outs.

use super::error::{bad_url, store_error};
use crate::roles::Result;
use redis::{
    Client, Cmd, ConnectionAddr, ErrorKind, FromRedisValue, Pipeline, RedisResult, ScriptInvocation,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig},
};
use std::{
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_millis(200);
/// The same with a handshake: twice as many messages go to and fro.
const CONNECT_TLS: Duration = Duration::from_millis(400);
/// How long an answer may take.
pub(super) const ANSWER: Duration = Duration::from_millis(250);
/// After so long without any answer a connection is given up.
const SILENCE: Duration = Duration::from_secs(1);

/// A connection that all commands share, and that is made again when it is lost.
pub(super) struct Wire {
    pub(super) client: Client,
    line: RwLock<Line>,
}

struct Line {
    manager: ConnectionManager,
    /// When the first command was sent that got no answer, if none after it got one.
    silent_since: Option<Instant>,
}

/// What is sent in one go.
pub(super) enum Command<'a> {
    One(&'a Cmd),
    Many(&'a Pipeline),
    /// Sent by its hash; in whole only to a server that says that it does not know it, and so has not run it.
    Script(&'a ScriptInvocation<'a>),
}

impl Wire {
    /// Nothing is sent yet.
    pub(super) fn new(client: Client) -> Result<Self> {
        Ok(Self { line: RwLock::new(Line { manager: lazy(&client)?, silent_since: None }), client })
    }

    pub(super) async fn query<T: FromRedisValue>(&self, command: Command<'_>) -> Result<T> {
        self.send(command).await.map_err(store_error)
    }

    pub(super) async fn send<T: FromRedisValue>(&self, command: Command<'_>) -> RedisResult<T> {
        let begin = Instant::now();
        let (mut manager, silent) = {
            let line = self.read();
            (line.manager.clone(), line.silent_since.is_some())
        };
        let answer = command.send(&mut manager).await;
        match &answer {
            Err(error) if error.is_timeout() => self.unanswered(begin),
            // the manager connects again after an I/O error, but keeps any other failure to connect for ever: a password that was
            // wrong for a moment would stay wrong until the next start
            Err(error) if error.kind() == ErrorKind::AuthenticationFailed => self.renew(),
            _ if silent => self.write().silent_since = None,
            _ => {}
        }
        answer
    }

    /// A connection whose other end is gone without a word looks like a server that is slow, and the manager keeps it.
    fn unanswered(&self, since: Instant) {
        let first = *self.write().silent_since.get_or_insert(since);
        if first.elapsed() >= SILENCE {
            self.renew();
        }
    }

    fn renew(&self) {
        if let Ok(manager) = lazy(&self.client) {
            *self.write() = Line { manager, silent_since: None };
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Line> {
        self.line.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Line> {
        self.line.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Command<'_> {
    async fn send<T: FromRedisValue>(self, connection: &mut (impl ConnectionLike + Send)) -> RedisResult<T> {
        match self {
            Self::One(command) => command.query_async(connection).await,
            Self::Many(commands) => commands.query_async(connection).await,
            Self::Script(script) => script.invoke_async(connection).await,
        }
    }
}

/// How long a connection of this client may take to be made.
pub(super) fn connecting(client: &Client) -> Duration {
    let tls = matches!(client.get_connection_info().addr(), ConnectionAddr::TcpTls { .. });
    if tls { CONNECT_TLS } else { CONNECT }
}

/// A connection that is made at its first use. With the driver's defaults every command would wait for more than 9 s while the
/// server is down; with these it fails after 150 ms, and works again 200 ms after the server is back.
fn lazy(client: &Client) -> Result<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_max_delay(Duration::from_millis(100))
        .set_connection_timeout(Some(connecting(client)))
        .set_response_timeout(Some(ANSWER));
    ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(bad_url)
}
