//! `SalesRow`.

use super::scalars::BigInt;
use crate::shop::{Money, SalesRow};
use async_graphql::Object;

/// One row of the sales report.
#[Object]
impl SalesRow {
    /// A day, an id or a tier.
    async fn key(&self) -> &str {
        &self.key
    }

    /// The day, a name or the tier.
    async fn label(&self) -> &str {
        &self.label
    }

    /// How many orders.
    async fn orders(&self) -> BigInt {
        BigInt(self.orders)
    }

    /// How many pieces.
    async fn units(&self) -> BigInt {
        BigInt(self.units)
    }

    /// The sum of the lines.
    async fn revenue(&self) -> Money {
        self.revenue
    }

    /// Revenue of this row and all rows ahead of it.
    async fn running_total(&self) -> Money {
        self.running_total
    }

    /// 1 for the largest revenue; equal revenues share a rank.
    async fn rank(&self) -> i32 {
        i32::try_from(self.rank).unwrap_or(i32::MAX)
    }

    /// Revenue of the row ahead; null for the first.
    async fn previous(&self) -> Option<Money> {
        self.previous
    }
}
