use super::{
    BreakerState, Store,
    guard::{AT_ONCE, Effect, Guard},
};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{Result, SchemaState},
};
use async_trait::async_trait;
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout};

/// A store that is as dead or alive as the test says; it takes 10 ms for a sign of life and never panics, unless it is told to.
struct Fake {
    engine: Engine,
    alive: AtomicBool,
    works: AtomicBool,
    panics: AtomicBool,
    probes: AtomicU32,
    pings: AtomicU32,
    at_once: AtomicU32,
}

#[async_trait]
impl Store for Fake {
    fn engine(&self) -> Engine {
        self.engine
    }

    async fn ping(&self) -> Result<()> {
        self.pings.fetch_add(1, Relaxed);
        assert!(!self.panics.load(Relaxed), "told to");
        if self.works.load(Relaxed) { self.answer(()).await } else { Err(failure(Kind::Timeout)) }
    }

    async fn probe(&self) -> Result<()> {
        self.probes.fetch_add(1, Relaxed);
        assert_eq!(self.at_once.fetch_add(1, Relaxed), 0, "two probes at once");
        sleep(Duration::from_millis(10)).await;
        self.at_once.fetch_sub(1, Relaxed);
        self.answer(()).await
    }

    async fn schema(&self) -> Result<SchemaState> {
        Ok(SchemaState::Current)
    }

    async fn migrate(&self) -> Result<()> {
        Ok(())
    }
}

impl Fake {
    async fn answer<T>(&self, answer: T) -> Result<T> {
        if self.alive.load(Relaxed) { Ok(answer) } else { Err(failure(Kind::Unavailable)) }
    }
}

fn failure(kind: Kind) -> StoreError {
    StoreError::new(Engine::Postgres, kind, "told to")
}

fn guard_of(engine: Engine) -> (Arc<Fake>, Arc<Guard<Fake>>) {
    let (alive, works) = (true.into(), true.into());
    let fake = Fake { engine, alive, works, panics: false.into(), probes: 0.into(), pings: 0.into(), at_once: 0.into() };
    let fake = Arc::new(fake);
    (fake.clone(), Guard::new(fake))
}

fn guard() -> (Arc<Fake>, Arc<Guard<Fake>>) {
    guard_of(Engine::Postgres)
}

/// Kind and time of a call that must fail.
async fn fails(guard: &Arc<Guard<Fake>>, effect: Effect, call: impl Future<Output = Result<()>>) -> (Kind, Duration) {
    let start = Instant::now();
    let error = guard.call(effect, call).await.unwrap_err();
    (error.kind, start.elapsed())
}

