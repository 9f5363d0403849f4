//! Documents in MongoDB: the counter changed where it lies, and the whole document put in the place of the old one.

use super::{
    data::{Shape, VIEWS, told},
    doc,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass, Tier},
    site::Site,
    stores::{MongoCommand, MongoStore},
};
use async_trait::async_trait;
use mongodb::bson::{Bson, doc as bson};
use serde_json::{Value, json};

const COLLECTION: &str = "documents";

/// How a document is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// With an operator, on the server.
    Set,
    /// Read, changed here, and written back whole: what a mapper of objects does.
    Replace,
}

/// Documents.
pub struct Documents {
    model: Model,
    store: MongoStore,
    set: MongoCommand,
    find: MongoCommand,
    replace: MongoCommand,
}

impl Documents {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site, model: Model) -> Result<Option<Self>> {
        let label = if model == Model::Set { "w08 set" } else { "w08 replace" };
        let Some(store) = MongoStore::make(site, label, Tier::D1).await? else { return Ok(None) };
        let set = MongoCommand::new(include_str!("mongodb_set.json"))?;
        let find = MongoCommand::new(include_str!("mongodb_find.json"))?;
        let replace = MongoCommand::new(include_str!("mongodb_replace.json"))?;
        Ok(Some(Self { model, store, set, find, replace }))
    }

    async fn touch(&self, doc: i64) -> Result<i64> {
        let id = ("doc", Bson::Int64(doc));
        let answer = match self.model {
            Model::Set => self.store.run(&self.set, &[id]).await?,
            Model::Replace => {
                let found = self.store.ask(&self.find, std::slice::from_ref(&id)).await?;
                let mut whole =
                    found.into_iter().next().ok_or_else(|| LabError::store("mongodb", format!("there is no document {doc}")))?;
                let views = whole.get_i64("views").map_err(|error| LabError::store("mongodb", error))?;
                whole.insert("views", views + 1);
                self.store.run(&self.replace, &[id, ("whole", Bson::Document(whole))]).await?
            }
        };
        Ok(answer.get_i32("nModified").map_or(0, i64::from))
    }
}

#[async_trait]
impl Arm for Documents {
    fn about(&self) -> ArmAbout {
        let (name, model) = match self.model {
            Model::Set => ("mongodb set", "a field, changed by an operator"),
            Model::Replace => ("mongodb replace", "read, changed and written back whole"),
        };
        ArmAbout { name, store: "mongodb", model, variant: "idiomatic" }
    }

    fn source(&self, _: &Case) -> Source {
        let text = match self.model {
            Model::Set => self.set.text.to_owned(),
            Model::Replace => format!("{}{}", self.find.text, self.replace.text),
        };
        Source { language: "mongodb", text }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, _: &Load) -> Result<Loaded> {
        Ok(Loaded::default())
    }

    async fn reset(&self, case: &Case, load: &Load) -> Result<()> {
        let shape = Shape::of(case)?;
        self.store.fill(COLLECTION, Vec::new()).await?;
        for (first, bodies) in shape.pieces(load) {
            let documents = (first..).zip(bodies).map(|(id, body)| bson! { "_id": id, "views": VIEWS, "body": body });
            self.store.collection(COLLECTION).insert_many(documents).await?;
        }
        self.store.checkpoint().await?;
        if !shape.first {
            for id in 0..load.size as i64 {
                self.touch(id).await?;
            }
        }
        Ok(())
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let changed = self.touch(doc(input)).await?;
        Ok(Answer::new(json!({ "changed": changed }), usize::from(self.model == Model::Replace)))
    }

    async fn state(&self, _: &Case) -> Result<Option<Value>> {
        let all = MongoCommand::new(r#"{ "find": "documents", "sort": { "_id": 1 } }"#)?;
        let mut documents = Vec::new();
        for row in self.store.ask(&all, &[]).await? {
            let (id, views, body) = (row.get_i64("_id"), row.get_i64("views"), row.get_str("body"));
            let (Ok(id), Ok(views), Ok(body)) = (id, views, body) else {
                return Err(LabError::store("mongodb", "a document is not as it was filled"));
            };
            documents.push(told(id, views, body));
        }
        Ok(Some(documents.into()))
    }

    async fn plan(&self, _: &Case, input: &Input) -> Result<Option<Plan>> {
        let command = if self.model == Model::Set { &self.set } else { &self.find };
        self.store.plan(command, &[("doc", Bson::Int64(doc(input)))]).await.map(Some)
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(PlanClass::Index)
    }
}
