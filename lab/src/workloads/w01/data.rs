//! Orders with all that their page shows.

use crate::{Load, draw::Draw};
use serde_json::{Value, json};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// 0 to size - 1.
    pub id: i64,
    /// Whose.
    pub customer: i64,
    /// When, in milliseconds since 1970.
    pub placed: i64,
    /// As `PAID`.
    pub status: &'static str,
    /// What the customer asked for; most ask for nothing.
    pub note: Option<String>,
    /// In minor units: of all lines.
    pub total: i64,
    /// By line number, 1 to 40 of them, three on average.
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

/// How many customers a shop of so many orders has: numbers from 0.
pub fn customers(load: &Load) -> i64 {
    (load.size / 10).max(1) as i64
}

/// How many products: numbers from 0.
pub fn products(load: &Load) -> i64 {
    (load.size / 20).max(1) as i64
}

/// A customer's name.
pub fn customer_name(customer: i64) -> String {
    format!("Customer {customer:07}")
}

/// A customer's address for letters.
pub fn customer_email(customer: i64) -> String {
    format!("customer{customer:07}@shop.example")
}

/// A product's name.
pub fn product_name(product: i64) -> String {
    format!("Product {product:06}")
}

/// All orders, by id.
pub fn orders(load: &Load) -> Vec<Order> {
    const STATUSES: [&str; 4] = ["NEW", "PAID", "SHIPPED", "CANCELLED"];
    let mut draw = Draw::new(load.seed, "W01 orders");
    let (customers, products) = (customers(load) as u64, products(load) as u64);
    let order = |id| {
        let customer = draw.below(customers) as i64;
        let placed = 1_760_000_000_000 + id * 60_000 + draw.below(60_000) as i64;
        let status = STATUSES[draw.place(STATUSES.len())];
        let note = (draw.below(5) == 0).then(|| draw.words(30).trim_end().to_owned());
        let lines = 1 + (draw.exponential(2.5) as i64).min(39);
        let item = |line| Item {
            line,
            product: draw.below(products) as i64,
            quantity: 1 + draw.below(4) as i64,
            cents: 199 + draw.below(20_000) as i64,
        };
        let items: Vec<_> = (1..=lines).map(item).collect();
        let total = items.iter().map(|item| item.quantity * item.cents).sum();
        Order { id, customer, placed, status, note, total, items }
    };
    (0..load.size as i64).map(order).collect()
}

/// An order as all arms answer it.
pub fn answer(order: &Order) -> Value {
    let items: Vec<_> = order
        .items
        .iter()
        .map(|item| {
            json!({
                "line": item.line,
                "product": { "id": item.product, "name": product_name(item.product) },
                "quantity": item.quantity,
                "cents": item.cents,
            })
        })
        .collect();
    json!({
        "id": order.id,
        "placed": order.placed,
        "status": order.status,
        "note": order.note,
        "total": order.total,
        "customer": { "id": order.customer, "name": customer_name(order.customer), "email": customer_email(order.customer) },
        "items": items,
    })
}

/// What the join answers, a row for each line: order, customer, line.
pub type Row = (i64, i64, String, Option<String>, i64, i64, String, String, i64, i64, String, i64, i64);

/// The rows of one order as its page.
pub fn page(rows: Vec<Row>) -> Option<Value> {
    let (id, placed, status, note, total, customer, name, email, ..) = rows.first()?.clone();
    let items: Vec<_> = rows
        .into_iter()
        .map(|(.., line, product, name, quantity, cents)| {
            json!({ "line": line, "product": { "id": product, "name": name }, "quantity": quantity, "cents": cents })
        })
        .collect();
    let customer = json!({ "id": customer, "name": name, "email": email });
    Some(json!({ "id": id, "placed": placed, "status": status, "note": note, "total": total, "customer": customer, "items": items }))
}
