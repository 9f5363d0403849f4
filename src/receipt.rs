//! The receipt: an account of every store call of one request, with the GraphQL field that caused it.
//!
//! A [`Receipt`] belongs to a request. Loaders put the current [`Caller`] into a task-local before they ask a role; the layer
//! [`crate::layers::observed`] finds it there. Without a receipt the cost is one look at the task-local.

use crate::error::{Engine, Kind};
use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
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

/// The account of one request.
#[derive(Debug)]
pub struct Receipt {
    start: Instant,
    calls: Mutex<Vec<Call>>,
    cache: Mutex<CacheCount>,
}

impl Default for Receipt {
    fn default() -> Self {
        Self { start: Instant::now(), calls: Mutex::default(), cache: Mutex::default() }
    }
}

impl Receipt {
    /// All calls so far, in the order in which they were started.
    pub fn calls(&self) -> Vec<Call> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone();
        calls.sort_by_key(|call| call.start);
        calls
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
    /// The field's path without list indexes.
    pub path: Arc<str>,
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
    let start = caller.receipt.start.elapsed();
    let call_here = Call { role, engine, method, path: caller.path, keys, rows: 0, start, end: None, error: None };
    let place = {
        let mut calls = caller.receipt.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(call_here);
        calls.len() - 1
    };
    let answer = call.await;
    let end = caller.receipt.start.elapsed();
    if let Some(call) = caller.receipt.calls.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place) {
        call.end = Some(end);
        match &answer {
            Ok(answer) => call.rows = rows(answer),
            Err(error) => call.error = Some(kind(error)),
        }
    }
    answer
}

/// Writes down that a cache was asked.
pub fn record_cache(hit: bool) {
    let _ = CALLER.try_with(|caller| {
        let mut cache = caller.receipt.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if hit { cache.hits += 1 } else { cache.misses += 1 }
    });
}
