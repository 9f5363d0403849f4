//! One question within one request: what was answered, what is under way, what waits to be sent.

use super::{
    ByKey, LoadError, Question,
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
    collections::hash_map,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

/// What one key was answered; `None`: the stores do not know it.
pub type Outcome<A> = Result<Option<A>, LoadError>;

/// What many keys were answered.
pub struct Found<A> {
    /// Where each key's answer is, in the order of the keys.
    pub places: Vec<usize>,
    /// One for each different key.
    pub answers: Vec<Outcome<A>>,
}

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
    /// Where each key's entry is.
    places: ByKey<Q::Key, usize>,
    /// In the order in which they were asked, so those of a batch stand side by side.
    entries: Vec<Entry<Q::Answer>>,
    /// Keys that are not sent yet, those of the last entries.
    queue: Vec<Q::Key>,
    /// Batches that were sent.
    batch: u64,
    /// The field that asked first since the last batch.
    path: Option<String>,
}

impl<Q: Question> State<Q> {
    /// Where the key's entry is; one that was not asked yet is put in the queue, for the field of this path.
    fn place(&mut self, key: Q::Key, path: impl FnOnce() -> Option<String>) -> usize {
        let unknown = match self.places.entry(key) {
            hash_map::Entry::Occupied(known) => return *known.get(),
            hash_map::Entry::Vacant(unknown) => unknown,
        };
        if self.queue.is_empty() {
            self.path = path();
        }
        self.queue.push(unknown.key().clone());
        self.entries.push(Entry::Waiting { batch: self.batch, waiters: Vec::new() });
        *unknown.insert(self.entries.len() - 1)
    }
}

impl<Q: Question> Default for Slot<Q> {
    fn default() -> Self {
        let (places, entries, queue) = Default::default();
        Self(Mutex::new(State { places, entries, queue, batch: 0, path: None }))
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
            let place = state.place(key, path);
            match &mut state.entries[place] {
                Entry::Answered(outcome) => return outcome.clone(),
                Entry::Waiting { waiters, .. } => {
                    let (tell, answer) = oneshot::channel();
                    waiters.push(tell);
                    answer
                }
            }
        };
        // the sender lives in this request's slot; it is dropped unsent only if the batch was lost
        answer.await.unwrap_or(Err(LoadError::Panicked))
    }

    /// The answers for many keys. The question is put before this returns: one waiter for each batch and not for each key.
    pub(super) fn answer_all(
        self: Arc<Self>,
        keys: Vec<Q::Key>,
        path: Option<&str>,
    ) -> impl Future<Output = Found<Q::Answer>> + Send + use<Q> {
        let (mut waits, mut batches) = (Vec::new(), Vec::new());
        let mut places = Vec::with_capacity(keys.len());
        {
            let state = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.places.reserve(keys.len());
            for key in keys {
                let place = state.place(key, || path.map(str::to_owned));
                places.push(place);
                if let Entry::Waiting { batch, waiters } = &mut state.entries[place]
                    && !batches.contains(batch)
                {
                    let (tell, answer) = oneshot::channel();
                    batches.push(*batch);
                    waiters.push(tell);
                    waits.push(answer);
                }
            }
        }
        async move {
            for wait in waits {
                // what it says is found with the others
                let _told_or_lost = wait.await;
            }
            let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let (mut answers, mut told) = (Vec::new(), vec![None; state.entries.len()]);
            for place in &mut places {
                *place = *told[*place].get_or_insert_with(|| {
                    answers.push(match &state.entries[*place] {
                        Entry::Answered(outcome) => outcome.clone(),
                        // the batch was lost
                        Entry::Waiting { .. } => Err(LoadError::Panicked),
                    });
                    answers.len() - 1
                });
            }
            Found { places, answers }
        }
    }

    /// Hands a batch's answers to all who wait, at once: those of the entries from `first` on.
    pub(super) fn settle(&self, first: usize, outcomes: Vec<Outcome<Q::Answer>>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (entry, outcome) in state.entries.iter_mut().skip(first).zip(outcomes) {
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
        let (keys, first, path) = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if state.queue.is_empty() {
                return false;
            }
            state.batch += 1;
            let first = state.entries.len() - state.queue.len();
            (mem::take(&mut state.queue), first, state.path.take())
        };
        let caller = receipt.map(|receipt| Caller::of(receipt, || path.unwrap_or_default()));
        let batch = Batch { keys, first, customer: own_writes::customer(), caller, slot: self, signal: signal.clone() };
        if singly {
            coalesce::one_by_one(stores, batch);
        } else {
            stores.coalescer.send(stores, batch);
        }
        true
    }
}
