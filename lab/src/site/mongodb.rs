//! A database of MongoDB that the lab made.

use super::{PREFIX, foreign};
use crate::{LabError, Result};
use mongodb::{
    Client, Database,
    bson::{Document, doc},
    options::{ClientOptions, ServerAddress},
};
use std::time::Duration;

/// The collection that says whose a database is.
const MARKER: &str = "polystore_lab_marker";

/// A database, and a client of it.
pub struct MongoPlace {
    /// Its name.
    pub name: String,
    /// The client.
    pub client: Client,
    /// The database.
    pub database: Database,
}

fn failed(error: impl ToString) -> LabError {
    LabError::store("mongodb", error)
}

async fn options(url: &str) -> Result<ClientOptions> {
    // the driver's words would repeat the URL with its password
    let options = ClientOptions::parse(url).await.map_err(|_| LabError::Refused("the URL of MongoDB cannot be read".to_owned()));
    options.map(|mut options| {
        options.server_selection_timeout = Some(Duration::from_secs(5));
        options
    })
}

/// Where the servers are.
pub async fn hosts(url: &str) -> Result<Vec<String>> {
    let of = |address: &ServerAddress| match address {
        ServerAddress::Tcp { host, .. } => host.clone(),
        other => other.to_string(),
    };
    Ok(options(url).await?.hosts.iter().map(of).collect())
}

impl MongoPlace {
    /// Makes the database. Fails if there is one of that name.
    pub async fn make(url: &str, name: &str, number: &str) -> Result<Self> {
        let client = Client::with_options(options(url).await?).map_err(failed)?;
        let database = client.database(name);
        if !database.list_collection_names().await.map_err(failed)?.is_empty() {
            return Err(foreign("mongodb", name));
        }
        database.collection::<Document>(MARKER).insert_one(doc! { "_id": number }).await.map_err(failed)?;
        Ok(Self { name: name.to_owned(), client, database })
    }
}

/// Drops the database if this session made it. It is fine if it is not there.
pub async fn drop_database(url: &str, name: &str, number: &str) -> Result<()> {
    let client = Client::with_options(options(url).await?).map_err(failed)?;
    let database = client.database(name);
    if database.list_collection_names().await.map_err(failed)?.is_empty() {
        return Ok(());
    }
    let marker = database.collection::<Document>(MARKER).find_one(doc! { "_id": number }).await.map_err(failed)?;
    if !name.starts_with(PREFIX) || marker.is_none() {
        return Err(foreign("mongodb", name));
    }
    database.drop().await.map_err(failed)?;
    client.shutdown().await;
    Ok(())
}
