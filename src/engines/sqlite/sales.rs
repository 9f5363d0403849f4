//! The sales report in SQLite: one statement for each kind of key.

use super::{Sqlite, row};
use crate::{
    roles::Result,
    shop::{CategoryId, CustomerId, Money, SalesBy, SalesPeriod, SalesRow},
};
use sqlx::{FromRow, sqlite::SqliteRow};

/// A row whose key is text already: a day or a tier.
struct ByText(SalesRow);
/// A row whose key is a category's id.
struct ByCategory(SalesRow);
/// A row whose key is a customer's id.
struct ByCustomer(SalesRow);

fn with_key(row: &row::Cells<'_>, key: String) -> sqlx::Result<SalesRow> {
    let revenue = row::money(row, "revenue")?;
    let previous: Option<i64> = row.try_get("previous")?;
    Ok(SalesRow {
        key,
        label: row::text(row, "label")?,
        orders: row::number(row, "orders")?,
        units: row::number(row, "units")?,
        revenue,
        running_total: row::money(row, "running_total")?,
        rank: row::number(row, "rank")?,
        previous: previous.map(|minor| Money::new(minor, revenue.currency)),
    })
}

impl FromRow<'_, SqliteRow> for ByText {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        with_key(row, row::text(row, "key")?).map(Self)
    }
}

impl FromRow<'_, SqliteRow> for ByCategory {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        with_key(row, row::id::<CategoryId>(row, "key")?.to_string()).map(Self)
    }
}

impl FromRow<'_, SqliteRow> for ByCustomer {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        with_key(row, row::id::<CustomerId>(row, "key")?.to_string()).map(Self)
    }
}

impl Sqlite {
    pub(super) async fn sales(&self, period: &SalesPeriod) -> Result<Vec<SalesRow>> {
        let sql = match period.by {
            SalesBy::Day => include_str!("sql/sales_by_day.sql"),
            SalesBy::Category => include_str!("sql/sales_by_category.sql"),
            SalesBy::Customer => include_str!("sql/sales_by_customer.sql"),
            SalesBy::Tier => include_str!("sql/sales_by_tier.sql"),
        };
        let (from, to, limit) = (period.from.millis(), period.to.millis(), period.limit);
        Ok(match period.by {
            SalesBy::Day | SalesBy::Tier => {
                let rows: Vec<ByText> = self.all(sqlx::query_as(sql).bind(from).bind(to).bind(limit)).await?;
                rows.into_iter().map(|row| row.0).collect()
            }
            SalesBy::Category => {
                let rows: Vec<ByCategory> = self.all(sqlx::query_as(sql).bind(from).bind(to).bind(limit)).await?;
                rows.into_iter().map(|row| row.0).collect()
            }
            SalesBy::Customer => {
                let rows: Vec<ByCustomer> = self.all(sqlx::query_as(sql).bind(from).bind(to).bind(limit)).await?;
                rows.into_iter().map(|row| row.0).collect()
            }
        })
    }
}
