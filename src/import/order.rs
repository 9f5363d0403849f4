//! Orders and their lines: two files, one thing. An order is good only when all its lines are.

use super::{
    entity::Entity,
    fields::Fields,
    report::Report,
    staging::{Staged, Staging},
};
use crate::shop::{Money, Order, OrderItem, OrderStatus, OrderWithItems, money::MAX_AMOUNT, order::MAX_QUANTITY};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The head; its total follows from the lines.
pub fn read(fields: &mut Fields<'_>) -> Option<Order> {
    let id = fields.id();
    let customer_id = fields.reference("customer_id", Entity::Customers);
    let status = fields.code("status", OrderStatus::ALL, OrderStatus::code, Some(OrderStatus::Placed));
    let placed_at = fields.time("placed_at");
    let total = Money::new(0, fields.mapping.currency);
    Some(Order { id: id?, customer_id: customer_id?, status: status?, placed_at: placed_at?, total, version: 1 })
}

/// A line; its number follows from its place among the order's lines.
pub fn read_item(fields: &mut Fields<'_>) -> Option<OrderItem> {
    let order_id = fields.reference("order_id", Entity::Orders);
    let product_id = fields.reference("product_id", Entity::Products);
    let quantity = fields.whole("quantity", 1..=MAX_QUANTITY, None);
    let unit_price = fields.money("unit_price", 0);
    let gross = unit_price.zip(quantity).map(|(price, quantity)| price.minor.saturating_mul(quantity));
    let discount = match gross {
        Some(gross) if gross <= MAX_AMOUNT => fields.discount("discount", gross),
        Some(_) => {
            fields
                .wrong("quantity", format_args!("makes the line's price larger than {}", Money::new(MAX_AMOUNT, fields.mapping.currency)));
            None
        }
        None => None,
    };
    Some(OrderItem {
        order_id: order_id?,
        line: 0,
        product_id: product_id?,
        quantity: quantity?,
        unit_price: unit_price?,
        discount: discount?,
    })
}

/// Puts heads and lines together. `staging.items` and `staging.orders` hold those whose references are good.
pub fn assemble(staging: &mut Staging, report: &mut Report) -> Vec<OrderWithItems> {
    let mut lines: HashMap<Uuid, Vec<OrderItem>> = HashMap::new();
    for item in &staging.items {
        lines.entry(item.row.order_id.uuid()).or_default().push(item.row.clone());
    }
    let mut whole = Vec::with_capacity(staging.orders.len());
    let spoiled = &staging.spoiled;
    staging.orders.retain(|head| match with_lines(head, &mut lines, spoiled) {
        Ok(order) => {
            whole.push(order);
            true
        }
        Err(reason) => {
            report.files[head.file].bad_row(head.line, "order", reason);
            false
        }
    });
    let good: HashSet<Uuid> = staging.orders.iter().map(|head| head.row.id.uuid()).collect();
    staging.items.retain(|item| {
        let fine = good.contains(&item.row.order_id.uuid());
        if !fine {
            report.files[item.file].bad_row(item.line, "order_id", "belongs to an order that is not good");
        }
        fine
    });
    whole
}

fn with_lines(head: &Staged<Order>, lines: &mut HashMap<Uuid, Vec<OrderItem>>, spoiled: &HashSet<Uuid>) -> Result<OrderWithItems, String> {
    let id = head.row.id.uuid();
    if spoiled.contains(&id) {
        return Err("one of its lines is not good".to_owned());
    }
    let mut items = lines.remove(&id).ok_or_else(|| "has no lines".to_owned())?;
    let mut total = 0_i64;
    for (item, line) in items.iter_mut().zip(1..) {
        item.line = line;
        total = item.line_total().map_or(i64::MAX, |line| total.saturating_add(line.minor));
    }
    let currency = head.row.total.currency;
    if total > MAX_AMOUNT {
        return Err(format!("has a total that is larger than {}", Money::new(MAX_AMOUNT, currency)));
    }
    let order = Order { total: Money::new(total, currency), ..head.row.clone() };
    Ok(OrderWithItems { order, items })
}
