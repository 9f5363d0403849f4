use super::*;
use crate::{
    engines::{Limits, memory::Memory, sqlite::Sqlite},
    roles::Store,
};
use futures::future::{join_all, try_join_all};
use std::{
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

impl Counted for usize {}
impl Counted for u32 {}
impl Counted for () {}

async fn stores() -> Arc<Stores> {
    let sqlite = Arc::new(Sqlite::connect("sqlite::memory:", &Limits::default()).await.unwrap());
    sqlite.migrate().await.unwrap();
    Arc::new(Stores::layered(sqlite.clone(), sqlite, Arc::new(Memory::new()), None))
}

/// A question that counts its batches; each test has a number of its own, so that tests do not count each other's.
struct Doubled<const TEST: usize>;

static BATCHES: [AtomicUsize; 5] = [const { AtomicUsize::new(0) }; 5];

#[async_trait]
impl<const TEST: usize> Question for Doubled<TEST> {
    type Key = usize;
    type Answer = usize;
    type Lane = ();
    const ASKS: Asks = Asks::hot("nothing");

    fn lane(_: &usize) {}

    async fn ask(_: &Stores, keys: Vec<usize>) -> roles::Result<Answers<Self>> {
        BATCHES[TEST].fetch_add(1, Ordering::SeqCst);
        // stores answer on other threads, at any time
        let delay = [Duration::ZERO, Duration::from_micros(200), Duration::ZERO, Duration::from_millis(50), Duration::ZERO][TEST];
        tokio::time::sleep(delay).await;
        assert!(TEST != 2 || !keys.contains(&13), "planted");
        Ok(keys.into_iter().map(|key| Ok((key != 7).then_some(key * 2))).collect())
    }
}

async fn doubled<const TEST: usize>(loads: &Loads, key: usize) -> Result<Option<usize>, LoadError> {
    loads.load::<Doubled<TEST>>(key, String::new).await
}

#[tokio::test]
async fn equal_and_unknown_keys_of_one_level_are_one_call() {
    let loads = Loads::new(stores().await, None);
    let keys = (0..1_000).map(|n| n % 100);
    let found = loads.drive(try_join_all(keys.map(|key| doubled::<0>(&loads, key)))).await.unwrap();
    assert_eq!((found[3], found[103], found[7]), (Some(6), Some(6), None));
    assert_eq!(loads.drive(doubled::<0>(&loads, 3)).await.unwrap(), Some(6), "remembered for the request");
    assert_eq!(BATCHES[0].load(Ordering::SeqCst), 1);
}

/// With several threads, answers arrive while the request is being polled; a level must not fall apart for that. More than
/// 128 waiters, because that is where tokio's own channels make a task pause.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_level_is_one_call_on_several_threads() {
    for round in 1..=50 {
        let loads = Loads::new(stores().await, None);
        let chain = |key: usize| {
            let loads = Arc::clone(&loads);
            async move {
                let mut at = key * 1_000 + 101;
                for _ in 0..4 {
                    at = doubled::<1>(&loads, at).await?.unwrap_or_default();
                }
                Ok::<_, LoadError>(at)
            }
        };
        let found = loads.drive(try_join_all((0..500).map(chain))).await.unwrap();
        assert_eq!(found[2], 2_101 * 16);
        assert_eq!(BATCHES[1].load(Ordering::SeqCst), 4 * round);
    }
}

#[tokio::test]
async fn a_panic_in_a_load_fails_those_who_asked_and_nobody_else() {
    let loads = Loads::new(stores().await, None);
    let found = loads.drive(join_all([doubled::<2>(&loads, 13), doubled::<2>(&loads, 1)])).await;
    assert!(found.iter().all(|outcome| matches!(outcome, Err(LoadError::Panicked))));
    assert_eq!(loads.drive(doubled::<2>(&loads, 2)).await.unwrap(), Some(4), "the next batch is asked as if nothing had been");
}

