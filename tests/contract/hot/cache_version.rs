//! Cached values with versions, and the floors that keep old ones out.

use super::{Server, at_once, server};
use crate::{contract, support::engines::hot};
use bytes::Bytes;
use libtest_mimic::Trial;
use polystore::{
    error::Engine,
    roles::{
        Cache, Hot,
        hot::{MAX_CACHED_BYTES, Versioned},
    },
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

const MINUTE: Duration = Duration::from_secs(60);

pub fn trials() -> Vec<Trial> {
    let mut trials = contract!(super::ENGINES, "cache", hot;
        a_versioned_value_comes_back,
        an_older_version_never_takes_the_place_of_a_newer_one,
        the_same_version_may_be_put_again,
        versions_are_compared_as_64_bit_numbers,
        a_value_without_a_version_yields_to_any_version_and_takes_the_place_of_any,
        a_floor_forgets_the_value_and_keeps_older_ones_out,
        a_floor_only_goes_up,
        a_floor_ends_with_its_life_and_not_before,
        a_lower_floor_never_ends_a_higher_one,
        a_floor_without_a_life_only_forgets,
        a_floor_outlives_the_deletion_of_its_key,
        each_versioned_value_has_its_own_end,
        a_version_that_may_not_be_kept_forgets_an_older_one,
        any_versioned_bytes_come_back_unchanged,
        a_thousand_versioned_values_come_back,
        the_highest_version_of_a_list_stays,
        whoever_wrote_never_sees_an_older_version_again,
    );
    trials.extend(contract!(&[Engine::Redis], "cache", server;
        a_floor_is_gone_after_its_life,
        what_another_program_left_under_a_key_is_no_value,
    ));
    trials
}

fn versioned(key: &str, version: i64, ttl: Duration) -> Versioned {
    Versioned { key: key.into(), version, value: value(version), ttl }
}

fn value(version: i64) -> Bytes {
    Bytes::from(format!("version {version}"))
}

async fn put(store: &Arc<dyn Hot>, key: &str, version: i64) {
    store.cache_put(&[versioned(key, version, MINUTE)]).await.unwrap();
}

async fn raise(store: &Arc<dyn Hot>, key: &str, floor: i64, ttl: Duration) {
    store.cache_floor(&[(key.into(), floor)], ttl).await.unwrap();
}

/// What is kept, and was put as a version.
async fn kept(store: &dyn Cache, key: &str) -> Option<i64> {
    let found = store.cache_get(&[key.into()]).await.unwrap().remove(0)?;
    Some(std::str::from_utf8(&found).unwrap().strip_prefix("version ").unwrap().parse().unwrap())
}

async fn a_versioned_value_comes_back(store: Arc<dyn Hot>) {
    put(&store, "a", 3).await;
    assert_eq!((kept(&*store, "a").await, kept(&*store, "b").await), (Some(3), None));
    store.cache_put(&[]).await.unwrap();
    store.cache_floor(&[], MINUTE).await.unwrap();
    store.cache_delete(&["a".into()]).await.unwrap();
    assert_eq!(kept(&*store, "a").await, None);
}

async fn an_older_version_never_takes_the_place_of_a_newer_one(store: Arc<dyn Hot>) {
    put(&store, "a", 3).await;
    put(&store, "a", 2).await;
    assert_eq!(kept(&*store, "a").await, Some(3));
    put(&store, "a", 4).await;
    assert_eq!(kept(&*store, "a").await, Some(4));
}

async fn the_same_version_may_be_put_again(store: Arc<dyn Hot>) {
    store.cache_put(&[versioned("a", 3, Duration::from_millis(100))]).await.unwrap();
    put(&store, "a", 3).await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(kept(&*store, "a").await, Some(3));
}

async fn versions_are_compared_as_64_bit_numbers(store: Arc<dyn Hot>) {
    let versions = [i64::MIN, -10, -9, 0, 9, 10, 1 << 53, (1 << 53) + 1, i64::MAX];
    for pair in versions.windows(2) {
        let key = format!("{pair:?}");
        put(&store, &key, pair[1]).await;
        put(&store, &key, pair[0]).await;
        assert_eq!(kept(&*store, &key).await, Some(pair[1]));
        raise(&store, &key, pair[1], MINUTE).await;
        put(&store, &key, pair[0]).await;
        assert_eq!(kept(&*store, &key).await, None);
        put(&store, &key, pair[1]).await;
        assert_eq!(kept(&*store, &key).await, Some(pair[1]));
    }
}

async fn a_value_without_a_version_yields_to_any_version_and_takes_the_place_of_any(store: Arc<dyn Hot>) {
    put(&store, "a", 3).await;
    store.cache_set(&[("a".into(), value(9))], MINUTE).await.unwrap();
    assert_eq!(kept(&*store, "a").await, Some(9));
    put(&store, "a", 1).await;
    assert_eq!(kept(&*store, "a").await, Some(1));
}

async fn a_floor_forgets_the_value_and_keeps_older_ones_out(store: Arc<dyn Hot>) {
    put(&store, "a", 3).await;
    put(&store, "b", 3).await;
    raise(&store, "a", 5, MINUTE).await;
    assert_eq!((kept(&*store, "a").await, kept(&*store, "b").await), (None, Some(3)));
    put(&store, "a", 4).await;
    assert_eq!(kept(&*store, "a").await, None);
    put(&store, "a", 5).await;
    assert_eq!(kept(&*store, "a").await, Some(5));
    // told again, by somebody who is late: nothing but a look at the owner is lost
    raise(&store, "a", 5, MINUTE).await;
    assert_eq!(kept(&*store, "a").await, None);
    put(&store, "a", 6).await;
    assert_eq!(kept(&*store, "a").await, Some(6));
}

async fn a_floor_only_goes_up(store: Arc<dyn Hot>) {
    raise(&store, "a", 5, MINUTE).await;
    raise(&store, "a", 3, MINUTE).await;
    put(&store, "a", 4).await;
    assert_eq!(kept(&*store, "a").await, None);
    raise(&store, "a", 7, MINUTE).await;
    put(&store, "a", 6).await;
    assert_eq!(kept(&*store, "a").await, None);
    put(&store, "a", 7).await;
    assert_eq!(kept(&*store, "a").await, Some(7));
}

async fn a_floor_ends_with_its_life_and_not_before(store: Arc<dyn Hot>) {
    let (begin, life) = (Instant::now(), Duration::from_millis(400));
    raise(&store, "a", 5, life).await;
    put(&store, "a", 4).await;
    let found = kept(&*store, "a").await;
    assert!(found.is_none() || begin.elapsed() >= life, "it let in {found:?} after {:?}", begin.elapsed());
    tokio::time::sleep(life + Duration::from_millis(50)).await;
    put(&store, "a", 4).await;
    assert_eq!(kept(&*store, "a").await, Some(4));
}

async fn a_lower_floor_never_ends_a_higher_one(store: Arc<dyn Hot>) {
    let short = Duration::from_millis(50);
    raise(&store, "a", 5, MINUTE).await;
    raise(&store, "a", 3, short).await;
    raise(&store, "b", 3, MINUTE).await;
    raise(&store, "b", 5, short).await;
    tokio::time::sleep(short * 2).await;
    put(&store, "a", 4).await;
    put(&store, "b", 2).await;
    assert_eq!((kept(&*store, "a").await, kept(&*store, "b").await), (None, None));
}

async fn a_floor_without_a_life_only_forgets(store: Arc<dyn Hot>) {
    put(&store, "a", 3).await;
    raise(&store, "a", 5, Duration::ZERO).await;
    assert_eq!(kept(&*store, "a").await, None);
    put(&store, "a", 3).await;
    assert_eq!(kept(&*store, "a").await, Some(3));
    raise(&store, "a", 4, Duration::MAX).await;
    put(&store, "a", 3).await;
    assert_eq!(kept(&*store, "a").await, None);
}

async fn a_floor_outlives_the_deletion_of_its_key(store: Arc<dyn Hot>) {
    raise(&store, "a", 5, MINUTE).await;
    store.cache_delete(&["a".into()]).await.unwrap();
    put(&store, "a", 4).await;
    assert_eq!(kept(&*store, "a").await, None);
}

async fn each_versioned_value_has_its_own_end(store: Arc<dyn Hot>) {
    let entries = [versioned("a", 1, Duration::from_millis(50)), versioned("b", 1, MINUTE), versioned("c", 1, Duration::MAX)];
    store.cache_put(&entries).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!((kept(&*store, "a").await, kept(&*store, "b").await, kept(&*store, "c").await), (None, Some(1), Some(1)));
}

async fn a_version_that_may_not_be_kept_forgets_an_older_one(store: Arc<dyn Hot>) {
    let too_long = |key: &str, version| Versioned { value: Bytes::from(vec![7; MAX_CACHED_BYTES + 1]), ..versioned(key, version, MINUTE) };
    for key in ["a", "b", "c"] {
        put(&store, key, 3).await;
    }
    let longest = Versioned { value: Bytes::from(vec![7; MAX_CACHED_BYTES]), ..versioned("d", 1, MINUTE) };
    store.cache_put(&[too_long("a", 4), too_long("b", 2), versioned("c", 4, Duration::ZERO), longest.clone()]).await.unwrap();
    assert_eq!((kept(&*store, "a").await, kept(&*store, "b").await, kept(&*store, "c").await), (None, Some(3), None));
    assert!(store.cache_get(&["d".into()]).await.unwrap() == [Some(longest.value)]);
}

async fn any_versioned_bytes_come_back_unchanged(store: Arc<dyn Hot>) {
    let keys = ["", " ", "*", "a:b", "{a}", "line\r\nend", "nul\0nul", "caf\u{e9} \u{1f600}"];
    let bytes =
        |n: usize| if n == 0 { Bytes::new() } else { Bytes::from([b"\0\xff\r\nv1s".as_slice(), &[u8::try_from(n).unwrap()]].concat()) };
    let entries: Vec<_> = (0..).zip(keys).map(|(n, key)| Versioned { value: bytes(n), ..versioned(key, -1, MINUTE) }).collect();
    store.cache_put(&entries).await.unwrap();
    let found = store.cache_get(&keys.map(String::from)).await.unwrap();
    assert_eq!(found, (0..keys.len()).map(|n| Some(bytes(n))).collect::<Vec<_>>());
}

async fn a_thousand_versioned_values_come_back(store: Arc<dyn Hot>) {
    let key = |n: i64| format!("key {n}");
    let entries: Vec<_> = (0..1_200).map(|n| versioned(&key(n), n, MINUTE)).collect();
    store.cache_put(&entries).await.unwrap();
    let keys: Vec<_> = (0..1_200).map(key).collect();
    assert!(store.cache_get(&keys).await.unwrap() == (0..1_200).map(|n| Some(value(n))).collect::<Vec<_>>());
    let floors: Vec<_> = (0..1_200).map(|n| (key(n), n + n % 2)).collect();
    store.cache_floor(&floors, MINUTE).await.unwrap();
    assert!(store.cache_get(&keys).await.unwrap().iter().all(Option::is_none));
    store.cache_put(&entries).await.unwrap();
    assert!(store.cache_get(&keys).await.unwrap() == (0..1_200).map(|n| (n % 2 == 0).then(|| value(n))).collect::<Vec<_>>());
}

async fn the_highest_version_of_a_list_stays(store: Arc<dyn Hot>) {
    store.cache_put(&[versioned("a", 2, MINUTE), versioned("a", 5, MINUTE), versioned("a", 4, MINUTE)]).await.unwrap();
    assert_eq!(kept(&*store, "a").await, Some(5));
    store.cache_floor(&[("a".into(), 9), ("a".into(), 6)], MINUTE).await.unwrap();
    put(&store, "a", 8).await;
    assert_eq!(kept(&*store, "a").await, None);
}

/// The owner's version goes up, then the floor; readers put what they read before, as late as they like.
async fn whoever_wrote_never_sees_an_older_version_again(store: Arc<dyn Hot>) {
    let (owner, raised, over) = (Arc::new(AtomicI64::new(1)), Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
    let work = |n: i64| {
        let (store, owner, raised, over) = (Arc::clone(&store), Arc::clone(&owner), Arc::clone(&raised), Arc::clone(&over));
        async move {
            if n == 0 {
                for _ in 0..300 {
                    let version = owner.fetch_add(1, SeqCst) + 1;
                    raise(&store, "a", version, MINUTE).await;
                    raised.store(version, SeqCst);
                }
                over.store(true, SeqCst);
            }
            let mut seen = 0;
            while !over.load(SeqCst) {
                let read = owner.load(SeqCst);
                // some are in no hurry
                for _ in 1..n {
                    kept(&*store, "a").await;
                }
                put(&store, "a", read).await;
                let least = raised.load(SeqCst);
                if let Some(found) = kept(&*store, "a").await {
                    assert!(found >= least, "version {found} although the floor was {least}");
                    assert!(found >= seen, "version {found} after version {seen}");
                    seen = found;
                }
            }
        }
    };
    at_once((0..5).map(work)).await;
}

async fn a_floor_is_gone_after_its_life(mut server: Server) {
    server.store.cache_floor(&[("a".into(), 1)], Duration::from_millis(50)).await.unwrap();
    assert_eq!(server.keys().await, ["floor:a"]);
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(server.keys().await.is_empty());
}

async fn what_another_program_left_under_a_key_is_no_value(mut server: Server) {
    server.ask::<()>(&["SET", "$cache:a", "{\"old\": true}"]).await;
    assert_eq!(server.store.cache_get(&["a".into()]).await.unwrap(), [None]);
    server.store.cache_put(&[versioned("a", i64::MIN, MINUTE)]).await.unwrap();
    assert_eq!(kept(&server.store, "a").await, Some(i64::MIN));
}
