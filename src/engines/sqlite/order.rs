//! Orders and their lines in SQLite.

use super::{
    Sqlite, keys, row, steps,
    window::{Range, Sort, page_query, page_query_within},
};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{Orders, Result},
    shop::{
        Audience, CustomerId, Money, MoveRefusal, NewOrder, Order, OrderFilter, OrderId, OrderItem, OrderMove, OrderOrder, OrderRefusal,
        OrderStatus, OrderWithItems, Page, ProductId, Provenance, SalesPeriod, SalesRow, Timestamp, Window, Written, ledger,
    },
};
use async_trait::async_trait;
use serde_json::{Value, json};
use sqlx::{FromRow, sqlite::SqliteRow};
use std::collections::BTreeMap;
use uuid::Uuid;

const BY_PLACED: [&str; 2] = [include_str!("sql/orders_page_placed_desc.sql"), include_str!("sql/orders_page_placed_asc.sql")];
const BY_TOTAL: [&str; 2] = [include_str!("sql/orders_page_total_desc.sql"), include_str!("sql/orders_page_total_asc.sql")];
const BY_CUSTOMERS: [&str; 2] =
    [include_str!("sql/orders_page_by_customers_desc.sql"), include_str!("sql/orders_page_by_customers_asc.sql")];

impl FromRow<'_, SqliteRow> for Order {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self {
            id: row::id(row, "id")?,
            customer_id: row::id(row, "customer_id")?,
            status: row::code(row, "status", OrderStatus::from_code)?,
            placed_at: row::time(row, "placed_at")?,
            total: row::money(row, "total_minor")?,
            version: row::number(row, "version")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for OrderItem {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        let (order_id, line) = (row::id(row, "order_id")?, row::parsed(row, "line", |line: i64| i32::try_from(line))?);
        let (product_id, quantity) = (row::id(row, "product_id")?, row::number(row, "quantity")?);
        let (unit_price, discount) = (row::number(row, "unit_price_minor")?, row::number(row, "discount_minor")?);
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

impl FromRow<'_, SqliteRow> for Owed {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self(row::id(row, "id")?, row::money(row, "owed")?))
    }
}

/// An order's line as the statements take it.
pub fn item_row(i: &OrderItem) -> Value {
    json!([keys::hex(i.order_id.uuid()), i.line, keys::hex(i.product_id.uuid()), i.quantity, i.unit_price.minor, i.discount.minor])
}

/// The balances that an order is to have, as the ledger's statement takes them.
pub fn balance_rows(order: &Order, at: Timestamp) -> [Value; 3] {
    let (id, currency) = (keys::hex(order.id.uuid()), order.total.currency.code());
    ledger::balances(order.status, order.total.minor).map(|(account, minor)| json!([id, account.code(), minor, currency, at.millis()]))
}

#[async_trait]
impl Orders for Sqlite {
    async fn orders_by_ids(&self, ids: &[OrderId], audience: Audience) -> Result<Vec<Order>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (everything, owner) = (audience.is_everything(), audience.customer().map(|id| id.uuid()));
        self.all(sqlx::query_as(include_str!("sql/orders_by_ids.sql")).bind(keys::ids(ids)).bind(everything).bind(owner)).await
    }

    async fn orders_page(&self, filter: &OrderFilter, order: OrderOrder, window: &Window) -> Result<Page<Order>> {
        let customer = filter.customer_id.map(|id| id.uuid());
        let status = filter.status.map(OrderStatus::code);
        let period = Range { from: filter.from.map(Timestamp::millis), to: filter.to.map(Timestamp::millis) };
        // an open end is a time before or behind all times
        let (from, to) = (period.from.unwrap_or(i64::MIN), period.to.unwrap_or(i64::MAX));
        let rows = match order {
            OrderOrder::PlacedDesc | OrderOrder::PlacedAsc => {
                page_query_within(BY_PLACED, window, order.descending(), Sort::Number, period).bind(customer).bind(status)
            }
            OrderOrder::TotalDesc | OrderOrder::TotalAsc => {
                page_query(BY_TOTAL, window, order.descending(), Sort::Number).bind(customer).bind(status).bind(from).bind(to)
            }
        };
        let count = sqlx::query_as(include_str!("sql/orders_count.sql")).bind(customer).bind(status).bind(from).bind(to);
        self.page(window, rows, count).await
    }

    async fn orders_page_by_customers(&self, customers: &[CustomerId], window: &Window) -> Result<Vec<(CustomerId, Page<Order>)>> {
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys::ids(customers);
        let rows = page_query(BY_CUSTOMERS, window, true, Sort::Number).bind(keys.clone());
        let counts = sqlx::query_as(include_str!("sql/orders_count_by_customers.sql")).bind(keys);
        self.pages(window, rows, counts).await
    }

    async fn order_items_by_orders(&self, orders: &[OrderId]) -> Result<Vec<OrderItem>> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        self.all(sqlx::query_as(include_str!("sql/order_items_by_orders.sql")).bind(keys::ids(orders))).await
    }

    async fn order_balances(&self, orders: &[OrderId]) -> Result<Vec<(OrderId, Money)>> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Owed> = self.all(sqlx::query_as(include_str!("sql/order_balances.sql")).bind(keys::ids(orders))).await?;
        Ok(rows.into_iter().map(|Owed(id, owed)| (id, owed)).collect())
    }

    async fn order_place(&self, order: &NewOrder, by: Provenance<'_>) -> Result<Written<OrderWithItems, OrderRefusal>> {
        self.once(by, order.clone()).await
    }

    async fn order_move(&self, step: &OrderMove, by: Provenance<'_>) -> Result<Written<Order, MoveRefusal>> {
        self.once(by, *step).await
    }

    async fn sales_report(&self, period: &SalesPeriod) -> Result<Vec<SalesRow>> {
        self.sales(period).await
    }

    async fn product_sales(&self) -> Result<Vec<(ProductId, i64)>> {
        let rows: Vec<(Uuid, i64)> = self.all(sqlx::query_as(include_str!("sql/product_sales.sql"))).await?;
        Ok(rows.into_iter().map(|(product, units)| (product.into(), units)).collect())
    }

    async fn orders_put(&self, rows: &[OrderWithItems]) -> Result<()> {
        for row in rows {
            row.check().map_err(|e| StoreError::new(Engine::Sqlite, Kind::Conflict, format!("{}: {e}", row.order.id)))?;
        }
        let heads = rows.iter().map(|row| &row.order).map(|o| {
            json!([
                keys::hex(o.id.uuid()),
                keys::hex(o.customer_id.uuid()),
                o.status.code(),
                o.placed_at.millis(),
                o.total.minor,
                o.total.currency.code(),
                o.version
            ])
        });
        let replaced = rows.iter().map(|row| json!(keys::hex(row.order.id.uuid())));
        let items = rows.iter().flat_map(|row| &row.items).map(item_row);
        // of an order that is there twice the last one counts
        let last: BTreeMap<_, _> = rows.iter().map(|row| (row.order.id, &row.order)).collect();
        let balances = last.into_values().flat_map(|order| balance_rows(order, order.placed_at));
        let steps = steps(include_str!("sql/orders_put.sql"), heads)
            .chain(steps(include_str!("sql/order_items_delete.sql"), replaced))
            .chain(steps(include_str!("sql/order_items_put.sql"), items))
            .chain(steps(include_str!("sql/ledger_put.sql"), balances));
        self.write(steps.collect()).await
    }
}
