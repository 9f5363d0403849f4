//! Activity events in PostgreSQL.

use super::query::{Binds, Scans};
use super::row::Cells;
use super::{Postgres, row};
use crate::roles::{Activity, Result};
use crate::shop::{ActivityEvent, ActivityKind, Counter, CustomerId, OrderId, Page, TrendingWindow, ViewBatch, ViewsInStep, Window, json};
use async_trait::async_trait;
use sqlx::FromRow;
use sqlx::postgres::PgRow;

impl FromRow<'_, PgRow> for ActivityEvent {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
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
        self.count_views().await
    }

    async fn view_steps(&self, window: TrendingWindow) -> Result<Vec<ViewsInStep>> {
        self.count_view_steps(window).await
    }

    async fn views_put(&self, batch: &ViewBatch) -> Result<()> {
        self.put_views(batch).await
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
