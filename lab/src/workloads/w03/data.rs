//! Orders, their lines, and the names that they refer to.

use crate::{Load, draw::Draw};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// 0 to size - 1.
    pub id: i64,
    /// Whose.
    pub customer: i64,
    /// When, in milliseconds since 1970.
    pub placed: i64,
    /// By line number.
    pub items: Vec<Item>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// From 1.
    pub line: i64,
    /// Of what.
    pub product: i64,
    /// How many.
    pub quantity: i64,
    /// For each, in minor units.
    pub cents: i64,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shop {
    /// How many customers there are: numbers from 0.
    pub customers: i64,
    /// How many products.
    pub products: i64,
    /// By id.
    pub orders: Vec<Order>,
}

/// A customer's name.
pub fn customer_name(customer: i64) -> String {
    format!("Customer {customer:06}")
}

/// A product's name.
pub fn product_name(product: i64) -> String {
    format!("Product {product:05}")
}

/// A shop of `size` orders: a tenth as many customers, a twentieth as many products, 1 to 6 lines an order.
pub fn shop(load: &Load) -> Shop {
    let mut draw = Draw::new(load.seed, "W03 orders");
    let (customers, products) = ((load.size / 10).max(1), (load.size / 20).max(1));
    let orders = (0..load.size as i64)
        .map(|id| Order {
            id,
            customer: draw.below(customers) as i64,
            placed: 1_760_000_000_000 + id * 60_000 + draw.below(60_000) as i64,
            items: (1..=1 + draw.below(6) as i64)
                .map(|line| Item {
                    line,
                    product: draw.below(products) as i64,
                    quantity: 1 + draw.below(4) as i64,
                    cents: 199 + draw.below(20_000) as i64,
                })
                .collect(),
        })
        .collect();
    Shop { customers: customers as i64, products: products as i64, orders }
}

/// One order as all arms answer it.
pub fn answer(order: &Order) -> serde_json::Value {
    let items: Vec<_> = order
        .items
        .iter()
        .map(|item| {
            serde_json::json!({
                "line": item.line, "product": product_name(item.product), "quantity": item.quantity, "cents": item.cents,
            })
        })
        .collect();
    serde_json::json!({ "id": order.id, "placed": order.placed, "customer": customer_name(order.customer), "items": items })
}
