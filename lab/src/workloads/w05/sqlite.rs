//! The accounts in SQLite.

use super::{Help, data};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass},
    site::{Durability, Site, SqlitePlace},
};
use async_trait::async_trait;
use serde_json::json;

const LOOKUP: &str = include_str!("sqlite_lookup.sql");

/// A table of accounts.
pub struct Accounts {
    help: Help,
    place: SqlitePlace,
}

impl Accounts {
    /// Makes the database.
    pub async fn make(site: &Site, help: Help) -> Result<Self> {
        Ok(Self { help, place: site.sqlite(&format!("w05 {help:?}"), Durability::Full).await? })
    }
}

#[async_trait]
impl Arm for Accounts {
    fn about(&self) -> ArmAbout {
        match self.help {
            Help::Index => ArmAbout { name: "sqlite indexed", store: "sqlite", model: "rows, index on email", variant: "idiomatic" },
            Help::Scan => ArmAbout { name: "sqlite scan", store: "sqlite", model: "rows, no index on email", variant: "seed" },
        }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "sql", text: LOOKUP.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.place
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        self.place.script(include_str!("sqlite_table.sql")).await?;
        for accounts in data::chunks(load) {
            let rows: Vec<_> = accounts.iter().map(|row| json!([row.id, row.email, row.name, row.points])).collect();
            self.place.fill(include_str!("sqlite_fill.sql"), &rows).await?;
        }
        if self.help == Help::Index {
            self.place.script(include_str!("index.sql")).await?;
        }
        self.place.settle().await?;
        self.place.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let rows: Vec<(i64, String, String, i64)> =
            sqlx::query_as(LOOKUP).bind(input["email"].as_str()).fetch_all(self.place.pool()).await?;
        let count = rows.len();
        let rows: Vec<_> = rows.into_iter().map(|(id, email, name, points)| data::Account { id, email, name, points }.answer()).collect();
        Ok(Answer::new(json!(rows), count))
    }

    async fn plan(&self, _: &Case, _: &Input) -> Result<Option<Plan>> {
        self.place.plan(LOOKUP).await.map(Some)
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(self.help.class())
    }
}
