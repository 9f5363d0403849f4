//! What the stores were asked, by their own count.

use crate::raw::{Failed, Stores};
use mongodb::bson::{Bson, Document, doc};
use serde::Serialize;
use sqlx::Row as _;
use std::time::Duration;

/// Commands that belong to connections and to the count itself.
const NOT_CALLS: [&str; 9] = ["info", "ping", "hello", "client|setinfo", "client|setname", "config|get", "select", "auth", "subscribe"];

/// Calls since the stores started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Calls {
    /// Statements of PostgreSQL; none where `pg_stat_statements` is not loaded.
    pub postgres: Option<f64>,
    /// Of it, `ROLLBACK` when a connection goes back to its pool: nobody waits for it.
    pub rollbacks: f64,
    /// Finds, aggregations and further batches of MongoDB.
    pub mongodb: f64,
    /// Commands of Redis, each command of a pipeline.
    pub redis: f64,
}

impl Calls {
    /// What was added since `before`, for each of so many requests.
    pub fn since(self, before: Self, requests: usize) -> Self {
        let each = |now: f64, then: f64| (now - then) / requests.max(1) as f64;
        Self {
            postgres: self.postgres.zip(before.postgres).map(|(now, then)| each(now, then)),
            rollbacks: each(self.rollbacks, before.rollbacks),
            mongodb: each(self.mongodb, before.mongodb),
            redis: each(self.redis, before.redis),
        }
    }

    /// The mean of several.
    pub fn mean(all: impl ExactSizeIterator<Item = Self>) -> Self {
        let number = all.len();
        let add = |sum: Self, one: Self| Self {
            postgres: sum.postgres.zip(one.postgres).map(|(sum, one)| sum + one),
            rollbacks: sum.rollbacks + one.rollbacks,
            mongodb: sum.mongodb + one.mongodb,
            redis: sum.redis + one.redis,
        };
        all.fold(Self { postgres: Some(0.0), ..Self::default() }, add).since(Self { postgres: Some(0.0), ..Self::default() }, number)
    }
}

/// Makes PostgreSQL count, where the library for it is loaded, and lets it know its tables: stores for tests have no autovacuum, and a planner
/// without statistics measures something else.
pub async fn prepare(stores: &Stores) -> Result<(), Failed> {
    drop(sqlx::query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements").execute(&stores.postgres).await);
    sqlx::query("VACUUM ANALYZE").execute(&stores.postgres).await?;
    Ok(())
}

/// The counts as they are; none where there are no stores to count.
pub async fn count(stores: Option<&Stores>) -> Result<Calls, Failed> {
    let Some(stores) = stores else { return Ok(Calls::default()) };
    const SQL: &str = "
        SELECT coalesce(sum(calls) FILTER (WHERE query NOT LIKE 'ROLLBACK%'), 0)::float8,
               coalesce(sum(calls) FILTER (WHERE query LIKE 'ROLLBACK%'), 0)::float8
        FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'";
    let postgres = sqlx::query(SQL).fetch_one(&stores.postgres).await.ok();
    let status = stores.mongodb.run_command(doc! { "serverStatus": 1 }).await?;
    let commands = status.get_document("metrics")?.get_document("commands")?;
    let total = |name: &str| commands.get_document(name).ok().and_then(|command| command.get("total")).and_then(number);
    let stats: String = redis::cmd("INFO").arg("commandstats").query_async(&mut stores.redis.clone()).await?;
    Ok(Calls {
        postgres: postgres.as_ref().map(|row| row.try_get(0)).transpose()?,
        rollbacks: postgres.as_ref().map(|row| row.try_get(1)).transpose()?.unwrap_or_default(),
        mongodb: ["find", "aggregate", "getMore"].into_iter().filter_map(total).sum(),
        redis: stats.lines().filter_map(command).sum(),
    })
}

fn number(value: &Bson) -> Option<f64> {
    match value {
        Bson::Int32(number) => Some(f64::from(*number)),
        Bson::Int64(number) => Some(*number as f64),
        Bson::Double(number) => Some(*number),
        _ => None,
    }
}

/// `cmdstat_get:calls=3,usec=…`
fn command(line: &str) -> Option<f64> {
    let (name, numbers) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
    if NOT_CALLS.contains(&name) { None } else { numbers.split(',').next()?.parse().ok() }
}

/// The processes of the stores, where they run on this machine.
pub struct Processes {
    roots: Vec<u32>,
}

impl Processes {
    pub async fn find(stores: Option<&Stores>) -> Self {
        let Some(stores) = stores else { return Self { roots: Vec::new() } };
        let session = sqlx::query_scalar::<_, i32>("SELECT pg_backend_pid()").fetch_one(&stores.postgres).await.ok();
        let postgres = session.and_then(|pid| super::process::parent(u32::try_from(pid).ok()?));
        let status: Option<Document> = stores.mongodb.run_command(doc! { "serverStatus": 1 }).await.ok();
        let mongodb = status.and_then(|status| status.get("pid").and_then(number)).map(|pid| pid as u32);
        let info: String = redis::cmd("INFO").arg("server").query_async(&mut stores.redis.clone()).await.unwrap_or_default();
        let redis = info.lines().find_map(|line| line.strip_prefix("process_id:")?.trim().parse().ok());
        // a number of another machine is something else here, or nothing
        let named = |pid: &u32, name: &str| std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.contains(name));
        let found = [(postgres, "postgres"), (mongodb, "mongod"), (redis, "redis")];
        Self { roots: found.into_iter().filter_map(|(pid, name)| pid.filter(|pid| named(pid, name))).collect() }
    }

    /// What all of them took so far.
    pub fn cpu(&self) -> Duration {
        self.roots.iter().map(|pid| super::process::cpu_of_tree(*pid)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_counted_and_greetings_are_not() {
        let lines = [
            "# Commandstats",
            "cmdstat_mget:calls=12,usec=9,usec_per_call=0.75",
            "cmdstat_ping:calls=4,usec=1",
            "cmdstat_exec:calls=1,usec=2",
        ];
        assert_eq!(lines.into_iter().filter_map(command).sum::<f64>(), 13.0);
    }

    #[test]
    fn calls_are_told_for_each_request() {
        let before = Calls { postgres: Some(10.0), rollbacks: 1.0, mongodb: 0.0, redis: 5.0 };
        let after = Calls { postgres: Some(40.0), rollbacks: 1.0, mongodb: 10.0, redis: 5.0 };
        assert_eq!(after.since(before, 10), Calls { postgres: Some(3.0), rollbacks: 0.0, mongodb: 1.0, redis: 0.0 });
        assert_eq!(after.since(Calls::default(), 10).postgres, None);
    }
}
