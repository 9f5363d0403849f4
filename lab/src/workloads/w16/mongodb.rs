//! The board in MongoDB: documents with an index in the board's order.

use super::{TOP, members};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass, Tier},
    site::Site,
    stores::{MongoCommand, MongoStore, document_json},
};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use serde_json::{Value, json};

/// A board.
pub struct Board {
    store: MongoStore,
    member: MongoCommand,
    better: MongoCommand,
    equal: MongoCommand,
    top: MongoCommand,
}

fn failed(error: impl ToString) -> LabError {
    LabError::store("mongodb", error)
}

fn member(input: &Input) -> i64 {
    input["member"].as_i64().unwrap_or_default()
}

/// The number that a count answers: it has whichever type was large enough.
fn count(answer: &Document) -> Result<i64> {
    match answer.get("n") {
        Some(Bson::Int32(n)) => Ok(i64::from(*n)),
        Some(Bson::Int64(n)) => Ok(*n),
        other => Err(failed(format!("a count is {other:?}"))),
    }
}

impl Board {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        let Some(store) = MongoStore::make(site, "w16", Tier::Read).await? else { return Ok(None) };
        Ok(Some(Self {
            store,
            member: MongoCommand::new(include_str!("mongodb_member.json"))?,
            better: MongoCommand::new(include_str!("mongodb_better.json"))?,
            equal: MongoCommand::new(include_str!("mongodb_equal.json"))?,
            top: MongoCommand::new(include_str!("mongodb_top.json"))?,
        }))
    }

    async fn score(&self, member: i64) -> Result<i64> {
        let found = self.store.ask(&self.member, &[("member", member.into())]).await?;
        found.first().and_then(|found| found.get_i64("score").ok()).ok_or_else(|| failed("no such member"))
    }
}

#[async_trait]
impl Arm for Board {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "mongodb count", store: "mongodb", model: "documents, index on (score, _id)", variant: "idiomatic" }
    }

    fn source(&self, case: &Case) -> Source {
        let text = match &*case.id {
            "rank" => format!("{}\n{}\n{}", self.member.text, self.better.text, self.equal.text),
            _ => self.top.text.to_owned(),
        };
        Source { language: "mongodb", text }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let document = |row: &super::data::Member| doc! { "_id": row.member, "score": row.score };
        self.store.fill("members", members(load).iter().map(document).collect()).await?;
        self.store.index("members", "board", doc! { "score": -1, "_id": 1 }).await?;
        self.store.checkpoint().await?;
        self.store.sizes().await
    }

    async fn op(&self, case: &Case, input: &Input) -> Result<Answer> {
        if case.id != "rank" {
            let rows = self.store.ask(&self.top, &[("top", TOP.into())]).await?;
            let count = rows.len();
            return Ok(Answer::new(Value::Array(rows.into_iter().map(document_json).collect()), count));
        }
        let member = member(input);
        let score = self.score(member).await?;
        let better = count(&self.store.run(&self.better, &[("score", score.into())]).await?)?;
        let equal = count(&self.store.run(&self.equal, &[("score", score.into()), ("member", member.into())]).await?)?;
        Ok(Answer::new(json!({ "score": score, "rank": 1 + better + equal }), 3))
    }

    async fn plan(&self, case: &Case, input: &Input) -> Result<Option<Plan>> {
        if case.id != "rank" {
            return self.store.plan(&self.top, &[("top", TOP.into())]).await.map(Some);
        }
        // of the command that does the work
        let score = self.score(member(input)).await?;
        self.store.plan(&self.better, &[("score", score.into())]).await.map(Some)
    }

    fn expects(&self, case: &Case) -> Option<PlanClass> {
        Some(if case.id == "rank" { PlanClass::Index } else { PlanClass::IndexScan })
    }
}
