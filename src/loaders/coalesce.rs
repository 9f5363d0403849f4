//! Batches across requests: while a call of a question is under way, the batches that other requests have for it are collected,
//! and sent as one call when it is answered. What a database does when it commits for a group, for reads.
//!
//! There is no timer that anybody waits for: with nothing under way a batch is sent at once, and the size of the common call follows
//! from the load. Keys carry all that an answer depends on, the viewer included, so whose batch brought a key does not matter. What
//! joins was not sent before: nobody reads what is older than their question. `docs/decisions/0020-batches-across-requests.md`.

#[cfg(test)]
mod tests;

use super::{
    ByKey, Counted, LoadError, Question,
    drive::Signal,
    slot::{Outcome, Slot},
};
use crate::{
    layers::cached::own_writes,
    receipt::{self, Caller, Receipt},
    shop::CustomerId,
    stores::{Stores, coalescer::Coalescer},
};
use foldhash::fast::RandomState;
use futures::FutureExt as _;
use std::{
    collections::VecDeque,
    mem,
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::timeout;
use tracing::{Instrument as _, Span};

/// A batch with more keys goes alone: nobody waits for somebody else's long list.
const MOST_OF_ONE: usize = 250;
/// Keys of a common call, but for the last batch of it.
const MOST: usize = 500;
/// Batches that wait in one line; what is beyond goes alone, and is refused by the store's guard where that is too much.
const MOST_WAITING: usize = 1_000;

impl Coalescer {
    /// Sends a batch: at once, or with the next call of its line.
    pub(super) fn send<Q: Question>(&self, stores: &Arc<Stores>, batch: Batch<Q>) {
        let Some((lane, patience)) = self.lane_of(&batch).zip(self.patience) else { return alone(stores, batch) };
        let lines = self.of::<Lines<Q>>();
        let lead = {
            let mut busy = lines.0.lock().unwrap_or_else(PoisonError::into_inner);
            match busy.get_mut(&lane) {
                None => {
                    busy.insert(lane.clone(), VecDeque::new());
                    Some(batch)
                }
                // a receipt that is read call by call shows the request's own calls, with their plans
                Some(waiting) if waiting.len() >= MOST_WAITING || batch.is_itemized() => return alone(stores, batch),
                Some(waiting) => {
                    waiting.push_back(batch);
                    None
                }
            }
        };
        if let Some(batch) = lead {
            Turn { lines, lane, patience, ended: false }.begin(stores.clone(), vec![batch], Span::current());
        }
    }

    /// Which line a batch stands in; none if it goes alone.
    fn lane_of<Q: Question>(&self, batch: &Batch<Q>) -> Option<Lane<Q>> {
        let (first, others) = batch.keys.split_first()?;
        let lane = Q::lane(first);
        let fits = batch.keys.len() <= MOST_OF_ONE && others.iter().all(|key| Q::lane(key) == lane);
        fits.then_some((lane, if self.by_viewer { batch.customer } else { None }))
    }
}

/// One request's batch of one question.
pub(super) struct Batch<Q: Question> {
    pub keys: Vec<Q::Key>,
    /// Where the first key's answer belongs; the others follow.
    pub first: usize,
    pub customer: Option<CustomerId>,
    pub caller: Option<Caller>,
    pub slot: Arc<Slot<Q>>,
    pub signal: Arc<Signal>,
}

impl<Q: Question> Batch<Q> {
    fn is_itemized(&self) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.receipt.is_itemized())
    }

    fn tell(self, outcomes: Vec<Outcome<Q::Answer>>) {
        let Self { first, slot, signal, .. } = self;
        signal.complete(Box::new(move || slot.settle(first, outcomes)));
    }
}

/// A task of its own for each call: a request that is dropped does not cut a driver's work in the middle, the stores work at the
/// same time, and a panic ends here.
fn alone<Q: Question>(stores: &Arc<Stores>, batch: Batch<Q>) {
    tokio::spawn(ask(stores.clone(), vec![batch]).in_current_span());
}

/// Each key on its own, one after the other; see [`super::Loads::singly`].
pub(super) fn one_by_one<Q: Question>(stores: &Arc<Stores>, batch: Batch<Q>) {
    let stores = stores.clone();
    let work = async move {
        let outcomes = ask_singly(&stores, &batch).await;
        batch.tell(outcomes);
    };
    tokio::spawn(work.in_current_span());
}

async fn ask_singly<Q: Question>(stores: &Stores, batch: &Batch<Q>) -> Vec<Outcome<Q::Answer>> {
    let mut all = Vec::with_capacity(batch.keys.len());
    for key in &batch.keys {
        all.extend(put::<Q>(stores, vec![key.clone()], batch.customer, batch.caller.clone()).await);
    }
    all
}

async fn ask<Q: Question>(stores: Arc<Stores>, mut batches: Vec<Batch<Q>>) {
    match batches.pop() {
        Some(only) if batches.is_empty() => ask_for_one(&stores, only).await,
        last => {
            batches.extend(last);
            ask_for_many(&stores, batches).await;
        }
    }
}

