//! The machinery with a cache and an owner that do what the test says, in paused time.

use super::{
    aside::{Aside, BUDGET, Kept},
    entry::Fate,
    own_writes,
};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{Cache, Result, hot::Versioned},
};
use async_trait::async_trait;
use bytes::Bytes;
use futures::{FutureExt as _, future::join_all};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    id: u32,
    version: i64,
}

impl Kept for Row {
    type Id = u32;
    const NAME: &'static str = "row";

    fn id(&self) -> u32 {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }
}

/// A cache of one process that keeps the role's promises, as long as it is told to.
#[derive(Default)]
struct FakeCache {
    values: Mutex<HashMap<String, (Bytes, i64, Instant)>>,
    floors: Mutex<HashMap<String, (i64, Instant)>>,
    /// Milliseconds before an answer.
    delay: AtomicU64,
    /// The same for what is put.
    put_delay: AtomicU64,
    broken: AtomicBool,
    gets: AtomicU32,
    puts: AtomicU32,
}

impl FakeCache {
    async fn work(&self) -> Result<()> {
        sleep(Duration::from_millis(self.delay.load(Relaxed))).await;
        if self.broken.load(Relaxed) { Err(StoreError::new(Engine::Memory, Kind::Unavailable, "told to")) } else { Ok(()) }
    }

    /// How long each value is still kept, in milliseconds.
    fn ends(&self) -> Vec<u128> {
        let values = self.values.lock().unwrap();
        values.values().map(|(_, _, end)| end.saturating_duration_since(Instant::now()).as_millis()).collect()
    }
}

#[async_trait]
impl Cache for FakeCache {
    async fn cache_get(&self, keys: &[String]) -> Result<Vec<Option<Bytes>>> {
        self.gets.fetch_add(1, Relaxed);
        self.work().await?;
        let values = self.values.lock().unwrap();
        let value = |key| values.get(key).filter(|(_, _, end)| *end > Instant::now()).map(|(value, _, _)| value.clone());
        Ok(keys.iter().map(value).collect())
    }

    async fn cache_set(&self, _: &[(String, Bytes)], _: Duration) -> Result<()> {
        self.work().await
    }

    async fn cache_put(&self, entries: &[Versioned]) -> Result<()> {
        self.puts.fetch_add(1, Relaxed);
        sleep(Duration::from_millis(self.put_delay.load(Relaxed))).await;
        self.work().await?;
        let (mut values, floors, now) = (self.values.lock().unwrap(), self.floors.lock().unwrap(), Instant::now());
        for Versioned { key, version, value, ttl } in entries {
            let below = floors.get(key).is_some_and(|(floor, end)| *end > now && floor > version);
            let older = values.get(key).is_some_and(|(_, kept, end)| *end > now && kept > version);
            if !below && !older {
                values.insert(key.clone(), (value.clone(), *version, now + *ttl));
            }
        }
        Ok(())
    }

    async fn cache_floor(&self, floors: &[(String, i64)], ttl: Duration) -> Result<()> {
        self.work().await?;
        let (mut values, mut kept) = (self.values.lock().unwrap(), self.floors.lock().unwrap());
        for (key, floor) in floors {
            values.remove(key);
            let highest = kept.get(key).map_or(*floor, |(old, _)| (*old).max(*floor));
            kept.insert(key.clone(), (highest, Instant::now() + ttl));
        }
        Ok(())
    }

    async fn cache_delete(&self, keys: &[String]) -> Result<()> {
        self.work().await?;
        let mut values = self.values.lock().unwrap();
        keys.iter().for_each(|key| drop(values.remove(key)));
        Ok(())
    }
}

/// An owner with versions by id; it takes 20 ms, and answers with what it had at the beginning of them.
#[derive(Default)]
struct Owner {
    versions: Mutex<HashMap<u32, i64>>,
    loads: Mutex<HashMap<u32, u32>>,
    failing: AtomicBool,
    panicking: AtomicBool,
}

const LOAD: Duration = Duration::from_millis(20);

