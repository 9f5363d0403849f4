//! I3 and I4: pieces and money add up.

use super::{Findings, Harm::*};
use crate::{
    content::Content,
    history::{History, Op, Status},
};
use std::collections::BTreeMap;

pub fn check(history: &History, content: &Content, found: &mut Findings) {
    pieces(history, content, found);
    money(content, found);
}

fn pieces(history: &History, content: &Content, found: &mut Findings) {
    let mut taken: BTreeMap<&str, i64> = BTreeMap::new();
    for stored in content.orders.values().filter(|stored| stored.status != Status::Cancelled) {
        for (product, quantity, _) in &stored.lines {
            *taken.entry(product).or_default() += quantity;
        }
    }
    let mut given = BTreeMap::new();
    for write in history.writes() {
        if let (Op::Adjust { product, delta }, Some(_)) = (write.op, write.done()) {
            *given.entry(*product).or_insert(0) += delta;
        }
    }
    for (index, (product, initial)) in history.shop.products.iter().enumerate() {
        let Some(stored) = content.products.get(product) else {
            found.add("I3", Lost, format_args!("{product} is not there"));
            continue;
        };
        if stored.stock < 0 {
            found.add("I3", Other, format_args!("the stock of {product} is {}", stored.stock));
        }
        let given = given.get(&index).copied().unwrap_or_default();
        let expected = initial + given - taken.get(&**product).copied().unwrap_or_default();
        if stored.stock != expected {
            let harm = if stored.stock < expected { Doubled } else { Lost };
            let how = format!("{initial} at first, {given} brought, {} ordered", initial + given - expected);
            found.add("I3", harm, format_args!("the stock of {product} is {}, expected {expected}: {how}", stored.stock));
        }
    }
}

fn money(content: &Content, found: &mut Findings) {
    let mut books: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
    for (order, account, amount) in &content.ledger {
        *books.entry(order).or_default().entry(account).or_default() += amount;
    }
    for (id, order) in &content.orders {
        let sum: i64 = order.lines.iter().map(|(_, quantity, price)| quantity * price).sum();
        if sum != order.total {
            found.add("I4", Other, format_args!("the lines of {id} sum to {sum}, its total is {}", order.total));
        }
        let (owed, paid) = match order.status {
            Status::Placed => (order.total, 0),
            Status::Paid | Status::Shipped => (0, order.total),
            Status::Cancelled => (0, 0),
        };
        let book = books.remove(&**id).unwrap_or_default();
        for (account, expected) in [("RECEIVABLE", owed), ("CASH", paid), ("SALES", -owed - paid)] {
            let entered = book.get(account).copied().unwrap_or_default();
            if entered != expected {
                let harm = if entered.abs() > expected.abs() { Doubled } else { Lost };
                let status = order.status;
                found.add("I4", harm, format_args!("{account} of {id} ({status:?}) is {entered}, expected {expected}"));
            }
        }
    }
    for (order, book) in books {
        found.add("I4", Other, format_args!("the ledger has {book:?} for {order}, which is not there"));
    }
}
