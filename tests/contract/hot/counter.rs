use super::{Server, at_once, server};
use crate::{
    contract,
    support::{engines::hot, sample::id},
};
use libtest_mimic::Trial;
use polystore::{
    error::{Engine, Kind},
    roles::{Counters, Hot},
    shop::Counter,
};
use std::sync::Arc;

pub fn trials() -> Vec<Trial> {
    let mut trials = contract!(super::ENGINES, "counter", hot;
        what_was_never_counted_is_zero,
        counts_come_back_in_the_order_of_the_counters,
        a_product_and_an_article_of_the_same_number_count_apart,
        a_later_count_replaces_an_earlier_one,
        putting_the_same_counts_twice_is_the_same_as_once,
        of_two_counts_for_one_counter_the_last_one_stays,
        every_64_bit_count_is_exact,
        empty_lists_do_nothing,
        ten_thousand_counts_come_back,
        batches_add_up_with_each_other_and_with_what_was_put,
        a_batch_that_is_told_again_adds_nothing,
        a_batch_that_many_tell_at_once_is_counted_once,
        a_counter_twice_in_a_batch_is_added_twice,
        counts_stop_at_the_ends_of_64_bits,
        a_batch_of_ten_thousand_is_counted_at_once,
    );
    trials.extend(contract!(&[Engine::Redis], "counter", server;
        a_batch_is_remembered_for_an_hour,
        a_counter_that_holds_something_else_is_an_error_and_keeps_no_other_from_being_counted,
    ));
    trials
}

fn product(n: u128) -> Counter {
    Counter::ProductViews(id(n))
}

fn article(n: u128) -> Counter {
    Counter::ArticleViews(id(n))
}

async fn what_was_never_counted_is_zero(store: Arc<dyn Hot>) {
    assert_eq!(store.counters_get(&[product(1), article(1)]).await.unwrap(), [0, 0]);
}

async fn counts_come_back_in_the_order_of_the_counters(store: Arc<dyn Hot>) {
    store.counters_put(&[(product(1), 1), (product(2), 2), (article(3), 3)]).await.unwrap();
    let found = store.counters_get(&[article(3), product(9), product(1), product(2), product(1)]).await.unwrap();
    assert_eq!(found, [3, 0, 1, 2, 1]);
}

async fn a_product_and_an_article_of_the_same_number_count_apart(store: Arc<dyn Hot>) {
    store.counters_put(&[(product(1), 1), (article(1), 2)]).await.unwrap();
    assert_eq!(store.counters_get(&[product(1), article(1)]).await.unwrap(), [1, 2]);
}

async fn a_later_count_replaces_an_earlier_one(store: Arc<dyn Hot>) {
    store.counters_put(&[(product(1), 7), (product(2), 8)]).await.unwrap();
    store.counters_put(&[(product(1), 5)]).await.unwrap();
    assert_eq!(store.counters_get(&[product(1), product(2)]).await.unwrap(), [5, 8]);
}

async fn putting_the_same_counts_twice_is_the_same_as_once(store: Arc<dyn Hot>) {
    for _ in 0..2 {
        store.counters_put(&[(product(1), 7), (article(2), 8)]).await.unwrap();
        assert_eq!(store.counters_get(&[product(1), article(2)]).await.unwrap(), [7, 8]);
    }
}

async fn of_two_counts_for_one_counter_the_last_one_stays(store: Arc<dyn Hot>) {
    store.counters_put(&[(product(1), 7), (product(1), 6)]).await.unwrap();
    assert_eq!(store.counters_get(&[product(1)]).await.unwrap(), [6]);
}

async fn every_64_bit_count_is_exact(store: Arc<dyn Hot>) {
    let counts = [0, -1, i64::MAX, i64::MIN, (1 << 53) + 1];
    let rows: Vec<_> = (1..).map(product).zip(counts).collect();
    store.counters_put(&rows).await.unwrap();
    assert_eq!(store.counters_get(&[product(1), product(2), product(3), product(4), product(5)]).await.unwrap(), counts);
}

async fn empty_lists_do_nothing(store: Arc<dyn Hot>) {
    store.counters_put(&[]).await.unwrap();
    store.counters_add(id(1), &[]).await.unwrap();
    assert!(store.counters_get(&[]).await.unwrap().is_empty());
}

async fn ten_thousand_counts_come_back(store: Arc<dyn Hot>) {
    let rows: Vec<_> = (1..=10_000).map(|n| (product(n), i64::try_from(n * 3).unwrap())).collect();
    store.counters_put(&rows).await.unwrap();
    let (counters, counts): (Vec<_>, Vec<_>) = rows.into_iter().rev().unzip();
    assert!(store.counters_get(&counters).await.unwrap() == counts);
}

