//! Single statements that change something, without a key: in a write transaction, for its limits and its second tries.

use super::Postgres;
use super::query::Binds;
use super::transaction::{Outcome, Tx, Work};
use crate::error::{Engine, Kind, StoreError};
use crate::roles::Result;
use crate::shop::{Provenance, Written};
use std::convert::Infallible;

struct Statement<B> {
    sql: &'static str,
    binds: B,
}

impl<B: Fn() -> Binds + Send + Sync + 'static> Work for Statement<B> {
    type Answer = u64;
    type Refusal = Infallible;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        tx.run(self.sql, (self.binds)()).await.map(Ok)
    }
}

impl Postgres {
    /// Runs the statement; gives the number of rows it wrote.
    pub(super) async fn change(&self, sql: &'static str, binds: impl Fn() -> Binds + Send + Sync + 'static) -> Result<u64> {
        match self.once(Provenance::default(), Statement { sql, binds }).await? {
            Written::Done(rows) | Written::Replayed(rows) => Ok(rows),
            Written::KeyReused | Written::InProgress => {
                Err(StoreError::new(Engine::Postgres, Kind::Broken, "a statement without a key met one"))
            }
        }
    }
}
