//! Idempotency keys. A document says itself which key made its version, in the same write as the version; a small collection beside it
//! says which request a key belongs to, whatever document that was about.

use super::error;
use crate::{
    error::Kind,
    roles::Result,
    shop::{Once, Written},
};
use mongodb::{
    Database,
    bson::{Binary, Bson, Document, doc, spec::BinarySubtype},
    options::ReturnDocument,
};
use serde::{Deserialize, Serialize};
use std::future::Future;

pub const COLLECTION: &str = "once";

/// Which key made a version of a document, for which request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    name: Binary,
    request: Binary,
}

/// What is read of a claim.
#[derive(Deserialize)]
struct Claim {
    request: Binary,
}

impl Made {
    pub fn by(once: &Once) -> Self {
        let binary = |bytes: [u8; 32]| Binary { subtype: BinarySubtype::Generic, bytes: bytes.into() };
        Self { name: binary(once.name()), request: binary(once.request) }
    }

    /// The filter for versions that this key made, below a path.
    pub fn filter(&self, field: &str) -> Document {
        doc! { field: &self.name }
    }

    /// What stands there was made by this key.
    pub fn made(&self, there: Option<&Self>) -> bool {
        there.is_some_and(|there| there.name == self.name)
    }

    /// What this key made, as the answer to a request that came again.
    pub async fn answer<T, R>(&self, database: &Database, there: Option<&Self>, written: T) -> Result<Written<T, R>> {
        if there.is_none_or(|there| there.request != self.request) {
            return Ok(Written::KeyReused);
        }
        // What we have read may not have reached a majority yet, and then could still be lost. A write that comes after it and has
        // reached one says that it has.
        let claims = database.collection::<Document>(COLLECTION);
        let touch = vec![doc! { "$set": { "usedAt": "$$NOW" } }];
        claims.update_one(self.claim(), touch).await.map_err(error::store)?;
        Ok(Written::Replayed(written))
    }

    fn claim(&self) -> Document {
        doc! { "_id": &self.name, "request": &self.request }
    }

    /// Says that the key is ours. `false`: it belongs to another request. One that crashed in between leaves its claim behind, and the same
    /// request may go on with it: the document tells whether anything was done.
    async fn hold(&self, database: &Database) -> Result<bool> {
        let free = doc! { "$lte": [{ "$ifNull": ["$holds", 0_i64] }, 0_i64] };
        let request = || Bson::from(&self.request);
        let same = doc! { "$cond": [{ "$eq": ["$request", request()] }, 1_i64, 0_i64] };
        let change = vec![doc! { "$set": {
            "request": { "$cond": [free.clone(), request(), "$request"] },
            "holds": { "$cond": [free.clone(), 1_i64, { "$add": ["$holds", same] }] },
            "usedAt": { "$cond": [free, "$$NOW", "$usedAt"] },
        } }];
        let claims = database.collection::<Claim>(COLLECTION);
        let attempt = || {
            let claimed = claims.find_one_and_update(doc! { "_id": &self.name }, change.clone());
            claimed.upsert(true).return_document(ReturnDocument::After)
        };
        let found = match attempt().await {
            // two that made it at once: the second time it is there
            Err(refused) if error::duplicate(&refused).is_some() => attempt().await,
            found => found,
        };
        Ok(found.map_err(error::store)?.is_some_and(|claim| claim.request == self.request))
    }

    /// Nothing was done under the key: unless somebody else is at the same request, it is free again. Where this fails the key just stays
    /// with its request.
    async fn release(&self, database: &Database) {
        let claims = database.collection::<Document>(COLLECTION);
        let released = async {
            claims.update_one(self.claim(), doc! { "$inc": { "holds": -1_i64 } }).await?;
            claims.delete_one(doc! { "_id": &self.name, "holds": { "$lte": 0_i64 } }).await
        };
        if let Err(refused) = released.await {
            tracing::debug!("an idempotency key could not be freed: {}", error::store(refused).detail());
        }
    }
}

/// Does a write under its key, if it has one.
pub async fn under<T, R>(
    database: &Database,
    key: Option<&Made>,
    work: impl Future<Output = Result<Written<T, R>>>,
) -> Result<Written<T, R>> {
    let Some(key) = key else { return work.await };
    if !key.hold(database).await? {
        return Ok(Written::KeyReused);
    }
    let outcome = work.await;
    let undone = match &outcome {
        Ok(Written::Refused(_) | Written::KeyReused) => true,
        Ok(Written::Done(_) | Written::Replayed(_) | Written::InProgress) => false,
        // a broken rule of the data; after anything else nobody knows what was done
        Err(reason) => reason.kind == Kind::Conflict,
    };
    if undone {
        key.release(database).await;
    }
    outcome
}
