//! Limiters in SQL: one row for each client, counted and refused in one statement.

use super::{Limit, arm::Limiter};
use crate::{
    ArmAbout, Result, Source,
    arm::{Backing, Plan, Tier},
    site::{Durability, Site, SqlitePlace},
    stores::{Bound, PostgresStore},
};
use async_trait::async_trait;

const SQLITE: &str = include_str!("sqlite_fixed.sql");
const POSTGRES: &str = include_str!("postgres_fixed.sql");

/// In SQLite.
pub struct Sqlite(SqlitePlace);

impl Sqlite {
    /// Makes the database.
    pub async fn make(site: &Site) -> Result<Self> {
        site.sqlite("w18 fixed", Durability::Normal).await.map(Self)
    }
}

#[async_trait]
impl Limiter for Sqlite {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "sqlite fixed", store: "sqlite", model: "a row with the window and its count", variant: "idiomatic" }
    }

    fn source(&self) -> Source {
        Source { language: "sql", text: SQLITE.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.0
    }

    async fn begin(&self) -> Result<()> {
        self.0.script(include_str!("sqlite_tables.sql")).await?;
        self.0.settle().await
    }

    async fn take(&self, client: &str, limit: Limit) -> Result<bool> {
        let taken: Option<i64> =
            sqlx::query_scalar(SQLITE).bind(client).bind(limit.millis()).bind(limit.most).fetch_optional(self.0.pool()).await?;
        Ok(taken.is_some())
    }
}

/// In PostgreSQL.
pub struct Postgres(PostgresStore);

impl Postgres {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        // counts that are lost in a crash begin anew: nothing waits for the disk
        Ok(PostgresStore::make(site, "w18 fixed", Tier::D0).await?.map(Self))
    }
}

#[async_trait]
impl Limiter for Postgres {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "postgres fixed", store: "postgres", model: "a row with the window and its count, unlogged", variant: "idiomatic" }
    }

    fn source(&self) -> Source {
        Source { language: "sql", text: POSTGRES.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.0
    }

    async fn begin(&self) -> Result<()> {
        self.0.script(include_str!("postgres_tables.sql")).await?;
        self.0.settle().await
    }

    async fn take(&self, client: &str, limit: Limit) -> Result<bool> {
        let values = [Bound::from(client), Bound::Int(limit.millis()), Bound::Int(i64::from(limit.most))];
        let taken: Vec<(i64,)> = self.0.rows(POSTGRES, &values).await?;
        Ok(!taken.is_empty())
    }

    async fn plan(&self) -> Result<Option<Plan>> {
        let values = [Bound::from("plan"), Bound::Int(Limit::WIDE.millis()), Bound::Int(i64::from(Limit::WIDE.most))];
        self.0.plan(POSTGRES, &values).await.map(Some)
    }
}
