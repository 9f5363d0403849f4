//! The sales report in PostgreSQL: grouped sums, then window functions over the groups.

use super::query::Binds;
use super::row::Cells;
use super::{Postgres, row};
use crate::roles::Result;
use crate::shop::{CategoryId, CustomerId, Money, SalesBy, SalesPeriod, SalesRow};
use sqlx::FromRow;
use sqlx::postgres::PgRow;

/// A row before its key is written as the shop writes it.
struct Sold<K> {
    key: K,
    row: SalesRow,
}

impl<'r, K: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>> FromRow<'r, PgRow> for Sold<K> {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        let revenue = row::money(row, "revenue")?;
        let previous: Option<i64> = row.try_get("previous")?;
        let sales = SalesRow {
            key: String::new(),
            label: row.try_get("label")?,
            orders: row.try_get("orders")?,
            units: row.try_get("units")?,
            revenue,
            running_total: row::money(row, "running_total")?,
            rank: row.try_get("rank")?,
            previous: previous.map(|minor| Money::new(minor, revenue.currency)),
        };
        Ok(Self { key: row.try_get("key")?, row: sales })
    }
}

pub(super) async fn report(store: &Postgres, period: &SalesPeriod) -> Result<Vec<SalesRow>> {
    match period.by {
        SalesBy::Day => sold(store, sql!("sales_by_day"), period, |day: String| day).await,
        SalesBy::Tier => sold(store, sql!("sales_by_tier"), period, |tier: String| tier).await,
        SalesBy::Category => sold(store, sql!("sales_by_category"), period, |id| CategoryId::from_uuid(id).to_string()).await,
        SalesBy::Customer => sold(store, sql!("sales_by_customer"), period, |id| CustomerId::from_uuid(id).to_string()).await,
    }
}

async fn sold<K>(store: &Postgres, sql: &'static str, period: &SalesPeriod, key: fn(K) -> String) -> Result<Vec<SalesRow>>
where
    K: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    let binds = Binds::new().with(period.from.to_chrono()).with(period.to.to_chrono()).with(i64::from(period.limit));
    let rows: Vec<Sold<K>> = store.rows(sql, binds).await?;
    Ok(rows.into_iter().map(|sold| SalesRow { key: key(sold.key), ..sold.row }).collect())
}
