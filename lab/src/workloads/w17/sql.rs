//! Sessions in tables. A session ends by its own time, which each statement looks at; its row stays until somebody deletes it.

use super::{
    arm::Shelf,
    data::{LIFE, ROLE, Signed, millis, now, told},
};
use crate::{
    ArmAbout, Loaded, Result, Source,
    arm::{Backing, Plan, Tier},
    site::{Durability, Site, SqlitePlace},
    stores::{Bound, PostgresStore},
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::time::Duration;

type Row = (String, String, i64);

fn answer(row: Option<Row>) -> Value {
    row.map_or(Value::Null, |(customer, role, signed_in_at)| told(&customer, &role, signed_in_at))
}

/// In SQLite.
pub struct Sqlite(SqlitePlace);

impl Sqlite {
    /// Makes the database.
    pub async fn make(site: &Site) -> Result<Self> {
        site.sqlite("w17 table", Durability::Normal).await.map(Self)
    }

    fn sql(touch: bool) -> &'static str {
        if touch { include_str!("sqlite_touch.sql") } else { include_str!("sqlite_read.sql") }
    }
}

#[async_trait]
impl Shelf for Sqlite {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "sqlite table", store: "sqlite", model: "rows with their end, swept by a job", variant: "idiomatic" }
    }

    fn statement(&self, touch: bool) -> Source {
        Source { language: "sql", text: Self::sql(touch).to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.0
    }

    async fn fill(&self, sessions: &[Signed]) -> Result<Loaded> {
        self.0.script(include_str!("sqlite_tables.sql")).await?;
        let end = now() + millis(LIFE);
        for chunk in sessions.chunks(5_000) {
            let rows: Value = chunk.iter().map(|one| json!([one.hex(), one.customer_id(), ROLE, one.signed_in_at])).collect();
            sqlx::query(include_str!("sqlite_fill.sql")).bind(rows.to_string()).bind(end).execute(self.0.pool()).await?;
        }
        self.0.settle().await?;
        self.0.sizes().await
    }

    async fn put(&self, one: &Signed, life: Duration) -> Result<()> {
        let put = sqlx::query(include_str!("sqlite_put.sql")).bind(one.hex()).bind(one.customer_id()).bind(ROLE);
        put.bind(one.signed_in_at).bind(now() + millis(life)).execute(self.0.pool()).await?;
        Ok(())
    }

    async fn read(&self, one: &Signed) -> Result<Value> {
        Ok(answer(sqlx::query_as(Self::sql(false)).bind(one.hex()).bind(now()).fetch_optional(self.0.pool()).await?))
    }

    async fn touch(&self, one: &Signed, life: Duration) -> Result<Value> {
        let now = now();
        let touched = sqlx::query_as(Self::sql(true)).bind(one.hex()).bind(now).bind(now + millis(life));
        Ok(answer(touched.fetch_optional(self.0.pool()).await?))
    }

    async fn count(&self) -> Result<Option<i64>> {
        Ok(Some(sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(self.0.pool()).await?))
    }

    fn lets_go_within(&self) -> Option<Duration> {
        None
    }

    async fn sweep(&self) -> Result<u64> {
        Ok(sqlx::query(include_str!("sqlite_sweep.sql")).bind(now()).execute(self.0.pool()).await?.rows_affected())
    }

    async fn plan(&self, touch: bool, _: &Signed) -> Result<Option<Plan>> {
        self.0.plan(Self::sql(touch)).await.map(Some)
    }
}

/// In PostgreSQL.
pub struct Postgres(PostgresStore);

impl Postgres {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        Ok(PostgresStore::make(site, "w17 table", Tier::D0).await?.map(Self))
    }

    fn sql(touch: bool) -> &'static str {
        if touch { include_str!("postgres_touch.sql") } else { include_str!("postgres_read.sql") }
    }

    fn values(touch: bool, one: &Signed, life: Duration) -> Vec<Bound> {
        let now = now();
        let mut values = vec![Bound::from(one.hex()), Bound::Int(now)];
        values.extend(touch.then(|| Bound::Int(now + millis(life))));
        values
    }

    async fn keep(&self, sessions: &[Signed], end: i64) -> Result<()> {
        let texts = |of: fn(&Signed) -> String| Bound::Texts(sessions.iter().map(of).collect());
        let values = [
            texts(Signed::hex),
            texts(Signed::customer_id),
            texts(|_| ROLE.to_owned()),
            Bound::Ints(sessions.iter().map(|one| one.signed_in_at).collect()),
            Bound::Int(end),
        ];
        self.0.run(include_str!("postgres_put.sql"), &values).await.map(drop)
    }
}

#[async_trait]
impl Shelf for Postgres {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "postgres table", store: "postgres", model: "unlogged rows with their end, swept by a job", variant: "idiomatic" }
    }

    fn statement(&self, touch: bool) -> Source {
        Source { language: "sql", text: Self::sql(touch).to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.0
    }

    async fn fill(&self, sessions: &[Signed]) -> Result<Loaded> {
        self.0.script(include_str!("postgres_tables.sql")).await?;
        for chunk in sessions.chunks(5_000) {
            self.keep(chunk, now() + millis(LIFE)).await?;
        }
        self.0.settle().await?;
        self.0.sizes().await
    }

    async fn put(&self, one: &Signed, life: Duration) -> Result<()> {
        self.keep(std::slice::from_ref(one), now() + millis(life)).await
    }

    async fn read(&self, one: &Signed) -> Result<Value> {
        let rows: Vec<Row> = self.0.rows(Self::sql(false), &Self::values(false, one, LIFE)).await?;
        Ok(answer(rows.into_iter().next()))
    }

    async fn touch(&self, one: &Signed, life: Duration) -> Result<Value> {
        let rows: Vec<Row> = self.0.rows(Self::sql(true), &Self::values(true, one, life)).await?;
        Ok(answer(rows.into_iter().next()))
    }

    async fn count(&self) -> Result<Option<i64>> {
        let count: Vec<(i64,)> = self.0.rows("SELECT count(*) FROM sessions", &[]).await?;
        Ok(count.first().map(|(count,)| *count))
    }

    fn lets_go_within(&self) -> Option<Duration> {
        None
    }

    async fn sweep(&self) -> Result<u64> {
        self.0.run(include_str!("postgres_sweep.sql"), &[Bound::Int(now())]).await
    }

    async fn plan(&self, touch: bool, one: &Signed) -> Result<Option<Plan>> {
        self.0.plan(Self::sql(touch), &Self::values(touch, one, LIFE)).await.map(Some)
    }
}
