//! The posts in SQLite.

use super::{
    PAGE, Question, Way, churn,
    data::{Post, posts},
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Fact, Plan, PlanClass},
    site::{Durability, Site, SqlitePlace},
};
use async_trait::async_trait;
use serde_json::json;

/// A table of posts.
pub struct Posts {
    way: Way,
    place: SqlitePlace,
}

impl Posts {
    /// Makes the database.
    pub async fn make(site: &Site, way: Way) -> Result<Self> {
        Ok(Self { way, place: site.sqlite(&format!("w07 {way:?}"), Durability::Normal).await? })
    }

    fn statement(&self) -> &'static str {
        match self.way {
            Way::Offset => include_str!("sqlite_offset.sql"),
            Way::Keyset => include_str!("sqlite_keyset.sql"),
        }
    }
}

#[async_trait]
impl churn::Pages for Posts {
    async fn make(&self, load: &Load) -> Result<()> {
        Arm::load(self, load).await.map(drop)
    }

    async fn page(&self, case: &Case, input: &Input) -> Result<Answer> {
        self.op(case, input).await
    }

    async fn add(&self, post: &Post) -> Result<()> {
        let add = sqlx::query(include_str!("sqlite_add.sql")).bind(post.id).bind(post.at).bind(&post.title);
        Ok(add.execute(self.place.pool()).await.map(drop)?)
    }

    async fn take(&self, post: &Post) -> Result<()> {
        Ok(sqlx::query(include_str!("sqlite_take.sql")).bind(post.id).execute(self.place.pool()).await.map(drop)?)
    }
}

#[async_trait]
impl Arm for Posts {
    fn about(&self) -> ArmAbout {
        let model = "rows, index on (at, id)";
        match self.way {
            Way::Offset => ArmAbout { name: "sqlite offset", store: "sqlite", model, variant: "seed" },
            Way::Keyset => ArmAbout { name: "sqlite keyset", store: "sqlite", model, variant: "idiomatic" },
        }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "sql", text: self.statement().to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.place
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        self.place.script(include_str!("sqlite_table.sql")).await?;
        for posts in posts(load).chunks(10_000) {
            let rows: Vec<_> = posts.iter().map(|post| json!([post.id, post.at, post.title])).collect();
            self.place.fill(include_str!("sqlite_fill.sql"), &rows).await?;
        }
        self.place.settle().await?;
        self.place.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let asked = Question::of(input);
        let query = sqlx::query_as(self.statement()).bind(PAGE);
        let query = match self.way {
            Way::Offset => query.bind(asked.offset),
            Way::Keyset => query.bind(asked.at).bind(asked.id),
        };
        let rows: Vec<(i64, i64, String)> = query.fetch_all(self.place.pool()).await?;
        let count = rows.len();
        let rows: Vec<_> = rows.into_iter().map(|(id, at, title)| Post { id, at, title }.answer()).collect();
        Ok(Answer::new(json!(rows), count))
    }

    async fn probe(&self, case: &Case, load: &Load) -> Result<Vec<Fact>> {
        let facts = churn::walk(self, case, load).await;
        self.load(load).await?;
        facts
    }

    async fn plan(&self, _: &Case, _: &Input) -> Result<Option<Plan>> {
        self.place.plan(self.statement()).await.map(Some)
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(if self.way == Way::Offset { PlanClass::IndexScan } else { PlanClass::Index })
    }
}
