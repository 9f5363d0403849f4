use crate::{
    contract,
    support::engines::{hot, unique_name},
};
use bytes::Bytes;
use libtest_mimic::Trial;
use polystore::{
    engines::redis::Redis,
    error::Engine,
    roles::{Cache, Hot, SchemaState, Store, hot::MAX_CACHED_BYTES},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const MINUTE: Duration = Duration::from_secs(60);

pub fn trials() -> Vec<Trial> {
    let mut trials = contract!(super::ENGINES, "cache", hot;
        an_engine_answers_a_ping_and_its_schema_is_current,
        what_was_never_set_is_absent,
        values_come_back_in_the_order_of_the_keys,
        a_key_asked_for_twice_is_answered_twice,
        empty_lists_do_nothing,
        a_value_vanishes_at_its_end_and_not_before,
        a_later_value_replaces_an_earlier_one_and_its_end,
        of_two_values_for_one_key_the_last_one_stays,
        a_ttl_of_zero_keeps_nothing,
        the_longest_ttl_is_accepted,
        deleted_keys_are_gone_and_the_others_stay,
        a_value_of_the_longest_length_is_kept,
        a_value_that_is_too_long_is_not_kept_and_its_predecessor_is_forgotten,
        any_bytes_and_any_key_come_back_unchanged,
        ten_thousand_values_come_back,
    );
    trials.extend(contract!(&[Engine::Redis], "cache", redis_prefix; two_prefixes_do_not_see_each_other,));
    trials
}

fn key(n: usize) -> String {
    format!("key {n}")
}

fn value(n: usize) -> Bytes {
    Bytes::from(format!("value {n}"))
}

async fn an_engine_answers_a_ping_and_its_schema_is_current(store: Arc<dyn Hot>) {
    store.ping().await.unwrap();
    store.migrate().await.unwrap();
    store.migrate().await.unwrap();
    assert_eq!(store.schema().await.unwrap(), SchemaState::Current);
}

async fn what_was_never_set_is_absent(store: Arc<dyn Hot>) {
    assert_eq!(store.cache_get(&[key(1)]).await.unwrap(), [None]);
}

async fn values_come_back_in_the_order_of_the_keys(store: Arc<dyn Hot>) {
    store.cache_set(&[(key(1), value(1)), (key(2), value(2)), (key(3), value(3))], MINUTE).await.unwrap();
    let found = store.cache_get(&[key(3), key(9), key(1), key(2)]).await.unwrap();
    assert_eq!(found, [Some(value(3)), None, Some(value(1)), Some(value(2))]);
}

async fn a_key_asked_for_twice_is_answered_twice(store: Arc<dyn Hot>) {
    store.cache_set(&[(key(1), value(1))], MINUTE).await.unwrap();
    assert_eq!(store.cache_get(&[key(1), key(1)]).await.unwrap(), [Some(value(1)), Some(value(1))]);
}

async fn empty_lists_do_nothing(store: Arc<dyn Hot>) {
    store.cache_set(&[], MINUTE).await.unwrap();
    store.cache_delete(&[]).await.unwrap();
    assert_eq!(store.cache_get(&[]).await.unwrap(), []);
}

async fn a_value_vanishes_at_its_end_and_not_before(store: Arc<dyn Hot>) {
    let begin = Instant::now();
    store.cache_set(&[(key(1), value(1))], Duration::from_millis(400)).await.unwrap();
    store.cache_set(&[(key(2), value(2))], MINUTE).await.unwrap();
    let found = store.cache_get(&[key(1), key(2)]).await.unwrap();
    // a machine that stood still for so long proves nothing
    assert!(found[0].is_some() || begin.elapsed() >= Duration::from_millis(400), "gone after {:?}", begin.elapsed());
    tokio::time::sleep(Duration::from_millis(450)).await;
    assert_eq!(store.cache_get(&[key(1), key(2)]).await.unwrap(), [None, Some(value(2))]);
}

async fn a_later_value_replaces_an_earlier_one_and_its_end(store: Arc<dyn Hot>) {
    store.cache_set(&[(key(1), value(1)), (key(2), value(1))], Duration::from_millis(150)).await.unwrap();
    store.cache_set(&[(key(1), value(2))], MINUTE).await.unwrap();
    store.cache_set(&[(key(3), value(1))], MINUTE).await.unwrap();
    store.cache_set(&[(key(3), value(2))], Duration::from_millis(150)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(store.cache_get(&[key(1), key(2), key(3)]).await.unwrap(), [Some(value(2)), None, None]);
}

async fn of_two_values_for_one_key_the_last_one_stays(store: Arc<dyn Hot>) {
    store.cache_set(&[(key(1), value(1)), (key(1), value(2))], MINUTE).await.unwrap();
    assert_eq!(store.cache_get(&[key(1)]).await.unwrap(), [Some(value(2))]);
}

async fn a_ttl_of_zero_keeps_nothing(store: Arc<dyn Hot>) {
    store.cache_set(&[(key(1), value(1))], MINUTE).await.unwrap();
    store.cache_set(&[(key(1), value(2)), (key(2), value(2))], Duration::ZERO).await.unwrap();
    assert_eq!(store.cache_get(&[key(1), key(2)]).await.unwrap(), [None, None]);
}

async fn the_longest_ttl_is_accepted(store: Arc<dyn Hot>) {
    store.cache_set(&[(key(1), value(1))], Duration::MAX).await.unwrap();
    assert_eq!(store.cache_get(&[key(1)]).await.unwrap(), [Some(value(1))]);
}

async fn deleted_keys_are_gone_and_the_others_stay(store: Arc<dyn Hot>) {
    store.cache_set(&[(key(1), value(1)), (key(2), value(2)), (key(3), value(3))], MINUTE).await.unwrap();
    store.cache_delete(&[key(1), key(3), key(9), key(1)]).await.unwrap();
    assert_eq!(store.cache_get(&[key(1), key(2), key(3)]).await.unwrap(), [None, Some(value(2)), None]);
}

async fn a_value_of_the_longest_length_is_kept(store: Arc<dyn Hot>) {
    let longest = Bytes::from(vec![7; MAX_CACHED_BYTES]);
    let entries: Vec<_> = (0..12).map(|n| (key(n), longest.clone())).collect();
    store.cache_set(&entries, MINUTE).await.unwrap();
    for n in 0..12 {
        assert_eq!(store.cache_get(&[key(n)]).await.unwrap(), [Some(longest.clone())]);
    }
}

async fn a_value_that_is_too_long_is_not_kept_and_its_predecessor_is_forgotten(store: Arc<dyn Hot>) {
    store.cache_set(&[(key(1), value(1))], MINUTE).await.unwrap();
    let too_long = Bytes::from(vec![7; MAX_CACHED_BYTES + 1]);
    store.cache_set(&[(key(1), too_long.clone()), (key(2), too_long), (key(3), value(3))], MINUTE).await.unwrap();
    assert_eq!(store.cache_get(&[key(1), key(2), key(3)]).await.unwrap(), [None, None, Some(value(3))]);
}

async fn any_bytes_and_any_key_come_back_unchanged(store: Arc<dyn Hot>) {
    let keys = ["", " ", "*", "a:b", "{a}", "line\r\nend", "nul\0nul", "caf\u{e9} \u{1f600}"].map(String::from);
    let bytes = |n: usize| Bytes::from([b"\0\xff\r\n".as_slice(), &[u8::try_from(n).unwrap()]].concat());
    let mut entries: Vec<_> = keys.iter().enumerate().map(|(n, key)| (key.clone(), bytes(n))).collect();
    entries.push((key(1), Bytes::new()));
    store.cache_set(&entries, MINUTE).await.unwrap();
    let asked: Vec<_> = entries.iter().map(|(key, _)| key.clone()).collect();
    let expected: Vec<_> = entries.into_iter().map(|(_, value)| Some(value)).collect();
    assert_eq!(store.cache_get(&asked).await.unwrap(), expected);
}

async fn ten_thousand_values_come_back(store: Arc<dyn Hot>) {
    let entries: Vec<_> = (0..10_000).map(|n| (key(n), value(n))).collect();
    store.cache_set(&entries, MINUTE).await.unwrap();
    let keys: Vec<_> = (0..10_000).rev().map(key).collect();
    let expected: Vec<_> = (0..10_000).rev().map(|n| Some(value(n))).collect();
    assert!(store.cache_get(&keys).await.unwrap() == expected);
    store.cache_delete(&keys).await.unwrap();
    assert!(store.cache_get(&keys).await.unwrap().iter().all(Option::is_none));
}

async fn redis_prefix(_: Engine) -> [Redis; 2] {
    let url = std::env::var("TEST_REDIS_URL").unwrap();
    let [one, two] = [unique_name(), unique_name()];
    [Redis::connect(&url, &one).await.unwrap(), Redis::connect(&url, &two).await.unwrap()]
}

async fn two_prefixes_do_not_see_each_other([one, two]: [Redis; 2]) {
    one.cache_set(&[(key(1), value(1))], MINUTE).await.unwrap();
    assert_eq!(two.cache_get(&[key(1)]).await.unwrap(), [None]);
    two.cache_set(&[(key(1), value(2))], MINUTE).await.unwrap();
    two.cache_delete(&[key(1)]).await.unwrap();
    assert_eq!(one.cache_get(&[key(1)]).await.unwrap(), [Some(value(1))]);
    assert_eq!(one.engine(), Engine::Redis);
}
