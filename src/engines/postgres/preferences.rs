//! Preferences in PostgreSQL: one jsonb document a customer.

use super::query::{Binds, last_of_each};
use super::row::Cells;
use super::transaction::{Outcome, Tx, Work};
use super::{Postgres, row};
use crate::roles::{PreferenceStore, Result};
use crate::shop::{CustomerId, Notifications, Preferences, Provenance, Theme, Written, json};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use std::borrow::Cow;

/// The document; the customer is the row's key and does not stand in it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'p> {
    theme: Theme,
    locale: Cow<'p, str>,
    currency: Cow<'p, str>,
    interests: Cow<'p, [String]>,
    notifications: Notifications,
    extra: Cow<'p, serde_json::Value>,
}

impl FromRow<'_, PgRow> for Preferences {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        let Json(body) = row.try_get::<Json<Body<'static>>>("body")?;
        let mut extra = body.extra.into_owned();
        // jsonb keeps keys in an order of its own
        json::canonical(&mut extra);
        Ok(Self {
            customer_id: row::id(row, "customer_id")?,
            theme: body.theme,
            locale: body.locale.into_owned(),
            currency: body.currency.parse().map_err(|error: crate::shop::money::BadMoney| row::unreadable("body", error))?,
            interests: body.interests.into_owned(),
            notifications: body.notifications,
            version: row.try_get("version")?,
            extra,
        })
    }
}

fn body(preferences: &Preferences) -> Json<Body<'_>> {
    Json(Body {
        theme: preferences.theme,
        locale: Cow::Borrowed(&preferences.locale),
        currency: Cow::Borrowed(preferences.currency.code()),
        interests: Cow::Borrowed(&preferences.interests),
        notifications: preferences.notifications,
        extra: Cow::Borrowed(&preferences.extra),
    })
}

/// Puts preferences in the place of those of the version before.
struct Replace(Preferences);

/// Another version stands there.
struct Stale;

impl Work for Replace {
    type Answer = ();
    type Refusal = Stale;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let sql = if self.0.version == 1 { sql!("preferences_create") } else { sql!("preferences_replace") };
        let binds = Binds::new().with(self.0.customer_id.uuid()).with(self.0.version).with(body(&self.0));
        Ok(if tx.run(sql, binds).await? == 1 { Ok(()) } else { Err(Stale) })
    }
}

#[async_trait]
impl PreferenceStore for Postgres {
    async fn preferences_by_customers(&self, customers: &[CustomerId]) -> Result<Vec<Preferences>> {
        self.by_ids(sql!("preferences_by_customers"), customers).await
    }

    async fn preferences_replace(&self, next: &Preferences) -> Result<bool> {
        Ok(matches!(self.once(Provenance::default(), Replace(next.clone())).await?, Written::Done(())))
    }

    async fn preferences_put(&self, rows: &[Preferences]) -> Result<()> {
        let rows = last_of_each(rows, |row| row.customer_id);
        let binds = Binds::new().column(&rows, |row| row.customer_id.uuid()).column(&rows, |row| row.version).column(&rows, body);
        self.write(vec![(sql!("preferences_put"), binds)]).await
    }
}
