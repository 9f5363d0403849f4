//! MongoDB: writes that wait for the journal of a majority, and writes that wait for memory alone.

use super::{Outcome, Victim, clients};
use crate::{
    ArmAbout, LabError, Load, Result, Source,
    arm::{Evidence, Tier},
    servers::{Ground, Kind},
    stores::MongoCommand,
};
use async_trait::async_trait;
use futures::TryStreamExt as _;
use mongodb::{
    Database,
    bson::{Bson, Document, doc},
    options::ClientOptions,
};
use std::{collections::HashSet, time::Duration};

/// The victim.
pub struct Mongo;

const MAJORITY: &str = include_str!("mongodb_majority.json");
const MEMORY: &str = include_str!("mongodb_memory.json");

struct Book {
    insert: &'static str,
}

struct Client {
    database: Database,
    insert: MongoCommand,
}

async fn database(url: &str) -> Result<Database> {
    let mut options = ClientOptions::parse(url).await?;
    options.server_selection_timeout = Some(Duration::from_secs(1));
    // a write that is tried again by the driver is one that was not acknowledged
    options.retry_writes = Some(false);
    Ok(mongodb::Client::with_options(options)?.database("lab"))
}

#[async_trait]
impl clients::Client for Client {
    async fn write(&mut self, number: i64) -> Result<()> {
        let answer = self.database.run_command(self.insert.bind(&[("number", Bson::Int64(number))])?).await?;
        let failed = answer.contains_key("writeErrors") || answer.contains_key("writeConcernError");
        if failed { Err(LabError::store("mongodb", answer)) } else { Ok(()) }
    }
}

#[async_trait]
impl clients::Book for Book {
    async fn make(&self, url: &str) -> Result<()> {
        Ok(database(url).await?.create_collection("acknowledged").await?)
    }

    async fn client(&self, url: &str) -> Result<Box<dyn clients::Client>> {
        Ok(Box::new(Client { database: database(url).await?, insert: MongoCommand::new(self.insert)? }))
    }

    async fn all(&self, url: &str) -> Result<HashSet<i64>> {
        let all: Vec<Document> = database(url).await?.collection("acknowledged").find(doc! {}).await?.try_collect().await?;
        Ok(all.iter().filter_map(|row| row.get_i64("_id").ok()).collect())
    }

    async fn evidence(&self, url: &str) -> Result<Evidence> {
        let admin = database(url).await?.client().database("admin");
        let status = admin.run_command(doc! { "serverStatus": 1 }).await?;
        let config = admin.run_command(doc! { "replSetGetConfig": 1 }).await?;
        let journaled =
            config.get_document("config").is_ok_and(|config| config.get_bool("writeConcernMajorityJournalDefault").unwrap_or(true));
        let concern = MongoCommand::new(self.insert)?.bind(&[("number", Bson::Int64(0))])?;
        let concern = concern.get_document("writeConcern").cloned().unwrap_or_default();
        let waits = concern.get_bool("j").unwrap_or(journaled);
        let engine = status.get_document("storageEngine").ok().and_then(|engine| engine.get_str("name").ok());
        Ok(Evidence::new(
            if waits { Tier::D3 } else { Tier::D1 },
            [
                ("version", status.get_str("version").unwrap_or_default().to_owned()),
                ("storage engine", engine.unwrap_or_default().to_owned()),
                ("writeConcernMajorityJournalDefault", journaled.to_string()),
                ("write concern sent", concern.to_string()),
            ],
        ))
    }
}

#[async_trait]
impl Victim for Mongo {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "mongodb", store: "mongodb", model: "documents, one write each", variant: "idiomatic" }
    }

    fn statement(&self, tier: Tier) -> Source {
        let text = if tier == Tier::D3 { MAJORITY } else { MEMORY };
        Source { language: "mongodb", text: text.to_owned() }
    }

    async fn suffer(&self, tier: Tier, load: &Load, ground: &Ground) -> Result<Outcome> {
        let (label, insert) = match tier {
            Tier::D3 => ("w23_majority", MAJORITY),
            Tier::D1 => ("w23_memory", MEMORY),
            _ => return Err(LabError::Unsupported("MongoDB keeps a journal always, and waits for it or does not".to_owned())),
        };
        clients::suffer(ground, Kind::Mongodb, label, &[], &Book { insert }, load).await
    }
}
