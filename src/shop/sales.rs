//! The sales report: revenue by day, category, customer or tier.

use super::{Money, Timestamp};

/// What the report's rows stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SalesBy {
    /// A calendar day in UTC, in order of time.
    Day,
    /// The category that the product stands in today, largest revenue first.
    Category,
    /// The customer, largest revenue first.
    Customer,
    /// The customer's tier today, largest revenue first.
    Tier,
}

/// The period and shape of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SalesPeriod {
    /// Orders placed at this time or later.
    pub from: Timestamp,
    /// Orders placed before this time.
    pub to: Timestamp,
    /// What the rows stand for.
    pub by: SalesBy,
    /// How many rows at most, counted from the report's first.
    pub limit: u32,
}

/// One row. Cancelled orders never count. Equal revenues are ordered by `key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesRow {
    /// `2026-01-31`, a category's or customer's TypeID, or `STANDARD`, `SILVER`, `GOLD`.
    pub key: String,
    /// The day, the category's or customer's name, or the tier.
    pub label: String,
    /// Distinct orders.
    pub orders: i64,
    /// Pieces sold.
    pub units: i64,
    /// The sum of line totals.
    pub revenue: Money,
    /// Revenue of this row and all rows ahead of it.
    pub running_total: Money,
    /// 1 for the largest revenue in the whole report; equal revenues share a rank and leave a gap (SQL's `RANK`).
    pub rank: i64,
    /// Revenue of the row ahead; none for the first.
    pub previous: Option<Money>,
}

/// How a report is kept in a cache.
pub mod stored {
    use super::{SalesBy, SalesPeriod, SalesRow};
    use crate::shop::Money;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Kept {
        generation: String,
        currency: String,
        rows: Vec<Row>,
    }

    #[derive(Serialize, Deserialize)]
    struct Row {
        key: String,
        label: String,
        /// orders, units, revenue, running total, rank
        numbers: [i64; 5],
        previous: Option<i64>,
    }

    /// The cache key of a report.
    pub fn key(period: &SalesPeriod) -> String {
        let by = match period.by {
            SalesBy::Day => "day",
            SalesBy::Category => "category",
            SalesBy::Customer => "customer",
            SalesBy::Tier => "tier",
        };
        format!("sales:{by}:{}:{}:{}", period.from.millis(), period.to.millis(), period.limit)
    }

    /// The bytes to keep; `None` for a report in no currency, which is an empty one and cheap.
    pub fn write(rows: &[SalesRow], generation: &[u8]) -> Option<Vec<u8>> {
        let currency = rows.first()?.revenue.currency.code().to_owned();
        let row = |row: &SalesRow| Row {
            key: row.key.clone(),
            label: row.label.clone(),
            numbers: [row.orders, row.units, row.revenue.minor, row.running_total.minor, row.rank],
            previous: row.previous.map(|money| money.minor),
        };
        let generation = String::from_utf8_lossy(generation).into_owned();
        serde_json::to_vec(&Kept { generation, currency, rows: rows.iter().map(row).collect() }).ok()
    }

    /// The report, if the bytes can be read and were kept in this generation.
    pub fn read(bytes: &[u8], generation: &[u8]) -> Option<Vec<SalesRow>> {
        let kept: Kept = serde_json::from_slice(bytes).ok()?;
        let currency = kept.currency.parse().ok()?;
        let money = |minor| Money::new(minor, currency);
        let row = |row: Row| {
            let [orders, units, revenue, running_total, rank] = row.numbers;
            SalesRow {
                key: row.key,
                label: row.label,
                orders,
                units,
                revenue: money(revenue),
                running_total: money(running_total),
                rank,
                previous: row.previous.map(money),
            }
        };
        (kept.generation.as_bytes() == generation).then(|| kept.rows.into_iter().map(row).collect())
    }
}
