//! One question within one request: what was answered, what is under way, what waits to be sent.

use super::{
    Answers, ByKey, LoadError, Question,
    coalesce::{self, Batch},
    drive::Signal,
};
use crate::{
    layers::cached::own_writes,
    receipt::{Caller, Receipt},
    stores::Stores,
};
use futures::channel::oneshot;
use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

type Outcome<A> = Result<Option<A>, LoadError>;

enum Entry<A> {
    Waiting {
        /// With which batch it was or will be sent. All keys of a batch are answered at once.
        batch: u64,
        waiters: Vec<oneshot::Sender<Outcome<A>>>,
    },
    Answered(Outcome<A>),
}

pub(super) struct Slot<Q: Question>(Mutex<State<Q>>);

struct State<Q: Question> {
    entries: ByKey<Q::Key, Entry<Q::Answer>>,
    /// Keys that are not sent yet, in the order in which they were asked.
    queue: Vec<Q::Key>,
    /// Batches that were sent.
    batch: u64,
    /// The field that asked first since the last batch.
    path: Option<String>,
}

impl<Q: Question> Default for Slot<Q> {
    fn default() -> Self {
        Self(Mutex::new(State { entries: ByKey::default(), queue: Vec::new(), batch: 0, path: None }))
    }
}

/// What [`super::Loads`] can do with a slot without knowing its question.
pub(super) trait AnySlot: Send + Sync {
    fn dispatch(self: Arc<Self>, stores: &Arc<Stores>, receipt: Option<&Arc<Receipt>>, signal: &Arc<Signal>, singly: bool) -> bool;
}

impl<Q: Question> Slot<Q> {
    pub(super) async fn answer(&self, key: Q::Key, path: impl FnOnce() -> Option<String>) -> Outcome<Q::Answer> {
        let answer = {
            let state = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match state.entries.get_mut(&key) {
                Some(Entry::Answered(outcome)) => return outcome.clone(),
                Some(Entry::Waiting { waiters, .. }) => {
                    let (tell, answer) = oneshot::channel();
                    waiters.push(tell);
                    answer
                }
                None => {
                    let (tell, answer) = oneshot::channel();
                    if state.queue.is_empty() {
                        state.path = path();
                    }
                    state.queue.push(key.clone());
                    state.entries.insert(key, Entry::Waiting { batch: state.batch, waiters: vec![tell] });
                    answer
                }
            }
        };
        // the sender lives in this request's slot; it is dropped unsent only if the batch was lost
        answer.await.unwrap_or(Err(LoadError::Panicked))
    }

    /// The answers for many keys, in their order. The question is put before this returns: one waiter for each batch and not for each key.
    pub(super) fn answer_all(
        self: Arc<Self>,
        keys: Vec<Q::Key>,
        path: Option<&str>,
    ) -> impl Future<Output = Vec<Outcome<Q::Answer>>> + Send + use<Q> {
        let (mut waits, mut batches) = (Vec::new(), Vec::new());
        {
            let state = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.entries.reserve(keys.len());
            for key in &keys {
                let (batch, waiters) = match state.entries.get_mut(key) {
                    Some(Entry::Answered(_)) => continue,
                    Some(Entry::Waiting { batch, waiters }) => (*batch, waiters),
                    None => {
                        if state.queue.is_empty() {
                            state.path = path.map(str::to_owned);
                        }
                        state.queue.push(key.clone());
                        let waiting = Entry::Waiting { batch: state.batch, waiters: Vec::new() };
                        match state.entries.entry(key.clone()).insert_entry(waiting).into_mut() {
                            Entry::Waiting { batch, waiters } => (*batch, waiters),
                            Entry::Answered(_) => continue,
                        }
                    }
                };
                if !batches.contains(&batch) {
                    let (tell, answer) = oneshot::channel();
                    batches.push(batch);
                    waiters.push(tell);
                    waits.push(answer);
                }
            }
        }
        async move {
            for wait in waits {
                // what it says is looked up with the others
                let _told_or_lost = wait.await;
            }
            let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let outcome = |key: &Q::Key| match state.entries.get(key) {
                Some(Entry::Answered(outcome)) => outcome.clone(),
                // the batch was lost
                _ => Err(LoadError::Panicked),
            };
            keys.iter().map(outcome).collect()
        }
    }

    /// Hands a batch's answers to all who wait, at once.
    pub(super) fn settle(&self, keys: Vec<Q::Key>, mut answers: Result<Answers<Q>, LoadError>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            let outcome = match &mut answers {
                Ok(found) => found.remove(&key).transpose().map_err(LoadError::Store),
                Err(error) => Err(error.clone()),
            };
            let Some(entry) = state.entries.get_mut(&key) else { continue };
            if let Entry::Waiting { waiters, .. } = entry {
                for waiter in mem::take(waiters) {
                    let _gone_if_the_field_was_dropped = waiter.send(outcome.clone());
                }
            }
            *entry = Entry::Answered(outcome);
        }
    }
}

impl<Q: Question> AnySlot for Slot<Q> {
    fn dispatch(self: Arc<Self>, stores: &Arc<Stores>, receipt: Option<&Arc<Receipt>>, signal: &Arc<Signal>, singly: bool) -> bool {
        let (keys, path) = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if state.queue.is_empty() {
                return false;
            }
            state.batch += 1;
            (mem::take(&mut state.queue), state.path.take())
        };
        let caller = receipt.map(|receipt| Caller::of(receipt, || path.unwrap_or_default()));
        let batch = Batch { keys, customer: own_writes::customer(), caller, slot: self, signal: signal.clone() };
        if singly {
            coalesce::one_by_one(stores, batch);
        } else {
            stores.coalescer.send(stores, batch);
        }
        true
    }
}
