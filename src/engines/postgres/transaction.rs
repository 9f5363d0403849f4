//! Write transactions: what the shop's mutations do. Short limits, a task of their own, a second try where the store asks for one.

use super::Postgres;
use super::connect::WRITE;
use super::error::{broken_rule, is_code, session_is_lost, store_error, write_error};
use super::plan::planned_anew;
use super::query::{Binds, within};
use crate::error::{Engine, Kind, StoreError};
use crate::roles::Result;
use crate::shop::{AuditEntry, Event, Provenance, Written};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::types::Json;
use sqlx::{Connection as _, Error, FromRow, Postgres as Pg, Transaction};
use std::time::Duration;
use uuid::Uuid;

/// How often a transaction is begun at most that the server calls off for the sake of another one.
const TRIES: u32 = 3;
/// `serialization_failure` and `deadlock_detected`: the transaction did nothing, and may do better when it begins anew.
const AGAIN: [&str; 2] = ["40001", "40P01"];
/// One round trip: begins, and sets the limits of a mutation in place of those of a page.
const BEGIN: &str = concat!("BEGIN; SET LOCAL statement_timeout = '3s'; SET LOCAL lock_timeout = '500ms'; ", planned_anew!());

/// What is done in one transaction. It may run more than once, each time from the start.
pub(super) trait Work: Send + Sync + 'static {
    /// What was written; kept as JSON beside the key.
    type Answer: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// Why nothing is written.
    type Refusal: Send + 'static;

    /// The statements. A refusal or an error undoes everything, also the claim of the key.
    fn run(&self, tx: &mut Tx<'_>) -> impl Future<Output = Outcome<Self>> + Send;
}

/// What became of the work.
pub(super) type Outcome<W> = Result<std::result::Result<<W as Work>::Answer, <W as Work>::Refusal>>;

/// A transaction under way.
pub(super) struct Tx<'c> {
    inner: Transaction<'c, Pg>,
    events: Vec<Event>,
    outcome: Option<Value>,
    failed: Option<Failed>,
}

/// What is to be known of the statement that failed.
#[derive(Default)]
struct Failed {
    again: bool,
    lost: bool,
    locked: bool,
    rule: Option<String>,
}

impl Failed {
    fn of(error: &Error) -> Self {
        let again = AGAIN.iter().any(|code| is_code(error, code));
        Self { again, lost: session_is_lost(error), locked: is_code(error, "55P03"), rule: broken_rule(error) }
    }
}

/// A transaction that came to nothing, and what that means for its connection.
struct Failure {
    error: StoreError,
    failed: Failed,
}

impl Tx<'_> {
    /// The rows of a statement.
    pub(super) async fn rows<T>(&mut self, sql: &'static str, binds: Binds) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let query = sqlx::query_as_with(sql, binds.arguments()?);
        let answer = within(WRITE, query.fetch_all(&mut *self.inner)).await;
        answer.map_err(|error| self.failed(error))
    }

    /// Runs a statement; gives the number of rows it wrote.
    pub(super) async fn run(&mut self, sql: &'static str, binds: Binds) -> Result<u64> {
        let query = sqlx::query_with(sql, binds.arguments()?);
        let answer = within(WRITE, query.execute(&mut *self.inner)).await;
        answer.map(|done| done.rows_affected()).map_err(|error| self.failed(error))
    }

    /// Puts an event into the outbox when the work is done, in the order of the calls.
    pub(super) fn tell(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Says what came of the work: what was asked has changed something, and the audit log is to have its entry. See [`crate::shop::audit::outcome`].
    pub(super) fn note(&mut self, outcome: Value) {
        self.outcome = Some(outcome);
    }

    /// The name of the constraint that the failed statement broke. The transaction is over then: only a refusal or the error may follow.
    pub(super) fn broken_rule(&self) -> Option<&str> {
        self.failed.as_ref()?.rule.as_deref()
    }

    /// Whether the failed statement gave up waiting for a lock.
    pub(super) fn met_a_lock(&self) -> bool {
        self.failed.as_ref().is_some_and(|failed| failed.locked)
    }

    /// The COMMIT was not sent yet, so what came too late is not unknown but undone.
    fn failed(&mut self, error: Error) -> StoreError {
        self.failed = Some(Failed::of(&error));
        let error = write_error(error);
        let kind = if error.kind == Kind::Timeout { Kind::Unavailable } else { error.kind };
        StoreError::new(Engine::Postgres, kind, error.detail())
    }

    fn failure(&mut self, error: StoreError) -> Failure {
        Failure { error, failed: self.failed.take().unwrap_or_default() }
    }

    /// The entry of the audit log, if the work has changed something.
    fn entry(&mut self, asked: Option<&AuditEntry>) -> Option<AuditEntry> {
        Some(asked?.with(self.outcome.take()?))
    }

    /// The parameters of the statements that put the events and the entry of the audit log.
    fn told(&self, entry: Option<&AuditEntry>) -> Binds {
        let events: Vec<_> = self.events.iter().collect();
        let binds = Binds::new()
            .column(&events, |event| event.id.uuid())
            .column(&events, |event| &*event.aggregate)
            .column(&events, |event| event.sequence)
            .column(&events, |event| event.at.to_chrono())
            .column(&events, |event| Json(&event.fact));
        super::audit::columns(binds, &entry.into_iter().collect::<Vec<_>>())
    }
}

