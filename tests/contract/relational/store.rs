use super::{Store, by_id};
use crate::{contract, support::engines::relational, support::sample};
use libtest_mimic::Trial;
use polystore::{
    roles::SchemaState,
    shop::{Audience, CustomerFilter, Detail, Window},
};
use std::time::{Duration, Instant};

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "store", relational;
        a_migrated_store_is_current_and_migrating_again_changes_nothing,
        a_ping_is_answered_within_a_second,
        an_empty_key_list_gives_an_empty_answer,
        a_put_of_nothing_writes_nothing,
        a_put_that_is_dropped_midway_writes_all_or_nothing,
        reads_and_writes_at_the_same_time_all_succeed,
    )
}

async fn a_migrated_store_is_current_and_migrating_again_changes_nothing(store: Store) {
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    let (one, two) = futures::join!(store.migrate(), store.migrate());
    one.unwrap();
    two.unwrap();
    assert_eq!(store.schema().await.unwrap(), SchemaState::Current);
    assert_eq!(store.customers_by_ids(&[sample::id(1)]).await.unwrap(), [sample::customer(1)]);
}

async fn a_ping_is_answered_within_a_second(store: Store) {
    let start = Instant::now();
    store.ping().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1));
}

async fn an_empty_key_list_gives_an_empty_answer(store: Store) {
    let window = Window { total: true, ..Window::first(5) };
    assert_eq!(store.customers_by_ids(&[]).await.unwrap(), []);
    assert_eq!(store.customers_by_emails(&[]).await.unwrap(), []);
    assert_eq!(store.customers_total_spent(&[]).await.unwrap(), []);
    assert_eq!(store.categories_by_ids(&[]).await.unwrap(), []);
    assert_eq!(store.categories_by_slugs(&[]).await.unwrap(), []);
    assert_eq!(store.categories_by_parents(&[]).await.unwrap(), []);
    assert_eq!(store.products_by_ids(&[], Detail::Whole).await.unwrap(), []);
    assert_eq!(store.products_by_slugs(&[]).await.unwrap(), []);
    assert_eq!(store.products_by_skus(&[]).await.unwrap(), []);
    assert_eq!(store.products_page_by_categories(&[], &window, Detail::Whole).await.unwrap(), []);
    assert_eq!(store.orders_by_ids(&[], Audience::Everything).await.unwrap(), []);
    assert_eq!(store.orders_page_by_customers(&[], &window).await.unwrap(), []);
    assert_eq!(store.order_items_by_orders(&[]).await.unwrap(), []);
}

async fn a_put_of_nothing_writes_nothing(store: Store) {
    store.customers_put(&[]).await.unwrap();
    store.categories_put(&[]).await.unwrap();
    store.products_put(&[]).await.unwrap();
    store.orders_put(&[]).await.unwrap();
    let page = store.customers_page(&CustomerFilter::default(), &Window { total: true, ..Window::first(5) }).await.unwrap();
    assert_eq!((page.items, page.total), (Vec::new(), Some(0)));
}

/// Clients go away at any moment. Whatever the moment, a put is there whole or not at all, and the connection that it ran on
/// serves the next caller.
async fn a_put_that_is_dropped_midway_writes_all_or_nothing(store: Store) {
    const ROWS: u128 = 500;
    let count = || async {
        let page = store.customers_page(&CustomerFilter::default(), &Window { total: true, ..Window::first(1) }).await.unwrap();
        u128::from(page.total.unwrap())
    };
    let mut dropped = 0;
    for round in 0..24 {
        let rows: Vec<_> = (1..=ROWS).map(|n| sample::customer(round * ROWS + n)).collect();
        let patience = Duration::from_micros(200 * u64::try_from(round * round).unwrap());
        if tokio::time::timeout(patience, store.customers_put(&rows)).await.is_err() {
            dropped += 1;
        }
        assert_eq!(count().await % ROWS, 0, "half a put is visible");
    }
    assert!(dropped > 0, "no put was dropped: the trial proves nothing");

    // acknowledged is written: on every connection, after all those drops
    let late: Vec<_> = (1..=8).map(|n| sample::customer(1_000_000 + n)).collect();
    for customer in &late {
        store.customers_put(std::slice::from_ref(customer)).await.unwrap();
    }
    let ids: Vec<_> = late.iter().map(|customer| customer.id).collect();
    let reads = futures::future::join_all((0..8).map(|_| store.customers_by_ids(&ids))).await;
    for read in reads {
        assert_eq!(by_id(read.unwrap(), |customer| customer.id), late);
    }
}

async fn reads_and_writes_at_the_same_time_all_succeed(store: Store) {
    let work = (1..=30).map(|n| {
        let store = store.clone();
        async move {
            store.customers_put(&[sample::customer(n)]).await.unwrap();
            assert_eq!(store.customers_by_ids(&[sample::id(n)]).await.unwrap(), [sample::customer(n)], "own write is not seen");
        }
    });
    futures::future::join_all(work).await;
}
