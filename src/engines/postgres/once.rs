//! Idempotency keys: claimed ahead of the work, answered with it, in its transaction.

use super::query::Binds;
use super::transaction::Tx;
use crate::error::{Engine, Kind, StoreError};
use crate::roles::Result;
use crate::shop::{Once, Written};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sqlx::types::Json;

/// How often a key is claimed that is taken and then not there.
const TRIES: u32 = 3;

/// Takes the key: `None` if it is ours now. One that another transaction holds is waited for, up to the lock timeout; then either it
/// was rolled back and the key is free, or its answer can be read.
pub(super) async fn claim<T: DeserializeOwned, R>(tx: &mut Tx<'_>, once: &Once) -> Result<Option<Written<T, R>>> {
    let name = || Binds::new().with(&*once.scope).with(&*once.key);
    for _ in 0..TRIES {
        match tx.run(sql!("once_claim"), name().with(once.request.as_slice())).await {
            Ok(0) => {}
            Ok(_) => return Ok(None),
            Err(_) if tx.met_a_lock() => return Ok(Some(Written::InProgress)),
            Err(error) => return Err(error),
        }
        // a statement of its own, because that one began before the other transaction's end
        if let Some((request, answer)) = tx.rows::<(Vec<u8>, Value)>(sql!("once_find"), name()).await?.pop() {
            return if request == once.request { replay(answer).map(Some) } else { Ok(Some(Written::KeyReused)) };
        }
        // it was forgotten between the two statements, because of its age
    }
    Err(StoreError::new(Engine::Postgres, Kind::Unavailable, "an idempotency key was taken and gone, again and again"))
}

fn replay<T: DeserializeOwned, R>(answer: Value) -> Result<Written<T, R>> {
    let unreadable = |error| StoreError::corrupt(Engine::Postgres, format!("the answer beside an idempotency key: {error}"));
    serde_json::from_value(answer).map(Written::Replayed).map_err(unreadable)
}

/// Puts the answer beside the claimed key, the events into the outbox, and the entry into the audit log.
pub(super) async fn answer<T: Serialize + Sync>(tx: &mut Tx<'_>, once: &Once, answer: &T, told: Binds) -> Result<()> {
    let binds = told.with(&*once.scope).with(&*once.key).with(Json(answer));
    match tx.run(sql!("once_answer"), binds).await? {
        1 => Ok(()),
        rows => Err(StoreError::new(Engine::Postgres, Kind::Broken, format!("an idempotency key was answered in {rows} rows"))),
    }
}
