//! The page from lists in this process: the floor.

use super::data::{Shop, answer, shop};
use crate::{
    Answer, Arm, ArmAbout, Case, Counters, Input, Load, Loaded, Result, Source,
    arm::{Backing, InProcess},
};
use async_trait::async_trait;
use serde_json::json;
use std::sync::{
    PoisonError, RwLock,
    atomic::{AtomicU64, Ordering},
};

/// A shop in memory.
#[derive(Default)]
pub struct Orders {
    shop: RwLock<Shop>,
    rows: AtomicU64,
    calls: AtomicU64,
}

#[async_trait]
impl Arm for Orders {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "in process", store: "process", model: "lists in memory", variant: "idiomatic" }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "rust", text: "shop.orders[from..from + limit].iter().map(answer).collect()".to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &InProcess
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        *self.shop.write().unwrap_or_else(PoisonError::into_inner) = shop(load);
        Ok(Loaded::default())
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let page = |name: &str| input[name].as_u64().unwrap_or_default() as usize;
        let shop = self.shop.read().unwrap_or_else(PoisonError::into_inner);
        let orders = shop.orders.iter().skip(page("from")).take(page("limit"));
        let orders: Vec<_> = orders.map(answer).collect();
        self.rows.fetch_add(orders.len() as u64, Ordering::Relaxed);
        self.calls.fetch_add(1, Ordering::Relaxed);
        let count = orders.len();
        Ok(Answer::new(json!(orders), count))
    }

    async fn counters(&self) -> Result<Counters> {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed) as f64;
        Ok(Counters::from([("docs_examined", of(&self.rows)), ("statements", of(&self.calls))]))
    }

    async fn unload(&self) -> Result<()> {
        *self.shop.write().unwrap_or_else(PoisonError::into_inner) = Shop::default();
        Ok(())
    }
}
