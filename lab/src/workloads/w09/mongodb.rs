//! The reports in MongoDB: aggregation pipelines over documents.

use super::{data, range};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Plan, Tier},
    site::Site,
    stores::{MongoCommand, MongoStore, document_json},
};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use serde_json::Value;

/// A shop in MongoDB.
pub struct Reports {
    months: MongoCommand,
    categories: MongoCommand,
    products: MongoCommand,
    tiers: MongoCommand,
    events: MongoCommand,
    store: MongoStore,
}

fn values(input: &Input) -> [(&'static str, Bson); 2] {
    let [from, to] = range(input);
    [("from", from.into()), ("to", to.into())]
}

/// A document with its number as the key.
fn keyed(value: &Value) -> Result<Document> {
    let mut document = mongodb::bson::serialize_to_document(value).map_err(|error| LabError::store("mongodb", error))?;
    let id = document.remove("id");
    let mut keyed = doc! { "_id": id };
    keyed.extend(document);
    Ok(keyed)
}

impl Reports {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        let Some(store) = MongoStore::make(site, "w09", Tier::Read).await? else { return Ok(None) };
        Ok(Some(Self {
            months: MongoCommand::new(include_str!("mongodb_months.json"))?,
            categories: MongoCommand::new(include_str!("mongodb_categories.json"))?,
            products: MongoCommand::new(include_str!("mongodb_products.json"))?,
            tiers: MongoCommand::new(include_str!("mongodb_tiers.json"))?,
            events: MongoCommand::new(include_str!("mongodb_events.json"))?,
            store,
        }))
    }

    fn command(&self, case: &Case) -> &MongoCommand {
        match &*case.id {
            "months" => &self.months,
            "categories" => &self.categories,
            "products" => &self.products,
            "tiers" => &self.tiers,
            _ => &self.events,
        }
    }
}

#[async_trait]
impl Arm for Reports {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "mongodb embedded", store: "mongodb", model: "documents, index on time", variant: "idiomatic" }
    }

    fn source(&self, case: &Case) -> Source {
        Source { language: "mongodb", text: self.command(case).text.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let documents = data::orders(load).iter().map(|order| keyed(&data::order_document(order))).collect::<Result<_>>()?;
        self.store.fill("orders", documents).await?;
        self.store.index("orders", "by_time", doc! { "placed": 1 }).await?;
        let documents = data::events(load).iter().map(|event| keyed(&data::event_document(event))).collect::<Result<_>>()?;
        self.store.fill("events", documents).await?;
        self.store.index("events", "by_time", doc! { "at": 1 }).await?;
        self.store.checkpoint().await?;
        self.store.sizes().await
    }

    async fn op(&self, case: &Case, input: &Input) -> Result<Answer> {
        let rows = self.store.ask(self.command(case), &values(input)).await?;
        let count = rows.len();
        Ok(Answer::new(rows.into_iter().map(document_json).collect(), count))
    }

    async fn plan(&self, case: &Case, input: &Input) -> Result<Option<Plan>> {
        self.store.plan(self.command(case), &values(input)).await.map(Some)
    }
}