async fn ask_for_one<Q: Question>(stores: &Stores, mut batch: Batch<Q>) {
    let outcomes = put::<Q>(stores, mem::take(&mut batch.keys), batch.customer, batch.caller.take()).await;
    batch.tell(outcomes);
}

/// One call for all of them, each of which has it on its account, with its own rows.
async fn ask_for_many<Q: Question>(stores: &Stores, batches: Vec<Batch<Q>>) {
    let most = batches.iter().map(|batch| batch.keys.len()).sum();
    let mut known = ByKey::with_capacity_and_hasher(most, RandomState::default());
    let mut keys = Vec::with_capacity(most);
    let mut place = |key: &Q::Key| {
        *known.entry(key.clone()).or_insert_with(|| {
            keys.push(key.clone());
            keys.len() - 1
        })
    };
    let places: Vec<Vec<usize>> = batches.iter().map(|batch| batch.keys.iter().map(&mut place).collect()).collect();
    let customer = batches.first().and_then(|batch| batch.customer);
    let joint = Arc::new(Receipt::counting());
    let answers = put::<Q>(stores, keys, customer, Some(Caller::of(&joint, String::new))).await;
    for (batch, places) in batches.into_iter().zip(places) {
        let outcomes: Vec<_> = places.into_iter().map(|place| answers[place].clone()).collect();
        if let Some(caller) = &batch.caller {
            let rows = outcomes.iter().flatten().flatten().map(Counted::rows).sum();
            caller.receipt.add_share(&joint, rows);
        }
        batch.tell(outcomes);
    }
}

async fn put<Q: Question>(
    stores: &Stores,
    keys: Vec<Q::Key>,
    customer: Option<CustomerId>,
    caller: Option<Caller>,
) -> Vec<Outcome<Q::Answer>> {
    let count = keys.len();
    let ask = own_writes::on_behalf_of(customer, receipt::on_account_of(caller, Q::ask(stores, keys)));
    match AssertUnwindSafe(ask).catch_unwind().await {
        Ok(Ok(answers)) => {
            debug_assert_eq!(answers.len(), count, "one answer for each key");
            let mut outcomes: Vec<_> = answers.into_iter().map(|answer| answer.map_err(LoadError::Store)).collect();
            outcomes.resize_with(count, || Ok(None));
            outcomes
        }
        Ok(Err(error)) => vec![Err(LoadError::Store(error)); count],
        Err(_panic_is_in_the_log) => vec![Err(LoadError::Panicked); count],
    }
}

type Lane<Q> = (<Q as Question>::Lane, Option<CustomerId>);

/// The batches that wait, for each lane in which a call is under way.
struct Lines<Q: Question>(Mutex<ByKey<Lane<Q>, VecDeque<Batch<Q>>>>);

impl<Q: Question> Default for Lines<Q> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// The right to send the calls of a lane, one after the other.
struct Turn<Q: Question> {
    lines: Arc<Lines<Q>>,
    lane: Lane<Q>,
    patience: Duration,
    ended: bool,
}

impl<Q: Question> Turn<Q> {
    /// Asks for these in a task of its own, then for those that came meanwhile, until nobody waits.
    fn begin(self, stores: Arc<Stores>, batches: Vec<Batch<Q>>, span: Span) {
        tokio::spawn(self.serve(stores, batches, span));
    }

    async fn serve(mut self, stores: Arc<Stores>, batches: Vec<Batch<Q>>, span: Span) {
        let mut call = pin!(ask(stores.clone(), batches).instrument(span));
        while timeout(self.patience, &mut call).await.is_ok() {
            let Some(next) = self.next() else { return };
            call.set(ask(stores.clone(), next).instrument(Span::none()));
        }
        if let Some(next) = self.next() {
            self.ended = true;
            let (lines, lane, patience) = (self.lines.clone(), self.lane.clone(), self.patience);
            Self { lines, lane, patience, ended: false }.begin(stores, next, Span::none());
        }
        call.await;
    }

    /// What waits, as much as fits one call. Without any, the lane is free, and the turn has ended.
    fn next(&mut self) -> Option<Vec<Batch<Q>>> {
        let mut busy = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = busy.get_mut(&self.lane)?;
        let (mut keys, mut fitting) = (0, 0);
        while keys < MOST
            && let Some(batch) = waiting.get(fitting)
        {
            keys += batch.keys.len();
            fitting += 1;
        }
        if fitting == 0 {
            busy.remove(&self.lane);
            self.ended = true;
            return None;
        }
        Some(waiting.drain(..fitting).collect())
    }
}

/// A turn that is lost, with the runtime that it ran in, keeps nobody waiting.
impl<Q: Question> Drop for Turn<Q> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let waiting = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.lane);
        for batch in waiting.into_iter().flatten() {
            let outcomes = vec![Err(LoadError::Panicked); batch.keys.len()];
            batch.tell(outcomes);
        }
    }
}
