//! Loaders: every question that a resolver has goes through one, so that equal questions of one request become one store call.
//!
//! A [`Question`] names a role method; [`Loads`] belongs to one request and collects keys while resolvers run. When no resolver
//! can go on without an answer, all collected keys are sent, one call a question, all stores at once ([`Loads::drive`]).
//! There is no timer: the batch is complete exactly when the request stands still. `docs/decisions/0003-batching.md` has the
//! measurements that led here.

#[macro_use]
mod questions;
pub mod coalesce;
mod drive;
mod row;
mod slot;
#[cfg(test)]
mod tests;

pub mod activity;
pub mod article;
pub mod category;
pub mod comment;
pub mod customer;
pub mod order;
pub mod preferences;
pub mod product;
pub mod ranking;

use crate::{
    error::StoreError,
    receipt::{Caller, Receipt, Role},
    roles,
    shop::{Money, Ranked},
    stores::Stores,
};
use async_trait::async_trait;
use drive::Signal;
pub use questions::{SharedPage, shared};
pub use row::{Row, Rows};
use slot::{AnySlot, Slot};
pub use slot::{Found, Outcome};
use std::{
    any::{Any, TypeId},
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// A question that can be asked for many keys at once.
#[async_trait]
pub trait Question: Send + Sync + 'static {
    /// What an answer is looked up by. Arguments that all keys of a store call must share (a page's window) are part of it.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;
    /// What one asker gets.
    type Answer: Counted + Clone + Send + Sync + 'static;
    /// What all keys of one store call have in common: their arguments; `()` where any keys go together; the key where each is asked
    /// for on its own.
    type Lane: Clone + Eq + Hash + Send + Sync + 'static;
    /// The call that [`Self::ask`] makes, for those who want to know before it is asked. That receipts show the same is tested.
    const ASKS: Asks;

    /// The lane of a key.
    fn lane(key: &Self::Key) -> Self::Lane;

    /// Asks the stores for different keys. An error of the whole is every key's; where keys are asked for by several calls, the error
    /// of one call is that of its own keys only.
    async fn ask(stores: &Stores, keys: Vec<Self::Key>) -> roles::Result<Answers<Self>>;
}

/// How many of a store's rows an answer is.
pub trait Counted {
    /// Their number.
    fn rows(&self) -> usize {
        1
    }
}

impl<T> Counted for Vec<T> {
    fn rows(&self) -> usize {
        self.len()
    }
}

impl<T> Counted for SharedPage<T> {
    fn rows(&self) -> usize {
        self.items.len()
    }
}

macro_rules! one_row {
    ($($row:ty),+ $(,)?) => { $(impl Counted for $row {})+ };
}
one_row!(Money, Ranked, i64);

/// A call that a question makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asks {
    /// Which role is asked.
    pub role: Role,
    /// The role method.
    pub method: &'static str,
    /// What the keys are that one call carries; none if it is asked for one thing.
    pub by: Option<&'static str>,
}

impl Asks {
    /// A call of the relational role.
    pub const fn relational(method: &'static str) -> Self {
        Self { role: Role::Relational, method, by: None }
    }

    /// A call of the documents role.
    pub const fn documents(method: &'static str) -> Self {
        Self { role: Role::Documents, method, by: None }
    }

    /// A call of the hot role.
    pub const fn hot(method: &'static str) -> Self {
        Self { role: Role::Hot, method, by: None }
    }

    /// The same for many keys at once.
    pub const fn by(self, keys: &'static str) -> Self {
        Self { by: Some(keys), ..self }
    }
}

/// A map for as long as one request lasts, by ids that were checked before: the hash is a fast one.
pub type ByKey<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// The answers to a question, one for each key, in the order of the keys; `None`: the stores do not know it.
pub type Answers<Q> = Vec<roles::Result<Option<<Q as Question>::Answer>>>;

/// Why a load has no answer.
#[derive(Clone, Debug)]
pub enum LoadError {
    /// The store failed.
    Store(StoreError),
    /// The load itself panicked; only those who asked in this batch are told.
    Panicked,
}

/// The loads of one request.
pub struct Loads {
    stores: Arc<Stores>,
    receipt: Option<Arc<Receipt>>,
    slots: Mutex<Slots>,
    signal: Arc<Signal>,
    /// Each key is asked for on its own.
    singly: bool,
}

/// One slot a question, in the order in which they were first asked: the order of the calls must not vary.
#[derive(Default)]
struct Slots {
    by_type: ByKey<TypeId, Arc<dyn Any + Send + Sync>>,
    in_order: Vec<Arc<dyn AnySlot>>,
}

impl Loads {
    /// For one request; with a receipt, every call is written on it.
    pub fn new(stores: Arc<Stores>, receipt: Option<Arc<Receipt>>) -> Arc<Self> {
        Arc::new(Self { stores, receipt, slots: Mutex::default(), signal: Arc::default(), singly: false })
    }

    /// The same without batches: one call for each key, one after the other. What a server without loaders does; for the lab, which shows what that costs.
    pub fn singly(stores: Arc<Stores>, receipt: Option<Arc<Receipt>>) -> Arc<Self> {
        Arc::new(Self { stores, receipt, slots: Mutex::default(), signal: Arc::default(), singly: true })
    }

    /// The answer for one key; `None` if the stores do not know it. `path` tells which field asks, and is called only when a receipt is
    /// written call by call.
    pub async fn load<Q: Question>(&self, key: Q::Key, path: impl FnOnce() -> String) -> Result<Option<Q::Answer>, LoadError> {
        let slot = self.slot::<Q>();
        let itemized = self.receipt.as_ref().is_some_and(|receipt| receipt.is_itemized());
        slot.answer(key, || itemized.then(path)).await
    }

    /// The answers for many keys. They are asked for before this returns, in one call with all that is asked until the
    /// request stands still.
    pub fn load_all<Q: Question>(&self, keys: Vec<Q::Key>, path: &str) -> impl Future<Output = Found<Q::Answer>> + Send + use<Q> {
        let itemized = self.receipt.as_ref().is_some_and(|receipt| receipt.is_itemized());
        self.slot::<Q>().answer_all(keys, itemized.then_some(path))
    }

    fn slot<Q: Question>(&self) -> Arc<Slot<Q>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let known = slots.by_type.get(&TypeId::of::<Q>()).cloned();
        if let Some(Ok(slot)) = known.map(Arc::downcast::<Slot<Q>>) {
            return slot;
        }
        let slot = Arc::new(Slot::<Q>::default());
        slots.by_type.insert(TypeId::of::<Q>(), slot.clone());
        slots.in_order.push(slot.clone());
        slot
    }

    /// Whose account store calls outside of the loads go on; `path` tells which field asks.
    pub fn caller(&self, path: impl FnOnce() -> String) -> Option<Caller> {
        self.receipt.as_ref().map(|receipt| Caller::of(receipt, path))
    }

    /// Forgets what was read so far: something was changed.
    pub fn forget(&self) {
        *self.slots.lock().unwrap_or_else(PoisonError::into_inner) = Slots::default();
    }

    /// Sends everything that was collected; tells whether there was anything.
    fn dispatch(&self) -> bool {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner).in_order.clone();
        let mut sent = false;
        for slot in slots {
            sent |= slot.dispatch(&self.stores, self.receipt.as_ref(), &self.signal, self.singly);
        }
        sent
    }
}
