//! A SQLite database of the lab: a file, one connection, and counters that SQLite itself keeps.

use crate::{
    Counters, LabError, Result,
    arm::{Backing, Evidence, Plan, PlanClass, Tier},
};
use async_trait::async_trait;
use serde_json::Value;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Row as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// How soon a commit is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// WAL, synced at every commit: [`Tier::D3`].
    Full,
    /// WAL, synced at checkpoints: [`Tier::D2`].
    Normal,
}

/// Rows that are put by one statement.
const AT_ONCE: usize = 10_000;

/// A database, and what was counted on it.
pub struct SqlitePlace {
    file: PathBuf,
    pool: SqlitePool,
    steps: Arc<AtomicU64>,
}

/// A connection's options as the lab uses them: strict about nothing that changes speed, and explicit about what does.
pub fn connect(file: &Path, durability: Durability) -> SqliteConnectOptions {
    let synchronous = match durability {
        Durability::Full => SqliteSynchronous::Full,
        Durability::Normal => SqliteSynchronous::Normal,
    };
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(false)
        .pragma("cache_size", "-65536")
        .disable_statement_logging()
}

impl SqlitePlace {
    /// Makes a new file. Fails if there is one: the lab opens nobody's database.
    pub async fn make(file: &Path, durability: Durability) -> Result<Self> {
        if file.exists() {
            return Err(LabError::Refused(format!("{} is there already, and the lab opens nobody's database", file.display())));
        }
        // one connection: what is compared is one client at a time, and the counters are a connection's own
        let options = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None).test_before_acquire(false);
        let pool = options.connect_with(connect(file, durability)).await?;
        Ok(Self { file: file.to_owned(), pool, steps: Arc::default() })
    }

    /// Its one connection.
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Runs statements without values, for making tables.
    pub async fn script(&self, sql: &'static str) -> Result<()> {
        Ok(sqlx::raw_sql(sql).execute(&self.pool).await.map(drop)?)
    }

    /// Puts rows by a statement over `json_each(?1)`: each row is an array of its values.
    pub async fn fill(&self, sql: &'static str, rows: &[Value]) -> Result<()> {
        for rows in rows.chunks(AT_ONCE) {
            sqlx::query(sql).bind(serde_json::json!(rows).to_string()).execute(&self.pool).await?;
        }
        Ok(())
    }

    /// How SQLite runs a statement: `EXPLAIN QUERY PLAN`, which is the plan of a prepared statement, too, as it has no others.
    pub async fn plan(&self, sql: &str) -> Result<Plan> {
        let statement = format!("EXPLAIN QUERY PLAN {sql}");
        let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(&self.pool).await?;
        let lines: Vec<String> = rows.iter().map(|row| row.try_get::<String, _>("detail")).collect::<std::result::Result<_, _>>()?;
        Ok(Plan { class: class(&lines), text: lines.join("\n") })
    }

    /// Statistics for the planner, and the log into the file.
    pub async fn settle(&self) -> Result<()> {
        sqlx::query("ANALYZE").execute(&self.pool).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await?;
        Ok(())
    }

    /// Bytes of the file, and of its indexes.
    pub async fn sizes(&self) -> Result<crate::Loaded> {
        let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&self.pool).await?;
        let size: i64 = sqlx::query_scalar("PRAGMA page_size").fetch_one(&self.pool).await?;
        Ok(crate::Loaded { data_bytes: u64::try_from(pages * size).ok(), index_bytes: None })
    }
}

#[async_trait]
impl Backing for SqlitePlace {
    /// Counts every step of SQLite's machine from now on, or none. While it counts the log is not moved into the file, so that its growth is what
    /// was written.
    async fn counting(&self, on: bool) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        let checkpoint = if on { "PRAGMA wal_autocheckpoint = 0" } else { "PRAGMA wal_autocheckpoint = 1000" };
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await?;
        sqlx::query(checkpoint).execute(&mut *connection).await?;
        let mut handle = connection.lock_handle().await?;
        if on {
            let steps = self.steps.clone();
            handle.set_progress_handler(1, move || {
                steps.fetch_add(1, Ordering::Relaxed);
                true
            });
        } else {
            handle.remove_progress_handler();
        }
        Ok(())
    }

    /// Steps of the machine while counting was on, and bytes of the log since.
    async fn counters(&self) -> Result<Counters> {
        let mut log = self.file.clone().into_os_string();
        log.push("-wal");
        let log = std::fs::metadata(log).map_or(0, |log| log.len());
        Ok(Counters::from([("vm_steps", self.steps.load(Ordering::Relaxed) as f64), ("log_bytes", log as f64)]))
    }

    /// The settings that decide what a commit promises, read back from the connection.
    async fn evidence(&self, write: bool) -> Result<Evidence> {
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&self.pool).await?;
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&self.pool).await?;
        let cache: i64 = sqlx::query_scalar("PRAGMA cache_size").fetch_one(&self.pool).await?;
        let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&self.pool).await?;
        let tier = match (write, journal.as_str(), synchronous) {
            (false, ..) => Tier::Read,
            (true, "wal", 2..) => Tier::D3,
            (true, "wal", 1) => Tier::D2,
            _ => Tier::D0,
        };
        Ok(Evidence::new(
            tier,
            [("journal_mode", journal), ("synchronous", synchronous.to_string()), ("cache_size", cache.to_string()), ("version", version)],
        ))
    }

    /// One statement without work.
    async fn floor(&self) -> Result<bool> {
        let one: i64 = sqlx::query_scalar("SELECT 1").fetch_one(&self.pool).await?;
        Ok(one == 1)
    }

    fn is_remote(&self) -> bool {
        false
    }

    /// Closes the connection. The file goes with the site's folder.
    async fn close(&self) {
        self.pool.close().await;
    }
}

