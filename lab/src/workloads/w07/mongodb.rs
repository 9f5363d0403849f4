//! The posts in MongoDB.

use super::{
    PAGE, Question, Way, churn,
    data::{Post, posts},
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Fact, Plan, PlanClass, Tier},
    site::Site,
    stores::{MongoCommand, MongoStore, document_json},
};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use serde_json::Value;

/// A collection of posts.
pub struct Posts {
    way: Way,
    page: MongoCommand,
    add: MongoCommand,
    take: MongoCommand,
    store: MongoStore,
}

fn document(post: &Post) -> Document {
    doc! { "_id": post.id, "at": post.at, "title": &post.title }
}

impl Posts {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site, way: Way) -> Result<Option<Self>> {
        let Some(store) = MongoStore::make(site, &format!("w07 {way:?}"), Tier::Read).await? else { return Ok(None) };
        let page = match way {
            Way::Offset => include_str!("mongodb_skip.json"),
            Way::Keyset => include_str!("mongodb_keyset.json"),
        };
        let [page, add, take] = [page, include_str!("mongodb_add.json"), include_str!("mongodb_take.json")].map(MongoCommand::new);
        Ok(Some(Self { way, page: page?, add: add?, take: take?, store }))
    }
}

fn values(input: &Input) -> [(&'static str, Bson); 4] {
    let asked = Question::of(input);
    [("page", PAGE.into()), ("offset", asked.offset.into()), ("at", asked.at.into()), ("id", asked.id.into())]
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
        self.store.run(&self.add, &[("post", document(post).into())]).await.map(drop)
    }

    async fn take(&self, post: &Post) -> Result<()> {
        self.store.run(&self.take, &[("id", post.id.into())]).await.map(drop)
    }
}

#[async_trait]
impl Arm for Posts {
    fn about(&self) -> ArmAbout {
        let model = "documents, index on (at, _id)";
        match self.way {
            Way::Offset => ArmAbout { name: "mongodb skip", store: "mongodb", model, variant: "seed" },
            Way::Keyset => ArmAbout { name: "mongodb keyset", store: "mongodb", model, variant: "idiomatic" },
        }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "mongodb", text: self.page.text.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        self.store.fill("posts", posts(load).iter().map(document).collect()).await?;
        self.store.index("posts", "newest_first", doc! { "at": -1, "_id": -1 }).await?;
        self.store.checkpoint().await?;
        self.store.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let rows = self.store.ask(&self.page, &values(input)).await?;
        let count = rows.len();
        Ok(Answer::new(Value::Array(rows.into_iter().map(document_json).collect()), count))
    }

    async fn probe(&self, case: &Case, load: &Load) -> Result<Vec<Fact>> {
        let facts = churn::walk(self, case, load).await;
        self.load(load).await?;
        facts
    }

    async fn plan(&self, _: &Case, input: &Input) -> Result<Option<Plan>> {
        self.store.plan(&self.page, &values(input)).await.map(Some)
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(if self.way == Way::Offset { PlanClass::IndexScan } else { PlanClass::Index })
    }
}