impl Postgres {
    /// Does the work in one transaction with its key, its events and its entry of the audit log. In a task of its own: a caller who goes away ends the waiting
    /// for a connection, but neither the BEGIN nor the COMMIT (K1).
    pub(super) async fn once<W: Work>(&self, by: Provenance<'_>, work: W) -> Result<Written<W::Answer, W::Refusal>> {
        let mut connection = self.leases.one(None).await?;
        let (once, audit, lost) = (by.once.cloned(), by.audit.cloned(), self.lost.clone());
        let task = tokio::spawn(async move {
            for tried in 1.. {
                let by = Provenance { once: once.as_ref(), audit: audit.as_ref() };
                match attempt(&mut connection, by, &work).await {
                    Ok(written) => return Ok(written),
                    Err(Failure { failed, .. }) if failed.again && tried < TRIES => tokio::time::sleep(pause(tried)).await,
                    Err(Failure { error, failed }) => {
                        if failed.lost {
                            lost.note();
                            connection.close_on_drop();
                        }
                        return Err(error);
                    }
                }
            }
            Err(StoreError::new(Engine::Postgres, Kind::Broken, "a transaction was neither done nor given up"))
        });
        task.await.map_err(|error| StoreError::new(Engine::Postgres, Kind::Broken, error))?
    }
}

/// Up to 20 ms the first time and twice that the second: two that were in each other's way should not meet again.
fn pause(tried: u32) -> Duration {
    // the last byte of a UUID of version 7 is random
    let random = u32::from(Uuid::now_v7().as_bytes()[15]);
    Duration::from_millis(u64::from(tried * random * 20 / 255))
}

async fn attempt<W: Work>(
    connection: &mut PgConnection,
    by: Provenance<'_>,
    work: &W,
) -> std::result::Result<Written<W::Answer, W::Refusal>, Failure> {
    let begun = within(WRITE, connection.begin_with(BEGIN)).await;
    let inner = begun.map_err(|error| Failure { failed: Failed::of(&error), error: undone(error) })?;
    let mut tx = Tx { inner, events: Vec::new(), outcome: None, failed: None };
    let written = match transact(&mut tx, by, work).await {
        Ok(written) => written,
        // dropping the transaction rolls it back
        Err(error) => return Err(tx.failure(error)),
    };
    let commit = matches!(written, Written::Done(_));
    let ending = if commit { within(WRITE, tx.inner.commit()).await } else { within(WRITE, tx.inner.rollback()).await };
    match ending {
        Ok(()) => Ok(written),
        Err(error) => {
            let failed = Failed::of(&error);
            let error = if commit && !failed.again { unknown(error) } else { undone(error) };
            Err(Failure { error, failed })
        }
    }
}

/// Everything between BEGIN and COMMIT.
async fn transact<W: Work>(tx: &mut Tx<'_>, by: Provenance<'_>, work: &W) -> Result<Written<W::Answer, W::Refusal>> {
    if let Some(once) = by.once
        && let Some(known) = super::once::claim(tx, once).await?
    {
        return Ok(known);
    }
    let answer = match work.run(tx).await? {
        Ok(answer) => answer,
        Err(refusal) => return Ok(Written::Refused(refusal)),
    };
    if tx.failed.is_some() {
        // the server would answer this COMMIT with a ROLLBACK, and without an error
        return Err(StoreError::new(Engine::Postgres, Kind::Broken, "a statement failed and its transaction was to be committed"));
    }
    let entry = tx.entry(by.audit);
    let told = tx.told(entry.as_ref());
    match by.once {
        Some(once) => super::once::answer(tx, once, &answer, told).await?,
        None if tx.events.is_empty() && entry.is_none() => {}
        None => drop(tx.run(sql!("outbox_put"), told).await?),
    }
    Ok(Written::Done(answer))
}

/// A failure ahead of the COMMIT: nothing is unknown about it.
fn undone(error: Error) -> StoreError {
    let error = store_error(error);
    let kind = if error.kind == Kind::Timeout { Kind::Unavailable } else { error.kind };
    StoreError::new(Engine::Postgres, kind, error.detail())
}

/// The COMMIT was sent, and no answer came, or a farewell: it may be done.
fn unknown(error: Error) -> StoreError {
    let error = store_error(error);
    let kind = if error.kind == Kind::Conflict { Kind::Conflict } else { Kind::Timeout };
    StoreError::new(Engine::Postgres, kind, error.detail())
}