/// `SEARCH` is by a key or an index; `SCAN … USING … INDEX` reads an index from end to end, or until the limit. What was made within the statement
/// (`MATERIALIZE o`, then `SCAN o`) is no table.
fn class(lines: &[String]) -> PlanClass {
    let inner: Vec<&str> =
        lines.iter().filter_map(|line| line.strip_prefix("MATERIALIZE ").or_else(|| line.strip_prefix("CO-ROUTINE "))).collect();
    let scanned = |line: &String| {
        let table = line.strip_prefix("SCAN ")?.to_owned();
        let is_table = !table.starts_with("CONSTANT ROW") && !table.contains("VIRTUAL TABLE") && !inner.contains(&table.as_str());
        is_table.then_some(table)
    };
    let scans: Vec<String> = lines.iter().filter_map(scanned).collect();
    match scans.iter().find(|table| !table.contains("INDEX")).or(scans.first()) {
        Some(table) if table.contains("INDEX") => PlanClass::IndexScan,
        Some(_) => PlanClass::Scan,
        None if lines.iter().any(|line| line.starts_with("SEARCH ")) => PlanClass::Index,
        None => PlanClass::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn place(folder: &tempfile::TempDir, rows: i64) -> SqlitePlace {
        let place = SqlitePlace::make(&folder.path().join("x.db"), Durability::Full).await.unwrap();
        sqlx::query("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER)").execute(place.pool()).await.unwrap();
        sqlx::query("CREATE INDEX t_b ON t (b)").execute(place.pool()).await.unwrap();
        let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO t SELECT i, i, i FROM n";
        sqlx::query(fill).bind(rows).execute(place.pool()).await.unwrap();
        place.settle().await.unwrap();
        place
    }

    #[tokio::test]
    async fn steps_are_counted_exactly_and_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(&folder, 1_000).await;
        let ask = || async {
            let before = place.counters().await.unwrap()["vm_steps"];
            let found: i64 = sqlx::query_scalar("SELECT count(*) FROM t WHERE a > 500").fetch_one(place.pool()).await.unwrap();
            assert_eq!(found, 500);
            place.counters().await.unwrap()["vm_steps"] - before
        };
        assert_eq!(ask().await, 0.0);
        place.counting(true).await.unwrap();
        let (one, other) = (ask().await, ask().await);
        assert_eq!(one, other, "the same work takes the same steps");
        assert!((3_000.0..6_000.0).contains(&one), "{one} steps for 1,000 rows");
        place.counting(false).await.unwrap();
        assert_eq!(ask().await, 0.0);
    }

    #[tokio::test]
    async fn plans_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(&folder, 100).await;
        for (sql, class) in [
            ("SELECT * FROM t WHERE id = 1", PlanClass::Index),
            ("SELECT * FROM t WHERE b = 1", PlanClass::Index),
            ("SELECT * FROM t WHERE a = 1", PlanClass::Scan),
            ("SELECT b FROM t ORDER BY b LIMIT 3", PlanClass::IndexScan),
        ] {
            assert_eq!(place.plan(sql).await.unwrap().class, class, "{sql}");
        }
    }

    #[tokio::test]
    async fn promises_are_read_back_from_the_connection() {
        let folder = tempfile::tempdir().unwrap();
        let full = place(&folder, 1).await;
        assert_eq!(full.evidence(true).await.unwrap().tier, Tier::D3);
        sqlx::query("PRAGMA synchronous = OFF").execute(full.pool()).await.unwrap();
        assert_eq!(full.evidence(true).await.unwrap().tier, Tier::D0, "the setting in force counts, not the one that was asked for");
        assert!(SqlitePlace::make(&folder.path().join("x.db"), Durability::Full).await.is_err());
    }
}
