//! The board in PostgreSQL: rows with an index in the board's order.

use super::{TOP, members};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass, Tier},
    site::Site,
    stores::{Bound, PostgresStore},
};
use async_trait::async_trait;
use serde_json::json;

/// A board.
pub struct Board {
    store: PostgresStore,
}

fn statement(case: &Case) -> &'static str {
    if case.id == "rank" { include_str!("postgres_rank.sql") } else { include_str!("postgres_top.sql") }
}

fn values(case: &Case, input: &Input) -> [Bound; 1] {
    [if case.id == "rank" { input["member"].as_i64().unwrap_or_default().into() } else { TOP.into() }]
}

impl Board {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        Ok(PostgresStore::make(site, "w16", Tier::Read).await?.map(|store| Self { store }))
    }
}

#[async_trait]
impl Arm for Board {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "postgres count", store: "postgres", model: "rows, index on (score, member)", variant: "idiomatic" }
    }

    fn source(&self, case: &Case) -> Source {
        Source { language: "sql", text: statement(case).to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        self.store.script(include_str!("postgres_table.sql")).await?;
        for rows in members(load).chunks(50_000) {
            let (members, scores): (Vec<i64>, Vec<i64>) = rows.iter().map(|row| (row.member, row.score)).unzip();
            let fill = "INSERT INTO members SELECT * FROM unnest($1::bigint[], $2::bigint[])";
            self.store.run(fill, &[members.into(), scores.into()]).await?;
        }
        self.store.settle().await?;
        self.store.sizes().await
    }

    async fn op(&self, case: &Case, input: &Input) -> Result<Answer> {
        let rows: Vec<(i64, i64)> = self.store.rows(statement(case), &values(case, input)).await?;
        if case.id == "rank" {
            let (score, rank) = rows.first().ok_or_else(|| LabError::store("postgres", "no such member"))?;
            return Ok(Answer::new(json!({ "score": score, "rank": rank }), 1));
        }
        let count = rows.len();
        let rows: Vec<_> = rows.into_iter().map(|(member, score)| json!({ "member": member, "score": score })).collect();
        Ok(Answer::new(json!(rows), count))
    }

    async fn plan(&self, case: &Case, input: &Input) -> Result<Option<Plan>> {
        self.store.plan(statement(case), &values(case, input)).await.map(Some)
    }

    /// For a rank the server may rather look at all rows than at half of the index, and that is its choice: it counts either way.
    fn expects(&self, case: &Case) -> Option<PlanClass> {
        (case.id != "rank").then_some(PlanClass::IndexScan)
    }
}
