//! Write transactions: what the shop's mutations do, one at a time on the one writer.

use super::{Sqlite, audit, error, keys, once};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::Result,
    shop::{AuditEntry, Event, Once, Provenance, Written},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sqlx::{
    Connection as _, FromRow, Sqlite as Db, Transaction,
    pool::PoolConnection,
    query::{Query, QueryAs},
    sqlite::{SqliteArguments, SqliteConnection, SqliteRow},
};
use std::{sync::Arc, time::Duration};

/// Longest that a write transaction waits for the writer.
const TURN: Duration = Duration::from_millis(1_500);

/// What is done in one transaction.
pub trait Work: Send + Sync + 'static {
    /// What was written; kept as JSON beside the key.
    type Answer: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// Why nothing is written.
    type Refusal: Send + 'static;

    /// The statements. A refusal or an error undoes everything, also the claim of the key.
    fn run(&self, tx: &mut Tx<'_>) -> impl Future<Output = Outcome<Self>> + Send;
}

/// What became of the work.
pub type Outcome<W> = Result<std::result::Result<<W as Work>::Answer, <W as Work>::Refusal>>;

/// A transaction under way.
pub struct Tx<'c> {
    inner: Transaction<'c, Db>,
    place: Arc<str>,
    events: Vec<Event>,
    outcome: Option<Value>,
    broken_rule: Option<String>,
}

impl Tx<'_> {
    /// The rows of a statement.
    pub async fn rows<T>(&mut self, query: QueryAs<'_, Db, T, SqliteArguments>) -> Result<Vec<T>>
    where
        T: Send + Unpin + for<'r> FromRow<'r, SqliteRow>,
    {
        let answer = query.fetch_all(&mut *self.inner).await;
        answer.map_err(|e| self.failed(&e))
    }

    /// Runs a statement; gives the number of rows it wrote.
    pub async fn run(&mut self, query: Query<'_, Db, SqliteArguments>) -> Result<u64> {
        let answer = query.execute(&mut *self.inner).await;
        answer.map(|done| done.rows_affected()).map_err(|e| self.failed(&e))
    }

    /// Puts an event into the outbox when the work is done, in the order of the calls.
    pub fn tell(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Says what came of the work: what was asked has changed something, and the audit log is to have its entry. See [`crate::shop::audit::outcome`].
    pub fn note(&mut self, outcome: Value) {
        self.outcome = Some(outcome);
    }

    /// The columns of the unique rule that the failed statement broke, as `products.sku`. Only a refusal or the error may follow.
    pub fn broken_rule(&self) -> Option<&str> {
        self.broken_rule.as_deref()
    }

    fn failed(&mut self, error: &sqlx::Error) -> StoreError {
        self.broken_rule = error::broken_rule(error);
        undone(&self.place, error)
    }
}

impl Sqlite {
    /// The writer, once its other users are done.
    pub(super) async fn turn(&self) -> Result<PoolConnection<Db>> {
        let late = |_| {
            let detail = format!("{}: other writes took more than {} ms", self.place, TURN.as_millis());
            StoreError::new(Engine::Sqlite, Kind::Unavailable, detail)
        };
        tokio::time::timeout(TURN, self.writer.acquire()).await.map_err(late)?.map_err(|e| self.error(&e))
    }

    /// Does the work in one transaction with its key, its events and its entry of the audit log. In a task of its own: a caller who goes away ends the waiting
    /// for the writer, but neither the BEGIN nor the COMMIT.
    pub(super) async fn once<W: Work>(&self, by: Provenance<'_>, work: W) -> Result<Written<W::Answer, W::Refusal>> {
        let writer = self.turn().await?;
        let (once, audit, place) = (by.once.cloned(), by.audit.cloned(), self.place.clone());
        super::finish(tokio::spawn(attempt(writer, place, once, audit, work))).await
    }
}

async fn attempt<W: Work>(
    mut writer: PoolConnection<Db>,
    place: Arc<str>,
    once: Option<Once>,
    audit: Option<AuditEntry>,
    work: W,
) -> Result<Written<W::Answer, W::Refusal>> {
    let writer: &mut SqliteConnection = &mut writer;
    // at once with the write lock: a transaction that reads first and then wants to write can be refused half-way
    let inner = writer.begin_with("BEGIN IMMEDIATE").await.map_err(|e| undone(&place, &e))?;
    let mut tx = Tx { inner, place: place.clone(), events: Vec::new(), outcome: None, broken_rule: None };
    // an error drops the transaction, which rolls it back
    let written = transact(&mut tx, Provenance { once: once.as_ref(), audit: audit.as_ref() }, &work).await?;
    if matches!(written, Written::Done(_)) {
        tx.inner.commit().await.map_err(|e| unknown(&place, &e))?;
    } else {
        tx.inner.rollback().await.map_err(|e| undone(&place, &e))?;
    }
    Ok(written)
}

/// Everything between BEGIN and COMMIT.
async fn transact<W: Work>(tx: &mut Tx<'_>, by: Provenance<'_>, work: &W) -> Result<Written<W::Answer, W::Refusal>> {
    if let Some(once) = by.once
        && let Some(known) = once::claim(tx, once).await?
    {
        return Ok(known);
    }
    let answer = match work.run(tx).await? {
        Ok(answer) => answer,
        Err(refusal) => return Ok(Written::Refused(refusal)),
    };
    if let Some(once) = by.once {
        once::answer(tx, once, &answer).await?;
    }
    let events = std::mem::take(&mut tx.events);
    if !events.is_empty() {
        let rows = events.iter().map(|e| json!([keys::hex(e.id.uuid()), e.aggregate, e.sequence, e.at.millis(), e.fact]));
        let rows = Value::Array(rows.collect()).to_string();
        tx.run(sqlx::query(include_str!("sql/outbox_put.sql")).bind(rows)).await?;
    }
    if let (Some(asked), Some(outcome)) = (by.audit, tx.outcome.take()) {
        tx.run(audit::put(&asked.with(outcome))).await?;
    }
    Ok(Written::Done(answer))
}

/// A failure ahead of the COMMIT: what came too late is not unknown but undone.
pub fn undone(place: &str, error: &sqlx::Error) -> StoreError {
    let error = error::store_error(place, error);
    let kind = if error.kind == Kind::Timeout { Kind::Unavailable } else { error.kind };
    StoreError::new(Engine::Sqlite, kind, error.detail())
}

/// A COMMIT that failed: whether it reached the disk is not known before the file is read again.
fn unknown(place: &str, error: &sqlx::Error) -> StoreError {
    let error = error::store_error(place, error);
    let kind = if error.kind == Kind::Conflict { Kind::Conflict } else { Kind::Timeout };
    StoreError::new(Engine::Sqlite, kind, error.detail())
}