#[tokio::test]
async fn a_request_that_is_dropped_leaves_nothing_behind() {
    let loads = Loads::new(stores().await, None);
    let dropped = tokio::time::timeout(Duration::from_millis(5), loads.drive(doubled::<3>(&loads, 1))).await;
    assert!(dropped.is_err());
    assert_eq!(loads.drive(doubled::<3>(&loads, 1)).await.unwrap(), Some(2), "the answer that was under way is found");
    assert_eq!(BATCHES[3].load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn many_keys_are_answered_each_once_and_each_in_its_place() {
    let loads = Loads::new(stores().await, None);
    let asked = async |keys: &[usize]| {
        let found = loads.drive(async { loads.load_all::<Doubled<4>>(keys.to_vec(), "").await }).await;
        let answers: Vec<Option<usize>> = found.answers.into_iter().map(Result::unwrap).collect();
        (found.places, answers)
    };
    assert_eq!(asked(&[3, 7, 3, 5, 7]).await, (vec![0, 1, 0, 2, 1], vec![Some(6), None, Some(10)]));
    assert_eq!(asked(&[9, 5, 9, 3]).await, (vec![0, 1, 0, 2], vec![Some(18), Some(10), Some(6)]), "some were asked before");
    assert_eq!(asked(&[]).await, (vec![], vec![]));
    assert_eq!(BATCHES[4].load(Ordering::SeqCst), 2);
}

/// A question whose answer comes only when another one is being asked, too.
struct Meets<const OTHER: bool>;

static MEETING: LazyLock<tokio::sync::Barrier> = LazyLock::new(|| tokio::sync::Barrier::new(2));

#[async_trait]
impl<const OTHER: bool> Question for Meets<OTHER> {
    type Key = ();
    type Answer = ();
    type Lane = ();
    const ASKS: Asks = Asks::hot("nothing");

    fn lane((): &()) {}

    async fn ask(_: &Stores, _: Vec<()>) -> roles::Result<Answers<Self>> {
        MEETING.wait().await;
        Ok(vec![Ok(Some(()))])
    }
}

#[tokio::test]
async fn questions_of_one_level_are_asked_at_the_same_time() {
    let loads = Loads::new(stores().await, None);
    let both = futures::future::join(loads.load::<Meets<true>>((), String::new), loads.load::<Meets<false>>((), String::new));
    let met = tokio::time::timeout(Duration::from_secs(10), loads.drive(both)).await;
    assert!(matches!(met, Ok((Ok(Some(())), Ok(Some(()))))), "one was asked after the other");
}

/// A question of several calls, one of which fails.
struct Picky;

asked_singly!(
    /// Fails for odd numbers.
    Even, u32 => u32, hot.ping,
    |stores, key| {
        stores.hot.ping().await?;
        if key % 2 == 1 {
            return Err(StoreError::new(crate::error::Engine::Memory, crate::error::Kind::Corrupt, "odd"));
        }
        key
    }
);

#[async_trait]
impl Question for Picky {
    type Key = (u32, bool);
    type Answer = u32;
    type Lane = bool;
    const ASKS: Asks = Asks::hot("nothing");

    fn lane(key: &Self::Key) -> bool {
        key.1
    }

    async fn ask(_: &Stores, keys: Vec<Self::Key>) -> roles::Result<Answers<Self>> {
        let ask = |fails: bool, numbers: Vec<u32>| async move {
            if fails {
                return Err(StoreError::new(crate::error::Engine::Memory, crate::error::Kind::Corrupt, "planted"));
            }
            Ok(numbers.into_iter().map(Some).collect())
        };
        Ok(questions::by_arguments(keys, ask).await)
    }
}

#[tokio::test]
async fn one_failing_call_of_a_question_fails_its_own_keys_only() {
    let loads = Loads::new(stores().await, None);
    let keys = [(1, false), (1, true), (2, false)];
    let found = loads.drive(join_all(keys.map(|key| loads.load::<Picky>(key, String::new)))).await;
    assert!(matches!(found[..], [Ok(Some(1)), Err(LoadError::Store(_)), Ok(Some(2))]), "{found:?}");
    let found = loads.drive(join_all([2, 3, 4].map(|key| loads.load::<Even>(key, String::new)))).await;
    assert!(matches!(found[..], [Ok(Some(2)), Err(LoadError::Store(_)), Ok(Some(4))]), "{found:?}");
}

#[test]
fn what_was_found_stands_in_the_order_of_its_keys() {
    // few keys are looked through, many are in a map
    for count in [0, 1, 3, 8, 9, 100] {
        let keys: Vec<u32> = (0..count).rev().collect();
        let found = (0..count + 5).filter(|key| key % 3 != 0).map(|key| (key, key * 10));
        let expected: Vec<Option<u32>> = keys.iter().map(|key| (key % 3 != 0).then_some(key * 10)).collect();
        assert_eq!(questions::in_order(&keys, found), expected, "{count}");
    }
}

#[test]
fn a_list_has_the_rows_of_its_key_in_the_order_of_the_store() {
    let lists = |keys: &[u32], rows: &[(u32, char)]| -> Vec<String> {
        let lists = questions::lists(keys, rows.to_vec(), |(key, _)| (*key != 0).then_some(*key));
        lists.iter().map(|list| list.iter().map(|(_, name)| name).collect()).collect()
    };
    let together = [(3, 'a'), (3, 'b'), (9, 'x'), (1, 'c'), (0, 'y'), (1, 'd')];
    assert_eq!(lists(&[1, 2, 3], &together[..4]), ["c", "", "ab"]);
    let mixed = [(3, 'a'), (1, 'c'), (0, 'y'), (3, 'b'), (9, 'x'), (1, 'd'), (3, 'e')];
    assert_eq!(lists(&[1, 2, 3], &mixed), ["cd", "", "abe"]);
    assert_eq!(lists(&[1, 2, 3], &together), ["cd", "", "ab"], "a row of nobody between those of one");
    assert_eq!(lists(&[], &mixed), [""; 0]);
    assert_eq!(lists(&[5], &[]), [""]);
}
