//! The SQLite engine: relational facts and documents in one file, or in memory. No server to run.

mod account;
mod activity;
mod article;
mod article_write;
mod audit;
mod category;
mod change;
mod comment;
mod connection;
mod customer;
mod error;
mod explain;
mod keys;
mod once;
mod order;
mod order_write;
mod outbox;
mod preferences;
mod product;
mod product_write;
mod revision;
mod row;
mod sales;
mod schema;
mod transaction;
mod view;
mod window;
mod words;

pub use connection::{ROWS_AHEAD, readers};

use crate::{
    error::{Engine, Kind, StoreError},
    roles::{Result, SchemaState, Store},
};
use async_trait::async_trait;
use sqlx::{
    FromRow, SqlitePool,
    query::QueryAs,
    sqlite::{SqliteArguments, SqliteConnection, SqliteRow},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::task::JoinHandle;

/// A SQLite database.
pub struct Sqlite {
    /// The file's name, for the details of errors.
    place: Arc<str>,
    reader: SqlitePool,
    writer: SqlitePool,
    /// Keeps a database in memory alive; the mutex only makes it shareable, nobody locks it.
    #[expect(dead_code, reason = "held, not used")]
    anchor: Option<Mutex<SqliteConnection>>,
}

/// A statement that takes rows as one JSON array, and the rows.
struct Step {
    sql: &'static str,
    rows: String,
}

/// How long closing waits for calls that are under way.
const CLOSING: Duration = Duration::from_millis(1_900);

/// Rows of one statement: enough that the way to SQLite's thread and back does not count, few enough to keep the JSON small.
const ROWS_PER_STEP: usize = 1_000;

/// Cuts rows into steps of one statement.
fn steps(sql: &'static str, rows: impl Iterator<Item = serde_json::Value>) -> impl Iterator<Item = Step> {
    let mut rows = rows.peekable();
    std::iter::from_fn(move || {
        rows.peek()?;
        let chunk: Vec<_> = rows.by_ref().take(ROWS_PER_STEP).collect();
        Some(Step { sql, rows: serde_json::Value::Array(chunk).to_string() })
    })
}

impl Sqlite {
    fn error(&self, error: &sqlx::Error) -> StoreError {
        error::store_error(&self.place, error)
    }

    /// All rows of a question.
    async fn all<T>(&self, query: QueryAs<'_, sqlx::Sqlite, T, SqliteArguments>) -> Result<Vec<T>>
    where
        T: Send + Unpin + for<'r> FromRow<'r, SqliteRow>,
    {
        self.noted(query)?.fetch_all(&self.reader).await.map_err(|e| self.error(&e))
    }

    /// Runs the steps in one transaction, all or none. In a task of its own: whoever waits may go away at any moment, the
    /// transaction ends all the same, and a connection never comes back to the pool inside of one (sqlx 0.9.0, #4393).
    async fn write(&self, steps: Vec<Step>) -> Result<()> {
        if steps.is_empty() {
            return Ok(());
        }
        let (writer, place) = (self.writer.clone(), self.place.clone());
        finish(tokio::spawn(async move {
            let failed = |e| error::store_error(&place, &e);
            // at once with the write lock: a transaction that reads first and then wants to write can be refused half-way
            let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
            for Step { sql, rows } in steps {
                sqlx::query(sql).bind(rows).execute(&mut *transaction).await.map_err(failed)?;
            }
            transaction.commit().await.map_err(failed)
        }))
        .await
    }
}

/// Waits for a task of ours; a panic in it is a mistake in this program.
async fn finish<T>(task: JoinHandle<Result<T>>) -> Result<T> {
    task.await.unwrap_or_else(|e| Err(StoreError::new(Engine::Sqlite, Kind::Broken, format!("the writing task ended early: {e}"))))
}

#[async_trait]
impl Store for Sqlite {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    async fn ping(&self) -> Result<()> {
        // reads the file's header; a constant would be answered without looking at the file
        let answer = sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&self.reader);
        match tokio::time::timeout(Duration::from_millis(900), answer).await {
            Ok(answer) => answer.map(drop).map_err(|e| self.error(&e)),
            Err(_) => Err(StoreError::new(Engine::Sqlite, Kind::Timeout, format!("{}: no answer to a ping", self.place))),
        }
    }

    async fn schema(&self) -> Result<SchemaState> {
        self.schema_state().await
    }

    async fn migrate(&self) -> Result<()> {
        self.run_migrations().await
    }

    /// The last connection that closes moves the log into the file: whoever then copies the file alone has everything.
    async fn close(&self) {
        let close = async {
            self.reader.close().await;
            self.writer.close().await;
        };
        if tokio::time::timeout(CLOSING, close).await.is_err() {
            tracing::warn!("{} is still in use: its log stays beside it and is read at the next start", self.place);
        }
    }
}
