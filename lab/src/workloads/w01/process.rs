//! The order from a list in this process: the floor.

use super::{
    data::{Order, answer, orders},
    id, no_such,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Counters, Input, Load, Loaded, Result, Source,
    arm::{Backing, InProcess},
};
use async_trait::async_trait;
use std::sync::{
    PoisonError, RwLock,
    atomic::{AtomicU64, Ordering},
};

/// Orders in memory.
#[derive(Default)]
pub struct Orders {
    orders: RwLock<Vec<Order>>,
    looked_at: AtomicU64,
}

#[async_trait]
impl Arm for Orders {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "in process", store: "process", model: "a list in memory", variant: "idiomatic" }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "rust", text: "answer(&orders[id])".to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &InProcess
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        *self.orders.write().unwrap_or_else(PoisonError::into_inner) = orders(load);
        Ok(Loaded::default())
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let orders = self.orders.read().unwrap_or_else(PoisonError::into_inner);
        let order = usize::try_from(id(input)).ok().and_then(|id| orders.get(id)).ok_or_else(|| no_such("process"))?;
        self.looked_at.fetch_add(1, Ordering::Relaxed);
        Ok(Answer::new(answer(order), 1))
    }

    async fn counters(&self) -> Result<Counters> {
        Ok(Counters::from([("docs_examined", self.looked_at.load(Ordering::Relaxed) as f64)]))
    }

    async fn unload(&self) -> Result<()> {
        *self.orders.write().unwrap_or_else(PoisonError::into_inner) = Vec::new();
        Ok(())
    }
}
