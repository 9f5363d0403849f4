//! Preferences in SQLite: one JSON document for each customer.

use super::{Sqlite, keys, row, steps};
use crate::{
    roles::{PreferenceStore, Result},
    shop::{CustomerId, Notifications, Preferences, Theme},
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{FromRow, sqlite::SqliteRow};
use std::borrow::Cow;

/// The document: the preferences without whose they are.
#[derive(Serialize, Deserialize)]
struct Body<'a> {
    theme: Theme,
    locale: Cow<'a, str>,
    currency: Cow<'a, str>,
    interests: Cow<'a, [String]>,
    notifications: Notifications,
    extra: Cow<'a, serde_json::Value>,
}

impl FromRow<'_, SqliteRow> for Preferences {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let body: Body<'static> = row::json(row, "body")?;
        Ok(Self {
            version: 1,
            customer_id: row::id(row, "customer_id")?,
            theme: body.theme,
            locale: body.locale.into_owned(),
            currency: body.currency.parse().map_err(|e| row::undecodable("body", e))?,
            interests: body.interests.into_owned(),
            notifications: body.notifications,
            extra: body.extra.into_owned(),
        })
    }
}

#[async_trait]
impl PreferenceStore for Sqlite {
    async fn preferences_by_customers(&self, customers: &[CustomerId]) -> Result<Vec<Preferences>> {
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        self.all(sqlx::query_as(include_str!("sql/preferences_by_customers.sql")).bind(keys::ids(customers))).await
    }

    async fn preferences_put(&self, rows: &[Preferences]) -> Result<()> {
        let rows = rows.iter().map(|p| {
            let body = Body {
                theme: p.theme,
                locale: Cow::Borrowed(&p.locale),
                currency: Cow::Borrowed(p.currency.code()),
                interests: Cow::Borrowed(&p.interests),
                notifications: p.notifications,
                extra: Cow::Borrowed(&p.extra),
            };
            json!([keys::hex(p.customer_id.uuid()), body])
        });
        self.write(steps(include_str!("sql/preferences_put.sql"), rows).collect()).await
    }
}
