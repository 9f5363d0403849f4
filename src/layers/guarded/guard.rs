//! One guard in front of one store: lets calls through or refuses them, and looks after a store that does not answer.

use super::{super::chance, breaker::Breaker};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{BreakerState, Result, Store},
};
use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

/// How long a caller waits until the store is asked whether it is alive; `None` for engines that live in this process.
/// With the time that a sign of life may take, a dead store is known after 300 (PostgreSQL), 450 (MongoDB) and 110 ms (Redis).
fn patience(engine: Engine) -> Option<Duration> {
    match engine {
        Engine::Postgres => Some(Duration::from_millis(120)),
        Engine::Mongodb => Some(Duration::from_millis(200)),
        Engine::Redis => Some(Duration::from_millis(30)),
        Engine::Sqlite | Engine::Memory => None,
    }
}

/// How long a caller of a living store waits until it is asked again.
const AGAIN: Duration = Duration::from_millis(250);
/// A store that answered anybody so lately need not be asked.
const FRESH: Duration = Duration::from_millis(20);
/// A write is not begun at a store that has been silent for longer, before it gives a sign of life: what is not sent has no unknown outcome.
const QUIET: Duration = Duration::from_secs(1);
/// How long an open breaker waits between two probes, give or take a fifth.
const PROBE_EVERY: Duration = Duration::from_millis(250);
/// How many calls a store has in hand at most, in a connection or before one: with the 64 operations that run at once by default, and
/// four calls of each side by side, nobody is turned away.
pub(super) const AT_ONCE: usize = 256;
/// Longest that such a probe takes.
const PROBE: Duration = Duration::from_secs(1);

/// Whether a call may leave something behind in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It does not.
    Read,
    /// It does: where nobody knows what became of it, the answer is [`Kind::Timeout`].
    Write,
}

/// A store and its breaker.
pub struct Guard<R: ?Sized> {
    store: Arc<R>,
    patience: Option<Duration>,
    breaker: Breaker,
    /// Held by who asks for a sign of life.
    looking: tokio::sync::Mutex<()>,
    /// A whole round trip is being tried.
    trying: AtomicBool,
    /// Calls that the store has in hand.
    in_hand: AtomicUsize,
}

/// Counts a call for as long as it lasts, dropped futures included.
struct InHand<'a>(&'a AtomicUsize);

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<R: Store + ?Sized + 'static> Guard<R> {
    pub fn new(store: Arc<R>) -> Arc<Self> {
        let patience = patience(store.engine());
        Arc::new(Self {
            store,
            patience,
            breaker: Breaker::default(),
            looking: tokio::sync::Mutex::default(),
            trying: AtomicBool::default(),
            in_hand: AtomicUsize::default(),
        })
    }

    pub fn store(&self) -> &R {
        &self.store
    }

    pub fn state(&self) -> Option<BreakerState> {
        self.patience.map(|_| self.breaker.state())
    }

    /// Lets a call through, as long as the store is alive.
    pub async fn call<T>(self: &Arc<Self>, effect: Effect, call: impl Future<Output = Result<T>>) -> Result<T> {
        let others = self.in_hand.fetch_add(1, Ordering::Relaxed);
        let _in_hand = InHand(&self.in_hand);
        if others >= AT_ONCE {
            return Err(self.error(Kind::Busy, "not asked: it has too many calls in hand"));
        }
        let Some(patience) = self.patience else { return call.await };
        let unasked = effect == Effect::Write && !self.breaker.answered_within(QUIET);
        if self.breaker.is_open() || unasked && !self.is_alive().await {
            return Err(self.error(Kind::Unavailable, "not asked: it does not answer"));
        }
        let mut call = pin!(call);
        let mut wait = patience;
        loop {
            if let Ok(answer) = timeout(wait, &mut call).await {
                return self.noted(answer);
            }
            let alive = tokio::select! {
                biased;
                answer = &mut call => return self.noted(answer),
                alive = self.is_alive() => alive,
            };
            if !alive {
                return Err(match effect {
                    Effect::Read => self.error(Kind::Unavailable, "it gives no sign of life"),
                    Effect::Write => self.error(Kind::Timeout, "it gives no sign of life, and may have got the change"),
                });
            }
            wait = AGAIN;
        }
    }

    fn error(&self, kind: Kind, detail: &str) -> StoreError {
        StoreError::new(self.store.engine(), kind, detail)
    }

    fn noted<T>(self: &Arc<Self>, answer: Result<T>) -> Result<T> {
        match &answer {
            Err(error) if matches!(error.kind, Kind::Unavailable | Kind::Timeout) => {
                if self.breaker.failed() {
                    self.suspect(error.clone());
                }
            }
            // from here, not from the store
            Err(error) if error.kind == Kind::Busy => {}
            // a refusal is an answer, too
            _ => self.breaker.answered(),
        }
        answer
    }

    /// Whether the store is alive. One asks, and all who wait meanwhile share what it learns.
    async fn is_alive(self: &Arc<Self>) -> bool {
        let _one_at_a_time = self.looking.lock().await;
        if self.breaker.is_open() || self.breaker.answered_within(FRESH) {
            return !self.breaker.is_open();
        }
        match self.store.probe().await {
            Ok(()) => self.breaker.answered(),
            Err(error) => {
                if self.breaker.trip() {
                    self.opened(error.detail());
                }
            }
        }
        !self.breaker.is_open()
    }

    /// Opens the breaker unless a whole round trip succeeds now. One at a time.
    fn suspect(self: &Arc<Self>, failure: StoreError) {
        if self.trying.swap(true, Ordering::Relaxed) {
            return;
        }
        let guard = Arc::clone(self);
        tokio::spawn(async move {
            let good = guard.round_trip().await;
            guard.trying.store(false, Ordering::Relaxed);
            if !good && guard.breaker.trip() {
                guard.opened(failure.detail());
            }
        });
    }

    /// Begins to look after the store, until it answers.
    fn opened(self: &Arc<Self>, why: &str) {
        tracing::warn!("{} does not answer, and is not asked any more until it does: {why}", self.store.engine());
        tokio::spawn(Self::look_after(Arc::downgrade(self)));
    }

    async fn look_after(guard: Weak<Self>) {
        loop {
            sleep(PROBE_EVERY.mul_f64(0.8 + 0.4 * chance::unit())).await;
            let Some(guard) = guard.upgrade() else { return };
            let good = guard.round_trip().await;
            if guard.breaker.probed(good) {
                tracing::info!("{} answers again", guard.store.engine());
                return;
            }
        }
    }

    /// Whether a whole round trip succeeds, with password and all.
    async fn round_trip(&self) -> bool {
        let store = Arc::clone(&self.store);
        // in a task of its own: if it panics, that is a bad probe, and not the last one
        let probe = AbortOnDropHandle::new(tokio::spawn(async move {
            match store.probe().await {
                // nobody there: a driver would begin to try for seconds
                Err(error) if error.kind == Kind::Unavailable => Err(error),
                // a silence may mean that it is only slower than it was when it was measured
                _ => store.ping().await,
            }
        }));
        matches!(timeout(PROBE, probe).await, Ok(Ok(Ok(()))))
    }
}
