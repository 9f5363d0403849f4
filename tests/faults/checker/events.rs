//! I5: every committed event was told to the other stores, once, and in order within its order.

use super::{Findings, Harm::*};
use crate::{
    content::Content,
    history::{Answer, History, Op, Seen, Status},
};
use std::collections::BTreeMap;

pub fn check(history: &History, content: &Content, found: &mut Findings) {
    let (waiting, parked) = content.outbox;
    if (waiting, parked) != (0, 0) {
        found.add("I5", Lost, format_args!("{waiting} events were not told, {parked} were given up"));
    }
    of_orders(content, found);
    of_customers(history, content, found);
    boards(content, found);
    views(history, content, found);
}

fn of_orders(content: &Content, found: &mut Findings) {
    let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for event in &content.activity {
        if let Some(order) = &event.order {
            told.entry(order).or_default().push(&event.kind);
        }
    }
    for (id, order) in &content.orders {
        let expected: &[&str] = match (order.status, order.version) {
            (Status::Placed, _) => &["ORDER_PLACED"],
            (Status::Paid, _) => &["ORDER_PLACED", "ORDER_PAID"],
            (Status::Shipped, _) => &["ORDER_PLACED", "ORDER_PAID", "ORDER_SHIPPED"],
            (Status::Cancelled, 2) => &["ORDER_PLACED", "ORDER_CANCELLED"],
            (Status::Cancelled, _) => &["ORDER_PLACED", "ORDER_PAID", "ORDER_CANCELLED"],
        };
        let told = told.remove(&**id).unwrap_or_default();
        if told != expected {
            let harm = match told.len().cmp(&expected.len()) {
                std::cmp::Ordering::Less => Lost,
                std::cmp::Ordering::Greater => Doubled,
                std::cmp::Ordering::Equal => Other,
            };
            found.add("I5", harm, format_args!("of {id} was told {told:?}, expected {expected:?}"));
        }
    }
    for (order, kinds) in told {
        found.add("I5", Other, format_args!("{kinds:?} were told of {order}, which is not there"));
    }
}

fn of_customers(history: &History, content: &Content, found: &mut Findings) {
    for write in history.writes() {
        let Some(entry) = write.done() else { continue };
        let (Op::SignUp, Answer::Done(Seen::Customer(id))) = (write.op, &entry.answer) else { continue };
        let told = content.activity.iter().filter(|event| event.kind == "SIGNED_UP" && event.customer == *id).count();
        if told != 1 {
            let harm = if told == 0 { Lost } else { Doubled };
            found.add("I5", harm, format_args!("that {id} signed up was told {told} times"));
        }
    }
}

fn boards(content: &Content, found: &mut Findings) {
    let Some(board) = &content.best_sellers else { return };
    let mut sold: BTreeMap<&str, i64> = content.products.keys().map(|product| (&**product, 0)).collect();
    for order in content.orders.values().filter(|order| order.status != Status::Cancelled) {
        for (product, quantity, _) in &order.lines {
            *sold.entry(product).or_default() += quantity;
        }
    }
    for (product, sold) in sold {
        let counted = board.get(product).copied().unwrap_or_default();
        if counted != sold {
            let harm = if counted > sold { Doubled } else { Lost };
            found.add("I5", harm, format_args!("the board has {counted} pieces of {product}, sold were {sold}"));
        }
    }
}

/// Views may be lost with a server or the hot store, but none is counted twice.
fn views(history: &History, content: &Content, found: &mut Findings) {
    let mut sent: BTreeMap<usize, i64> = BTreeMap::new();
    for entry in &history.entries {
        if let (Op::View { product }, false) = (&entry.op, matches!(entry.answer, Answer::Unsent(_))) {
            *sent.entry(*product).or_default() += 1;
        }
    }
    for (index, (product, _)) in history.shop.products.iter().enumerate() {
        let sent = sent.get(&index).copied().unwrap_or_default();
        let counted = content.views.get(product).copied().unwrap_or_default();
        if counted > sent {
            found.add("I5", Doubled, format_args!("{counted} views of {product} were counted, {sent} were sent"));
        }
    }
}
