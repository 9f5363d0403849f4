use crate::{
    contract,
    support::{engines::hot, sample::id},
};
use libtest_mimic::Trial;
use polystore::{roles::Hot, shop::Counter};
use std::sync::Arc;

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "counter", hot;
        what_was_never_counted_is_zero,
        counts_come_back_in_the_order_of_the_counters,
        a_product_and_an_article_of_the_same_number_count_apart,
        a_later_count_replaces_an_earlier_one,
        putting_the_same_counts_twice_is_the_same_as_once,
        of_two_counts_for_one_counter_the_last_one_stays,
        every_64_bit_count_is_exact,
        empty_lists_do_nothing,
        ten_thousand_counts_come_back,
    )
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
    assert!(store.counters_get(&[]).await.unwrap().is_empty());
}

async fn ten_thousand_counts_come_back(store: Arc<dyn Hot>) {
    let rows: Vec<_> = (1..=10_000).map(|n| (product(n), i64::try_from(n * 3).unwrap())).collect();
    store.counters_put(&rows).await.unwrap();
    let (counters, counts): (Vec<_>, Vec<_>) = rows.into_iter().rev().unzip();
    assert!(store.counters_get(&counters).await.unwrap() == counts);
}
