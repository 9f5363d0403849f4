//! The reports from lists in this process: the floor, and a second opinion on every window.

use super::{
    answer,
    data::{self, Event, Order, category, category_name, product_name},
    range,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Counters, Input, Load, Loaded, Result, Source,
    arm::{Backing, InProcess},
};
use async_trait::async_trait;
use serde_json::Value;
use std::{
    cmp::Reverse,
    collections::BTreeMap,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// Orders and events in memory.
#[derive(Default)]
pub struct Reports {
    shop: RwLock<Shop>,
    looked_at: AtomicU64,
}

#[derive(Default)]
struct Shop {
    orders: Vec<Order>,
    events: Vec<Event>,
}

fn at(ms: i64, format: &str) -> String {
    chrono::DateTime::from_timestamp_millis(ms).map(|time| time.format(format).to_string()).unwrap_or_default()
}

fn revenue(order: &Order) -> i64 {
    order.items.iter().map(|item| item.quantity * item.cents).sum()
}

impl Shop {
    /// Lists are in the order of time.
    fn sold(&self, [from, to]: [i64; 2]) -> impl Iterator<Item = &Order> {
        let begin = self.orders.partition_point(|order| order.placed < from);
        self.orders[begin..].iter().take_while(move |order| order.placed < to).filter(|order| order.status != "CANCELLED")
    }

    fn months(&self, range: [i64; 2]) -> Vec<Value> {
        let mut months: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for order in self.sold(range) {
            let month = months.entry(at(order.placed, "%Y-%m")).or_default();
            *month = (month.0 + 1, month.1 + revenue(order));
        }
        let (mut before, mut running) = (None, 0);
        let row = |(month, (orders, revenue))| {
            running += revenue;
            answer::month((month, orders, revenue, before.replace(revenue), running))
        };
        months.into_iter().map(row).collect()
    }

    fn categories(&self, range: [i64; 2]) -> Vec<Value> {
        let mut sums: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for item in self.sold(range).flat_map(|order| &order.items) {
            let sum = sums.entry(category(item.product)).or_default();
            *sum = (sum.0 + item.quantity * item.cents, sum.1 + item.quantity);
        }
        let total: i64 = sums.values().map(|sum| sum.0).sum();
        let mut rows: Vec<_> = sums.into_iter().collect();
        rows.sort_by_key(|(category, (revenue, _))| (Reverse(*revenue), *category));
        let row = |(place, (category, (revenue, units)))| answer::category((category_name(category), revenue, units, place, total));
        (1..).zip(rows).map(row).collect()
    }

    fn products(&self, range: [i64; 2]) -> Vec<Value> {
        let mut sums: BTreeMap<i64, BTreeMap<i64, i64>> = BTreeMap::new();
        for item in self.sold(range).flat_map(|order| &order.items) {
            *sums.entry(category(item.product)).or_default().entry(item.product).or_default() += item.quantity * item.cents;
        }
        let mut rows = Vec::new();
        for (category, products) in sums {
            let mut products: Vec<_> = products.into_iter().collect();
            products.sort_by_key(|(product, revenue)| (Reverse(*revenue), *product));
            for (place, (product, revenue)) in (1..).zip(products.into_iter().take(3)) {
                rows.push(answer::product((category_name(category), product_name(product), revenue, place)));
            }
        }
        rows
    }

    fn tiers(&self, range: [i64; 2]) -> Vec<Value> {
        let mut spent: BTreeMap<i64, i64> = BTreeMap::new();
        for order in self.sold(range) {
            *spent.entry(order.customer).or_default() += revenue(order);
        }
        let mut tiers: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for spent in spent.into_values().filter(|spent| *spent >= 10_000) {
            let tier = match spent {
                200_000.. => "gold",
                50_000.. => "silver",
                _ => "bronze",
            };
            let tier = tiers.entry(tier).or_default();
            *tier = (tier.0 + 1, tier.1 + spent);
        }
        tiers.into_iter().map(|(tier, (customers, revenue))| answer::tier((tier.to_owned(), customers, revenue))).collect()
    }

    fn days(&self, [from, to]: [i64; 2]) -> Vec<Value> {
        let mut days: BTreeMap<String, [i64; 3]> = BTreeMap::new();
        let begin = self.events.partition_point(|event| event.at < from);
        for event in self.events[begin..].iter().take_while(|event| event.at < to) {
            let place = ["view", "cart", "buy"].iter().position(|kind| *kind == event.kind).unwrap_or_default();
            days.entry(at(event.at, "%Y-%m-%d")).or_default()[place] += 1;
        }
        let mut before = None;
        days.into_iter().map(|(day, [views, carts, buys])| answer::day((day, views, carts, buys, before.replace(views)))).collect()
    }
}

#[async_trait]
impl Arm for Reports {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "in process", store: "process", model: "lists in the order of time", variant: "idiomatic" }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "rust", text: include_str!("process.rs").to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &InProcess
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let shop = Shop { orders: data::orders(load), events: data::events(load) };
        *self.shop.write().unwrap_or_else(PoisonError::into_inner) = shop;
        Ok(Loaded::default())
    }

    async fn op(&self, case: &Case, input: &Input) -> Result<Answer> {
        let shop = self.shop.read().unwrap_or_else(PoisonError::into_inner);
        let range = range(input);
        let rows = match &*case.id {
            "months" => shop.months(range),
            "categories" => shop.categories(range),
            "products" => shop.products(range),
            "tiers" => shop.tiers(range),
            _ => shop.days(range),
        };
        let count = rows.len();
        self.looked_at.fetch_add(1, Ordering::Relaxed);
        Ok(Answer::new(Value::Array(rows), count))
    }

    async fn counters(&self) -> Result<Counters> {
        Ok(Counters::from([("statements", self.looked_at.load(Ordering::Relaxed) as f64)]))
    }

    async fn unload(&self) -> Result<()> {
        *self.shop.write().unwrap_or_else(PoisonError::into_inner) = Shop::default();
        Ok(())
    }
}
