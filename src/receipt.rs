//! The receipt: an account of every store call of one request, with the GraphQL field that caused it.
//!
//! A [`Receipt`] belongs to a request. Loaders put the current [`Caller`] into a task-local before they ask a role; the layer
//! [`crate::layers::observed`] finds it there. Without a receipt the cost is one look at the task-local. One that only counts costs one
//! atomic addition a call; one that is written call by call takes a lock twice a call, and reads the clock.

pub mod statements;

use crate::error::{Engine, Kind};
use statements::Noted;
use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// One of the three roles of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Facts with rules.
    Relational,
    /// Flexible content.
    Documents,
    /// Copies and counts.
    Hot,
}

impl Role {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Relational, Self::Documents, Self::Hot];

    /// The lower-case name used in receipts and budgets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relational => "relational",
            Self::Documents => "documents",
            Self::Hot => "hot",
        }
    }
}

/// One call of a role method.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which role was asked.
    pub role: Role,
    /// Which engine answered.
    pub engine: Engine,
    /// The role method.
    pub method: &'static str,
    /// The GraphQL path that asked first, list indexes left out: `articles.edges.node.author`.
    pub path: Arc<str>,
    /// How many keys the call carried; 1 for a question without keys.
    pub keys: usize,
    /// How many rows came back.
    pub rows: usize,
    /// From the start of the request.
    pub start: Duration,
    /// From the start of the request; `None` while the call is not answered (the request ran into its deadline).
    pub end: Option<Duration>,
    /// Why it failed.
    pub error: Option<Kind>,
}

/// Hits and misses of look-ups that a cache stood in front of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheCount {
    /// Answered from the cache.
    pub hits: u64,
    /// Asked of the owner.
    pub misses: u64,
}

/// How much a role was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Calls that were answered. What the caches in front of a store do is not the request's: a cached answer is no call.
    pub calls: u64,
    /// The rows of their answers.
    pub rows: u64,
}

/// The account of one request.
#[derive(Debug)]
pub struct Receipt {
    start: Instant,
    /// None: nobody will read the calls one by one.
    calls: Option<Mutex<Vec<Call>>>,
    /// None: nobody wants to see the statements of the calls.
    statements: Option<Mutex<Vec<Noted>>>,
    cache: Mutex<CacheCount>,
    /// Calls in the upper half and rows in the lower one, so that a call is one addition; in the order of [`Role::ALL`].
    counts: [AtomicU64; 3],
}

impl Default for Receipt {
    fn default() -> Self {
        Self { calls: Some(Mutex::default()), ..Self::counting() }
    }
}

impl Receipt {
    /// One that only counts.
    pub fn counting() -> Self {
        Self { start: Instant::now(), calls: None, statements: None, cache: Mutex::default(), counts: Default::default() }
    }

    /// Whether every call is written down.
    pub fn is_itemized(&self) -> bool {
        self.calls.is_some()
    }

    /// All calls so far, in the order in which they were started; none if they are only counted.
    pub fn calls(&self) -> Vec<Call> {
        let Some(calls) = &self.calls else { return Vec::new() };
        let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner).clone();
        calls.sort_by_key(|call| call.start);
        calls
    }

    /// How much a role was asked so far.
    pub fn count(&self, role: Role) -> Count {
        let both = self.counts[role as usize].load(Ordering::Relaxed);
        Count { calls: both >> 32, rows: both & u64::from(u32::MAX) }
    }

    fn add(&self, role: Role, rows: usize) {
        let rows = u64::from(u32::try_from(rows).unwrap_or(u32::MAX));
        self.counts[role as usize].fetch_add((1 << 32) | rows, Ordering::Relaxed);
    }

    /// The calls of an account that several requests have in common are each one's own, with its own rows.
    pub fn add_share(&self, joint: &Self, rows: usize) {
        for role in Role::ALL {
            for call in 0..joint.count(role).calls {
                self.add(role, if call == 0 { rows } else { 0 });
            }
        }
    }

    /// Writes down that a call begins; `None` if calls are only counted.
    fn begin(&self, call: impl FnOnce(Duration) -> Call) -> Option<usize> {
        let calls = self.calls.as_ref()?;
        let call = call(self.start.elapsed());
        let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(call);
        Some(calls.len() - 1)
    }

    fn end(&self, place: Option<usize>, outcome: Result<usize, Kind>) {
        let Some((place, calls)) = place.zip(self.calls.as_ref()) else { return };
        let end = self.start.elapsed();
        if let Some(call) = calls.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place) {
            call.end = Some(end);
            match outcome {
                Ok(rows) => call.rows = rows,
                Err(kind) => call.error = Some(kind),
            }
        }
    }

    /// What the caches in front of the stores answered.
    pub fn cache(&self) -> CacheCount {
        *self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who is asking: the request's receipt and the field.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The request's account.
    pub receipt: Arc<Receipt>,
    /// The field's path without list indexes; empty if calls are only counted.
    pub path: Arc<str>,
}

impl Caller {
    /// A field on the account; `path` is asked only if calls are written down.
    pub fn of(receipt: &Arc<Receipt>, path: impl FnOnce() -> String) -> Self {
        let path = if receipt.is_itemized() { path().into() } else { Arc::default() };
        Self { receipt: Arc::clone(receipt), path }
    }
}

tokio::task_local! {
    static CALLER: Caller;
}

/// On whose account the current task works; to be handed on to a task that it spawns.
pub fn caller() -> Option<Caller> {
    CALLER.try_with(Clone::clone).ok()
}

/// Runs `work` on the account of `caller`, if there is one.
pub async fn on_account_of<F: Future>(caller: Option<Caller>, work: F) -> F::Output {
    match caller {
        Some(caller) => CALLER.scope(caller, work).await,
        None => work.await,
    }
}

/// Runs one store call and writes it down, if somebody keeps account. `rows` counts a good answer's rows.
pub async fn record<T, E>(
    (role, engine, method): (Role, Engine, &'static str),
    keys: usize,
    call: impl Future<Output = Result<T, E>>,
    rows: impl FnOnce(&T) -> usize,
    kind: impl FnOnce(&E) -> Kind,
) -> Result<T, E> {
    let Ok(caller) = CALLER.try_with(Clone::clone) else { return call.await };
    let Caller { receipt, path } = caller;
    let place = receipt.begin(|start| Call { role, engine, method, path, keys, rows: 0, start, end: None, error: None });
    let answer = match place {
        Some(place) if receipt.statements.is_some() => statements::of_call(Arc::clone(&receipt), place, call).await,
        _ => call.await,
    };
    let outcome = answer.as_ref().map(rows).map_err(kind);
    if !method.starts_with("cache_") {
        receipt.add(role, outcome.unwrap_or_default());
    }
    receipt.end(place, outcome);
    answer
}

/// Writes down that a cache was asked.
pub fn record_cache(hit: bool) {
    let _ = CALLER.try_with(|caller| {
        if !caller.receipt.is_itemized() {
            return;
        }
        let mut cache = caller.receipt.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if hit { cache.hits += 1 } else { cache.misses += 1 }
    });
}