impl Owner {
    async fn load(&self, ids: Vec<u32>) -> Result<Vec<Row>> {
        let rows = {
            let (versions, mut loads) = (self.versions.lock().unwrap(), self.loads.lock().unwrap());
            ids.iter().for_each(|id| *loads.entry(*id).or_default() += 1);
            ids.iter().filter_map(|id| versions.get(id).map(|version| Row { id: *id, version: *version })).collect()
        };
        sleep(LOAD).await;
        assert!(!self.panicking.load(Relaxed), "told to");
        if self.failing.load(Relaxed) { Err(StoreError::new(Engine::Postgres, Kind::Unavailable, "told to")) } else { Ok(rows) }
    }

    fn set(&self, id: u32, version: i64) {
        self.versions.lock().unwrap().insert(id, version);
    }

    /// How often this id was asked for.
    fn loads(&self, id: u32) -> u32 {
        self.loads.lock().unwrap().get(&id).copied().unwrap_or(0)
    }
}

struct Bench {
    owner: Arc<Owner>,
    cache: Arc<FakeCache>,
    aside: Arc<Aside<Row>>,
    /// What chance says: near 1 nobody comes early, near 0 everybody does.
    chance: Arc<Mutex<f64>>,
}

/// Ids 1 to 100 exist, in version 1.
fn bench() -> Bench {
    let (owner, cache, chance) = (Arc::<Owner>::default(), Arc::<FakeCache>::default(), Arc::new(Mutex::new(0.999)));
    (1..=100).for_each(|id| owner.set(id, 1));
    let load = {
        let owner = owner.clone();
        move |ids| {
            let owner = owner.clone();
            async move { owner.load(ids).await }.boxed()
        }
    };
    let (start, dice) = (Instant::now(), chance.clone());
    let now = move || i64::try_from(start.elapsed().as_millis()).unwrap();
    let fate = Fate { now: Box::new(now), chance: Box::new(move || *dice.lock().unwrap()) };
    let aside = Aside::new(Engine::Postgres, Box::new(load), cache.clone(), fate);
    Bench { owner, cache, aside, chance }
}

impl Bench {
    async fn get(&self, ids: &[u32]) -> Vec<Row> {
        let mut rows = self.aside.get(ids).await.unwrap();
        rows.sort_by_key(|row| row.id);
        rows
    }

    /// The version that readers see.
    async fn version(&self, id: u32) -> Option<i64> {
        self.get(&[id]).await.first().map(|row| row.version)
    }
}

