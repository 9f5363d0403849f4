//! Cache-aside for entities with an id and a version.
//!
//! - A read asks the cache once for all keys; what is not there is asked of the owner, once a key however many ask ([`super::flights`]),
//!   and kept for a minute. That there is no such entity is kept, too, for a few seconds.
//! - An entry that nears its end is fetched anew in the background by one of its readers ([`Entry::is_due`]).
//! - A write sets a *floor* after its commit: what is older than the floor is forgotten, and kept out for as long as a reader
//!   could still bring it in.
//! - The cache may be slow, wrong or gone: it is given [`BUDGET`], and its failures are nobody's problem but the owner's.

use super::{
    entry::{Entry, Fate},
    flights::{Flights, Lead},
    own_writes::OwnWrites,
};
use crate::{
    error::{Engine, Kind, StoreError},
    receipt,
    roles::{Cache, Result, hot::Versioned},
};
use futures::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::{HashMap, HashSet},
    fmt::Display,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout};
use tracing::Instrument as _;

/// Longest that anybody waits for the cache.
pub const BUDGET: Duration = Duration::from_millis(50);
/// How long an entity is kept, give or take a tenth.
const TTL: Duration = Duration::from_secs(60);
/// How long it is kept that there is no such entity.
const ABSENT_TTL: Duration = Duration::from_secs(5);
/// So many ids that do not exist are kept within that time: whoever makes up ids must not fill the cache.
const MOST_ABSENT: usize = 10_000;
/// How long a floor keeps older versions out: longer than a load may take.
const FLOOR_TTL: Duration = Duration::from_secs(10);
/// Entries that may be fetched anew at a time.
const MOST_REFRESHED: usize = 1_000;
/// Floors that are set at once.
const FLOORS: usize = 1_000;

/// An entity that a cache may hold.
pub trait Kept: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What it is looked up by.
    type Id: Copy + Eq + Hash + Display + Send + Sync + 'static;
    /// What its cache keys begin with, the number of its form included: a program that writes another form does not read this one.
    const NAME: &'static str;

    /// The id.
    fn id(&self) -> Self::Id;
    /// 1 or more, and one more with each change.
    fn version(&self) -> i64;
}

/// Asks the owner.
pub type Load<E> = Box<dyn Fn(Vec<<E as Kept>::Id>) -> BoxFuture<'static, Result<Vec<E>>> + Send + Sync>;

/// The entities of an owner, with a cache beside it.
pub struct Aside<E: Kept> {
    owner: Load<E>,
    engine: Engine,
    cache: Arc<dyn Cache>,
    flights: Arc<Flights<E::Id, Result<Found<E>>>>,
    refreshing: Mutex<HashSet<E::Id>>,
    absent: Mutex<(Option<Instant>, usize)>,
    own_writes: OwnWrites<E::Id>,
    fate: Fate,
}

/// What was found under a key, and whether the cache had it.
struct Found<E> {
    row: Option<Arc<E>>,
    hit: bool,
}

impl<E> Clone for Found<E> {
    fn clone(&self) -> Self {
        Self { row: self.row.clone(), hit: self.hit }
    }
}

/// What the owner said.
struct Loaded<E: Kept> {
    rows: HashMap<E::Id, Arc<E>>,
    took: Duration,
}

impl<E: Kept> Aside<E> {
    pub fn new(engine: Engine, owner: Load<E>, cache: Arc<dyn Cache>, fate: Fate) -> Arc<Self> {
        let (flights, refreshing, absent, own_writes) = Default::default();
        Arc::new(Self { owner, engine, cache, flights, refreshing, absent, own_writes, fate })
    }

    /// The entities with these ids, as the role's method promises it.
    pub async fn get(self: &Arc<Self>, ids: &[E::Id]) -> Result<Vec<E>> {
        let mut seen = HashSet::new();
        let unique = ids.iter().copied().filter(|id| seen.insert(*id));
        let (own, others): (Vec<_>, Vec<_>) = unique.partition(|id| self.own_writes.holds(*id));
        let (lead, seats) = self.flights.join(others);
        if let Some(lead) = lead {
            // in a task of its own: if this caller goes away, the others still wait for it
            let flight = receipt::on_account_of(receipt::caller(), Arc::clone(self).fly(lead));
            tokio::spawn(flight.in_current_span());
        }
        let own = async { if own.is_empty() { Ok(Vec::new()) } else { (self.owner)(own).await } };
        let (own, found) = futures::join!(own, join_all(seats));
        let mut rows = own?;
        for found in found {
            let found = found.unwrap_or_else(|_| Err(StoreError::new(self.engine, Kind::Broken, "a look-up was lost")))?;
            receipt::record_cache(found.hit);
            rows.extend(found.row.map(Arc::unwrap_or_clone));
        }
        Ok(rows)
    }

