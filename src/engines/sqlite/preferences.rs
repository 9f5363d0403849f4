//! Preferences in SQLite: one JSON document for each customer.

use super::{
    Sqlite, keys, row, steps,
    transaction::{Outcome, Tx, Work},
};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{PreferenceStore, Result},
    shop::{CustomerId, Notifications, Preferences, Provenance, Theme, Written},
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
        let row = &row::Cells::of(row);
        let body: Body<'static> = row::json(row, "body")?;
        Ok(Self {
            customer_id: row::id(row, "customer_id")?,
            theme: body.theme,
            locale: body.locale.into_owned(),
            currency: body.currency.parse().map_err(|e| row::unreadable("body", e))?,
            interests: body.interests.into_owned(),
            notifications: body.notifications,
            version: row::number(row, "version")?,
            extra: body.extra.into_owned(),
        })
    }
}

fn body(p: &Preferences) -> Body<'_> {
    Body {
        theme: p.theme,
        locale: Cow::Borrowed(&p.locale),
        currency: Cow::Borrowed(p.currency.code()),
        interests: Cow::Borrowed(&p.interests),
        notifications: p.notifications,
        extra: Cow::Borrowed(&p.extra),
    }
}

/// Puts preferences in the place of those of the version before.
struct Replace(Preferences);

/// Another version stands there.
struct Stale;

impl Work for Replace {
    type Answer = ();
    type Refusal = Stale;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let (create, replace) = (include_str!("sql/preferences_create.sql"), include_str!("sql/preferences_replace.sql"));
        let query = sqlx::query(if self.0.version == 1 { create } else { replace });
        let body = serde_json::to_string(&body(&self.0)).map_err(|e| StoreError::new(Engine::Sqlite, Kind::Broken, e))?;
        let rows = tx.run(query.bind(self.0.customer_id.uuid()).bind(self.0.version).bind(body)).await?;
        Ok(if rows == 1 { Ok(()) } else { Err(Stale) })
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

    async fn preferences_replace(&self, next: &Preferences) -> Result<bool> {
        Ok(matches!(self.once(Provenance::default(), Replace(next.clone())).await?, Written::Done(())))
    }

    async fn preferences_put(&self, rows: &[Preferences]) -> Result<()> {
        let rows = rows.iter().map(|p| json!([keys::hex(p.customer_id.uuid()), p.version, body(p)]));
        self.write(steps(include_str!("sql/preferences_put.sql"), rows).collect()).await
    }
}