async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn the_cache_is_asked_once_and_the_owner_only_for_what_is_missing() {
    let bench = bench();
    bench.get(&[1, 2]).await;
    let ids = [2, 3, 1, 2, 1_000];
    assert_eq!(bench.get(&ids).await.iter().map(|row| row.id).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!([1, 2, 3, 1_000].map(|id| bench.owner.loads(id)), [1, 1, 1, 1]);
    assert_eq!(bench.cache.gets.load(Relaxed), 2);
    assert_eq!(bench.get(&[]).await, []);
    assert_eq!(bench.cache.gets.load(Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn five_hundred_askers_of_entries_that_have_ended_are_one_load_a_key() {
    let bench = bench();
    let all: Vec<_> = (1..=100).collect();
    bench.get(&all).await;
    sleep(Duration::from_secs(70)).await;
    bench.cache.delay.store(3, Relaxed);
    bench.cache.put_delay.store(10, Relaxed);
    let askers = (0..500_u32).map(|n| {
        let (bench, some) = (&bench, all.iter().copied().filter(|id| (id + n).is_multiple_of(7)).collect::<Vec<_>>());
        async move {
            // they come all the while until the first answers are in the cache
            sleep(Duration::from_millis(u64::from(n % 40))).await;
            assert_eq!(bench.get(&some).await.len(), some.len());
        }
    });
    join_all(askers).await;
    for id in all {
        assert_eq!(bench.owner.loads(id), 2, "id {id}: once before the end, once after");
    }
}

#[tokio::test(start_paused = true)]
async fn an_asker_who_goes_away_does_not_take_the_load_with_them() {
    let bench = bench();
    let first = tokio::spawn({
        let aside = bench.aside.clone();
        async move { aside.get(&[1]).await }
    });
    sleep(LOAD / 2).await;
    first.abort();
    assert_eq!(bench.version(1).await, Some(1));
    assert_eq!(bench.owner.loads(1), 1);
}

#[tokio::test(start_paused = true)]
async fn a_load_that_fails_or_panics_fails_those_who_waited_and_is_not_remembered() {
    let bench = bench();
    for (failure, kind) in [(&bench.owner.failing, Kind::Unavailable), (&bench.owner.panicking, Kind::Broken)] {
        failure.store(true, Relaxed);
        let (ids, others) = ([1, 2], [2]);
        let (one, two) = tokio::join!(bench.aside.get(&ids), bench.aside.get(&others));
        assert_eq!((one.unwrap_err().kind, two.unwrap_err().kind), (kind, kind));
        failure.store(false, Relaxed);
    }
    assert_eq!(bench.get(&[1, 2]).await.len(), 2);
    assert_eq!(bench.cache.puts.load(Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_began_before_a_write_does_not_bring_back_what_was_there_before() {
    let bench = bench();
    let slow = tokio::spawn({
        let aside = bench.aside.clone();
        async move { aside.get(&[1]).await.unwrap() }
    });
    sleep(LOAD / 2).await;
    bench.owner.set(1, 2);
    bench.aside.written(vec![(1, 2)]).await;
    // the write is done: whoever comes now sees it, although the old load is under way
    assert_eq!(bench.version(1).await, Some(2));
    assert_eq!(slow.await.unwrap()[0].version, 1);
    settle().await;
    assert_eq!(bench.version(1).await, Some(2));
    assert_eq!(bench.owner.loads(1), 2, "the new version is in the cache");
}

#[tokio::test(start_paused = true)]
async fn a_write_is_seen_by_everybody_at_once() {
    let bench = bench();
    for version in 2..5 {
        assert_eq!(bench.version(1).await, Some(version - 1));
        bench.owner.set(1, version);
        bench.aside.written(vec![(1, version)]).await;
    }
    assert_eq!(bench.version(1).await, Some(4));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_does_not_tell_its_versions_is_seen_by_everybody_at_once() {
    let bench = bench();
    assert_eq!(bench.get(&[1, 2]).await.len(), 2);
    bench.owner.set(1, 2);
    bench.aside.rewritten(async { Ok(vec![1, 2]) }).await;
    let loads = bench.owner.loads(1);
    assert_eq!((bench.version(1).await, bench.version(2).await), (Some(2), Some(1)));
    assert_eq!(bench.owner.loads(1), loads, "what was read for its version was kept");
}

#[tokio::test(start_paused = true)]
async fn that_there_is_nothing_is_known_for_five_seconds_or_until_there_is_something() {
    let bench = bench();
    for _ in 0..10 {
        assert_eq!(bench.version(500).await, None);
    }
    assert_eq!(bench.owner.loads(500), 1);
    sleep(Duration::from_secs(6)).await;
    assert_eq!(bench.version(500).await, None);
    assert_eq!(bench.owner.loads(500), 2);
    bench.owner.set(500, 1);
    bench.aside.written(vec![(500, 1)]).await;
    assert_eq!(bench.version(500).await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn made_up_ids_do_not_fill_the_cache() {
    let bench = bench();
    for n in 0..30 {
        let ids: Vec<_> = (0..1_000).map(|id| 1_000 + n * 1_000 + id).collect();
        assert_eq!(bench.get(&ids).await, []);
    }
    assert_eq!(bench.cache.values.lock().unwrap().len(), 10_000);
    // and later some are kept again
    sleep(Duration::from_secs(6)).await;
    bench.get(&[50_000]).await;
    assert_eq!(bench.cache.values.lock().unwrap().len(), 10_001);
}

#[tokio::test(start_paused = true)]
async fn entries_end_after_a_minute_give_or_take_a_tenth() {
    let bench = bench();
    for (chance, end) in [(0.001, 54_012), (0.5, 60_000), (0.999, 65_988)] {
        *bench.chance.lock().unwrap() = chance;
        bench.aside.perhaps_written(vec![1]).await;
        bench.get(&[1]).await;
        let ends = bench.cache.ends();
        assert!(ends.len() == 1 && ends[0].abs_diff(end) < 20, "{ends:?} is not about {end}");
    }
}

#[tokio::test(start_paused = true)]
async fn near_its_end_one_reader_has_an_entry_fetched_anew_and_nobody_waits() {
    let bench = bench();
    *bench.chance.lock().unwrap() = 0.5;
    bench.get(&[1]).await;
    bench.owner.set(1, 2);
    // the owner took 20 ms: with this chance a reader comes early by 20 ms * ln 2, that is 14 ms
    sleep(Duration::from_millis(59_900)).await;
    assert_eq!(bench.version(1).await, Some(1));
    settle().await;
    assert_eq!(bench.owner.loads(1), 1, "too early");
    sleep(Duration::from_millis(60)).await;
    let left = bench.cache.ends()[0];
    sleep(Duration::from_millis(u64::try_from(left).unwrap() - 10)).await;
    let start = Instant::now();
    for _ in 0..50 {
        assert_eq!(bench.version(1).await, Some(1));
    }
    assert_eq!(start.elapsed(), Duration::ZERO, "nobody waited");
    sleep(LOAD * 2).await;
    assert_eq!(bench.version(1).await, Some(2));
    assert_eq!(bench.owner.loads(1), 2, "one of them had it fetched");
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_is_down_is_not_missed_while_the_cache_has_everything() {
    let bench = bench();
    bench.get(&[1, 2]).await;
    bench.owner.failing.store(true, Relaxed);
    // also by a reader who would have had them fetched anew
    *bench.chance.lock().unwrap() = f64::MIN_POSITIVE;
    sleep(Duration::from_secs(50)).await;
    assert_eq!(bench.get(&[1, 2]).await.len(), 2);
    sleep(LOAD * 2).await;
    assert_eq!(bench.get(&[2, 1]).await.len(), 2);
    assert_eq!(bench.aside.get(&[1, 3]).await.unwrap_err().kind, Kind::Unavailable);
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_fails_or_is_slow_costs_no_reader_more_than_its_budget() {
    let bench = bench();
    bench.cache.broken.store(true, Relaxed);
    for (delay, most) in [(0, LOAD), (10_000, LOAD + BUDGET)] {
        bench.cache.delay.store(delay, Relaxed);
        let start = Instant::now();
        assert_eq!(bench.get(&[1, 2]).await.len(), 2);
        assert_eq!(start.elapsed(), most, "the budget is {BUDGET:?}");
        // and it is left alone
        assert_eq!(bench.cache.puts.load(Relaxed), 0);
        let start = Instant::now();
        bench.aside.written(vec![(1, 2)]).await;
        bench.aside.perhaps_written(vec![1]).await;
        bench.aside.rewritten(async { Ok(vec![1]) }).await;
        assert!(start.elapsed() <= BUDGET * 3, "a write was held for {:?}", start.elapsed());
        sleep(Duration::from_secs(60)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_counts_as_missing() {
    let bench = bench();
    let end = Instant::now() + Duration::from_secs(60);
    let other = serde_json::json!({ "until": 60_000, "took": 1.0, "row": { "id": 3, "version": 1 } });
    for (id, bytes) in [(1, Bytes::from_static(b"\xff{")), (2, Bytes::from(other.to_string()))] {
        bench.cache.values.lock().unwrap().insert(format!("row:{id}"), (bytes, 0, end));
    }
    assert_eq!(bench.get(&[1, 2]).await, [1, 2].map(|id| Row { id, version: 1 }));
}

#[tokio::test(start_paused = true)]
async fn a_customer_sees_their_own_write_also_when_the_cache_did_not_hear_of_it() {
    let bench = bench();
    let [writer, other] = [1, 2].map(|n| Some(uuid::Uuid::from_u128(n).into()));
    bench.get(&[1, 2]).await;
    bench.owner.set(1, 2);
    own_writes::on_behalf_of(writer, async {
        bench.cache.broken.store(true, Relaxed);
        bench.aside.written(vec![(1, 2)]).await;
        bench.cache.broken.store(false, Relaxed);
        assert_eq!(bench.version(1).await, Some(2));
        assert_eq!(bench.get(&[1, 2]).await.iter().map(|row| row.version).collect::<Vec<_>>(), [2, 1]);
    })
    .await;
    assert_eq!(bench.owner.loads(2), 1, "what they did not write comes from the cache");
    assert_eq!(own_writes::on_behalf_of(other, bench.version(1)).await, Some(1), "others wait for the relay, or for the end of the entry");
    bench.aside.raise(&[(1, 2)]).await.unwrap();
    assert_eq!(own_writes::on_behalf_of(other, bench.version(1)).await, Some(2));
}
