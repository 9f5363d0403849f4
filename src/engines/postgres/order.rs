//! Orders and their lines in PostgreSQL.

use super::query::{Binds, Scans, last_of_each, uuids};
use super::row::Cells;
use super::{Postgres, row, sales};
use crate::error::{Engine, Kind, StoreError};
use crate::roles::{Orders, Result};
use crate::shop::{
    Audience, CustomerId, Money, MoveRefusal, NewOrder, Order, OrderFilter, OrderId, OrderItem, OrderMove, OrderOrder, OrderRefusal,
    OrderStatus, OrderWithItems, Page, ProductId, Provenance, SalesPeriod, SalesRow, Window, Written, ledger,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use uuid::Uuid;

impl FromRow<'_, PgRow> for Order {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self {
            id: row::id(row, "id")?,
            customer_id: row::id(row, "customer_id")?,
            status: row::code(row, "status", OrderStatus::from_code)?,
            placed_at: row::time(row, "placed_at")?,
            total: row::money(row, "total_minor")?,
            version: row.try_get("version")?,
        })
    }
}

impl FromRow<'_, PgRow> for OrderItem {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        let (order_id, line) = (row::id(row, "order_id")?, row.try_get("line")?);
        let (product_id, quantity) = (row::id(row, "product_id")?, row.try_get("quantity")?);
        let (unit_price, discount) = (row.try_get("unit_price_minor")?, row.try_get("discount_minor")?);
        let currency = row::currency(row)?;
        Ok(Self {
            order_id,
            line,
            product_id,
            quantity,
            unit_price: Money::new(unit_price, currency),
            discount: Money::new(discount, currency),
        })
    }
}

/// What is still owed for an order.
struct Owed(OrderId, Money);

impl FromRow<'_, PgRow> for Owed {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self(row::id(row, "id")?, row::money(row, "owed")?))
    }
}

const PLACED: Scans = Scans { asc: sql!("orders_page_placed_asc"), desc: sql!("orders_page_placed_desc") };
const TOTAL: Scans = Scans { asc: sql!("orders_page_total_asc"), desc: sql!("orders_page_total_desc") };
const BY_CUSTOMER: Scans = Scans { asc: sql!("orders_page_by_customers_asc"), desc: sql!("orders_page_by_customers_desc") };

fn filtered(binds: Binds, filter: &OrderFilter) -> Binds {
    binds
        .with(filter.status.map(OrderStatus::code))
        .with(filter.customer_id.map(|id| id.uuid()))
        .with(filter.from.map(|at| at.to_chrono()))
        .with(filter.to.map(|at| at.to_chrono()))
}

#[async_trait]
impl Orders for Postgres {
    async fn orders_by_ids(&self, ids: &[OrderId], audience: Audience) -> Result<Vec<Order>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let owner = audience.customer().map(|id| id.uuid());
        self.look_up(sql!("orders_by_ids"), Binds::new().keys(ids).with(audience.is_everything()).with(owner)).await
    }

    async fn orders_page(&self, filter: &OrderFilter, order: OrderOrder, window: &Window) -> Result<Page<Order>> {
        let (scans, binds) = match order {
            OrderOrder::PlacedDesc | OrderOrder::PlacedAsc => (PLACED, Binds::new().window::<DateTime<Utc>>(window)?),
            OrderOrder::TotalDesc | OrderOrder::TotalAsc => (TOTAL, Binds::new().window::<i64>(window)?),
        };
        let page = (scans.pick(order.descending(), window), filtered(binds, filter));
        self.page(window, page, (sql!("orders_count"), filtered(Binds::new(), filter))).await
    }

    async fn orders_page_by_customers(&self, customers: &[CustomerId], window: &Window) -> Result<Vec<(CustomerId, Page<Order>)>> {
        self.children(customers, window, BY_CUSTOMER, sql!("orders_count_by_customers"), None).await
    }

    async fn order_items_by_orders(&self, orders: &[OrderId]) -> Result<Vec<OrderItem>> {
        self.by_ids(sql!("order_items_by_orders"), orders).await
    }

    async fn order_balances(&self, orders: &[OrderId]) -> Result<Vec<(OrderId, Money)>> {
        let rows: Vec<Owed> = self.by_ids(sql!("order_balances"), orders).await?;
        Ok(rows.into_iter().map(|Owed(id, owed)| (id, owed)).collect())
    }

    async fn order_place(&self, order: &NewOrder, by: Provenance<'_>) -> Result<Written<OrderWithItems, OrderRefusal>> {
        self.once(by, order.clone()).await
    }

    async fn order_move(&self, step: &OrderMove, by: Provenance<'_>) -> Result<Written<Order, MoveRefusal>> {
        self.once(by, *step).await
    }

    async fn sales_report(&self, period: &SalesPeriod) -> Result<Vec<SalesRow>> {
        sales::report(self, period).await
    }

    async fn product_sales(&self) -> Result<Vec<(ProductId, i64)>> {
        let rows: Vec<(Uuid, i64)> = self.bulk_rows(sql!("product_sales"), Binds::new()).await?;
        Ok(rows.into_iter().map(|(id, units)| (id.into(), units)).collect())
    }

    async fn orders_put(&self, rows: &[OrderWithItems]) -> Result<()> {
        let rows = last_of_each(rows, |row| row.order.id);
        for row in &rows {
            row.check().map_err(|error| StoreError::new(Engine::Postgres, Kind::Conflict, error))?;
        }
        let heads: Vec<_> = rows.iter().map(|row| &row.order).collect();
        let ids: Vec<_> = heads.iter().map(|order| order.id).collect();
        let balances: Vec<_> =
            heads.iter().flat_map(|order| ledger::balances(order.status, order.total.minor).map(|balance| (*order, balance))).collect();
        let balances: Vec<_> = balances.iter().collect();
        let entries = Binds::new()
            .column(&balances, |(order, _)| order.id.uuid())
            .column(&balances, |(_, (account, _))| account.code())
            .column(&balances, |(_, (_, minor))| *minor)
            .column(&balances, |(order, _)| order.total.currency.code())
            .column(&balances, |(order, _)| order.placed_at.to_chrono());
        let heads = Binds::new()
            .column(&heads, |row| row.id.uuid())
            .column(&heads, |row| row.customer_id.uuid())
            .column(&heads, |row| row.status.code())
            .column(&heads, |row| row.placed_at.to_chrono())
            .column(&heads, |row| row.total.minor)
            .column(&heads, |row| row.total.currency.code())
            .column(&heads, |row| row.version);
        let items: Vec<_> = rows.iter().flat_map(|row| &row.items).collect();
        let items = Binds::new()
            .column(&items, |row| row.order_id.uuid())
            .column(&items, |row| row.line)
            .column(&items, |row| row.product_id.uuid())
            .column(&items, |row| row.quantity)
            .column(&items, |row| row.unit_price.minor)
            .column(&items, |row| row.discount.minor);
        let delete = Binds::new().with(uuids(&ids));
        let replaced = (sql!("order_items_delete"), delete);
        self.write(vec![(sql!("orders_put"), heads), replaced, (sql!("order_items_put"), items), (sql!("ledger_put"), entries)]).await
    }
}
