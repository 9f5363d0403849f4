//! Preferences: one document each, its `_id` the customer's id.

use super::{Mongodb, among, error, id, json, uuid};
use crate::{
    roles::{PreferenceStore, Result},
    shop::{CustomerId, Notifications, Preferences, Theme},
};
use async_trait::async_trait;
use mongodb::{
    bson::{self, Document},
    options::FindOptions,
};
use serde::{Deserialize, Serialize};

const COLLECTION: &str = "preferences";

#[derive(Serialize, Deserialize)]
struct Row {
    #[serde(rename = "_id")]
    customer_id: bson::Uuid,
    theme: Theme,
    locale: String,
    currency: String,
    interests: Vec<String>,
    notifications: Notifications,
    extra: Document,
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
            extra: json::to_document(&preferences.extra),
        }
    }
}

fn preferences(row: Row) -> Result<Preferences> {
    Ok(Preferences {
        version: 1,
        customer_id: id(row.customer_id),
        theme: row.theme,
        locale: row.locale,
        currency: row.currency.parse().map_err(error::corrupt)?,
        interests: row.interests,
        notifications: row.notifications,
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

    async fn preferences_put(&self, rows: &[Preferences]) -> Result<()> {
        self.put(COLLECTION, rows.iter().map(Row::from)).await
    }
}
