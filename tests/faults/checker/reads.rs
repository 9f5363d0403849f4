//! I6 and I7: what readers saw.

use super::{Findings, Harm::*};
use crate::{
    content::Content,
    history::{Answer, Entry, History, Micros, Op, Order, Seen, Status},
};
use std::collections::BTreeMap;

pub fn check(history: &History, content: &Content, found: &mut Findings) {
    let dial = Dial::of(history);
    dial.stored(history, content, found);
    let mut seen_before: BTreeMap<usize, (Micros, i64)> = BTreeMap::new();
    for entry in &history.entries {
        match (&entry.op, &entry.answer) {
            (Op::ReadPrice, Answer::Done(Seen::Price(price))) => {
                dial.read(history, entry, *price, found);
                // only what had been answered when this was asked: two requests at once may overtake each other
                let (at, newest) = seen_before.entry(entry.session).or_insert((entry.at, *price));
                if *at <= entry.sent && price < newest {
                    found.add("I6", Other, format_args!("session {} read {price} after it had read {newest}", entry.session));
                } else if price > newest {
                    (*at, *newest) = (entry.at, *price);
                }
            }
            (Op::ReadPrice, Answer::Done(other)) => {
                found.add("I6", Other, format_args!("the product that is there was read as {other:?}"));
            }
            (Op::Place { .. }, Answer::Done(Seen::Order(order))) => dial.bought(history, entry, order, found),
            _ => {}
        }
    }
    own_orders(history, found);
}

/// The price that counts up.
struct Dial {
    /// (when, price): sent, and acknowledged, both growing.
    sent: Vec<(Micros, i64)>,
    acknowledged: Vec<(Micros, i64, usize)>,
    first: i64,
    /// When each key was first sent.
    keys: BTreeMap<(usize, String), Micros>,
}

impl Dial {
    fn of(history: &History) -> Self {
        let mut dial = Self { sent: Vec::new(), acknowledged: Vec::new(), first: history.shop.first_price, keys: BTreeMap::new() };
        for write in history.writes() {
            let sent = write.entries.iter().map(|entry| entry.sent).min().unwrap_or_default();
            dial.keys.insert((write.session, write.key().to_owned()), sent);
            let Op::Price { minor } = write.op else { continue };
            dial.sent.push((sent, *minor));
            dial.acknowledged.extend(write.done().map(|entry| (entry.at, *minor, write.session)));
        }
        dial
    }

    /// The highest price that was acknowledged at this time; by one session alone, if one is given.
    fn least(&self, at: Micros, session: Option<usize>) -> i64 {
        let known = self.acknowledged.iter().filter(|(when, _, by)| *when <= at && session.is_none_or(|session| session == *by));
        known.map(|(_, price, _)| *price).max().unwrap_or(self.first)
    }

    /// The highest price that was sent until then.
    fn most(&self, at: Micros) -> i64 {
        self.sent.iter().filter(|(when, _)| *when <= at).map(|(_, price)| *price).max().unwrap_or(self.first)
    }

    /// The owner has what was written last.
    fn stored(&self, history: &History, content: &Content, found: &mut Findings) {
        let Some(stored) = history.shop.products.get(history.shop.dial).and_then(|(product, _)| content.products.get(product)) else {
            return;
        };
        let (least, most) = (self.least(Micros::MAX, None), self.most(Micros::MAX));
        if !(least..=most).contains(&stored.price) {
            found.add("I1", Lost, format_args!("the price is {}, {least} was acknowledged and {most} sent", stored.price));
        }
    }

    fn read(&self, history: &History, entry: &Entry, price: i64, found: &mut Findings) {
        let own = self.least(entry.sent, Some(entry.session));
        let least = self.least(entry.sent.saturating_sub(history.allowed.age), None);
        let at = entry.sent / 1_000;
        if price < own {
            found.add("I7", Other, format_args!("session {} wrote {own} and at {at} ms read {price}", entry.session));
        } else if price < least {
            let age = history.allowed.age / 1_000;
            found.add("I6", Other, format_args!("at {at} ms {price} was read, and {least} had been acknowledged for {age} ms"));
        } else if price > self.most(entry.at) {
            found.add("I6", Other, format_args!("at {at} ms {price} was read, which nobody had written"));
        }
    }

    /// An order has the price of its moment: no copy's.
    fn bought(&self, history: &History, entry: &Entry, order: &Order, found: &mut Findings) {
        let dial = &history.shop.products[history.shop.dial].0;
        // it may be a replay: placed at its first sending at the earliest
        let first = self.keys.get(&(entry.session, entry.key.clone().unwrap_or_default())).copied().unwrap_or(entry.sent);
        for (_, _, price) in order.lines.iter().flatten().filter(|(product, ..)| product == dial) {
            let (least, most) = (self.least(first, None), self.most(entry.at));
            if !(least..=most).contains(price) {
                found.add("I6", Other, format_args!("{} was sold at {price}, the price was {least} to {most}", order.id));
            }
        }
    }
}

/// Nobody but its customer moves an order, and each customer does one thing at a time: what was acknowledged last is what is read.
fn own_orders(history: &History, found: &mut Findings) {
    let mut last: BTreeMap<(usize, &str), (Micros, Status)> = BTreeMap::new();
    for entry in &history.entries {
        match (&entry.op, &entry.answer) {
            (Op::Place { .. } | Op::Move { .. }, Answer::Done(Seen::Order(order))) => {
                let (at, status) = last.entry((entry.session, &order.id)).or_insert((entry.at, order.status));
                if order.status > *status {
                    (*at, *status) = (entry.at, order.status);
                }
            }
            (Op::ReadOrder { order }, Answer::Done(seen)) => {
                let Some((at, wrote)) = last.get(&(entry.session, &**order)).filter(|(at, _)| *at <= entry.sent) else { continue };
                let read = if let Seen::Order(order) = seen { Some(order.status) } else { None };
                // `>`: one that was sent and not acknowledged may have been done
                if read < Some(*wrote) {
                    let since = (entry.sent - at) / 1_000;
                    found.add("I7", Other, format_args!("{order} was {wrote:?} for {since} ms, and its customer read {read:?}"));
                }
            }
            _ => {}
        }
    }
}
