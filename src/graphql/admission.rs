//! How many operations run at once. One too many is refused at once and not kept waiting: who waits for a server that has too much to do
//! has gone when its turn comes, and the work is done for nobody. See `docs/decisions/0018-overload.md`.

use super::{
    error::{Code, RETRY_AFTER_MS},
    reply::Problem,
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How often the log tells at most that operations are refused.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// What an operation is worth when there is not room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It can as well be sent again.
    Ordinary,
    /// A change that somebody waits for, under an idempotency key: refused last.
    Keyed,
}

/// The places for operations that run.
#[derive(Debug)]
pub struct Admission {
    ordinary: Arc<Semaphore>,
    /// A quarter as many again, for those that are refused last.
    reserve: Arc<Semaphore>,
    refused: Mutex<Refused>,
}

/// What the log was not told yet.
#[derive(Debug, Default)]
struct Refused {
    count: u64,
    told: Option<Instant>,
}

/// One operation runs, until this is dropped.
#[derive(Debug)]
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Admission {
    /// Room for so many operations.
    pub fn new(most: usize) -> Self {
        let places = |count: usize| Arc::new(Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS)));
        Self { ordinary: places(most), reserve: places(most.div_ceil(4)), refused: Mutex::default() }
    }

    /// A place, if there is one; `class` is asked for only if there is no ordinary one.
    pub fn enter(&self, class: impl FnOnce() -> Class) -> Result<Place, Problem> {
        let free = |places: &Arc<Semaphore>| Arc::clone(places).try_acquire_owned().ok();
        let permit = free(&self.ordinary).or_else(|| (class() == Class::Keyed).then(|| free(&self.reserve)).flatten());
        permit.map(|permit| Place { _permit: permit }).ok_or_else(|| {
            self.note();
            let problem = Problem::new(Code::Overloaded, "the server has too much to do: try again");
            problem.retry_after(Duration::from_millis(RETRY_AFTER_MS.unsigned_abs().into()))
        })
    }

    /// Tells the log, now or with the next ones.
    fn note(&self) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.count += 1;
        if refused.told.is_none_or(|told| told.elapsed() >= TOLD_EVERY) {
            tracing::warn!("too much to do: {} requests were refused", refused.count);
            *refused = Refused { count: 0, told: Some(Instant::now()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(admission: &Admission, class: Class) -> Vec<Place> {
        std::iter::from_fn(|| admission.enter(|| class).ok()).collect()
    }

    #[test]
    fn what_is_too_much_is_refused_until_something_ends() {
        let admission = Admission::new(8);
        let mut running = full(&admission, Class::Ordinary);
        assert_eq!(running.len(), 8);
        assert_eq!(admission.enter(|| Class::Ordinary).unwrap_err().code, Code::Overloaded);
        running.pop();
        assert!(admission.enter(|| Class::Ordinary).is_ok());
    }

    #[test]
    fn changes_under_a_key_are_refused_last() {
        let admission = Admission::new(8);
        let _ordinary = full(&admission, Class::Ordinary);
        assert_eq!(full(&admission, Class::Keyed).len(), 2);
        let _keyed = full(&admission, Class::Keyed);
        assert!(admission.enter(|| Class::Keyed).is_err());
    }

    #[test]
    fn nobody_looks_at_a_request_while_there_is_room() {
        let admission = Admission::new(1);
        let place = admission.enter(|| unreachable!("there is room"));
        assert!(place.is_ok());
    }
}
