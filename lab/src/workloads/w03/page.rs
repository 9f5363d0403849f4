//! The page, made of the rows of the SQL stores: of a join, and of three lists.

use crate::Answer;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Number, time and customer of an order.
pub type OrderRow = (i64, i64, i64);
/// Order, line, product, quantity and cents of an item.
pub type ItemRow = (i64, i64, String, i64, i64);
/// Number, time and customer's name of an order, then an item of it.
pub type JoinRow = (i64, i64, String, i64, String, i64, i64);

/// An item as in the answer.
pub fn item(row: &ItemRow) -> Value {
    json!({ "line": row.1, "product": row.2, "quantity": row.3, "cents": row.4 })
}

/// Of the rows of a join, in the order of the page.
pub fn of_join(rows: Vec<JoinRow>) -> Answer {
    let mut orders: Vec<(i64, i64, String, Vec<Value>)> = Vec::new();
    let count = rows.len();
    for (id, placed, customer, line, product, quantity, cents) in rows {
        let item = item(&(id, line, product, quantity, cents));
        match orders.last_mut() {
            Some((last, .., items)) if *last == id => items.push(item),
            _ => orders.push((id, placed, customer, vec![item])),
        }
    }
    let page: Vec<_> = orders
        .into_iter()
        .map(|(id, placed, customer, items)| json!({ "id": id, "placed": placed, "customer": customer, "items": items }))
        .collect();
    Answer::new(json!(page), count)
}

/// Of the orders of the page, their customers, and their items.
pub fn of_lists(orders: Vec<OrderRow>, customers: &HashMap<i64, String>, items: &[ItemRow]) -> Answer {
    let count = orders.len() + customers.len() + items.len();
    let mut by_order: HashMap<i64, Vec<Value>> = HashMap::new();
    items.iter().for_each(|row| by_order.entry(row.0).or_default().push(item(row)));
    let page: Vec<_> = orders
        .into_iter()
        .map(|(id, placed, customer)| {
            json!({ "id": id, "placed": placed, "customer": customers.get(&customer), "items": by_order.remove(&id).unwrap_or_default() })
        })
        .collect();
    Answer::new(json!(page), count)
}
