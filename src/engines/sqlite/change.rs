//! Single statements that change something, without a key, in a write transaction.

use super::{
    Sqlite,
    transaction::{Outcome, Tx, Work},
};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::Result,
    shop::{Provenance, Written},
};
use sqlx::{query::Query, sqlite::SqliteArguments};
use std::convert::Infallible;

/// Makes the statement with its parameters. Boxed, because the compiler loses the query's lifetime in a closure's own type.
pub type Statement = Box<dyn Fn() -> Query<'static, sqlx::Sqlite, SqliteArguments> + Send + Sync>;

struct Change(Statement);

impl Work for Change {
    type Answer = u64;
    type Refusal = Infallible;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        tx.run((self.0)()).await.map(Ok)
    }
}

impl Sqlite {
    /// Runs the statement; gives the number of rows it wrote.
    pub(super) async fn change(&self, statement: Statement) -> Result<u64> {
        match self.once(Provenance::default(), Change(statement)).await? {
            Written::Done(rows) | Written::Replayed(rows) => Ok(rows),
            Written::KeyReused | Written::InProgress => {
                Err(StoreError::new(Engine::Sqlite, Kind::Broken, "a statement without a key met one"))
            }
        }
    }
}
