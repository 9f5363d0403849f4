//! Customers in SQLite.

use super::{
    Sqlite, keys, row, steps,
    window::{Sort, page_query},
};
use crate::{
    roles::{Customers, Result},
    shop::{Customer, CustomerFilter, CustomerId, Money, Page, Tier, Window},
};
use async_trait::async_trait;
use serde_json::json;
use sqlx::{FromRow, sqlite::SqliteRow};

const PAGE: [&str; 2] = [include_str!("sql/customers_page_desc.sql"), include_str!("sql/customers_page_asc.sql")];

impl FromRow<'_, SqliteRow> for Customer {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self {
            id: row::id(row, "id")?,
            email: row::text(row, "email")?,
            name: row::text(row, "name")?,
            tier: row::code(row, "tier", Tier::from_code)?,
            created_at: row::time(row, "created_at")?,
        })
    }
}

/// What a customer spent.
struct Spent(CustomerId, Money);

impl FromRow<'_, SqliteRow> for Spent {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self(row::id(row, "customer_id")?, row::money(row, "spent_minor")?))
    }
}

#[async_trait]
impl Customers for Sqlite {
    async fn customers_by_ids(&self, ids: &[CustomerId]) -> Result<Vec<Customer>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.all(sqlx::query_as(include_str!("sql/customers_by_ids.sql")).bind(keys::ids(ids))).await
    }

    async fn customers_by_emails(&self, emails: &[String]) -> Result<Vec<Customer>> {
        if emails.is_empty() {
            return Ok(Vec::new());
        }
        self.all(sqlx::query_as(include_str!("sql/customers_by_emails.sql")).bind(keys::texts(emails))).await
    }

    async fn customers_page(&self, filter: &CustomerFilter, window: &Window) -> Result<Page<Customer>> {
        let tier = filter.tier.map(Tier::code);
        let rows = page_query(PAGE, window, true, Sort::Number).bind(tier);
        let count = sqlx::query_as(include_str!("sql/customers_count.sql")).bind(tier);
        self.page(window, rows, count).await
    }

    async fn customers_total_spent(&self, ids: &[CustomerId]) -> Result<Vec<(CustomerId, Money)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Spent> = self.all(sqlx::query_as(include_str!("sql/customers_total_spent.sql")).bind(keys::ids(ids))).await?;
        Ok(rows.into_iter().map(|Spent(id, money)| (id, money)).collect())
    }

    async fn customers_put(&self, rows: &[Customer]) -> Result<()> {
        let rows = rows.iter().map(|c| json!([keys::hex(c.id.uuid()), c.email, c.name, c.tier.code(), c.created_at.millis()]));
        self.write(steps(include_str!("sql/customers_put.sql"), rows).collect()).await
    }
}
