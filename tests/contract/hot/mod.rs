//! What every hot engine promises.

mod cache;
mod cache_version;
mod channel;
mod channel_redis;
mod connect;
mod counter;
mod ranking;
mod ranking_add;
mod rate;
mod session;

use crate::support::engines::unique_name;
use libtest_mimic::Trial;
use polystore::{engines::redis::Redis, error::Engine};
use std::future::Future;

pub const ENGINES: &[Engine] = &[Engine::Redis, Engine::Memory];

pub fn trials() -> Vec<Trial> {
    let all = [
        cache::trials(),
        cache_version::trials(),
        channel::trials(),
        channel_redis::trials(),
        connect::trials(),
        counter::trials(),
        ranking::trials(),
        ranking_add::trials(),
        rate::trials(),
        session::trials(),
    ];
    all.into_iter().flatten().collect()
}

/// Runs futures on threads of their own, and gives their answers: an engine without sockets never waits, and would be asked by one after the other.
pub async fn at_once<F>(works: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let runtime = tokio::runtime::Handle::current();
    let run = |work| {
        let runtime = runtime.clone();
        tokio::task::spawn_blocking(move || runtime.block_on(work))
    };
    let running: Vec<_> = works.into_iter().map(run).collect();
    futures::future::join_all(running).await.into_iter().map(Result::unwrap).collect()
}

/// A store on the server, and a connection past it, to look at its keys and to spoil them.
pub struct Server {
    pub store: Redis,
    pub prefix: String,
    pub raw: redis::aio::MultiplexedConnection,
}

pub async fn server(_: Engine) -> Server {
    let (url, prefix) = (server_url(), unique_name());
    let raw = redis::Client::open(&*url).unwrap().get_multiplexed_async_connection().await.unwrap();
    Server { store: Redis::connect(&url, &prefix).await.unwrap(), prefix, raw }
}

pub fn server_url() -> String {
    std::env::var("TEST_REDIS_URL").unwrap()
}

impl Server {
    /// A command whose `$` stands for the prefix and its colon.
    pub async fn ask<T: redis::FromRedisValue>(&mut self, command: &[&str]) -> T {
        let words: Vec<_> = command.iter().map(|word| word.replace('$', &format!("{}:", self.prefix))).collect();
        redis::cmd(&words[0]).arg(&words[1..]).query_async(&mut self.raw).await.unwrap()
    }

    /// The keys of the store, without the prefix and its colon.
    pub async fn keys(&mut self) -> Vec<String> {
        let mut keys: Vec<String> = self.ask(&["KEYS", "$*"]).await;
        keys.iter_mut().for_each(|key| *key = key[self.prefix.len() + 1..].to_owned());
        keys.sort();
        keys
    }
}
