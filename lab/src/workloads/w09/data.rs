//! Orders with their lines, and what visitors did.

use crate::{Load, draw::Draw};
use serde_json::{Value, json};

/// The first moment of 2024, in milliseconds since 1970.
pub const BEGIN: i64 = 1_704_067_200_000;
/// A day in milliseconds.
pub const DAY: i64 = 86_400_000;
/// Orders and events lie in this many days.
pub const DAYS: i64 = 730;
/// Events for each order.
const EVENTS: u64 = 3;
/// Kinds of products.
const CATEGORIES: i64 = 12;

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// 0 to size - 1.
    pub id: i64,
    /// Whose.
    pub customer: i64,
    /// When, in milliseconds since 1970.
    pub placed: i64,
    /// As `PAID`; what is `CANCELLED` was not sold.
    pub status: &'static str,
    /// One to five.
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

/// What a visitor did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// From 0.
    pub id: i64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// `view`, `cart` or `buy`.
    pub kind: &'static str,
    /// What they looked at.
    pub product: i64,
}

/// How many products there are: numbers from 0.
pub fn products(load: &Load) -> i64 {
    (load.size / 20).max(40) as i64
}

/// A product's name: names are ordered as numbers are.
pub fn product_name(product: i64) -> String {
    format!("Product {product:06}")
}

/// A product's category, from 0.
pub fn category(product: i64) -> i64 {
    product % CATEGORIES
}

/// A category's name.
pub fn category_name(category: i64) -> String {
    format!("Category {category:02}")
}

/// All categories.
pub fn categories() -> impl Iterator<Item = i64> {
    0..CATEGORIES
}

/// All orders, by id and by time.
pub fn orders(load: &Load) -> Vec<Order> {
    const STATUSES: [&str; 5] = ["PAID", "PAID", "SHIPPED", "DELIVERED", "CANCELLED"];
    let mut draw = Draw::new(load.seed, "W09 orders");
    let (customers, products) = ((load.size / 10).max(1), products(load) as u64);
    let order = |id: i64| Order {
        id,
        customer: draw.below(customers) as i64,
        // in the order of their numbers, as orders come
        placed: BEGIN + DAYS * DAY / load.size.max(1) as i64 * id + draw.below(1_000) as i64,
        status: STATUSES[draw.place(STATUSES.len())],
        items: (1..=1 + draw.below(5) as i64)
            .map(|line| Item {
                line,
                product: draw.below(products) as i64,
                quantity: 1 + draw.below(4) as i64,
                cents: 199 + draw.below(20_000) as i64,
            })
            .collect(),
    };
    (0..load.size as i64).map(order).collect()
}

/// All events, by id and by time.
pub fn events(load: &Load) -> Vec<Event> {
    const KINDS: [&str; 10] = ["view", "view", "view", "view", "view", "view", "view", "cart", "cart", "buy"];
    let (mut draw, count) = (Draw::new(load.seed, "W09 events"), load.size * EVENTS);
    let products = products(load) as u64;
    let event = |id: i64| Event {
        id,
        at: BEGIN + DAYS * DAY / count.max(1) as i64 * id + draw.below(1_000) as i64,
        kind: KINDS[draw.place(KINDS.len())],
        product: draw.below(products) as i64,
    };
    (0..count as i64).map(event).collect()
}

/// An order as a document.
pub fn order_document(order: &Order) -> Value {
    let items: Vec<_> = order
        .items
        .iter()
        .map(|item| {
            json!({
                "product": product_name(item.product),
                "category": category_name(category(item.product)),
                "quantity": item.quantity,
                "cents": item.cents,
            })
        })
        .collect();
    json!({ "id": order.id, "customer": order.customer, "placed": order.placed, "status": order.status, "items": items })
}

/// An event as a document.
pub fn event_document(event: &Event) -> Value {
    json!({ "id": event.id, "at": event.at, "kind": event.kind, "product": product_name(event.product) })
}
