//! The state of a circuit breaker: what it has seen, and whether calls are let through. No clock of its own beside the runtime's, no I/O.

use crate::roles::BreakerState;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// So many failures in a row …
const FAILURES: usize = 5;
/// … within this time make a store suspect.
const WITHIN: Duration = Duration::from_secs(1);
/// So many good probes in a row close it.
const GOOD_PROBES: u8 = 2;

#[derive(Default)]
pub struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    /// When the last calls failed, earliest first; none since a call was answered.
    failures: VecDeque<Instant>,
    /// When the store last answered anything.
    answered: Option<Instant>,
    /// While it is open: good probes in a row.
    open: Option<u8>,
}

impl Breaker {
    fn locked(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn state(&self) -> BreakerState {
        match self.locked().open {
            None => BreakerState::Closed,
            Some(0) => BreakerState::Open,
            Some(_) => BreakerState::HalfOpen,
        }
    }

    pub fn is_open(&self) -> bool {
        self.locked().open.is_some()
    }

    /// Whether the store answered something within `span`.
    pub fn answered_within(&self, span: Duration) -> bool {
        self.locked().answered.is_some_and(|at| at.elapsed() <= span)
    }

    /// The store answered.
    pub fn answered(&self) {
        let mut state = self.locked();
        state.failures.clear();
        state.answered = Some(Instant::now());
    }

    /// A call failed; whether that makes the store suspect.
    pub fn failed(&self) -> bool {
        let now = Instant::now();
        let mut state = self.locked();
        if state.open.is_some() {
            return false;
        }
        if state.failures.len() == FAILURES {
            state.failures.pop_front();
        }
        state.failures.push_back(now);
        let first = state.failures.front().copied();
        let full = state.failures.len() == FAILURES;
        let suspect = full && first.is_some_and(|first| now - first <= WITHIN);
        if suspect {
            state.failures.clear();
        }
        suspect
    }

    /// The store gives no sign of life; whether that opened the breaker.
    pub fn trip(&self) -> bool {
        self.locked().trip()
    }

    /// A probe of an open breaker; whether that closed it.
    pub fn probed(&self, good: bool) -> bool {
        let mut state = self.locked();
        let Some(before) = state.open else { return false };
        let now = if good { before + 1 } else { 0 };
        state.open = (now < GOOD_PROBES).then_some(now);
        if state.open.is_none() {
            state.answered = Some(Instant::now());
        }
        state.open.is_none()
    }
}

impl State {
    fn trip(&mut self) -> bool {
        self.failures.clear();
        self.open.replace(0).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    async fn fail(breaker: &Breaker, times: usize, apart: Duration) -> bool {
        for _ in 0..times - 1 {
            assert!(!breaker.failed());
            advance(apart).await;
        }
        breaker.failed()
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_within_a_second_make_a_store_suspect_and_four_or_slower_ones_do_not() {
        let breaker = Breaker::default();
        assert!(!fail(&breaker, 4, Duration::ZERO).await);
        advance(WITHIN * 2).await;
        // one each 251 ms: five never fall into one second
        assert!(!fail(&breaker, 20, Duration::from_millis(251)).await);
        advance(WITHIN * 2).await;
        assert!(fail(&breaker, 5, Duration::from_millis(250)).await);
        // told once, then counted anew
        assert!(!fail(&breaker, 4, Duration::ZERO).await);
        breaker.trip();
        assert!(!fail(&breaker, 9, Duration::ZERO).await, "it is open already");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_answered_in_between_shows_a_living_store() {
        let breaker = Breaker::default();
        for _ in 0..10 {
            assert!(!fail(&breaker, 4, Duration::ZERO).await);
            breaker.answered();
        }
        assert!(!breaker.is_open());
    }

    #[tokio::test(start_paused = true)]
    async fn two_good_probes_in_a_row_close_it() {
        let breaker = Breaker::default();
        assert!(breaker.trip() && !breaker.trip());
        for (good, state) in [
            (false, BreakerState::Open),
            (true, BreakerState::HalfOpen),
            (false, BreakerState::Open),
            (true, BreakerState::HalfOpen),
            (true, BreakerState::Closed),
        ] {
            assert_eq!(breaker.probed(good), state == BreakerState::Closed);
            assert_eq!(breaker.state(), state);
        }
        // failures from before count no more
        assert!(!fail(&breaker, 4, Duration::ZERO).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_does_not_close_it() {
        let breaker = Breaker::default();
        breaker.trip();
        breaker.answered();
        assert_eq!(breaker.state(), BreakerState::Open);
    }
}
