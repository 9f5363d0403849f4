//! The accounts in MongoDB.

use super::{Help, data};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass, Tier},
    site::Site,
    stores::{MongoCommand, MongoStore, document_json},
};
use async_trait::async_trait;
use mongodb::bson::{Bson, doc};
use serde_json::Value;

/// A collection of accounts.
pub struct Accounts {
    help: Help,
    lookup: MongoCommand,
    store: MongoStore,
}

fn email(input: &Input) -> [(&'static str, Bson); 1] {
    [("email", input["email"].as_str().unwrap_or_default().into())]
}

impl Accounts {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site, help: Help) -> Result<Option<Self>> {
        let Some(store) = MongoStore::make(site, &format!("w05 {help:?}"), Tier::Read).await? else { return Ok(None) };
        Ok(Some(Self { help, lookup: MongoCommand::new(include_str!("mongodb_lookup.json"))?, store }))
    }
}

#[async_trait]
impl Arm for Accounts {
    fn about(&self) -> ArmAbout {
        match self.help {
            Help::Index => ArmAbout { name: "mongodb indexed", store: "mongodb", model: "documents, index on email", variant: "idiomatic" },
            Help::Scan => ArmAbout { name: "mongodb scan", store: "mongodb", model: "documents, no index on email", variant: "seed" },
        }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "mongodb", text: self.lookup.text.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        self.store.collection("accounts").drop().await?;
        for accounts in data::chunks(load) {
            let document = |row: data::Account| doc! { "_id": row.id, "email": row.email, "name": row.name, "points": row.points };
            self.store.insert("accounts", accounts.into_iter().map(document).collect()).await?;
        }
        if self.help == Help::Index {
            self.store.index("accounts", "by_email", doc! { "email": 1 }).await?;
        }
        self.store.checkpoint().await?;
        self.store.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let found = self.store.ask(&self.lookup, &email(input)).await?;
        let count = found.len();
        Ok(Answer::new(Value::Array(found.into_iter().map(document_json).collect()), count))
    }

    async fn plan(&self, _: &Case, input: &Input) -> Result<Option<Plan>> {
        self.store.plan(&self.lookup, &email(input)).await.map(Some)
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(self.help.class())
    }
}
