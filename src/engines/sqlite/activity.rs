//! Activity in SQLite.

use super::{
    Sqlite, keys, row, steps,
    window::{Sort, page_query},
};
use crate::{
    roles::{Activity, Result},
    shop::{ActivityEvent, ActivityKind, Counter, CustomerId, OrderId, Page, Window},
};
use async_trait::async_trait;
use serde_json::json;
use sqlx::{FromRow, Row as _, sqlite::SqliteRow};
use std::time::Duration;

const BY_CUSTOMERS: [&str; 2] =
    [include_str!("sql/activity_page_by_customers_desc.sql"), include_str!("sql/activity_page_by_customers_asc.sql")];

impl FromRow<'_, SqliteRow> for ActivityEvent {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row::id(row, "id")?,
            customer_id: row::id(row, "customer_id")?,
            kind: row::code(row, "kind", ActivityKind::from_code)?,
            at: row::time(row, "at")?,
            order_id: row::id_opt(row, "order_id")?,
            product_id: row::id_opt(row, "product_id")?,
            article_id: row::id_opt(row, "article_id")?,
            data: row::json(row, "data")?,
        })
    }
}

/// Views of a product, or else of an article.
struct Views(Counter, i64);

impl FromRow<'_, SqliteRow> for Views {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let counter = match row::id_opt(row, "product_id")? {
            Some(product) => Counter::ProductViews(product),
            None => Counter::ArticleViews(row::id(row, "article_id")?),
        };
        Ok(Self(counter, row.try_get("views")?))
    }
}

#[async_trait]
impl Activity for Sqlite {
    async fn activity_page_by_customers(
        &self,
        customers: &[CustomerId],
        window: &Window,
    ) -> Result<Vec<(CustomerId, Page<ActivityEvent>)>> {
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys::ids(customers);
        let rows = page_query(BY_CUSTOMERS, window, true, Sort::Number).bind(keys.clone());
        let counts = sqlx::query_as(include_str!("sql/activity_count_by_customers.sql")).bind(keys);
        self.pages(window, rows, counts).await
    }

    async fn activity_by_orders(&self, orders: &[OrderId]) -> Result<Vec<ActivityEvent>> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        self.all(sqlx::query_as(include_str!("sql/activity_by_orders.sql")).bind(keys::ids(orders))).await
    }

    async fn view_counts(&self) -> Result<Vec<(Counter, i64)>> {
        let back: Option<Duration> = None;
        // longer than all of time is all of time
        let back = back.map(|back| i64::try_from(back.as_millis()).unwrap_or(i64::MAX));
        let rows: Vec<Views> = self.all(sqlx::query_as(include_str!("sql/activity_view_counts.sql")).bind(back)).await?;
        Ok(rows.into_iter().map(|Views(counter, views)| (counter, views)).collect())
    }

    async fn activity_put(&self, rows: &[ActivityEvent]) -> Result<()> {
        let rows = rows.iter().map(|e| {
            json!([
                keys::hex(e.id.uuid()),
                keys::hex(e.customer_id.uuid()),
                e.kind.code(),
                e.at.millis(),
                e.order_id.map(|id| keys::hex(id.uuid())),
                e.product_id.map(|id| keys::hex(id.uuid())),
                e.article_id.map(|id| keys::hex(id.uuid())),
                e.data
            ])
        });
        self.write(steps(include_str!("sql/activity_put.sql"), rows).collect()).await
    }
}
