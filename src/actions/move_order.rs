//! An order goes on its way: paid, sent, called off.

use super::{
    refusal::{Outcome, Refusal, RefusalCode, settle},
    who::Asker,
};
use crate::{
    roles::Orders,
    shop::{
        MoveRefusal, Once, Order, OrderId, OrderMove, OrderStatus, Provenance,
        audit::{Action, asked},
    },
};
use serde_json::json;

/// Moves an order. Customers pay and cancel their own; administrators do everything with every order.
pub async fn move_order(orders: &dyn Orders, asker: &Asker, id: OrderId, to: OrderStatus) -> Outcome<Order> {
    let customer = if to == OrderStatus::Shipped { asker.admin()? } else { asker.customer()? };
    let owner = (!asker.viewer.is_admin()).then_some(customer);
    let input = json!({ "orderId": id.to_string(), "to": to.code() });
    let once = asker.once("moveOrder", &input)?;
    let once = once.unwrap_or_else(|| Once::new(customer.to_string(), uuid::Uuid::now_v7().to_string(), "moveOrder", &input));
    let action = match to {
        OrderStatus::Placed => Action::PlaceOrder,
        OrderStatus::Paid => Action::PayOrder,
        OrderStatus::Shipped => Action::ShipOrder,
        OrderStatus::Cancelled => Action::CancelOrder,
    };
    let audit = asker.audit(action, id, asked::plainly());
    let step = OrderMove { id, owner, to, at: asker.at };
    settle(orders.order_move(&step, Provenance::new(Some(&once), &audit)).await, |refusal| match refusal {
        MoveRefusal::NotFound => Refusal::of(RefusalCode::NotFound, "orderId", "there is no such order"),
        MoveRefusal::NotFrom(status) => {
            Refusal::of(RefusalCode::Conflict, "orderId", format_args!("an order that is {} cannot become {}", status.code(), to.code()))
        }
    })
}