fn state(guard: &Guard<Fake>) -> BreakerState {
    guard.state().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_call_to_a_dead_store_ends_soon_and_the_next_ones_at_once() {
    let (fake, guard) = guard();
    fake.alive.store(false, Relaxed);
    let (kind, took) = fails(&guard, Effect::Read, pending()).await;
    assert_eq!(kind, Kind::Unavailable);
    assert!(took < Duration::from_millis(150), "{took:?}");
    assert_eq!(state(&guard), BreakerState::Open);
    let pings = fake.pings.load(Relaxed);
    for effect in [Effect::Read, Effect::Write] {
        let call = async { panic!("the store was asked") };
        assert_eq!(fails(&guard, effect, call).await, (Kind::Unavailable, Duration::ZERO), "nothing was sent");
    }
    assert_eq!(fake.pings.load(Relaxed), pings);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_given_up_has_an_unknown_outcome() {
    let (fake, guard) = guard();
    guard.call(Effect::Write, fake.answer(())).await.unwrap();
    fake.alive.store(false, Relaxed);
    assert_eq!(fails(&guard, Effect::Write, pending()).await.0, Kind::Timeout);
}

#[tokio::test(start_paused = true)]
async fn a_write_to_a_store_that_was_quiet_is_not_begun_before_a_sign_of_life() {
    let (fake, guard) = guard();
    for _ in 0..10 {
        guard.call(Effect::Write, fake.answer(())).await.unwrap();
        sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(fake.probes.load(Relaxed), 1, "once at the start");
    sleep(Duration::from_secs(1)).await;
    fake.alive.store(false, Relaxed);
    let call = async { panic!("the store was asked") };
    let (kind, took) = fails(&guard, Effect::Write, call).await;
    assert_eq!(kind, Kind::Unavailable, "nothing was sent");
    assert!(took < Duration::from_millis(20), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_busy_store_is_waited_for_and_forty_callers_ask_it_together() {
    let (fake, guard) = guard();
    let start = Instant::now();
    let calls = (0..40).map(|n| {
        guard.call(Effect::Read, async move {
            sleep(Duration::from_millis(1_000)).await;
            Ok(n)
        })
    });
    let answers: Result<Vec<_>> = futures::future::join_all(calls).await.into_iter().collect();
    assert_eq!(answers.unwrap(), (0..40).collect::<Vec<_>>());
    assert_eq!(start.elapsed(), Duration::from_millis(1_000), "the callers were not held up");
    assert_eq!(state(&guard), BreakerState::Closed);
    let probes = fake.probes.load(Relaxed);
    assert!((2..=5).contains(&probes), "{probes} probes");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_dies_while_it_is_waited_for_is_noticed() {
    let (fake, guard) = guard();
    let dies = async {
        sleep(Duration::from_millis(500)).await;
        fake.alive.store(false, Relaxed);
    };
    let ((kind, took), ()) = tokio::join!(fails(&guard, Effect::Read, pending()), dies);
    assert_eq!(kind, Kind::Unavailable);
    assert!(took < Duration::from_millis(800), "{took:?}");
}

/// Calls that fail at once, one after the other.
async fn failures(guard: &Arc<Guard<Fake>>, count: usize) {
    for kind in [Kind::Unavailable, Kind::Timeout].into_iter().cycle().take(count) {
        fails(guard, Effect::Read, async move { Err(failure(kind)) }).await;
    }
    // the round trip is made behind the callers' backs
    sleep(Duration::from_millis(20)).await;
}

#[tokio::test(start_paused = true)]
async fn five_failures_in_a_row_have_a_store_tried_that_gives_signs_of_life() {
    let (fake, guard) = guard();
    fake.works.store(false, Relaxed);
    failures(&guard, 4).await;
    assert_eq!((state(&guard), fake.pings.load(Relaxed)), (BreakerState::Closed, 0));
    failures(&guard, 1).await;
    assert_eq!((state(&guard), fake.pings.load(Relaxed)), (BreakerState::Open, 1));
    fake.works.store(true, Relaxed);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(state(&guard), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_turns_callers_away_and_works_stays_open_for_the_others() {
    let (fake, guard) = guard();
    failures(&guard, 1_000).await;
    assert_eq!(state(&guard), BreakerState::Closed);
    assert_eq!(fake.pings.load(Relaxed), 1, "one at a time");
}

#[tokio::test(start_paused = true)]
async fn what_is_the_callers_own_fault_never_opens_it() {
    let (_, guard) = guard();
    for _ in 0..20 {
        for kind in [Kind::Conflict, Kind::Broken, Kind::Corrupt] {
            fails(&guard, Effect::Write, async move { Err(failure(kind)) }).await;
        }
    }
    assert_eq!(state(&guard), BreakerState::Closed);
}

/// Opens the breaker of a dead store.
async fn open(fake: &Fake, guard: &Arc<Guard<Fake>>) {
    fake.alive.store(false, Relaxed);
    fails(guard, Effect::Read, pending()).await;
    assert_eq!(state(guard), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn it_closes_after_two_good_probes_and_asks_no_more() {
    let (fake, guard) = guard();
    open(&fake, &guard).await;
    let before = fake.probes.load(Relaxed);
    sleep(Duration::from_secs(10)).await;
    let probes = fake.probes.load(Relaxed) - before;
    assert!((30..=50).contains(&probes), "{probes} probes in 10 s");
    assert_eq!(fake.pings.load(Relaxed), 0, "nobody is there: the driver is left alone");

    fake.alive.store(true, Relaxed);
    let start = Instant::now();
    let mut seen = vec![BreakerState::Open];
    while state(&guard) != BreakerState::Closed {
        sleep(Duration::from_millis(1)).await;
        if seen.last() != Some(&state(&guard)) {
            seen.push(state(&guard));
        }
    }
    assert_eq!(seen, [BreakerState::Open, BreakerState::HalfOpen, BreakerState::Closed]);
    assert!(start.elapsed() < Duration::from_millis(700), "{:?}", start.elapsed());
    assert_eq!(guard.call(Effect::Read, fake.answer(7)).await.unwrap(), 7);

    let probes = fake.probes.load(Relaxed);
    sleep(Duration::from_secs(60)).await;
    assert_eq!(fake.probes.load(Relaxed), probes, "the task is gone");
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_hangs_or_panics_is_not_the_last_one() {
    let (fake, guard) = guard();
    open(&fake, &guard).await;
    fake.panics.store(true, Relaxed);
    fake.alive.store(true, Relaxed);
    sleep(Duration::from_secs(3)).await;
    assert_eq!(state(&guard), BreakerState::Open);
    fake.panics.store(false, Relaxed);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(state(&guard), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_behind_when_the_stores_are_dropped() {
    let (fake, guard) = guard();
    open(&fake, &guard).await;
    drop(guard);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(Arc::strong_count(&fake), 1);
}

#[tokio::test(start_paused = true)]
async fn an_embedded_engine_has_no_breaker() {
    let (fake, guard) = guard_of(Engine::Sqlite);
    fake.alive.store(false, Relaxed);
    for _ in 0..20 {
        fails(&guard, Effect::Read, async { Err(failure(Kind::Unavailable)) }).await;
    }
    assert_eq!(guard.state(), None);
    assert_eq!(fake.probes.load(Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn one_call_too_many_is_turned_away_at_once_on_every_engine() {
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let (_, guard) = guard_of(engine);
        let slow = || {
            guard.call(Effect::Write, async {
                sleep(Duration::from_millis(100)).await;
                Ok(())
            })
        };
        let calls = futures::future::join_all((0..AT_ONCE + 3).map(|_| slow())).await;
        let kinds: Vec<Kind> = calls.into_iter().filter_map(Result::err).map(|error| error.kind).collect();
        assert_eq!(kinds, [Kind::Busy; 3], "{engine}");
        assert!(slow().await.is_ok(), "there is room again");
        assert_ne!(guard.state(), Some(BreakerState::Open));
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_leaves_its_place() {
    let (_, guard) = guard_of(Engine::Sqlite);
    for _ in 0..AT_ONCE + 1 {
        let gone = timeout(Duration::from_millis(1), guard.call(Effect::Read, std::future::pending::<Result<()>>())).await;
        assert!(gone.is_err(), "it was let in");
    }
}
