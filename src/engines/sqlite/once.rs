//! Idempotency keys: claimed ahead of the work, answered with it, in its transaction. Writers take turns, so a key that another
//! one holds is never met: it was answered or given back by then.

use super::transaction::Tx;
use crate::{
    error::{Engine, Kind, StoreError},
    roles::Result,
    shop::{Once, Timestamp, Written},
};
use serde::{Serialize, de::DeserializeOwned};

/// Takes the key: `None` if it is ours now.
pub async fn claim<T: DeserializeOwned, R>(tx: &mut Tx<'_>, once: &Once) -> Result<Option<Written<T, R>>> {
    let claim = sqlx::query(include_str!("sql/once_claim.sql")).bind(once.scope.clone()).bind(once.key.clone());
    if tx.run(claim.bind(once.request.to_vec()).bind(Timestamp::now().millis())).await? > 0 {
        return Ok(None);
    }
    let find = sqlx::query_as(include_str!("sql/once_find.sql")).bind(once.scope.clone()).bind(once.key.clone());
    let known: Option<(Vec<u8>, String)> = tx.rows(find).await?.pop();
    let gone = || StoreError::new(Engine::Sqlite, Kind::Broken, "an idempotency key is taken and is not there");
    let (request, answer) = known.ok_or_else(gone)?;
    if request != once.request {
        return Ok(Some(Written::KeyReused));
    }
    let unreadable = |e| StoreError::corrupt(Engine::Sqlite, format!("the answer beside an idempotency key: {e}"));
    serde_json::from_str(&answer).map(|answer| Some(Written::Replayed(answer))).map_err(unreadable)
}

/// Puts the answer beside the claimed key.
pub async fn answer<T: Serialize + Sync>(tx: &mut Tx<'_>, once: &Once, answer: &T) -> Result<()> {
    let unwritable = |e| StoreError::new(Engine::Sqlite, Kind::Broken, e);
    let answer = serde_json::to_string(answer).map_err(unwritable)?;
    let update = sqlx::query(include_str!("sql/once_answer.sql")).bind(once.scope.clone()).bind(once.key.clone()).bind(answer);
    match tx.run(update).await? {
        1 => Ok(()),
        rows => Err(StoreError::new(Engine::Sqlite, Kind::Broken, format!("an idempotency key was answered in {rows} rows"))),
    }
}
