//! Opening a database: many readers and one writer on a file, one connection on a database in memory.

use super::{Sqlite, error};
use crate::{
    engines::Limits,
    error::{Engine, Kind, StoreError},
};
use sqlx::{
    ConnectOptions as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::Path,
    str::FromStr as _,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// How long a call waits for another process's write lock, and for a connection: the time budget of a mutation.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many rows SQLite's thread is ahead of who reads them; then it waits, and both are woken more often than there is work for. With 5, 50 (the
/// driver's own) and 500 polystore took 3.87, 2.24 and 1.71 ms of CPU for the list of orders on one core (docs/performance.md).
pub const ROWS_AHEAD: usize = 500;

/// How many read at a time: two more than there are cores for this process, within the limit. A statement computes in a thread of its own, and
/// waits for nothing but a file that is in memory: more of them take turns on the cores, and each has its own cache and its own prepared
/// statements. On one core eight readers took a quarter more CPU for the list of orders than two, and 30 MB more (docs/performance.md). Two more, so
/// that two long reports do not keep everybody else waiting.
pub fn readers(limits: &Limits) -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(cores).unwrap_or(u32::MAX).saturating_add(2).min(limits.connections).max(1)
}

impl Sqlite {
    /// Opens `sqlite:path/file.db` (the file and the folders above it are made when missing) or `sqlite::memory:`.
    pub async fn connect(url: &str, limits: &Limits) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|e| StoreError::new(Engine::Sqlite, Kind::Broken, format!("{url}: {e}")))?
            .create_if_missing(true)
            .foreign_keys(true)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE)
            .row_buffer_size(ROWS_AHEAD)
            .disable_statement_logging();
        if url.split_once(':').is_some_and(|(_, name)| name.starts_with(":memory:") || name.starts_with("//:memory:")) {
            return in_memory(options).await;
        }
        let file = options.get_filename().to_owned();
        if file.as_os_str().is_empty() {
            return Err(StoreError::new(Engine::Sqlite, Kind::Broken, format!("{url}: names no file; expected sqlite:path/file.db")));
        }
        on_file(options, &file, limits).await
    }
}

/// A database in memory lives as long as a connection to it, so one is kept aside. All use goes through one other connection:
/// connections that share a cache lock whole tables against each other and do not wait.
async fn in_memory(options: SqliteConnectOptions) -> Result<Sqlite, StoreError> {
    let place = "memory";
    let failed = |e| error::store_error(place, &e);
    let anchor = options.connect().await.map_err(failed)?;
    let pool = pool(1).idle_timeout(None).max_lifetime(None).connect_with(options).await.map_err(failed)?;
    Ok(Sqlite { place: place.into(), reader: pool.clone(), writer: pool, anchor: Some(Mutex::new(anchor)) })
}

/// WAL lets readers go on while the one writer writes. One writer connection, so that writers of this process queue in the
/// pool, in order, and not at the file's lock, where they would poll.
async fn on_file(options: SqliteConnectOptions, file: &Path, limits: &Limits) -> Result<Sqlite, StoreError> {
    let place: Arc<str> = file.to_string_lossy().into();
    let failed = |e| error::store_error(&place, &e);
    if let Some(folder) = file.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(|e| {
            StoreError::new(Engine::Sqlite, Kind::Unavailable, format!("{place}: cannot make the folder {}: {e}", folder.display()))
        })?;
    }
    let writer = open_writer(options.clone().journal_mode(SqliteJournalMode::Wal)).await.map_err(failed)?;
    // reads the header and the schema: a file that was cut short or is something else is found out here, not in a request
    sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&writer).await.map_err(failed)?;
    let reader = pool(readers(limits)).connect_with(options.pragma("query_only", "ON")).await.map_err(failed)?;
    Ok(Sqlite { place, reader, writer, anchor: None })
}

fn pool(connections: u32) -> SqlitePoolOptions {
    // a file does not go away as a server does: no test of the connection ahead of each use
    SqlitePoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE).test_before_acquire(false)
}

