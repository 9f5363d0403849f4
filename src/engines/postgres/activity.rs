//! Activity events in PostgreSQL.

use super::query::{Binds, Scans};
use super::{Postgres, row};
use crate::roles::{Activity, Result};
use crate::shop::{ActivityEvent, ActivityKind, Counter, CustomerId, OrderId, Page, Window, json, time::MAX_MILLIS};
use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row as _};
use std::time::Duration;

impl FromRow<'_, PgRow> for ActivityEvent {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let mut data: serde_json::Value = row.try_get("data")?;
        // jsonb keeps keys in an order of its own
        json::canonical(&mut data);
        Ok(Self {
            id: row::id(row, "id")?,
            customer_id: row::id(row, "customer_id")?,
            kind: row::code(row, "kind", ActivityKind::from_code)?,
            at: row::time(row, "at")?,
            order_id: row::optional_id(row, "order_id")?,
            product_id: row::optional_id(row, "product_id")?,
            article_id: row::optional_id(row, "article_id")?,
            data,
        })
    }
}

struct Views(Counter, i64);

impl FromRow<'_, PgRow> for Views {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let counter = match row::code(row, "kind", ActivityKind::from_code)? {
            ActivityKind::ProductViewed => Counter::ProductViews(row::id(row, "subject")?),
            _ => Counter::ArticleViews(row::id(row, "subject")?),
        };
        Ok(Self(counter, row.try_get("views")?))
    }
}

const BY_CUSTOMER: Scans = Scans { asc: sql!("activity_page_by_customers_asc"), desc: sql!("activity_page_by_customers_desc") };

#[async_trait]
impl Activity for Postgres {
    async fn activity_page_by_customers(
        &self,
        customers: &[CustomerId],
        window: &Window,
    ) -> Result<Vec<(CustomerId, Page<ActivityEvent>)>> {
        self.children(customers, window, BY_CUSTOMER, sql!("activity_count_by_customers"), None).await
    }

    async fn activity_by_orders(&self, orders: &[OrderId]) -> Result<Vec<ActivityEvent>> {
        self.by_ids(sql!("activity_by_orders"), orders).await
    }

    async fn view_counts(&self) -> Result<Vec<(Counter, i64)>> {
        let back: Option<Duration> = None;
        let millis = back.map(|back| i64::try_from(back.as_millis()).unwrap_or(MAX_MILLIS).min(MAX_MILLIS));
        let rows: Vec<Views> = self.bulk_rows(sql!("activity_view_counts"), Binds::new().with(millis)).await?;
        Ok(rows.into_iter().map(|Views(counter, views)| (counter, views)).collect())
    }

    async fn activity_put(&self, rows: &[ActivityEvent]) -> Result<()> {
        // of two events with one id the first one counts; sorted for the same lock order in every put
        let mut rows: Vec<_> = rows.iter().collect();
        rows.sort_by_key(|row| row.id);
        let binds = Binds::new()
            .column(&rows, |row| row.id.uuid())
            .column(&rows, |row| row.customer_id.uuid())
            .column(&rows, |row| row.kind.code())
            .column(&rows, |row| row.at.to_chrono())
            .column(&rows, |row| row.order_id.map(|id| id.uuid()))
            .column(&rows, |row| row.product_id.map(|id| id.uuid()))
            .column(&rows, |row| row.article_id.map(|id| id.uuid()))
            .column(&rows, |row| &row.data);
        self.write(vec![(sql!("activity_put"), binds)]).await
    }
}
