//! Runs a request and sends its batches whenever it stands still.
//!
//! All resolvers of a request are polled by one task. If that task is polled and nothing in it has asked to be polled again,
//! every resolver is waiting for an answer: the batches are as large as they will ever be, and are sent. Answers come back
//! through [`Signal`], which hands over whole batches within a poll: if the waiters were woken one by one from another
//! thread, the request would be polled between two of them and the next level's batch would fall apart.

use super::Loads;
use futures::task::{ArcWake, AtomicWaker, waker};
use std::{
    future::{Future, poll_fn},
    mem,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

type Settle = Box<dyn FnOnce() + Send>;

/// How often a request may be polled again at once before other tasks get their turn.
const MAX_ROUNDS: usize = 10_000;

#[derive(Default)]
pub(super) struct Signal {
    /// The task that polls the request.
    task: AtomicWaker,
    /// Something within the request wants to be polled.
    woken: AtomicBool,
    /// Batches that are answered but not handed over.
    answered: Mutex<Vec<Settle>>,
}

impl ArcWake for Signal {
    fn wake_by_ref(signal: &Arc<Self>) {
        signal.woken.store(true, Ordering::Release);
        signal.task.wake();
    }
}

impl Signal {
    /// A batch is answered; `settle` will be called by the request's own task.
    pub(super) fn complete(&self, settle: Settle) {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).push(settle);
        self.task.wake();
    }

    fn settle(&self) -> bool {
        let answered = mem::take(&mut *self.answered.lock().unwrap_or_else(PoisonError::into_inner));
        let any = !answered.is_empty();
        answered.into_iter().for_each(|settle| settle());
        any
    }
}

impl Loads {
    /// Runs `request`, sending its batches.
    pub async fn drive<F: Future>(self: &Arc<Self>, request: F) -> F::Output {
        let mut request = pin!(request);
        let waker = waker(self.signal.clone());
        poll_fn(|task| {
            self.signal.task.register(task.waker());
            for _ in 0..MAX_ROUNDS {
                self.signal.settle();
                self.signal.woken.store(false, Ordering::Release);
                if let Poll::Ready(output) = request.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(output);
                }
                let more = self.signal.woken.load(Ordering::Acquire) || self.signal.settle();
                if !more && !self.dispatch() {
                    return Poll::Pending;
                }
            }
            task.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }
}
