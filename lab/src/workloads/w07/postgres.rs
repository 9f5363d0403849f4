//! The posts in PostgreSQL.

use super::{
    PAGE, Question, Way, churn,
    data::{Post, posts},
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Fact, Plan, PlanClass, Tier},
    site::Site,
    stores::{Bound, PostgresStore},
};
use async_trait::async_trait;
use serde_json::json;

/// A table of posts.
pub struct Posts {
    way: Way,
    store: PostgresStore,
}

impl Posts {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site, way: Way) -> Result<Option<Self>> {
        Ok(PostgresStore::make(site, &format!("w07 {way:?}"), Tier::Read).await?.map(|store| Self { way, store }))
    }

    fn statement(&self) -> &'static str {
        match self.way {
            Way::Offset => include_str!("postgres_offset.sql"),
            Way::Keyset => include_str!("postgres_keyset.sql"),
        }
    }

    fn values(&self, input: &Input) -> Vec<Bound> {
        let asked = Question::of(input);
        match self.way {
            Way::Offset => vec![PAGE.into(), asked.offset.into()],
            Way::Keyset => vec![PAGE.into(), asked.at.into(), asked.id.into()],
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
        let values = [post.id.into(), post.at.into(), post.title.as_str().into()];
        self.store.run(include_str!("postgres_add.sql"), &values).await.map(drop)
    }

    async fn take(&self, post: &Post) -> Result<()> {
        self.store.run(include_str!("postgres_take.sql"), &[post.id.into()]).await.map(drop)
    }
}

#[async_trait]
impl Arm for Posts {
    fn about(&self) -> ArmAbout {
        let model = "rows, index on (at, id)";
        match self.way {
            Way::Offset => ArmAbout { name: "postgres offset", store: "postgres", model, variant: "seed" },
            Way::Keyset => ArmAbout { name: "postgres keyset", store: "postgres", model, variant: "idiomatic" },
        }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "sql", text: self.statement().to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        self.store.script(include_str!("postgres_table.sql")).await?;
        for posts in posts(load).chunks(20_000) {
            let ids: Vec<_> = posts.iter().map(|post| post.id).collect();
            let moments: Vec<_> = posts.iter().map(|post| post.at).collect();
            let titles: Vec<_> = posts.iter().map(|post| post.title.clone()).collect();
            self.store.run(include_str!("postgres_fill.sql"), &[ids.into(), moments.into(), titles.into()]).await?;
        }
        self.store.settle().await?;
        self.store.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let rows: Vec<(i64, i64, String)> = self.store.rows(self.statement(), &self.values(input)).await?;
        let count = rows.len();
        let rows: Vec<_> = rows.into_iter().map(|(id, at, title)| Post { id, at, title }.answer()).collect();
        Ok(Answer::new(json!(rows), count))
    }

    async fn probe(&self, case: &Case, load: &Load) -> Result<Vec<Fact>> {
        let facts = churn::walk(self, case, load).await;
        self.load(load).await?;
        facts
    }

    async fn plan(&self, _: &Case, input: &Input) -> Result<Option<Plan>> {
        self.store.plan(self.statement(), &self.values(input)).await.map(Some)
    }

    /// By offset the server may rather sort the whole table than skip most of its index, and that is its choice.
    fn expects(&self, _: &Case) -> Option<PlanClass> {
        (self.way == Way::Keyset).then_some(PlanClass::Index)
    }
}
