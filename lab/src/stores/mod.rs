//! What arms over real servers share: connections that can be counted, the servers' own counters, the plan that ran, and the settings that decide
//! what a write promises, read back.
//!
//! Each store has its connections and, while an accounting pass runs, others through a relay ([`crate::wire`]) of the same kind. An arm asks
//! [`PostgresStore::rows`], [`MongoStore::ask`] or [`RedisStore::ask`] and need not know which of them serves it. Statements lie in files beside
//! their workload and are shown as they are; what changes from question to question is bound by name or number, never written into the text.
//!
//! Counters are those of the whole server for MongoDB and Redis, and of its log for PostgreSQL: they are exact when nobody else uses the server.

mod bound;
mod command;
mod json;
mod mongodb;
mod mongodb_plan;
mod postgres;
mod postgres_plan;
mod process;
mod redis;

pub use bound::Bound;
pub use command::{MongoCommand, RedisCommand};
pub use json::{document_json, json};
pub use mongodb::MongoStore;
pub use postgres::PostgresStore;
pub use redis::RedisStore;

use super::wire::{Traffic, Wire};
use super::{Counters, Result};

/// A relay to this server. `None` where a relay is of no use: a socket in the file system.
async fn relay(host: &str, port: u16) -> Result<Option<Wire>> {
    if host.starts_with('/') {
        return Ok(None);
    }
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let server = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    Wire::open(&server).await.map(Some)
}

/// Puts what went over a wire among the counters.
fn insert(counters: &mut Counters, traffic: Traffic) {
    counters.insert("round_trips", traffic.round_trips as f64);
    counters.insert("bytes_up", traffic.bytes_up as f64);
    counters.insert("bytes_down", traffic.bytes_down as f64);
}