/// Turning a new file to WAL needs it alone, and SQLite does not wait for that: two processes that start together need a retry.
async fn open_writer(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let start = Instant::now();
    loop {
        match pool(1).connect_with(options.clone()).await {
            Err(e) if error::is_busy(&e) && start.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(20)).await,
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::schema::MIGRATIONS, *};
    use crate::{
        roles::{Customers as _, SchemaState, Store as _},
        shop::{Customer, CustomerFilter, CustomerId, Tier, Timestamp, Window},
    };

    const LIMITS: Limits = Limits { connections: 3 };

    fn customer(n: u128) -> Customer {
        Customer {
            id: CustomerId::from_uuid(uuid::Uuid::from_u128(n)),
            email: format!("customer{n}@example.com"),
            name: "n".repeat(100),
            tier: Tier::Gold,
            created_at: Timestamp::now(),
        }
    }

    async fn count(store: &Sqlite) -> u64 {
        let window = Window { total: true, ..Window::first(1) };
        store.customers_page(&CustomerFilter::default(), &window).await.unwrap().total.unwrap()
    }

    fn url(folder: &tempfile::TempDir, file: &str) -> String {
        format!("sqlite:{}/{file}", folder.path().display())
    }

    async fn refused(url: &str) -> StoreError {
        Sqlite::connect(url, &LIMITS).await.err().expect("this cannot be opened")
    }

    #[test]
    fn there_are_readers_for_each_core_within_the_limit() {
        let readers = |connections| readers(&Limits { connections });
        assert_eq!((readers(0), readers(1), readers(2), readers(3)), (1, 1, 2, 3));
        let cores = u32::try_from(std::thread::available_parallelism().unwrap().get()).unwrap();
        assert_eq!(readers(1_000), cores + 2);
    }

    #[tokio::test]
    async fn missing_folders_are_made_and_the_data_outlives_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let url = url(&folder, "a/b c/shop.db");
        let store = Sqlite::connect(&url, &LIMITS).await.unwrap();
        assert!(
            matches!(store.schema().await.unwrap(), SchemaState::Behind(names) if names.len() == MIGRATIONS.len() && names[0] == "0001_customers")
        );
        store.migrate().await.unwrap();
        store.customers_put(&[customer(1)]).await.unwrap();
        drop(store);
        let store = Sqlite::connect(&url, &LIMITS).await.unwrap();
        assert_eq!(store.schema().await.unwrap(), SchemaState::Current);
        assert_eq!(count(&store).await, 1);
    }

    #[tokio::test]
    async fn each_database_in_memory_is_its_own_and_outlives_its_connections() {
        let one = Sqlite::connect("sqlite::memory:", &LIMITS).await.unwrap();
        let two = Sqlite::connect("sqlite::memory:", &LIMITS).await.unwrap();
        one.migrate().await.unwrap();
        two.migrate().await.unwrap();
        one.customers_put(&[customer(1)]).await.unwrap();
        // what the pool does to a connection that it no longer trusts
        one.writer.acquire().await.unwrap().detach();
        assert_eq!((count(&one).await, count(&two).await), (1, 0));
    }

    #[tokio::test]
    async fn two_that_open_and_migrate_one_new_file_at_once_both_succeed() {
        let folder = tempfile::tempdir().unwrap();
        let url = url(&folder, "shop.db");
        let open = |n| {
            let url = url.clone();
            async move {
                let store = Sqlite::connect(&url, &LIMITS).await.unwrap();
                store.migrate().await.unwrap();
                store.customers_put(&[customer(n)]).await.unwrap();
                store
            }
        };
        let stores = futures::future::join_all((1..=4).map(open)).await;
        for store in &stores {
            assert_eq!((store.schema().await.unwrap(), count(store).await), (SchemaState::Current, 4));
        }
    }

    #[tokio::test]
    async fn a_schema_of_a_newer_program_is_ahead() {
        let store = Sqlite::connect("sqlite::memory:", &LIMITS).await.unwrap();
        store.migrate().await.unwrap();
        let newer =
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'returns', 1, x'00', 0)";
        sqlx::query(newer).execute(&store.writer).await.unwrap();
        assert_eq!(store.schema().await.unwrap(), SchemaState::Ahead(vec!["0099_returns".into()]));
        sqlx::query("DELETE FROM _sqlx_migrations WHERE version > 7").execute(&store.writer).await.unwrap();
        let behind = MIGRATIONS[7..].iter().map(|(version, name, _)| format!("{version:04}_{name}"));
        assert_eq!(store.schema().await.unwrap(), SchemaState::Behind(behind.collect()));
        sqlx::query("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 3").execute(&store.writer).await.unwrap();
        assert_eq!(store.schema().await.unwrap(), SchemaState::Ahead(vec!["0003_products".into()]));
        assert_eq!(store.migrate().await.unwrap_err().kind, Kind::Broken);
    }

    #[tokio::test]
    async fn a_damaged_file_is_corrupt_and_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("letter.db"), "Dear Sir or Madam, ".repeat(500)).unwrap();
        std::fs::write(folder.path().join("short.db"), "SQLite").unwrap();
        let whole = url(&folder, "whole.db");
        let store = Sqlite::connect(&whole, &LIMITS).await.unwrap();
        store.migrate().await.unwrap();
        store.customers_put(&(1..=2_000).map(customer).collect::<Vec<_>>()).await.unwrap();
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&store.writer).await.unwrap();
        store.writer.close().await;
        store.reader.close().await;
        let bytes = std::fs::read(folder.path().join("whole.db")).unwrap();
        std::fs::write(folder.path().join("cut.db"), &bytes[..bytes.len() / 2]).unwrap();
        std::fs::write(folder.path().join("header.db"), &bytes[..60]).unwrap();
        for file in ["letter.db", "short.db", "cut.db", "header.db"] {
            let error = refused(&url(&folder, file)).await;
            assert_eq!(error.kind, Kind::Corrupt, "{error:?}");
            assert!(error.detail().contains(file), "{error:?}");
        }
        // damage within the file is found when it is read
        let mut torn = bytes;
        let middle = torn.len() / 4;
        torn[middle..].fill(0xa5);
        std::fs::write(folder.path().join("torn.db"), &torn).unwrap();
        let error = match Sqlite::connect(&url(&folder, "torn.db"), &LIMITS).await {
            Ok(store) => store.customers_by_ids(&(1..=2_000).map(|n| customer(n).id).collect::<Vec<_>>()).await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.kind, Kind::Corrupt, "{error:?}");
        assert!(error.detail().contains("torn.db"), "{error:?}");
    }

    #[tokio::test]
    async fn a_place_that_cannot_hold_a_file_is_unavailable_and_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        std::fs::create_dir(folder.path().join("folder.db")).unwrap();
        for path in ["file/shop.db", "file/a/shop.db", "folder.db"] {
            let error = refused(&url(&folder, path)).await;
            assert_eq!(error.kind, Kind::Unavailable, "{error:?}");
            assert!(error.detail().contains(path), "{error:?}");
        }
        for bad in ["sqlite:", "sqlite://", "sqlite:shop.db?mode=sideways"] {
            assert_eq!(refused(bad).await.kind, Kind::Broken, "{bad}");
        }
    }

    #[tokio::test]
    async fn writes_are_durable_and_rules_are_on_for_every_connection() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::connect(&url(&folder, "shop.db"), &LIMITS).await.unwrap();
        let pragma = async |pool: &SqlitePool, sql| sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await.unwrap();
        assert_eq!(pragma(&store.writer, "PRAGMA synchronous").await, 2);
        assert_eq!(pragma(&store.writer, "PRAGMA foreign_keys").await, 1);
        assert_eq!(pragma(&store.reader, "PRAGMA query_only").await, 1);
        assert_eq!(pragma(&store.writer, "PRAGMA busy_timeout").await, 5_000);
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&store.writer).await.unwrap();
        assert_eq!(mode, "wal");
    }

    /// `.cargo/config.toml` says so: with these, all readers would share a lock for each piece of memory and each page.
    #[tokio::test]
    async fn readers_share_no_lock_for_their_memory() {
        let store = Sqlite::connect("sqlite::memory:", &LIMITS).await.unwrap();
        let options: Vec<String> = sqlx::query_scalar("PRAGMA compile_options").fetch_all(&store.writer).await.unwrap();
        assert!(options.iter().any(|option| option == "DEFAULT_MEMSTATUS=0"), "{options:?}");
        assert!(!options.iter().any(|option| option == "ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_corrupt() {
        let store = Sqlite::connect("sqlite::memory:", &LIMITS).await.unwrap();
        store.migrate().await.unwrap();
        store.customers_put(&[customer(1)]).await.unwrap();
        sqlx::raw_sql("PRAGMA ignore_check_constraints = ON; UPDATE customers SET tier = 'PLATINUM'").execute(&store.writer).await.unwrap();
        let error = store.customers_by_ids(&[customer(1).id]).await.unwrap_err();
        assert_eq!(error.kind, Kind::Corrupt);
        assert!(error.detail().contains("tier") && error.detail().contains("PLATINUM"), "{error:?}");
    }
}
