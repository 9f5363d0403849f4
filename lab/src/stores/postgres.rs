//! PostgreSQL for arms: statements with their values, counted exactly while an accounting pass runs.

use super::{Bound, bound, insert, postgres_plan, process, relay};
use crate::{
    Counters, LabError, Loaded, Result,
    arm::{Backing, Evidence, Plan, Tier},
    site::{PostgresPlace, Site},
    wire::{Traffic, Wire},
};
use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, FromRow, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
};
use std::{
    str::FromStr as _,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What makes a session hand its counts over at the end of this statement, and not within a second. New in PostgreSQL 15.
const HAND_OVER: &str = "SELECT pg_stat_force_next_flush()";
/// Connections for operations that overlap. One client at a time uses one of them.
const CONNECTIONS: usize = 8;

/// A database of PostgreSQL that an arm has for itself.
pub struct PostgresStore {
    place: PostgresPlace,
    direct: Arc<Lane>,
    /// To the server's own database: what asks for counters must not count.
    server: PgPool,
    /// In the place of the others while an accounting pass runs.
    counted: RwLock<Option<Arc<Lane>>>,
    statements: AtomicU64,
    /// What the questions about counters themselves sent.
    own: Mutex<Traffic>,
    version: i32,
    /// Whether its arm writes: the server's log grows by itself a little, which a reader has nothing to do with.
    writes: bool,
}

/// Connections. The driver's pool asks each connection that it gets back whether it lives: a second round trip for each operation, which is not
/// the store's. These are taken on trust, the last one first, and one that failed is not used again.
struct Lane {
    options: PgConnectOptions,
    idle: Mutex<Vec<PgConnection>>,
    places: Arc<Semaphore>,
    /// The relay, while an accounting pass runs and if there is a way for one.
    wire: Option<Wire>,
    /// Of the first session's process.
    process: i32,
}

/// A connection that is used. Dropped without [`Self::back`] it is closed.
struct Lent {
    connection: PgConnection,
    lane: Arc<Lane>,
    _place: OwnedSemaphorePermit,
}

impl Lane {
    /// Connects once.
    async fn open(options: PgConnectOptions, places: usize, wire: Option<Wire>) -> Result<Self> {
        let mut connection = PgConnection::connect_with(&options).await.map_err(failed)?;
        let process = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await.map_err(failed)?;
        Ok(Self { options, idle: Mutex::new(vec![connection]), places: Arc::new(Semaphore::new(places)), wire, process })
    }

    async fn take(self: Arc<Self>) -> Result<Lent> {
        let place = self.places.clone().acquire_owned().await.map_err(failed)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => PgConnection::connect_with(&self.options).await.map_err(failed)?,
        };
        Ok(Lent { connection, lane: self, _place: place })
    }

    async fn close(&self) {
        self.places.close();
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in idle {
            // the server may be gone before its client
            let _ = connection.close().await;
        }
    }
}

impl Lent {
    fn back(self) {
        self.lane.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.connection);
    }
}

