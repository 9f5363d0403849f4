//! One question within one request: what was answered, what is under way, what waits to be sent.

use super::{Answers, ByKey, LoadError, Question, drive::Signal};
use crate::{
    layers::cached::own_writes,
    receipt::{self, Caller, Receipt},
    roles,
    stores::Stores,
};
use futures::{FutureExt as _, channel::oneshot};
use std::{
    mem,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
};
use tracing::Instrument;

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
    fn settle(&self, keys: Vec<Q::Key>, mut answers: Result<Answers<Q>, LoadError>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            let outcome = match &mut answers {
                Ok(found) => found.remove(&key).transpose().map_err(LoadError::Store),
                Err(error) => Err(error.clone()),
            };
            if let Some(Entry::Waiting { waiters, .. }) = state.entries.insert(key, Entry::Answered(outcome.clone())) {
                for waiter in waiters {
                    let _gone_if_the_field_was_dropped = waiter.send(outcome.clone());
                }
            }
        }
    }
}

/// Puts the question, once for all keys or once for each.
async fn put<Q: Question>(stores: &Stores, keys: Vec<Q::Key>, singly: bool) -> roles::Result<Answers<Q>> {
    if !singly {
        return Q::ask(stores, keys).await;
    }
    let mut all = Answers::<Q>::default();
    for key in keys {
        all.extend(Q::ask(stores, vec![key]).await?);
    }
    Ok(all)
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
        let (stores, signal) = (stores.clone(), signal.clone());
        // A task of its own: a request that is dropped does not cut a driver's work in the middle, the stores work at
        // the same time, and a panic ends here.
        let customer = own_writes::customer();
        let work = async move {
            let ask = own_writes::on_behalf_of(customer, receipt::on_account_of(caller, put::<Q>(&stores, keys.clone(), singly)));
            let answers = match AssertUnwindSafe(ask).catch_unwind().await {
                Ok(answers) => answers.map_err(LoadError::Store),
                Err(_panic_is_in_the_log) => Err(LoadError::Panicked),
            };
            signal.complete(Box::new(move || self.settle(keys, answers)));
        };
        tokio::spawn(work.in_current_span());
        true
    }
}