    async fn fly(self: Arc<Self>, mut lead: Lead<E::Id, Result<Found<E>>>) {
        let ids = lead.keys();
        let (keys, cache) = (ids.iter().map(key::<E>).collect::<Vec<_>>(), Arc::clone(&self.cache));
        let kept = within_budget(async move { cache.cache_get(&keys).await }).await;
        let cache_is_well = kept.is_some();
        let mut kept = kept.unwrap_or_default().into_iter();
        let (mut missing, mut due) = (Vec::new(), Vec::new());
        for id in ids {
            let entry = kept.next().flatten().and_then(|bytes| Entry::<E>::read(&bytes, id));
            let Some(entry) = entry else {
                missing.push(id);
                continue;
            };
            if entry.row.is_some() && entry.is_due((self.fate.now)(), (self.fate.chance)()) {
                due.push(id);
            }
            lead.land(id, Ok(Found { row: entry.row.map(Arc::new), hit: true }));
        }
        self.refresh(due);
        if missing.is_empty() {
            return;
        }
        match self.load(missing.clone()).await {
            Err(error) => missing.into_iter().for_each(|id| lead.land(id, Err(error.clone()))),
            Ok(loaded) => {
                for id in &missing {
                    lead.tell(*id, Ok(Found { row: loaded.rows.get(id).cloned(), hit: false }));
                }
                // a cache that was too slow to be read is left alone
                if cache_is_well {
                    let kept = tokio::spawn(async move { self.keep(&missing, &loaded).await });
                    let _it_is_only_a_cache = kept.await;
                }
            }
        }
        // whoever came meanwhile has been told; whoever comes now finds it in the cache
        drop(lead);
    }

    async fn load(&self, ids: Vec<E::Id>) -> Result<Loaded<E>> {
        let start = Instant::now();
        let rows = (self.owner)(ids).await?;
        let took = start.elapsed();
        Ok(Loaded { rows: rows.into_iter().map(|row| (row.id(), Arc::new(row))).collect(), took })
    }

    /// Puts what the owner said into the cache; no longer than the budget.
    async fn keep(&self, ids: &[E::Id], loaded: &Loaded<E>) {
        let now = (self.fate.now)();
        let entry = |id: &E::Id| {
            let row = loaded.rows.get(id);
            if row.is_none() && !self.may_keep_absent() {
                return None;
            }
            let ttl = self.fate.about(if row.is_some() { TTL } else { ABSENT_TTL });
            let value = Entry::new(row.map(|row| E::clone(row)), now, ttl, loaded.took).write()?.into();
            // an absent one is older than the first version
            Some(Versioned { key: key::<E>(id), version: row.map_or(0, |row| row.version()), value, ttl })
        };
        let entries: Vec<_> = ids.iter().filter_map(entry).collect();
        if !entries.is_empty() {
            let cache = Arc::clone(&self.cache);
            within_budget(async move { cache.cache_put(&entries).await }).await;
        }
    }

    fn may_keep_absent(&self) -> bool {
        let mut absent = self.absent.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = &mut *absent;
        if since.is_none_or(|since| since.elapsed() > ABSENT_TTL) {
            (*since, *count) = (Some(Instant::now()), 0);
        }
        *count += 1;
        *count <= MOST_ABSENT
    }

