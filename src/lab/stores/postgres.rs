//! PostgreSQL for arms: statements with their values, counted exactly while an accounting pass runs.

use super::{Bound, bound, insert, postgres_plan, process, relay};
use crate::lab::{
    Counters, LabError, Loaded, Result,
    arm::{Evidence, Plan, Tier},
    site::{PostgresPlace, Site},
    wire::{Traffic, Wire},
};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, FromRow, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
};
use std::{
    str::FromStr as _,
    sync::{
        Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// What makes a session hand its counts over at the end of this statement, and not within a second. New in PostgreSQL 15.
const HAND_OVER: &str = "SELECT pg_stat_force_next_flush()";
/// Connections for operations that overlap. One client at a time uses one of them.
const CONNECTIONS: u32 = 8;

/// A database of PostgreSQL that an arm has for itself.
pub struct PostgresStore {
    place: PostgresPlace,
    direct: PgPool,
    /// To the server's own database: what asks for counters must not count.
    server: PgPool,
    counted: RwLock<Option<Counted>>,
    statements: AtomicU64,
    /// What the questions about counters themselves sent.
    own: Mutex<Traffic>,
    version: i32,
    /// Whether its arm writes: the server's log grows by itself a little, which a reader has nothing to do with.
    writes: bool,
}

/// Connections while an accounting pass runs: one, through a relay if there is a way for one.
struct Counted {
    pool: PgPool,
    wire: Option<Wire>,
    /// Of the session's process.
    process: i32,
}

fn failed(error: impl ToString) -> LabError {
    LabError::store("postgres", error)
}

fn pool_of(most: u32) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(most).test_before_acquire(false).idle_timeout(None).max_lifetime(None)
}

impl PostgresStore {
    /// Makes the database; `None` without a server. Its sessions promise what `tier` says as far as a session can: [`Tier::D3`] waits for each
    /// commit's sync, [`Tier::D1`] for none. Whether the server keeps the promise is told by [`Self::evidence`].
    pub async fn make(site: &Site, label: &str, tier: Tier) -> Result<Option<Self>> {
        let (Some(place), Some(url)) = (site.postgres(label).await?, site.url("postgres")) else { return Ok(None) };
        let options = match tier {
            Tier::D3 | Tier::D2 => place.options.clone().options([("synchronous_commit", "on")]),
            Tier::D1 | Tier::D0 => place.options.clone().options([("synchronous_commit", "off")]),
            Tier::Read => place.options.clone(),
        };
        let direct = pool_of(CONNECTIONS).connect_with(options).await.map_err(failed)?;
        place.pool.close().await;
        // the driver's words would repeat the URL with its password
        let server = PgConnectOptions::from_str(url).map_err(|_| LabError::Refused("the URL of PostgreSQL cannot be read".to_owned()))?;
        let server = pool_of(1).connect_lazy_with(server.disable_statement_logging());
        let version: i32 =
            sqlx::query_scalar("SELECT current_setting('server_version_num')::int").fetch_one(&direct).await.map_err(failed)?;
        let (statements, own) = (AtomicU64::new(0), Mutex::default());
        Ok(Some(Self { place, direct, server, counted: RwLock::default(), statements, own, version, writes: tier != Tier::Read }))
    }

    /// The connections of this moment: through the relay while an accounting pass runs. Statements that are sent past [`Self::rows`] and
    /// [`Self::run`] are to be told to [`Self::sent`].
    pub fn pool(&self) -> PgPool {
        self.counted
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map_or_else(|| self.direct.clone(), |counted| counted.pool.clone())
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.place.name
    }

    /// How to connect to it, for arms that open connections of their own.
    pub fn options(&self) -> &PgConnectOptions {
        &self.place.options
    }

    /// Notes that so many statements were sent.
    pub fn sent(&self, statements: u64) {
        self.statements.fetch_add(statements, Ordering::Relaxed);
    }

    /// All rows of a statement, decoded.
    pub async fn rows<T>(&self, sql: &'static str, values: &[Bound]) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        self.sent(1);
        sqlx::query_as_with(sql, bound::arguments(values)?).fetch_all(&self.pool()).await.map_err(failed)
    }

    /// Runs a statement without an answer; gives the number of rows that it changed.
    pub async fn run(&self, sql: &'static str, values: &[Bound]) -> Result<u64> {
        self.sent(1);
        Ok(sqlx::query_with(sql, bound::arguments(values)?).execute(&self.pool()).await.map_err(failed)?.rows_affected())
    }

    /// Runs statements without values, for making tables.
    pub async fn script(&self, sql: &'static str) -> Result<()> {
        sqlx::raw_sql(sql).execute(&self.pool()).await.map_err(failed)?;
        Ok(())
    }

    /// Statistics for the planner, pages marked as visible to all, and a checkpoint if the user may.
    pub async fn settle(&self) -> Result<()> {
        self.script("VACUUM (ANALYZE)").await?;
        self.checkpoint().await.map(drop)
    }

    /// A checkpoint; `false` if the user may not.
    pub async fn checkpoint(&self) -> Result<bool> {
        match sqlx::raw_sql("CHECKPOINT").execute(&self.pool()).await {
            Ok(_) => Ok(true),
            Err(error) if error.as_database_error().and_then(|refused| refused.code()).as_deref() == Some("42501") => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// Bytes of all tables with their indexes, and of the indexes.
    pub async fn sizes(&self) -> Result<Loaded> {
        let sizes = sqlx::query_as(include_str!("postgres_sizes.sql")).fetch_one(&self.pool()).await;
        let (data, indexes): (i64, i64) = sizes.map_err(failed)?;
        Ok(Loaded { data_bytes: u64::try_from(data).ok(), index_bytes: u64::try_from(indexes).ok() })
    }

    /// Puts one connection through a relay in the place of the others, or takes it away again.
    pub async fn counting(&self, on: bool) -> Result<()> {
        let before = self.counted.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(before) = before {
            before.pool.close().await;
        }
        if !on {
            return Ok(());
        }
        let options = self.direct.connect_options();
        let wire = match options.get_socket() {
            Some(_) => None,
            None => relay(options.get_host(), options.get_port()).await?,
        };
        let relayed = wire.map(|wire| {
            let options = (*options).clone().host(&wire.address().ip().to_string()).port(wire.address().port());
            (options, wire)
        });
        let (pool, wire) = match relayed {
            // a certificate may be good for the server's name only: then nothing is told of the wire
            Some((options, wire)) => match pool_of(1).connect_with(options).await {
                Ok(pool) => (Some(pool), Some(wire)),
                Err(_) => (None, None),
            },
            None => (None, None),
        };
        let pool = match pool {
            Some(pool) => pool,
            None => pool_of(1).connect_with((*options).clone()).await.map_err(failed)?,
        };
        let process: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&pool).await.map_err(failed)?;
        if self.version >= 150_000 {
            // the first time reads the catalogue, which is nobody's work
            for _ in 0..2 {
                sqlx::query(HAND_OVER).execute(&pool).await.map_err(failed)?;
            }
        }
        *self.counted.write().unwrap_or_else(PoisonError::into_inner) = Some(Counted { pool, wire, process });
        Ok(())
    }

    /// Totals: statements, what went over the relay, pages and rows that the database touched, bytes and syncs of the server's log, and CPU of the
    /// session's process if it runs on this machine. Pages and rows from PostgreSQL 15 on.
    pub async fn counters(&self) -> Result<Counters> {
        let mut counters = Counters::from([("statements", self.statements.load(Ordering::Relaxed) as f64)]);
        let pool = self.pool();
        let traffic =
            || self.counted.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|c| Some(c.wire.as_ref()?.traffic()));
        let cpu = self.counted.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|counted| counted.process);
        if let Some(us) = cpu.and_then(|id| process::cpu_us(id, &self.place.name)) {
            counters.insert("server_cpu_us", us);
        }
        let before = traffic();
        if self.version >= 150_000 {
            sqlx::query(HAND_OVER).execute(&pool).await.map_err(failed)?;
        }
        if let (Some(before), Some(after)) = (before, traffic()) {
            let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
            own.round_trips += after.round_trips - before.round_trips;
            own.bytes_up += after.bytes_up - before.bytes_up;
            own.bytes_down += after.bytes_down - before.bytes_down;
            let less = |all: u64, own: u64| all.saturating_sub(own);
            insert(
                &mut counters,
                Traffic {
                    round_trips: less(after.round_trips, own.round_trips),
                    bytes_up: less(after.bytes_up, own.bytes_up),
                    bytes_down: less(after.bytes_down, own.bytes_down),
                },
            );
        }
        let told = sqlx::query_as(include_str!("postgres_counters.sql")).bind(&self.place.name).fetch_one(&self.server).await;
        let (pages, rows, log): (i64, i64, i64) = told.map_err(failed)?;
        if self.version >= 150_000 {
            counters.insert("pages", pages as f64);
            counters.insert("docs_examined", rows as f64);
        }
        if !self.writes {
            return Ok(counters);
        }
        counters.insert("log_bytes", log as f64);
        let syncs = match self.version {
            180_000.. => "SELECT coalesce(sum(fsyncs), 0)::bigint FROM pg_stat_io WHERE object = 'wal'",
            140_000.. => "SELECT wal_sync FROM pg_stat_wal",
            _ => return Ok(counters),
        };
        let syncs: i64 = sqlx::query_scalar(syncs).fetch_one(&self.server).await.map_err(failed)?;
        counters.insert("syncs", syncs as f64);
        Ok(counters)
    }

    /// The plan of the prepared statement itself, on a connection on which it has run often enough for the server to have chosen between a plan
    /// for these values and one for any. Whatever it writes is rolled back.
    pub async fn plan(&self, sql: &'static str, values: &[Bound]) -> Result<Plan> {
        let mut transaction = self.pool().begin().await.map_err(failed)?;
        for _ in 0..6 {
            sqlx::query_with(sql, bound::arguments(values)?).fetch_all(&mut *transaction).await.map_err(failed)?;
        }
        let known =
            "SELECT name, generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1 ORDER BY prepare_time DESC LIMIT 1";
        let found: Option<(String, i64, i64)> = sqlx::query_as(known).bind(sql).fetch_optional(&mut *transaction).await.map_err(failed)?;
        let Some((name, generic, custom)) = found else { return Err(failed("the server does not know the prepared statement")) };
        // the name is the driver's, letters and digits; the values are quoted
        let execute = format!("EXECUTE {name}{}", bound::literals(values));
        let tree: serde_json::Value = sqlx::query_scalar(AssertSqlSafe(format!("EXPLAIN (FORMAT JSON) {execute}")))
            .persistent(false)
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        let analyse = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF)";
        let lines: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("{analyse} {execute}")))
            .persistent(false)
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        let note =
            format!("-- of the prepared statement, which had {custom} plans for its values and {generic} runs of one for any values");
        Ok(Plan { class: postgres_plan::class(&tree), text: format!("{note}\n{}", lines.join("\n")) })
    }

    /// What a commit promises by the settings in force for this session and server, read back.
    pub async fn evidence(&self, write: bool) -> Result<Evidence> {
        let settings: Vec<(String, String)> =
            sqlx::query_as(include_str!("postgres_settings.sql")).fetch_all(&self.pool()).await.map_err(failed)?;
        let of = |wanted: &str| settings.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str());
        let tier = match (write, of("fsync"), of("synchronous_commit")) {
            (false, ..) => Tier::Read,
            (true, "on", "off") => Tier::D1,
            (true, "on", _) => Tier::D3,
            // the operating system has it, so the death of the process alone loses nothing; but a power cut may lose the whole database
            _ => Tier::D1,
        };
        Ok(Evidence::new(tier, settings))
    }

    /// One round trip without work.
    pub async fn floor(&self) -> Result<bool> {
        let one: i32 = sqlx::query_scalar("SELECT 1").fetch_one(&self.pool()).await.map_err(failed)?;
        Ok(one == 1)
    }

    /// Closes all connections. The database goes with the site.
    pub async fn close(&self) {
        let counted = self.counted.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(counted) = counted {
            counted.pool.close().await;
        }
        self.direct.close().await;
        self.server.close().await;
    }
}
