//! The board in SQLite: as rows, and as documents in a column. Both have an index in the board's order.

use super::{TOP, members};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass},
    site::{Durability, Site, SqlitePlace},
};
use async_trait::async_trait;
use serde_json::json;

/// How members are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// A row with two numbers.
    Rows,
    /// A JSON document in a row.
    Json,
}

/// A board.
pub struct Board {
    model: Model,
    place: SqlitePlace,
}

impl Board {
    /// Makes the database.
    pub async fn make(site: &Site, model: Model) -> Result<Self> {
        let label = if model == Model::Rows { "w16 rows" } else { "w16 json" };
        Ok(Self { model, place: site.sqlite(label, Durability::Full).await? })
    }

    fn statement(&self, case: &str) -> &'static str {
        match (self.model, case) {
            (Model::Rows, "rank") => include_str!("sqlite_rows_rank.sql"),
            (Model::Rows, _) => include_str!("sqlite_rows_top.sql"),
            (Model::Json, "rank") => include_str!("sqlite_json_rank.sql"),
            (Model::Json, _) => include_str!("sqlite_json_top.sql"),
        }
    }
}

#[async_trait]
impl Arm for Board {
    fn about(&self) -> ArmAbout {
        match self.model {
            Model::Rows => ArmAbout { name: "sqlite rows", store: "sqlite", model: "rows, index on (score, member)", variant: "idiomatic" },
            Model::Json => {
                ArmAbout { name: "sqlite json", store: "sqlite", model: "documents, index on expressions", variant: "idiomatic" }
            }
        }
    }

    fn source(&self, case: &Case) -> Source {
        Source { language: "sql", text: self.statement(&case.id).to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.place
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let (tables, fill) = match self.model {
            Model::Rows => (include_str!("sqlite_rows.sql"), "INSERT INTO members SELECT value ->> 0, value ->> 1 FROM json_each(?1)"),
            Model::Json => (
                include_str!("sqlite_json.sql"),
                "INSERT INTO members SELECT value ->> 0, json_object('member', value ->> 0, 'score', value ->> 1) FROM json_each(?1)",
            ),
        };
        self.place.script(tables).await?;
        for rows in members(load).chunks(10_000) {
            let rows: Vec<_> = rows.iter().map(|row| json!([row.member, row.score])).collect();
            self.place.fill(fill, &rows).await?;
        }
        self.place.settle().await?;
        self.place.sizes().await
    }

    async fn op(&self, case: &Case, input: &Input) -> Result<Answer> {
        let statement = self.statement(&case.id);
        if case.id == "rank" {
            let (score, rank): (i64, i64) = sqlx::query_as(statement).bind(input["member"].as_i64()).fetch_one(self.place.pool()).await?;
            return Ok(Answer::new(json!({ "score": score, "rank": rank }), 1));
        }
        let rows: Vec<(i64, i64)> = sqlx::query_as(statement).bind(TOP).fetch_all(self.place.pool()).await?;
        let count = rows.len();
        let rows: Vec<_> = rows.into_iter().map(|(member, score)| json!({ "member": member, "score": score })).collect();
        Ok(Answer::new(json!(rows), count))
    }

    async fn plan(&self, case: &Case, _: &Input) -> Result<Option<Plan>> {
        self.place.plan(self.statement(&case.id)).await.map(Some)
    }

    fn expects(&self, case: &Case) -> Option<PlanClass> {
        Some(if case.id == "rank" { PlanClass::Index } else { PlanClass::IndexScan })
    }
}
