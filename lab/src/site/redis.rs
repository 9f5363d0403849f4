//! A range of keys of Redis that the lab made. A server has sixteen databases at most, and they may all be in use: a name of our own is safer.

use super::{PREFIX, foreign};
use crate::{LabError, Result};
use redis::{Client, ConnectionAddr, aio::MultiplexedConnection};

/// A range of keys, and a connection.
pub struct RedisPlace {
    /// What every key of the range begins with; it ends with a colon.
    pub prefix: String,
    /// The client, for connections of one's own.
    pub client: Client,
    /// A connection that many may use at once.
    pub connection: MultiplexedConnection,
}

fn failed(error: impl ToString) -> LabError {
    LabError::store("redis", error)
}

fn client(url: &str) -> Result<Client> {
    Client::open(url).map_err(|_| LabError::Refused("the URL of Redis cannot be read".to_owned()))
}

/// Where the server is.
pub fn hosts(url: &str) -> Result<Vec<String>> {
    Ok(vec![match client(url)?.get_connection_info().addr() {
        ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } => host.clone(),
        ConnectionAddr::Unix(path) => path.display().to_string(),
        _ => String::new(),
    }])
}

fn marker(name: &str) -> String {
    format!("{name}:marker")
}

impl RedisPlace {
    /// Takes a range. Fails if it is taken.
    pub async fn make(url: &str, name: &str, number: &str) -> Result<Self> {
        let client = client(url)?;
        let mut connection = client.get_multiplexed_async_connection().await.map_err(failed)?;
        let taken: Option<String> =
            redis::cmd("SET").arg(marker(name)).arg(number).arg("NX").query_async(&mut connection).await.map_err(failed)?;
        if taken.is_none() {
            return Err(foreign("redis", name));
        }
        Ok(Self { prefix: format!("{name}:"), client, connection })
    }
}

/// Deletes the range if this session made it. It is fine if it is not there.
pub async fn drop_keys(url: &str, name: &str, number: &str) -> Result<()> {
    let mut connection = client(url)?.get_multiplexed_async_connection().await.map_err(failed)?;
    let owner: Option<String> = redis::cmd("GET").arg(marker(name)).query_async(&mut connection).await.map_err(failed)?;
    match owner {
        None => return Ok(()),
        Some(owner) if name.starts_with(PREFIX) && owner == number => {}
        Some(_) => return Err(foreign("redis", name)),
    }
    let mut cursor = 0_u64;
    loop {
        let (next, keys): (u64, Vec<Vec<u8>>) = redis::cmd("SCAN")
            .arg(cursor)
            .arg("MATCH")
            .arg(format!("{name}:*"))
            .arg("COUNT")
            .arg(1_000)
            .query_async(&mut connection)
            .await
            .map_err(failed)?;
        // the marker goes last: if this is cut off, the rest is still known to be ours
        let keys: Vec<_> = keys.into_iter().filter(|key| *key != marker(name).as_bytes()).collect();
        if !keys.is_empty() {
            let _: i64 = redis::cmd("UNLINK").arg(keys).query_async(&mut connection).await.map_err(failed)?;
        }
        if next == 0 {
            break;
        }
        cursor = next;
    }
    let _: i64 = redis::cmd("UNLINK").arg(marker(name)).query_async(&mut connection).await.map_err(failed)?;
    Ok(())
}
