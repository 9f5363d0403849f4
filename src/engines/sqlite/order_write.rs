//! Placing and moving orders in SQLite.

use super::{
    keys,
    order::{balance_rows, item_row},
    row,
    transaction::{Outcome, Tx, Work},
};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::Result,
    shop::{
        Event, MoveRefusal, NewOrder, Offer, Order, OrderItem, OrderMove, OrderRefusal, OrderStatus, OrderWithItems, ProductId, StockLevel,
        Timestamp, audit::outcome, order::pieces, product::MAX_STOCK,
    },
};
use serde_json::{Value, json};
use sqlx::{FromRow, sqlite::SqliteRow};

impl FromRow<'_, SqliteRow> for Offer {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self { product_id: row::id(row, "id")?, price: row::money(row, "price_minor")?, stock: row::number(row, "stock")? })
    }
}

impl FromRow<'_, SqliteRow> for StockLevel {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self { product_id: row::id(row, "id")?, stock: row::number(row, "stock")?, version: row::number(row, "version")? })
    }
}

fn rows(rows: impl IntoIterator<Item = Value>) -> String {
    Value::Array(rows.into_iter().collect()).to_string()
}

fn piece_rows(pieces: &[(ProductId, i64)]) -> String {
    rows(pieces.iter().map(|(id, pieces)| json!([keys::hex(id.uuid()), pieces])))
}

/// In the order of the product ids. There is one writer: none can be gone since it was read.
fn all_of(mut stock: Vec<StockLevel>, pieces: &[(ProductId, i64)]) -> Result<Vec<StockLevel>> {
    stock.sort_by_key(|level| level.product_id);
    if stock.len() == pieces.len() {
        return Ok(stock);
    }
    Err(StoreError::new(Engine::Sqlite, Kind::Broken, "a product's stock was not as it was read"))
}

async fn enter(tx: &mut Tx<'_>, order: &Order, at: Timestamp) -> Result<()> {
    tx.run(sqlx::query(include_str!("sql/ledger_put.sql")).bind(rows(balance_rows(order, at)))).await.map(drop)
}

impl Work for NewOrder {
    type Answer = OrderWithItems;
    type Refusal = OrderRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let products: Vec<_> = self.lines.iter().map(|(id, _)| *id).collect();
        let offers: Vec<Offer> = tx.rows(sqlx::query_as(include_str!("sql/products_to_order.sql")).bind(keys::ids(&products))).await?;
        let placed = match self.priced(&offers).map_err(|e| StoreError::new(Engine::Sqlite, Kind::Conflict, e))? {
            Ok(placed) => placed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (order, pieces) = (&placed.order, pieces(&placed.items));
        let stock = tx.rows(sqlx::query_as(include_str!("sql/stock_take.sql")).bind(piece_rows(&pieces))).await?;
        let stock = all_of(stock, &pieces)?;
        let head = sqlx::query(include_str!("sql/order_add.sql")).bind(order.id.uuid()).bind(order.customer_id.uuid());
        let head = head.bind(order.status.code()).bind(order.placed_at.millis()).bind(order.total.minor);
        tx.run(head.bind(order.total.currency.code()).bind(order.version)).await?;
        let items = rows(placed.items.iter().map(item_row));
        tx.run(sqlx::query(include_str!("sql/order_items_put.sql")).bind(items)).await?;
        enter(tx, order, order.placed_at).await?;
        tx.tell(Event::order_placed(&placed, stock));
        tx.note(outcome::of_placed(&placed));
        Ok(Ok(placed))
    }
}

impl Work for OrderMove {
    type Answer = Order;
    type Refusal = MoveRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let find = sqlx::query_as(include_str!("sql/order_to_move.sql")).bind(self.id.uuid()).bind(self.owner.map(|id| id.uuid()));
        let found: Option<Order> = tx.rows(find).await?.pop();
        let Some(mut order) = found else { return Ok(Err(MoveRefusal::NotFound)) };
        if !order.status.may_become(self.to) {
            return Ok(Err(MoveRefusal::NotFrom(order.status)));
        }
        order.status = self.to;
        order.version += 1;
        let (mut returned, mut stock) = (Vec::<OrderItem>::new(), Vec::new());
        if self.to == OrderStatus::Cancelled {
            let items = sqlx::query_as(include_str!("sql/order_items_by_orders.sql")).bind(keys::ids(&[self.id]));
            returned = tx.rows(items).await?;
            let pieces = pieces(&returned);
            let back = sqlx::query_as(include_str!("sql/stock_return.sql")).bind(piece_rows(&pieces)).bind(MAX_STOCK);
            stock = all_of(tx.rows(back).await?, &pieces)?;
        }
        tx.run(sqlx::query(include_str!("sql/order_move.sql")).bind(self.id.uuid()).bind(self.to.code())).await?;
        enter(tx, &order, self.at).await?;
        tx.tell(Event::order_moved(&order, &returned, stock, self.at));
        tx.note(outcome::of_moved(&order));
        Ok(Ok(order))
    }
}
