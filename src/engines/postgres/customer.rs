//! Customers in PostgreSQL.

use super::query::{Binds, Scans, last_of_each};
use super::row::Cells;
use super::{Postgres, row};
use crate::roles::{Customers, Result};
use crate::shop::{Customer, CustomerFilter, CustomerId, Money, Page, Tier, Window};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use sqlx::postgres::PgRow;

impl FromRow<'_, PgRow> for Customer {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self {
            id: row::id(row, "id")?,
            email: row.try_get("email")?,
            name: row.try_get("name")?,
            tier: row::code(row, "tier", Tier::from_code)?,
            created_at: row::time(row, "created_at")?,
        })
    }
}

struct Spent(CustomerId, Money);

impl FromRow<'_, PgRow> for Spent {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self(row::id(row, "customer_id")?, row::money(row, "spent")?))
    }
}

const PAGE: Scans = Scans { asc: sql!("customers_page_asc"), desc: sql!("customers_page_desc") };

fn filtered(binds: Binds, filter: &CustomerFilter) -> Binds {
    binds.with(filter.tier.map(Tier::code))
}

#[async_trait]
impl Customers for Postgres {
    async fn customers_by_ids(&self, ids: &[CustomerId]) -> Result<Vec<Customer>> {
        self.by_ids(sql!("customers_by_ids"), ids).await
    }

    async fn customers_by_emails(&self, emails: &[String]) -> Result<Vec<Customer>> {
        self.by_texts(sql!("customers_by_emails"), emails).await
    }

    async fn customers_page(&self, filter: &CustomerFilter, window: &Window) -> Result<Page<Customer>> {
        let page = filtered(Binds::new().window::<DateTime<Utc>>(window)?, filter);
        self.page(window, (PAGE.pick(true, window), page), (sql!("customers_count"), filtered(Binds::new(), filter))).await
    }

    async fn customers_total_spent(&self, ids: &[CustomerId]) -> Result<Vec<(CustomerId, Money)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Spent> = self.look_up(sql!("customers_total_spent"), Binds::new().keys(ids)).await?;
        Ok(rows.into_iter().map(|Spent(id, money)| (id, money)).collect())
    }

    async fn customers_put(&self, rows: &[Customer]) -> Result<()> {
        let rows = last_of_each(rows, |row| row.id);
        let binds = Binds::new()
            .column(&rows, |row| row.id.uuid())
            .column(&rows, |row| &*row.email)
            .column(&rows, |row| &*row.name)
            .column(&rows, |row| row.tier.code())
            .column(&rows, |row| row.created_at.to_chrono());
        self.write(vec![(sql!("customers_put"), binds)]).await
    }
}