    fn refreshing(&self) -> MutexGuard<'_, HashSet<E::Id>> {
        self.refreshing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fetches entries anew in the background, each once at a time.
    fn refresh(self: &Arc<Self>, due: Vec<E::Id>) {
        let mut refreshing = self.refreshing();
        let due: Vec<_> = due.into_iter().filter(|id| refreshing.len() < MOST_REFRESHED && refreshing.insert(*id)).collect();
        drop(refreshing);
        if due.is_empty() {
            return;
        }
        let work = Refreshing { aside: Arc::clone(self), ids: due };
        tokio::spawn(async move {
            let Ok(loaded) = work.aside.load(work.ids.clone()).await else { return };
            work.aside.keep(&work.ids, &loaded).await;
            let gone: Vec<_> = work.ids.iter().filter(|id| !loaded.rows.contains_key(id)).map(key::<E>).collect();
            if !gone.is_empty() {
                let cache = Arc::clone(&work.aside.cache);
                within_budget(async move { cache.cache_delete(&gone).await }).await;
            }
        });
    }

    /// These were written by whoever the current task works for, and have these versions now.
    pub async fn written(self: &Arc<Self>, versions: Vec<(E::Id, i64)>) {
        self.own_writes.note(versions.iter().map(|(id, _)| *id));
        let aside = Arc::clone(self);
        in_background(async move { aside.raise(&versions).await.map(drop) }).await;
    }

    /// These were written, to versions that the write did not tell: `ids` finds out which, the owner tells the versions.
    pub async fn rewritten(self: &Arc<Self>, ids: impl Future<Output = Result<Vec<E::Id>>> + Send + 'static) {
        let (aside, customer) = (Arc::clone(self), super::own_writes::customer());
        let work = async move {
            let ids = ids.await?;
            aside.own_writes.note(ids.iter().copied());
            aside.flights.forget(ids.iter().copied());
            match aside.load(ids.clone()).await {
                Ok(loaded) => {
                    let versions: Vec<_> = loaded.rows.iter().map(|(id, row)| (*id, row.version())).collect();
                    aside.raise(&versions).await?;
                    aside.keep(&ids, &loaded).await;
                    Ok(())
                }
                Err(_) => aside.cache.cache_delete(&ids.iter().map(key::<E>).collect::<Vec<_>>()).await,
            }
        };
        in_background(super::own_writes::on_behalf_of(customer, work)).await;
    }

    /// Nobody knows whether these were written.
    pub async fn perhaps_written(self: &Arc<Self>, ids: Vec<E::Id>) {
        self.own_writes.note(ids.iter().copied());
        self.flights.forget(ids.iter().copied());
        let (keys, cache) = (ids.iter().map(key::<E>).collect::<Vec<_>>(), Arc::clone(&self.cache));
        in_background(async move { cache.cache_delete(&keys).await }).await;
    }

    /// Forgets what is older than these versions, and keeps it out.
    pub async fn raise(&self, versions: &[(E::Id, i64)]) -> Result<()> {
        // a flight that began before the write may have read what was there before
        self.flights.forget(versions.iter().map(|(id, _)| *id));
        for some in versions.chunks(FLOORS) {
            let floors: Vec<_> = some.iter().map(|(id, version)| (key::<E>(id), *version)).collect();
            self.cache.cache_floor(&floors, FLOOR_TTL).await?;
        }
        Ok(())
    }
}

/// Entries that are being fetched; when this is dropped, they may be fetched again.
struct Refreshing<E: Kept> {
    aside: Arc<Aside<E>>,
    ids: Vec<E::Id>,
}

impl<E: Kept> Drop for Refreshing<E> {
    fn drop(&mut self) {
        let mut refreshing = self.aside.refreshing();
        for id in &self.ids {
            refreshing.remove(id);
        }
    }
}

fn key<E: Kept>(id: &E::Id) -> String {
    format!("{}:{id}", E::NAME)
}

/// What the cache says within the budget. A call that takes longer goes on by itself: the breaker must learn what becomes of it.
pub async fn within_budget<T: Send + 'static>(call: impl Future<Output = Result<T>> + Send + 'static) -> Option<T> {
    let mut call = call.boxed();
    match timeout(BUDGET, &mut call).await {
        Ok(answer) => answer.ok(),
        Err(_) => {
            tokio::spawn(call);
            None
        }
    }
}

/// Waits for work at the cache no longer than the budget; it goes on by itself, also if its caller goes away.
async fn in_background(work: impl Future<Output = Result<()>> + Send + 'static) {
    let _it_is_only_a_cache = timeout(BUDGET, tokio::spawn(work)).await;
}