fn failed(error: impl ToString) -> LabError {
    LabError::store("postgres", error)
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
        place.pool.close().await;
        let direct = Arc::new(Lane::open(options.disable_statement_logging(), CONNECTIONS, None).await?);
        // the driver's words would repeat the URL with its password
        let server = PgConnectOptions::from_str(url).map_err(|_| LabError::Refused("the URL of PostgreSQL cannot be read".to_owned()))?;
        let server = PgPoolOptions::new().max_connections(1).connect_lazy_with(server.disable_statement_logging());
        let version: i32 =
            sqlx::query_scalar("SELECT current_setting('server_version_num')::int").fetch_one(&server).await.map_err(failed)?;
        let (statements, own) = (AtomicU64::new(0), Mutex::default());
        Ok(Some(Self { place, direct, server, counted: RwLock::default(), statements, own, version, writes: tier != Tier::Read }))
    }

    /// The connections of this moment: through the relay while an accounting pass runs.
    fn lane(&self) -> Arc<Lane> {
        self.counted.read().unwrap_or_else(PoisonError::into_inner).as_ref().unwrap_or(&self.direct).clone()
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.place.name
    }

    /// How to connect to it, for arms that open connections of their own.
    pub fn options(&self) -> &PgConnectOptions {
        &self.place.options
    }

    /// All rows of a statement, decoded.
    pub async fn rows<T>(&self, sql: &'static str, values: &[Bound]) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let mut lent = self.lane().take().await?;
        let rows = sqlx::query_as_with(sql, bound::arguments(values)?).fetch_all(&mut lent.connection).await.map_err(failed)?;
        lent.back();
        Ok(rows)
    }

    /// Runs a statement without an answer; gives the number of rows that it changed.
    pub async fn run(&self, sql: &'static str, values: &[Bound]) -> Result<u64> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let mut lent = self.lane().take().await?;
        let done = sqlx::query_with(sql, bound::arguments(values)?).execute(&mut lent.connection).await.map_err(failed)?;
        lent.back();
        Ok(done.rows_affected())
    }

    /// Runs statements without values, for making tables.
    pub async fn script(&self, sql: &'static str) -> Result<()> {
        let mut lent = self.lane().take().await?;
        sqlx::raw_sql(sql).execute(&mut lent.connection).await.map_err(failed)?;
        lent.back();
        Ok(())
    }

    /// Statistics for the planner, pages marked as visible to all, and a checkpoint if the user may.
    pub async fn settle(&self) -> Result<()> {
        self.script("VACUUM (ANALYZE)").await?;
        self.checkpoint().await.map(drop)
    }

    /// A checkpoint; `false` if the user may not.
    pub async fn checkpoint(&self) -> Result<bool> {
        let mut lent = self.lane().take().await?;
        let done = sqlx::raw_sql("CHECKPOINT").execute(&mut lent.connection).await;
        lent.back();
        match done {
            Ok(_) => Ok(true),
            Err(error) if error.as_database_error().and_then(|refused| refused.code()).as_deref() == Some("42501") => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// Bytes of all tables with their indexes, and of the indexes.
    pub async fn sizes(&self) -> Result<Loaded> {
        let mut lent = self.lane().take().await?;
        let sizes = sqlx::query_as(include_str!("postgres_sizes.sql")).fetch_one(&mut lent.connection).await;
        let (data, indexes): (i64, i64) = sizes.map_err(failed)?;
        lent.back();
        Ok(Loaded { data_bytes: u64::try_from(data).ok(), index_bytes: u64::try_from(indexes).ok() })
    }

    /// Makes the session tell what it counted.
    async fn hand_over(&self, lane: &Arc<Lane>) -> Result<()> {
        if self.version >= 150_000 {
            let mut lent = lane.clone().take().await?;
            sqlx::query(HAND_OVER).execute(&mut lent.connection).await.map_err(failed)?;
            lent.back();
        }
        Ok(())
    }

    /// The plan of the prepared statement itself, on a connection on which it has run often enough for the server to have chosen between a plan
    /// for these values and one for any. Whatever it writes is rolled back.
    pub async fn plan(&self, sql: &'static str, values: &[Bound]) -> Result<Plan> {
        let mut lent = self.lane().take().await?;
        let mut transaction = lent.connection.begin().await.map_err(failed)?;
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
        lent.back();
        let note =
            format!("-- of the prepared statement, which had {custom} plans for its values and {generic} runs of one for any values");
        Ok(Plan { class: postgres_plan::class(&tree), text: format!("{note}\n{}", lines.join("\n")) })
    }
}

#[async_trait]
impl Backing for PostgresStore {
    /// Puts one connection through a relay in the place of the others, or takes it away again.
    async fn counting(&self, on: bool) -> Result<()> {
        let before = self.counted.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(before) = before {
            before.close().await;
        }
        if !on {
            return Ok(());
        }
        let options = &self.direct.options;
        let wire = match options.get_socket() {
            Some(_) => None,
            None => relay(options.get_host(), options.get_port()).await?,
        };
        let lane = match wire {
            Some(wire) => {
                let options = options.clone().host(&wire.address().ip().to_string()).port(wire.address().port());
                // a certificate may be good for the server's name only: then nothing is told of the wire
                Lane::open(options, 1, Some(wire)).await.ok()
            }
            None => None,
        };
        let lane = match lane {
            Some(lane) => lane,
            None => Lane::open(options.clone(), 1, None).await?,
        };
        let lane = Arc::new(lane);
        // a new relay begins at nothing
        *self.own.lock().unwrap_or_else(PoisonError::into_inner) = Traffic::default();
        // the first time reads the catalogue, which is nobody's work
        for _ in 0..2 {
            self.hand_over(&lane).await?;
        }
        *self.counted.write().unwrap_or_else(PoisonError::into_inner) = Some(lane);
        Ok(())
    }

    /// Totals: statements, what went over the relay, pages and rows that the database touched, bytes and syncs of the server's log, and CPU of the
    /// session's process if it runs on this machine. Pages and rows from PostgreSQL 15 on.
    async fn counters(&self) -> Result<Counters> {
        let mut counters = Counters::from([("statements", self.statements.load(Ordering::Relaxed) as f64)]);
        let lane = self.lane();
        if let Some(us) = process::cpu_us(lane.process, &self.place.name) {
            counters.insert("server_cpu_us", us);
        }
        let traffic = || lane.wire.as_ref().map(Wire::traffic);
        let before = traffic();
        self.hand_over(&lane).await?;
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

    /// What a commit promises by the settings in force for this session and server, read back.
    async fn evidence(&self, write: bool) -> Result<Evidence> {
        let mut lent = self.lane().take().await?;
        let settings: Vec<(String, String)> =
            sqlx::query_as(include_str!("postgres_settings.sql")).fetch_all(&mut lent.connection).await.map_err(failed)?;
        lent.back();
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
    async fn floor(&self) -> Result<bool> {
        let mut lent = self.lane().take().await?;
        let one: i32 = sqlx::query_scalar("SELECT 1").fetch_one(&mut lent.connection).await.map_err(failed)?;
        lent.back();
        Ok(one == 1)
    }

    /// Closes all connections. The database goes with the site.
    async fn close(&self) {
        let counted = self.counted.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(counted) = counted {
            counted.close().await;
        }
        self.direct.close().await;
        self.server.close().await;
    }
}
