//! Limiters in SQL: one row for each client, counted and refused in one statement.

use super::{Limit, arm::Limiter};
use crate::{
    ArmAbout, Counters, Result, Source,
    arm::{Evidence, Plan, Tier},
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

    async fn begin(&self) -> Result<()> {
        sqlx::raw_sql(include_str!("sqlite_tables.sql")).execute(self.0.pool()).await?;
        self.0.settle().await
    }

    async fn take(&self, client: &str, limit: Limit) -> Result<bool> {
        let taken: Option<i64> =
            sqlx::query_scalar(SQLITE).bind(client).bind(limit.millis()).bind(limit.most).fetch_optional(self.0.pool()).await?;
        Ok(taken.is_some())
    }

    async fn counting(&self, on: bool) -> Result<()> {
        self.0.counting(on).await
    }

    async fn counters(&self) -> Result<Counters> {
        Ok(self.0.counters())
    }

    async fn evidence(&self) -> Result<Evidence> {
        self.0.evidence(false).await
    }

    async fn floor(&self) -> Result<bool> {
        self.0.floor().await
    }

    fn is_remote(&self) -> bool {
        false
    }

    async fn close(&self) {
        self.0.close().await;
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

    async fn begin(&self) -> Result<()> {
        self.0.script(include_str!("postgres_tables.sql")).await?;
        self.0.settle().await
    }

    async fn take(&self, client: &str, limit: Limit) -> Result<bool> {
        let values = [Bound::from(client), Bound::Int(limit.millis()), Bound::Int(i64::from(limit.most))];
        let taken: Vec<(i64,)> = self.0.rows(POSTGRES, &values).await?;
        Ok(!taken.is_empty())
    }

    async fn counting(&self, on: bool) -> Result<()> {
        self.0.counting(on).await
    }

    async fn counters(&self) -> Result<Counters> {
        self.0.counters().await
    }

    async fn plan(&self) -> Result<Option<Plan>> {
        let values = [Bound::from("plan"), Bound::Int(Limit::WIDE.millis()), Bound::Int(i64::from(Limit::WIDE.most))];
        self.0.plan(POSTGRES, &values).await.map(Some)
    }

    async fn evidence(&self) -> Result<Evidence> {
        self.0.evidence(false).await
    }

    async fn floor(&self) -> Result<bool> {
        self.0.floor().await
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn close(&self) {
        self.0.close().await;
    }
}
