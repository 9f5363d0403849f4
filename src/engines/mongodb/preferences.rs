//! Preferences: one document each, its `_id` the customer's id.

use super::{Mongodb, among, error, field, id, json, uuid, write};
use crate::{
    roles::{PreferenceStore, Result},
    shop::{CustomerId, Notifications, Preferences, Theme},
};
use async_trait::async_trait;
use mongodb::{
    bson::{self, Bson, Document, RawDocumentBuf, doc},
    options::FindOptions,
};
use serde::{Deserialize, Serialize};

const COLLECTION: &str = "preferences";

#[derive(Serialize, Deserialize)]
struct Row {
    #[serde(rename = "_id", deserialize_with = "field::id")]
    customer_id: bson::Uuid,
    theme: Theme,
    locale: String,
    currency: String,
    interests: Vec<String>,
    notifications: Notifications,
    /// Documents from before there were versions have none.
    #[serde(default = "first")]
    version: i64,
    extra: Document,
}

fn first() -> i64 {
    1
}

impl From<&Preferences> for Row {
    fn from(preferences: &Preferences) -> Self {
        Self {
            customer_id: uuid(preferences.customer_id.uuid()),
            theme: preferences.theme,
            locale: preferences.locale.clone(),
            currency: preferences.currency.code().to_owned(),
            interests: preferences.interests.clone(),
            notifications: preferences.notifications,
            version: preferences.version,
            extra: json::to_document(&preferences.extra),
        }
    }
}

fn preferences(row: Row) -> Result<Preferences> {
    Ok(Preferences {
        customer_id: id(row.customer_id),
        theme: row.theme,
        locale: row.locale,
        currency: row.currency.parse().map_err(error::corrupt)?,
        interests: row.interests,
        notifications: row.notifications,
        version: row.version,
        extra: json::from_document(row.extra)?,
    })
}

#[async_trait]
impl PreferenceStore for Mongodb {
    async fn preferences_by_customers(&self, customers: &[CustomerId]) -> Result<Vec<Preferences>> {
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = self.find(COLLECTION, among("_id", customers), FindOptions::default()).await?;
        rows.into_iter().map(preferences).collect()
    }

    async fn preferences_replace(&self, next: &Preferences) -> Result<bool> {
        let (customer, before) = (uuid(next.customer_id.uuid()), next.version - 1);
        let row = write::raw(&Row::from(next))?;
        self.write(1, |database| async move {
            let rows = database.collection::<RawDocumentBuf>(COLLECTION);
            if before == 0 {
                return match rows.insert_one(row).await {
                    Ok(_) => Ok(true),
                    Err(refused) if error::duplicate(&refused).is_some() => Ok(false),
                    Err(refused) => Err(error::store(refused)),
                };
            }
            // null: there is no such field
            let versions = if before == first() { vec![before.into(), Bson::Null] } else { vec![before.into()] };
            let replaced = rows.replace_one(doc! { "_id": customer, "version": { "$in": versions } }, row).await;
            Ok(replaced.map_err(error::store)?.matched_count == 1)
        })
        .await
    }

    async fn preferences_put(&self, rows: &[Preferences]) -> Result<()> {
        self.put(COLLECTION, rows.iter().map(Row::from)).await
    }
}
