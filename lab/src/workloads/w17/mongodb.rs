//! Sessions in MongoDB, with an index that lets go of them: a job of the server looks every minute. Until then a session that ended is there, and
//! each question must look at its end.

use super::{
    arm::Shelf,
    data::{LIFE, ROLE, Signed, millis, now, told},
};
use crate::{
    ArmAbout, LabError, Loaded, Result, Source,
    arm::{Backing, Plan, Tier},
    site::Site,
    stores::{MongoCommand, MongoStore},
};
use async_trait::async_trait;
use mongodb::bson::{Bson, DateTime, Document, doc};
use serde_json::Value;
use std::time::Duration;

const COLLECTION: &str = "sessions";

/// In MongoDB.
pub struct Mongo {
    store: MongoStore,
    read: MongoCommand,
    touch: MongoCommand,
    put: MongoCommand,
    index: MongoCommand,
}

fn time(millis: i64) -> Bson {
    Bson::DateTime(DateTime::from_millis(millis))
}

fn document(one: &Signed, end: i64) -> Document {
    doc! { "_id": one.hex(), "customer": one.customer_id(), "role": ROLE, "signedInAt": one.signed_in_at, "endsAt": time(end) }
}

fn answer(row: Option<&Document>) -> Result<Value> {
    let Some(row) = row else { return Ok(Value::Null) };
    match (row.get_str("customer"), row.get_str("role"), row.get_i64("signedInAt")) {
        (Ok(customer), Ok(role), Ok(signed_in_at)) => Ok(told(customer, role, signed_in_at)),
        _ => Err(LabError::store("mongodb", "a session is not as it was put")),
    }
}

impl Mongo {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        let Some(store) = MongoStore::make(site, "w17 ttl", Tier::D1).await? else { return Ok(None) };
        let read = MongoCommand::new(include_str!("mongodb_read.json"))?;
        let touch = MongoCommand::new(include_str!("mongodb_touch.json"))?;
        let put = MongoCommand::new(include_str!("mongodb_put.json"))?;
        let index = MongoCommand::new(include_str!("mongodb_index.json"))?;
        Ok(Some(Self { store, read, touch, put, index }))
    }

    fn values(one: &Signed, life: Duration) -> [(&'static str, Bson); 3] {
        let now = now();
        [("token", Bson::String(one.hex())), ("now", time(now)), ("end", time(now + millis(life)))]
    }
}

#[async_trait]
impl Shelf for Mongo {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "mongodb ttl", store: "mongodb", model: "documents with an index that lets go of them", variant: "idiomatic" }
    }

    fn statement(&self, touch: bool) -> Source {
        let text = if touch { self.touch.text } else { self.read.text };
        Source { language: "mongodb", text: text.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn fill(&self, sessions: &[Signed]) -> Result<Loaded> {
        let end = now() + millis(LIFE);
        self.store.fill(COLLECTION, sessions.iter().map(|one| document(one, end)).collect()).await?;
        self.store.run(&self.index, &[]).await?;
        self.store.checkpoint().await?;
        self.store.sizes().await
    }

    async fn put(&self, one: &Signed, life: Duration) -> Result<()> {
        let whole = document(one, now() + millis(life));
        self.store.run(&self.put, &[("token", Bson::String(one.hex())), ("whole", Bson::Document(whole))]).await.map(drop)
    }

    async fn read(&self, one: &Signed) -> Result<Value> {
        answer(self.store.ask(&self.read, &Self::values(one, LIFE)).await?.first())
    }

    async fn touch(&self, one: &Signed, life: Duration) -> Result<Value> {
        let told = self.store.run(&self.touch, &Self::values(one, life)).await?;
        answer(told.get_document("value").ok())
    }

    async fn count(&self) -> Result<Option<i64>> {
        let count = self.store.collection(COLLECTION).count_documents(doc! {}).await?;
        Ok(i64::try_from(count).ok())
    }

    fn lets_go_within(&self) -> Option<Duration> {
        // the server looks every minute unless it is told otherwise, and takes a while
        Some(Duration::from_secs(75))
    }

    async fn plan(&self, touch: bool, one: &Signed) -> Result<Option<Plan>> {
        self.store.plan(if touch { &self.touch } else { &self.read }, &Self::values(one, LIFE)).await.map(Some)
    }
}
