//! The outbox in SQLite: one writer at a time, and leases by SQLite's clock.

use super::{Sqlite, finish, keys, row, transaction};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{
        Outbox, Result,
        outbox::{MAX_PRUNED, ROUNDS, error_text, millis},
    },
    shop::{Claimed, Event, EventId, OutboxState, Parked, Timestamp},
};
use async_trait::async_trait;
use sqlx::{FromRow, sqlite::SqliteRow};
use std::time::Duration;

const CLAIM: &str = include_str!("sql/outbox_claim.sql");
const CLAIM_BEYOND: &str = include_str!("sql/outbox_claim_beyond.sql");

fn event(row: &row::Cells<'_>) -> sqlx::Result<Event> {
    let (aggregate, sequence) = (row::text(row, "aggregate")?, row::number(row, "sequence")?);
    Ok(Event { id: row::id(row, "id")?, aggregate, sequence, at: row::time(row, "at")?, fact: row::json(row, "fact")? })
}

fn tries(row: &row::Cells<'_>) -> sqlx::Result<u32> {
    row::parsed(row, "tries", |tries: i64| u32::try_from(tries))
}

impl FromRow<'_, SqliteRow> for Claimed {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self { event: event(row)?, tries: tries(row)? })
    }
}

impl FromRow<'_, SqliteRow> for Parked {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self { event: event(row)?, tries: tries(row)?, error: row::text(row, "error")? })
    }
}

/// An event that a newer program wrote may be unreadable to this one: it is left out, so that the others can be told.
struct Readable<T>(Option<T>);

impl<'r, T: FromRow<'r, SqliteRow>> FromRow<'r, SqliteRow> for Readable<T> {
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        let id: EventId = row::id(&row::Cells::of(row), "id")?;
        let read = T::from_row(row).inspect_err(|error| tracing::error!(event = %id, "an event in the outbox cannot be read: {error}"));
        Ok(Self(read.ok()))
    }
}

fn readable<T>(rows: Vec<Readable<T>>) -> Vec<T> {
    rows.into_iter().filter_map(|Readable(row)| row).collect()
}

impl FromRow<'_, SqliteRow> for OutboxState {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        let count = |column| row::parsed(row, column, |count: i64| u64::try_from(count));
        Ok(Self { waiting: count("waiting")?, oldest: row::time_opt(row, "oldest")?, parked: count("parked")? })
    }
}

impl Sqlite {
    /// Each statement is a transaction of its own, on the writer, in a task of its own.
    async fn claim(&self, sql: &'static str, limit: u32, lease: i64) -> Result<Vec<Readable<Claimed>>> {
        let (mut writer, place) = (self.turn().await?, self.place.clone());
        finish(tokio::spawn(async move {
            let taken = sqlx::query_as(sql).bind(limit).bind(lease).fetch_all(&mut *writer).await;
            taken.map_err(|e| transaction::undone(&place, &e))
        }))
        .await
    }
}

#[async_trait]
impl Outbox for Sqlite {
    async fn outbox_claim(&self, limit: u32, lease: Duration) -> Result<Vec<Claimed>> {
        let lease = millis(lease);
        for _ in 0..ROUNDS {
            let mut rows = self.claim(CLAIM, limit, lease).await?;
            if rows.is_empty() {
                rows = self.claim(CLAIM_BEYOND, limit, lease).await?;
            }
            let nothing = rows.is_empty();
            let mut taken = readable(rows);
            if nothing || !taken.is_empty() {
                taken.sort_by_key(|claimed| (claimed.event.at, claimed.event.id));
                return Ok(taken);
            }
        }
        Ok(Vec::new())
    }

    async fn outbox_done(&self, ids: &[EventId]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let ids = keys::ids(ids);
        self.change(Box::new(move || sqlx::query(include_str!("sql/outbox_done.sql")).bind(ids.clone()))).await.map(drop)
    }

    async fn outbox_failed(&self, id: EventId, wait: Option<Duration>, counted: bool, error: &str) -> Result<()> {
        let (wait, error) = (wait.map(millis), error_text(error));
        let failed = move || {
            let failed = sqlx::query(include_str!("sql/outbox_failed.sql"));
            failed.bind(id.uuid()).bind(wait).bind(counted).bind(error.clone())
        };
        self.change(Box::new(failed)).await.map(drop)
    }

    async fn outbox_state(&self) -> Result<OutboxState> {
        let state = self.all(sqlx::query_as(include_str!("sql/outbox_state.sql"))).await?.pop();
        state.ok_or_else(|| StoreError::new(Engine::Sqlite, Kind::Broken, "the outbox has no state"))
    }

    async fn outbox_parked(&self, limit: u32) -> Result<Vec<Parked>> {
        Ok(readable(self.all(sqlx::query_as(include_str!("sql/outbox_parked.sql")).bind(limit)).await?))
    }

    async fn outbox_retry(&self, ids: &[EventId]) -> Result<u64> {
        let ids = keys::ids(ids);
        self.change(Box::new(move || sqlx::query(include_str!("sql/outbox_retry.sql")).bind(ids.clone()))).await
    }

    async fn once_prune(&self, before: Timestamp) -> Result<u64> {
        let prune = move || sqlx::query(include_str!("sql/once_prune.sql")).bind(before.millis()).bind(MAX_PRUNED);
        self.change(Box::new(prune)).await
    }
}
