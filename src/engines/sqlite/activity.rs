//! Activity in SQLite.

use super::{
    Sqlite, keys, row, steps,
    window::{Sort, page_query},
};
use crate::{
    roles::{Activity, Result},
    shop::{ActivityEvent, ActivityKind, Counter, CustomerId, OrderId, Page, TrendingWindow, ViewBatch, ViewsInStep, Window},
};
use async_trait::async_trait;
use serde_json::json;
use sqlx::{FromRow, sqlite::SqliteRow};

const BY_CUSTOMERS: [&str; 2] =
    [include_str!("sql/activity_page_by_customers_desc.sql"), include_str!("sql/activity_page_by_customers_asc.sql")];

impl FromRow<'_, SqliteRow> for ActivityEvent {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
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
        self.count_views().await
    }

    async fn view_steps(&self, window: TrendingWindow) -> Result<Vec<ViewsInStep>> {
        self.count_view_steps(window).await
    }

    async fn views_put(&self, batch: &ViewBatch) -> Result<()> {
        self.put_views(batch).await
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