async fn batches_add_up_with_each_other_and_with_what_was_put(store: Arc<dyn Hot>) {
    store.counters_put(&[(product(1), 10)]).await.unwrap();
    store.counters_add(id(1), &[(product(1), 1), (article(1), 5)]).await.unwrap();
    store.counters_add(id(2), &[(product(1), 2), (product(2), 7)]).await.unwrap();
    assert_eq!(store.counters_get(&[product(1), article(1), product(2)]).await.unwrap(), [13, 5, 7]);
    store.counters_put(&[(product(1), 100)]).await.unwrap();
    store.counters_add(id(3), &[(product(1), -1)]).await.unwrap();
    assert_eq!(store.counters_get(&[product(1)]).await.unwrap(), [99]);
}

async fn a_batch_that_is_told_again_adds_nothing(store: Arc<dyn Hot>) {
    for _ in 0..3 {
        store.counters_add(id(1), &[(product(1), 4), (article(2), 1)]).await.unwrap();
        assert_eq!(store.counters_get(&[product(1), article(2)]).await.unwrap(), [4, 1]);
    }
    // and neither does it after the counts were made anew
    store.counters_put(&[(product(1), 0)]).await.unwrap();
    store.counters_add(id(1), &[(product(1), 4)]).await.unwrap();
    assert_eq!(store.counters_get(&[product(1)]).await.unwrap(), [0]);
}

async fn a_batch_that_many_tell_at_once_is_counted_once(store: Arc<dyn Hot>) {
    for round in 1..=20 {
        let tell = |n: u128| {
            let store = Arc::clone(&store);
            // every second one tells a batch of its own
            let batch = if n.is_multiple_of(2) { id(round * 100) } else { id(round * 100 + n) };
            async move { store.counters_add(batch, &[(product(round), 1), (article(round), 10)]).await.unwrap() }
        };
        at_once((0..8).map(tell)).await;
        assert_eq!(store.counters_get(&[product(round), article(round)]).await.unwrap(), [5, 50]);
    }
}

async fn a_counter_twice_in_a_batch_is_added_twice(store: Arc<dyn Hot>) {
    store.counters_add(id(1), &[(product(1), 2), (product(1), 3)]).await.unwrap();
    assert_eq!(store.counters_get(&[product(1)]).await.unwrap(), [5]);
}

async fn counts_stop_at_the_ends_of_64_bits(store: Arc<dyn Hot>) {
    store.counters_put(&[(product(1), i64::MAX - 1), (product(2), i64::MIN + 1), (product(3), (1 << 53) + 1)]).await.unwrap();
    store.counters_add(id(1), &[(product(1), 5), (product(2), -5), (product(3), 1), (product(4), i64::MIN)]).await.unwrap();
    let found = store.counters_get(&[product(1), product(2), product(3), product(4)]).await.unwrap();
    assert_eq!(found, [i64::MAX, i64::MIN, (1 << 53) + 2, i64::MIN]);
}

async fn a_batch_of_ten_thousand_is_counted_at_once(store: Arc<dyn Hot>) {
    let deltas: Vec<_> = (1..=10_000).map(|n| (product(n), i64::try_from(n).unwrap())).collect();
    for batch in 1..=2 {
        store.counters_add(id(batch), &deltas).await.unwrap();
    }
    let (counters, counts): (Vec<_>, Vec<_>) = deltas.into_iter().map(|(counter, count)| (counter, 2 * count)).unzip();
    assert!(store.counters_get(&counters).await.unwrap() == counts);
}

async fn a_batch_is_remembered_for_an_hour(mut server: Server) {
    server.store.counters_add(id(1), &[(product(1), 1)]).await.unwrap();
    let mark = server.keys().await.into_iter().find(|key| key.starts_with("counted:")).unwrap();
    let left: i64 = server.ask(&["TTL", &format!("${mark}")]).await;
    assert!((3_500..=3_600).contains(&left), "{left} s");
    server.ask::<()>(&["DEL", &format!("${mark}")]).await;
    server.store.counters_add(id(1), &[(product(1), 1)]).await.unwrap();
    assert_eq!(server.store.counters_get(&[product(1)]).await.unwrap(), [2]);
}

async fn a_counter_that_holds_something_else_is_an_error_and_keeps_no_other_from_being_counted(mut server: Server) {
    let Counter::ProductViews(spoiled) = product(2) else { unreachable!() };
    server.ask::<()>(&["RPUSH", &format!("$views:{spoiled}"), "else"]).await;
    let error = server.store.counters_add(id(1), &[(product(1), 1), (product(2), 1), (product(3), 1)]).await.unwrap_err();
    assert_eq!(error.kind, Kind::Corrupt);
    assert_eq!(server.store.counters_get(&[product(1), product(3)]).await.unwrap(), [1, 1]);
}
