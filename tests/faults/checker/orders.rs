//! I1 and I2: acknowledged orders, and keys.

use super::{Findings, Harm::*};
use crate::{
    content::{Content, StoredOrder},
    history::{Answer, History, Op, Order, Seen, Sendings, Status},
};
use std::collections::{BTreeMap, BTreeSet};

pub fn check(history: &History, content: &Content, found: &mut Findings) {
    let writes = history.writes();
    for write in &writes {
        if let Op::SignUp = write.op {
            accounts(history, content, write, found);
        }
        one_answer(write, found);
    }
    let moves = Moves::of(&writes);
    for write in &writes {
        let Some(order) = write.done().and_then(|entry| entry.answer.order()) else { continue };
        let Some(stored) = content.orders.get(&order.id) else {
            found.add("I1", Lost, format_args!("{} was acknowledged ({}) and is not there", order.id, write.key()));
            continue;
        };
        if let Op::Place { lines } = write.op {
            as_acknowledged(history, write.session, lines, order, stored, found);
        }
    }
    for (id, stored) in &content.orders {
        as_moved(id, stored, &moves, found);
    }
    one_order_a_key(history, content, &writes, found);
}

fn accounts(history: &History, content: &Content, write: &Sendings<'_>, found: &mut Findings) {
    let email = &history.people[write.session].email;
    for entry in &write.entries {
        if let Answer::Done(Seen::Customer(id)) = &entry.answer
            && content.customers.get(email) != Some(id)
        {
            let there = content.customers.get(email);
            found.add("I1", Lost, format_args!("the account {id} of {email} was acknowledged, and there is {there:?}"));
        }
    }
}

/// Once acknowledged, the same key gets the same answer and no other.
fn one_answer(write: &Sendings<'_>, found: &mut Findings) {
    let Some(first) = write.done() else { return };
    for entry in &write.entries {
        match (&first.answer, &entry.answer) {
            (Answer::Done(Seen::Order(a)), Answer::Done(Seen::Order(b))) if !a.agrees(b) => {
                let harm = if a.id == b.id { Other } else { Doubled };
                found.add("I2", harm, format_args!("the key {} was answered with {a:?} and with {b:?}", write.key()));
            }
            (_, Answer::Refused(code)) if entry.sent >= first.at => {
                found.add("I2", Other, format_args!("the key {} was acknowledged, and sent again refused: {code}", write.key()));
            }
            (_, Answer::Failed(code)) if entry.answer.settles() && entry.sent >= first.at => {
                found.add("I2", Other, format_args!("the key {} was acknowledged, and sent again failed: {code}", write.key()));
            }
            _ => {}
        }
    }
}

fn as_acknowledged(history: &History, session: usize, asked: &[(usize, i64)], order: &Order, stored: &StoredOrder, found: &mut Findings) {
    if Some(&stored.customer) != history.people[session].customer.as_ref() {
        found.add("I1", Other, format_args!("{} belongs to {}, who did not place it", order.id, stored.customer));
    }
    let asked: Vec<_> = asked.iter().map(|(product, quantity)| (&history.shop.products[*product].0, *quantity)).collect();
    let there: Vec<_> = stored.lines.iter().map(|(product, quantity, _)| (product, *quantity)).collect();
    if asked != there {
        found.add("I1", Lost, format_args!("{} was asked for with the lines {asked:?} and has {there:?}", order.id));
    }
    if order.total != stored.total || order.lines.as_ref().is_some_and(|lines| *lines != stored.lines) {
        found.add("I1", Other, format_args!("{} was acknowledged as {order:?} and is {stored:?}", order.id));
    }
}

/// Where orders were told to go.
struct Moves<'a> {
    sent: BTreeSet<(&'a str, Status)>,
    acknowledged: BTreeSet<(&'a str, Status)>,
}

impl<'a> Moves<'a> {
    fn of(writes: &[Sendings<'a>]) -> Self {
        let mut moves = Self { sent: BTreeSet::new(), acknowledged: BTreeSet::new() };
        for write in writes {
            if let Op::Move { order, to } = write.op {
                moves.sent.insert((order, *to));
                if write.done().is_some() {
                    moves.acknowledged.insert((order, *to));
                }
            }
        }
        moves
    }
}

fn as_moved(id: &str, stored: &StoredOrder, moves: &Moves<'_>, found: &mut Findings) {
    let acknowledged = |status| moves.acknowledged.contains(&(id, status));
    let sent = |status| moves.sent.contains(&(id, status));
    let lost = match stored.status {
        Status::Placed => acknowledged(Status::Paid) || acknowledged(Status::Cancelled),
        Status::Paid | Status::Shipped => acknowledged(Status::Cancelled),
        Status::Cancelled => false,
    };
    if lost {
        found.add("I1", Lost, format_args!("{id} is {:?}, and a later status was acknowledged", stored.status));
    }
    if stored.status != Status::Placed && !sent(stored.status) {
        found.add("I1", Other, format_args!("{id} is {:?}, and nobody asked for that", stored.status));
    }
    // one for being placed, one for each move that was done
    let least = 1 + [Status::Paid, Status::Cancelled].into_iter().filter(|status| acknowledged(*status)).count() as i64;
    let most = 1 + [Status::Paid, Status::Cancelled].into_iter().filter(|status| sent(*status)).count() as i64;
    if !(least..=most).contains(&stored.version) {
        let harm = if stored.version > most { Doubled } else { Lost };
        found.add("I1", harm, format_args!("{id} is at version {}, expected {least} to {most}", stored.version));
    }
}

/// Orders are told apart by customer and marker, which only one key was sent with.
fn one_order_a_key(history: &History, content: &Content, writes: &[Sendings<'_>], found: &mut Findings) {
    let mut there: BTreeMap<(&str, i64), Vec<&str>> = BTreeMap::new();
    for (id, stored) in &content.orders {
        let quantity = stored.lines.last().map_or(0, |(_, quantity, _)| *quantity);
        there.entry((&stored.customer, quantity)).or_default().push(id);
    }
    for write in writes {
        let (Op::Place { lines }, Some(customer)) = (write.op, &history.people[write.session].customer) else { continue };
        let quantity = lines.last().map_or(0, |(_, quantity)| *quantity);
        let ids = there.remove(&(customer, quantity)).unwrap_or_default();
        if ids.len() > 1 {
            found.add("I2", Doubled, format_args!("the key {} made {} orders: {ids:?}", write.key(), ids.len()));
        }
        let refused = write.is_settled() && write.done().is_none();
        if let (true, [id]) = (refused, &*ids) {
            found.add("I2", Doubled, format_args!("the key {} was refused in the end, and made {id}", write.key()));
        }
    }
    for ((customer, _), ids) in there {
        found.add("I2", Other, format_args!("nobody asked for {ids:?} of {customer}"));
    }
}
