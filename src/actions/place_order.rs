//! A customer buys.

use super::{
    refusal::{Faults, Outcome, Refusal, RefusalCode, settle},
    who::Asker,
};
use crate::{
    roles::Orders,
    shop::{
        NewOrder, Once, OrderId, OrderRefusal, OrderWithItems, ProductId, Provenance,
        audit::{Action, asked},
        order::{MAX_LINES, MAX_QUANTITY},
        rules,
    },
};
use serde_json::json;

/// Places an order of these products and quantities, at the prices of the moment.
pub async fn place_order(orders: &dyn Orders, asker: &Asker, items: Vec<(String, i64)>) -> Outcome<OrderWithItems> {
    let customer_id = asker.customer()?;
    let once = asker.once("placeOrder", &json!(items))?;
    // without a key of the client's the order is this one request's
    let once = once.unwrap_or_else(|| Once::new(customer_id.to_string(), uuid::Uuid::now_v7().to_string(), "placeOrder", &json!(items)));
    let lines = lines(items)?;
    let order = NewOrder { id: OrderId::from_uuid(uuid::Uuid::now_v7()), customer_id, placed_at: asker.at, lines };
    let audit = asker.audit(Action::PlaceOrder, order.id, asked::plainly());
    settle(orders.order_place(&order, Provenance::new(Some(&once), &audit)).await, |refusal| match refusal {
        OrderRefusal::UnknownProduct(line) => {
            Refusal::of(RefusalCode::NotFound, format!("items.{line}.productId"), "there is no such product")
        }
        OrderRefusal::OutOfStock { line, available } => {
            Refusal::of(RefusalCode::OutOfStock, format!("items.{line}.quantity"), format_args!("only {available} are left"))
        }
        OrderRefusal::TooLarge => Refusal::of(RefusalCode::BadUserInput, "items", "the order is worth more than an order may be"),
    })
}

fn lines(items: Vec<(String, i64)>) -> Outcome<Vec<(ProductId, i64)>> {
    let mut faults = Faults::default();
    if !(1..=MAX_LINES).contains(&items.len()) {
        faults.add("items", format_args!("has {} entries: expected 1 to {MAX_LINES}", items.len()));
        return faults.done(None);
    }
    let mut lines: Vec<(ProductId, i64)> = Vec::with_capacity(items.len());
    for (index, (product, quantity)) in items.into_iter().enumerate() {
        if !(1..=MAX_QUANTITY).contains(&quantity) {
            faults.add(format!("items.{index}.quantity"), format_args!("{quantity} is not a quantity: expected 1 to {MAX_QUANTITY}"));
        }
        match product.parse::<ProductId>() {
            Err(_) => faults.add(format!("items.{index}.productId"), format_args!("{} is not the id of a product", rules::shown(&product))),
            Ok(id) if lines.iter().any(|(known, _)| *known == id) => {
                faults.add(format!("items.{index}.productId"), "stands there twice: add the quantities up");
            }
            Ok(id) => lines.push((id, quantity)),
        }
    }
    faults.done(Some(lines))
}
