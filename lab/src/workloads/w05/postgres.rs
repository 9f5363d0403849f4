//! The accounts in PostgreSQL.

use super::{Help, data};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass, Tier},
    site::Site,
    stores::{Bound, PostgresStore},
};
use async_trait::async_trait;
use serde_json::json;

const LOOKUP: &str = include_str!("postgres_lookup.sql");

/// A table of accounts.
pub struct Accounts {
    help: Help,
    store: PostgresStore,
}

fn email(input: &Input) -> [Bound; 1] {
    [input["email"].as_str().unwrap_or_default().into()]
}

impl Accounts {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site, help: Help) -> Result<Option<Self>> {
        let store = PostgresStore::make(site, &format!("w05 {help:?}"), Tier::Read).await?;
        Ok(store.map(|store| Self { help, store }))
    }
}

#[async_trait]
impl Arm for Accounts {
    fn about(&self) -> ArmAbout {
        match self.help {
            Help::Index => ArmAbout { name: "postgres indexed", store: "postgres", model: "rows, index on email", variant: "idiomatic" },
            Help::Scan => ArmAbout { name: "postgres scan", store: "postgres", model: "rows, no index on email", variant: "seed" },
        }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "sql", text: LOOKUP.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        self.store.script(include_str!("postgres_table.sql")).await?;
        for accounts in data::chunks(load) {
            let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for row in accounts {
                columns.0.push(row.id);
                columns.1.push(row.email);
                columns.2.push(row.name);
                columns.3.push(row.points);
            }
            let columns = [columns.0.into(), columns.1.into(), columns.2.into(), columns.3.into()];
            self.store.run(include_str!("postgres_fill.sql"), &columns).await?;
        }
        if self.help == Help::Index {
            self.store.script(include_str!("index.sql")).await?;
        }
        self.store.settle().await?;
        self.store.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let rows: Vec<(i64, String, String, i64)> = self.store.rows(LOOKUP, &email(input)).await?;
        let count = rows.len();
        let rows: Vec<_> = rows.into_iter().map(|(id, email, name, points)| data::Account { id, email, name, points }.answer()).collect();
        Ok(Answer::new(json!(rows), count))
    }

    async fn plan(&self, _: &Case, input: &Input) -> Result<Option<Plan>> {
        self.store.plan(LOOKUP, &email(input)).await.map(Some)
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(self.help.class())
    }
}
