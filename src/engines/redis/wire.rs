//! The shared connection: commands, pipelines and scripts, with their time-outs.

use super::error::{bad_url, store_error};
use crate::roles::Result;
use redis::{
    Client, Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult, ScriptInvocation,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig},
};
use std::{
    sync::{PoisonError, RwLock},
    time::Duration,
};

/// How long a connection may take to be made.
pub(super) const CONNECT: Duration = Duration::from_millis(200);
/// How long an answer may take.
pub(super) const ANSWER: Duration = Duration::from_millis(250);

/// A connection that all commands share, and that is made again when it is lost.
pub(super) struct Wire {
    pub(super) client: Client,
    manager: RwLock<ConnectionManager>,
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
        Ok(Self { manager: RwLock::new(lazy(&client)?), client })
    }

    pub(super) async fn query<T: FromRedisValue>(&self, command: Command<'_>) -> Result<T> {
        self.send(command).await.map_err(store_error)
    }

    pub(super) async fn send<T: FromRedisValue>(&self, command: Command<'_>) -> RedisResult<T> {
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

impl Command<'_> {
    async fn send<T: FromRedisValue>(self, connection: &mut (impl ConnectionLike + Send)) -> RedisResult<T> {
        match self {
            Self::One(command) => command.query_async(connection).await,
            Self::Many(commands) => commands.query_async(connection).await,
            Self::Script(script) => script.invoke_async(connection).await,
        }
    }
}

/// A connection that is made at its first use. With the driver's defaults every command would wait for more than 9 s while the
/// server is down; with these it fails after 150 ms, and works again 200 ms after the server is back.
fn lazy(client: &Client) -> Result<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_max_delay(Duration::from_millis(100))
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(ANSWER));
    ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(bad_url)
}
