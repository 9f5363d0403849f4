//! Placing and moving orders in PostgreSQL: as few statements as can be, because products stay locked from the first to the last.

use super::query::{Binds, uuids};
use super::row;
use super::row::Cells;
use super::transaction::{Outcome, Tx, Work};
use crate::error::{Engine, Kind, StoreError};
use crate::shop::order::pieces;
use crate::shop::product::MAX_STOCK;
use crate::shop::{
    Event, MoveRefusal, NewOrder, Offer, Order, OrderItem, OrderMove, OrderRefusal, OrderStatus, OrderWithItems, ProductId, StockLevel,
    audit::outcome, ledger,
};
use sqlx::FromRow;
use sqlx::postgres::PgRow;

impl FromRow<'_, PgRow> for Offer {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self { product_id: row::id(row, "id")?, price: row::money(row, "price_minor")?, stock: row.try_get("stock")? })
    }
}

impl FromRow<'_, PgRow> for StockLevel {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self { product_id: row::id(row, "id")?, stock: row.try_get("stock")?, version: row.try_get("version")? })
    }
}

/// Products and pieces, two parameters.
fn with_pieces(binds: Binds, pieces: &[(ProductId, i64)]) -> Binds {
    let pieces: Vec<_> = pieces.iter().collect();
    binds.column(&pieces, |(id, _)| id.uuid()).column(&pieces, |(_, pieces)| *pieces)
}

/// Accounts and balances, two parameters.
fn with_balances(binds: Binds, order: &Order) -> Binds {
    let balances = ledger::balances(order.status, order.total.minor);
    let balances: Vec<_> = balances.iter().collect();
    binds.column(&balances, |(account, _)| account.code()).column(&balances, |(_, minor)| *minor)
}

/// The products are locked: none can be gone.
fn all_of(stock: Vec<StockLevel>, pieces: &[(ProductId, i64)]) -> crate::roles::Result<Vec<StockLevel>> {
    if stock.len() == pieces.len() {
        return Ok(stock);
    }
    Err(StoreError::new(Engine::Postgres, Kind::Broken, "a locked product's stock was not as it was read"))
}

impl Work for NewOrder {
    type Answer = OrderWithItems;
    type Refusal = OrderRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let products: Vec<_> = self.lines.iter().map(|(id, _)| *id).collect();
        let offers: Vec<Offer> = tx.rows(sql!("products_to_order"), Binds::new().with(uuids(&products))).await?;
        let placed = match self.priced(&offers).map_err(|error| StoreError::new(Engine::Postgres, Kind::Conflict, error))? {
            Ok(placed) => placed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (order, pieces, items) = (&placed.order, pieces(&placed.items), placed.items.iter().collect::<Vec<_>>());
        let binds = with_pieces(Binds::new(), &pieces)
            .with(order.id.uuid())
            .with(order.customer_id.uuid())
            .with(order.status.code())
            .with(order.placed_at.to_chrono())
            .with(order.total.minor)
            .with(order.total.currency.code())
            .with(order.version)
            .column(&items, |item| item.line)
            .column(&items, |item| item.product_id.uuid())
            .column(&items, |item| item.quantity)
            .column(&items, |item| item.unit_price.minor)
            .column(&items, |item| item.discount.minor);
        let stock = all_of(tx.rows(sql!("order_place"), with_balances(binds, order)).await?, &pieces)?;
        tx.tell(Event::order_placed(&placed, stock));
        tx.note(outcome::of_placed(&placed));
        Ok(Ok(placed))
    }
}

impl Work for OrderMove {
    type Answer = Order;
    type Refusal = MoveRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let binds = Binds::new().with(self.id.uuid()).with(self.owner.map(|id| id.uuid()));
        let found: Option<Order> = tx.rows(sql!("order_to_move"), binds).await?.pop();
        let Some(mut order) = found else { return Ok(Err(MoveRefusal::NotFound)) };
        if !order.status.may_become(self.to) {
            return Ok(Err(MoveRefusal::NotFrom(order.status)));
        }
        order.status = self.to;
        order.version += 1;
        let mut returned: Vec<OrderItem> = Vec::new();
        if self.to == OrderStatus::Cancelled {
            returned = tx.rows(sql!("order_items_to_return"), Binds::new().with(self.id.uuid())).await?;
        }
        let pieces = pieces(&returned);
        let binds = with_pieces(Binds::new(), &pieces).with(MAX_STOCK).with(order.id.uuid()).with(order.status.code());
        let binds = with_balances(binds, &order).with(order.total.currency.code()).with(self.at.to_chrono());
        let stock = all_of(tx.rows(sql!("order_move"), binds).await?, &pieces)?;
        tx.tell(Event::order_moved(&order, &returned, stock, self.at));
        tx.note(outcome::of_moved(&order));
        Ok(Ok(order))
    }
}
