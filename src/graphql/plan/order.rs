//! `Order` and `OrderItem`.

use super::{
    compile::{Asked, Planned},
    json,
    object::Field,
    relation::{leaf, within, writer},
};
use crate::{
    loaders::{
        activity::ActivityByOrder,
        customer::CustomerById,
        order::{BalanceOfOrder, ItemsByOrder},
        product::ProductById,
    },
    shop::{Money, Order, OrderItem},
};

impl Planned for Order {
    const NAME: &'static str = "Order";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "id" => leaf(|order: &Self, out| json::id(order.id, out)),
            "status" => leaf(|order: &Self, out| json::quoted(order.status.code(), out)),
            "placedAt" => leaf(|order: &Self, out| json::time(order.placed_at, out)),
            "total" => within(asked, |order: &Self| Some(order.total)),
            "balance" => asked.value::<Self, BalanceOfOrder>(|order, _| Ok(Some(order.id)), writer::<Money>(asked)?),
            "items" => asked.many::<Self, ItemsByOrder, _>(|order, _| Ok(Some(order.id)), |rows, into| into.extend(rows)),
            "customer" => asked.one::<Self, CustomerById, _>(|order, _| Ok(Some(order.customer_id))),
            "timeline" => asked.many::<Self, ActivityByOrder, _>(|order, _| Ok(Some(order.id)), |rows, into| into.extend(rows)),
            _ => None,
        }
    }
}

impl Planned for OrderItem {
    const NAME: &'static str = "OrderItem";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "line" => leaf(|item: &Self, out| json::int(item.line, out)),
            "product" => {
                let detail = asked.detail_of_product()?;
                asked.one::<Self, ProductById, _>(move |item, _| Ok(Some((item.product_id, detail))))
            }
            "quantity" => leaf(|item: &Self, out| json::int(item.quantity, out)),
            "unitPrice" => within(asked, |item: &Self| Some(item.unit_price)),
            "discount" => within(asked, |item: &Self| Some(item.discount)),
            "lineTotal" => within(asked, Self::line_total),
            _ => None,
        }
    }
}
