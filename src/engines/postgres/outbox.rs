//! The outbox in PostgreSQL: several servers take turns by row locks and leases, by the database's clock.

use super::query::{Binds, uuids};
use super::row::Cells;
use super::{Postgres, row};
use crate::error::{Engine, Kind, StoreError};
use crate::roles::outbox::{MAX_PRUNED, ROUNDS, error_text, millis};
use crate::roles::{Outbox, Result};
use crate::shop::{Claimed, Event, EventId, Fact, OutboxState, Parked, Timestamp};
use async_trait::async_trait;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use std::time::Duration;

fn event(row: &Cells<'_>) -> sqlx::Result<Event> {
    let Json(fact) = row.try_get::<Json<Fact>>("fact")?;
    let (aggregate, sequence) = (row.try_get("aggregate")?, row.try_get("sequence")?);
    Ok(Event { id: row::id(row, "id")?, aggregate, sequence, at: row::time(row, "at")?, fact })
}

fn tries(row: &Cells<'_>) -> sqlx::Result<u32> {
    u32::try_from(row.try_get::<i32>("tries")?).map_err(|error| row::unreadable("tries", error))
}

impl FromRow<'_, PgRow> for Claimed {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self { event: event(row)?, tries: tries(row)? })
    }
}

impl FromRow<'_, PgRow> for Parked {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self { event: event(row)?, tries: tries(row)?, error: row.try_get("error")? })
    }
}

/// An event that a newer program wrote may be unreadable to this one: it is left out, so that the others can be told.
struct Readable<T>(Option<T>);

impl<'r, T: FromRow<'r, PgRow>> FromRow<'r, PgRow> for Readable<T> {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        let id: EventId = row::id(&Cells::of(row), "id")?;
        let read = T::from_row(row).inspect_err(|error| tracing::error!(event = %id, "an event in the outbox cannot be read: {error}"));
        Ok(Self(read.ok()))
    }
}

fn readable<T>(rows: Vec<Readable<T>>) -> Vec<T> {
    rows.into_iter().filter_map(|Readable(row)| row).collect()
}

impl FromRow<'_, PgRow> for OutboxState {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        let count = |column| u64::try_from(row.try_get::<i64>(column)?).map_err(|error| row::unreadable(column, error));
        Ok(Self { waiting: count("waiting")?, oldest: row::optional_time(row, "oldest")?, parked: count("parked")? })
    }
}

#[async_trait]
impl Outbox for Postgres {
    /// Each statement is a transaction of its own: a caller who goes away leaves some events leased, and no more.
    async fn outbox_claim(&self, limit: u32, lease: Duration) -> Result<Vec<Claimed>> {
        let binds = || Binds::new().with(i64::from(limit)).with(millis(lease));
        for _ in 0..ROUNDS {
            let mut rows: Vec<Readable<Claimed>> = self.rows(sql!("outbox_claim"), binds()).await?;
            if rows.is_empty() {
                rows = self.rows(sql!("outbox_claim_beyond"), binds()).await?;
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
        let ids = uuids(ids);
        self.change(sql!("outbox_done"), move || Binds::new().with(&ids)).await.map(drop)
    }

    async fn outbox_failed(&self, id: EventId, wait: Option<Duration>, counted: bool, error: &str) -> Result<()> {
        let (wait, error) = (wait.map(millis), error_text(error));
        let binds = move || Binds::new().with(id.uuid()).with(wait).with(counted).with(&*error);
        self.change(sql!("outbox_failed"), binds).await.map(drop)
    }

    async fn outbox_state(&self) -> Result<OutboxState> {
        let state = self.rows(sql!("outbox_state"), Binds::new()).await?.pop();
        state.ok_or_else(|| StoreError::new(Engine::Postgres, Kind::Broken, "the outbox has no state"))
    }

    async fn outbox_parked(&self, limit: u32) -> Result<Vec<Parked>> {
        Ok(readable(self.rows(sql!("outbox_parked"), Binds::new().with(i64::from(limit))).await?))
    }

    async fn outbox_retry(&self, ids: &[EventId]) -> Result<u64> {
        let ids = uuids(ids);
        self.change(sql!("outbox_retry"), move || Binds::new().with(&ids)).await
    }

    async fn once_prune(&self, before: Timestamp) -> Result<u64> {
        self.change(sql!("once_prune"), move || Binds::new().with(before.to_chrono()).with(MAX_PRUNED)).await
    }
}
