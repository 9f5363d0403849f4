use super::Store;
use crate::{
    contract,
    support::{engines::relational, sample},
};
use libtest_mimic::Trial;
use polystore::{
    roles::outbox::MAX_ERROR_CHARS,
    shop::{Claimed, Event, EventId, Fact, OutboxState, Product, StockChange, StockLevel, Timestamp, Written},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "outbox", relational;
        an_empty_outbox_gives_nothing_and_says_so,
        an_event_is_claimed_as_it_was_told,
        events_are_given_oldest_first_and_at_most_the_limit,
        of_an_aggregate_only_the_first_event_is_given_in_the_order_of_its_sequence,
        a_leased_event_is_given_to_nobody_else_until_its_lease_ends,
        events_that_are_done_are_gone_and_done_twice_does_no_harm,
        an_event_that_failed_waits_and_holds_up_its_own_aggregate_only,
        only_failures_of_its_own_count_as_tries,
        a_parked_event_lets_the_later_ones_of_its_aggregate_go,
        parked_events_are_listed_oldest_first_with_the_first_words_of_their_failure,
        parked_events_are_told_again_all_or_the_named_ones,
        four_who_claim_at_once_share_the_events_and_keep_each_aggregate_in_order,
        old_keys_are_forgotten_and_young_ones_kept,
    )
}

const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(150);

/// A shop with products 1 to `count`, and nothing in the outbox.
async fn with_products(store: &Store, count: u128) {
    store.categories_put(&[sample::category(1)]).await.unwrap();
    store.products_put(&(1..=count).map(|n| sample::product(n, 1)).collect::<Vec<_>>()).await.unwrap();
}

/// One piece more of product number `n`, at `minutes` into 2026.
async fn one_more(store: &Store, n: u128, minutes: i64) -> Product {
    let change = StockChange { product_id: sample::id(n), delta: 1, at: sample::at(minutes) };
    match store.stock_change(&change, None.into()).await.unwrap() {
        Written::Done(product) => product,
        other => panic!("{other:?}"),
    }
}

/// Which products' events these are, with the version of each.
fn versions(claimed: &[Claimed]) -> Vec<(String, i64)> {
    claimed.iter().map(|claimed| (claimed.event.aggregate.clone(), claimed.event.sequence)).collect()
}

/// Product number `n` in a given version.
fn version(n: u128, version: i64) -> (String, i64) {
    (sample::product(n, 1).id.to_string(), version)
}

async fn claim(store: &Store, limit: u32, lease: Duration) -> Vec<Claimed> {
    store.outbox_claim(limit, lease).await.unwrap()
}

async fn done(store: &Store, claimed: &[Claimed]) {
    store.outbox_done(&claimed.iter().map(|claimed| claimed.event.id).collect::<Vec<_>>()).await.unwrap();
}

async fn an_empty_outbox_gives_nothing_and_says_so(store: Store) {
    assert_eq!(claim(&store, 10, LONG).await, []);
    assert_eq!(store.outbox_state().await.unwrap(), OutboxState::default());
    assert_eq!(store.outbox_parked(10).await.unwrap(), []);
    assert_eq!(store.outbox_retry(&[]).await.unwrap(), 0);
    store.outbox_done(&[]).await.unwrap();
    store.outbox_failed(sample::id(1), Some(LONG), true, "unknown").await.unwrap();
    assert_eq!(store.outbox_state().await.unwrap(), OutboxState::default());
}

async fn an_event_is_claimed_as_it_was_told(store: Store) {
    with_products(&store, 1).await;
    let product = one_more(&store, 1, 7).await;
    assert_eq!((product.stock, product.version), (11, 2));
    let claimed = claim(&store, 10, LONG).await;
    let expected = Event { id: claimed[0].event.id, ..Event::product_changed(&product, sample::at(7)) };
    assert_eq!(claimed, [Claimed { event: expected, tries: 0 }]);
    let level = StockLevel { product_id: product.id, stock: 11, version: 2 };
    assert_eq!(claimed[0].event.fact, Fact::ProductChanged { level });
    assert_eq!(claimed[0].event.aggregate, product.id.to_string());
}

async fn events_are_given_oldest_first_and_at_most_the_limit(store: Store) {
    with_products(&store, 6).await;
    for (n, minutes) in [(1, 5), (2, 3), (3, 9), (4, 1), (5, 7), (6, 3)] {
        one_more(&store, n, minutes).await;
    }
    let state = store.outbox_state().await.unwrap();
    assert_eq!(state, OutboxState { waiting: 6, oldest: Some(sample::at(1)), parked: 0 });
    let first = claim(&store, 3, LONG).await;
    let times: Vec<_> = first.iter().map(|claimed| claimed.event.at).collect();
    assert_eq!(times, [1, 3, 3].map(sample::at));
    assert!(first[1].event.id < first[2].event.id, "of one time, by id");
    let rest = claim(&store, 100, LONG).await;
    assert_eq!(versions(&rest), [version(1, 2), version(5, 2), version(3, 2)]);
    // what is leased still waits
    assert_eq!(store.outbox_state().await.unwrap(), state);
    assert_eq!(claim(&store, 0, LONG).await, []);
}

async fn of_an_aggregate_only_the_first_event_is_given_in_the_order_of_its_sequence(store: Store) {
    with_products(&store, 2).await;
    // the clock goes backwards; the versions do not
    for minutes in [50, 40, 30, 20] {
        one_more(&store, 1, minutes).await;
    }
    one_more(&store, 2, 45).await;
    let first = claim(&store, 10, LONG).await;
    assert_eq!(versions(&first), [version(2, 2), version(1, 2)]);
    assert_eq!(claim(&store, 10, LONG).await, [], "the first ones are on their way");
    done(&store, &first).await;
    for n in 3..=5 {
        let next = claim(&store, 10, LONG).await;
        assert_eq!(versions(&next), [version(1, n)]);
        done(&store, &next).await;
    }
}

async fn a_leased_event_is_given_to_nobody_else_until_its_lease_ends(store: Store) {
    with_products(&store, 2).await;
    for n in [1, 1, 2] {
        one_more(&store, n, 1).await;
    }
    let first = claim(&store, 10, SHORT).await;
    assert_eq!(first.len(), 2);
    assert_eq!(claim(&store, 10, LONG).await, []);
    tokio::time::sleep(SHORT + Duration::from_millis(50)).await;
    // who had them died, or was slow; a lease that ends is not a failure
    let again = claim(&store, 10, LONG).await;
    assert_eq!(again, first);
    tokio::time::sleep(SHORT + Duration::from_millis(50)).await;
    assert_eq!(claim(&store, 10, LONG).await, [], "the new lease is the longer one");
    // the slow one was not dead after all
    done(&store, &first).await;
    assert_eq!(versions(&claim(&store, 10, LONG).await), [version(1, 3)]);
}

async fn events_that_are_done_are_gone_and_done_twice_does_no_harm(store: Store) {
    with_products(&store, 2).await;
    one_more(&store, 1, 1).await;
    one_more(&store, 2, 2).await;
    let claimed = claim(&store, 1, LONG).await;
    let unknown = [claimed[0].event.id, sample::id(99), claimed[0].event.id];
    for _ in 0..2 {
        store.outbox_done(&unknown).await.unwrap();
        assert_eq!(store.outbox_state().await.unwrap(), OutboxState { waiting: 1, oldest: Some(sample::at(2)), parked: 0 });
    }
    store.outbox_failed(claimed[0].event.id, None, true, "too late").await.unwrap();
    assert_eq!(store.outbox_state().await.unwrap().parked, 0);
}

async fn an_event_that_failed_waits_and_holds_up_its_own_aggregate_only(store: Store) {
    with_products(&store, 2).await;
    for n in [1, 1, 2, 2] {
        one_more(&store, n, 1).await;
    }
    let claimed = claim(&store, 10, LONG).await;
    let failed = claimed.iter().find(|claimed| claimed.event.aggregate == version(1, 2).0).unwrap().event.id;
    store.outbox_failed(failed, Some(SHORT), true, "no").await.unwrap();
    store.outbox_done(&claimed.iter().map(|claimed| claimed.event.id).filter(|id| *id != failed).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(versions(&claim(&store, 10, LONG).await), [version(2, 3)]);
    tokio::time::sleep(SHORT + Duration::from_millis(50)).await;
    let again = claim(&store, 10, LONG).await;
    assert_eq!(versions(&again), [version(1, 2)], "the wait replaces the lease");
    assert_eq!(again[0].tries, 1);
    // no wait: at once
    store.outbox_failed(failed, Some(Duration::ZERO), true, "no").await.unwrap();
    assert_eq!(claim(&store, 10, LONG).await[0].tries, 2);
}

async fn only_failures_of_its_own_count_as_tries(store: Store) {
    with_products(&store, 1).await;
    one_more(&store, 1, 1).await;
    for (counted, tries) in [(false, 0), (true, 0), (true, 1), (false, 2), (true, 2)] {
        let claimed = claim(&store, 1, LONG).await;
        assert_eq!(claimed[0].tries, tries);
        store.outbox_failed(claimed[0].event.id, Some(Duration::ZERO), counted, "no").await.unwrap();
    }
    let claimed = claim(&store, 1, LONG).await;
    store.outbox_failed(claimed[0].event.id, None, true, "never").await.unwrap();
    assert_eq!(store.outbox_parked(1).await.unwrap()[0].tries, 4);
}

async fn a_parked_event_lets_the_later_ones_of_its_aggregate_go(store: Store) {
    with_products(&store, 1).await;
    for minutes in 1..=3 {
        one_more(&store, 1, minutes).await;
    }
    let first = claim(&store, 10, LONG).await;
    assert_eq!(versions(&first), [version(1, 2)]);
    store.outbox_failed(first[0].event.id, None, true, "poison").await.unwrap();
    assert_eq!(store.outbox_state().await.unwrap(), OutboxState { waiting: 2, oldest: Some(sample::at(2)), parked: 1 });
    for n in [3, 4] {
        let claimed = claim(&store, 10, LONG).await;
        assert_eq!(versions(&claimed), [version(1, n)]);
        done(&store, &claimed).await;
    }
    assert_eq!(claim(&store, 10, LONG).await, []);
    assert_eq!(store.outbox_state().await.unwrap(), OutboxState { waiting: 0, oldest: None, parked: 1 });
}

async fn parked_events_are_listed_oldest_first_with_the_first_words_of_their_failure(store: Store) {
    with_products(&store, 3).await;
    let mut parked = Vec::new();
    for (n, minutes) in [(1, 30), (2, 10), (3, 20)] {
        one_more(&store, n, minutes).await;
        let claimed = claim(&store, 10, LONG).await.remove(0);
        let words = format!("{minutes} \0 ö'\\ {}", "é".repeat(600));
        store.outbox_failed(claimed.event.id, None, true, &words).await.unwrap();
        parked.push((claimed.event, words));
    }
    let list = store.outbox_parked(2).await.unwrap();
    let times: Vec<_> = list.iter().map(|parked| parked.event.at).collect();
    assert_eq!(times, [10, 20].map(sample::at));
    for row in store.outbox_parked(100).await.unwrap() {
        let (event, words) = parked.iter().find(|(event, _)| event.id == row.event.id).unwrap();
        assert_eq!((&row.event, row.tries), (event, 1));
        let kept: String = words.chars().filter(|c| *c != '\0').take(MAX_ERROR_CHARS).collect();
        assert_eq!(row.error, kept);
    }
}

async fn parked_events_are_told_again_all_or_the_named_ones(store: Store) {
    with_products(&store, 4).await;
    let mut ids: Vec<EventId> = Vec::new();
    for n in 1..=4 {
        one_more(&store, n, i64::try_from(n).unwrap()).await;
    }
    for claimed in claim(&store, 3, LONG).await {
        store.outbox_failed(claimed.event.id, None, true, "poison").await.unwrap();
        ids.push(claimed.event.id);
    }
    // a later event of an aggregate whose first one is parked
    one_more(&store, 1, 9).await;
    assert_eq!(store.outbox_retry(&[ids[0], ids[0], sample::id(99)]).await.unwrap(), 1);
    assert_eq!(store.outbox_retry(&[ids[0]]).await.unwrap(), 0, "it is not parked any more");
    assert_eq!(store.outbox_state().await.unwrap().parked, 2);
    let claimed = claim(&store, 10, LONG).await;
    assert_eq!(versions(&claimed), [version(1, 2), version(4, 2)], "it is the first of its aggregate again");
    assert_eq!(claimed[0].tries, 0);
    assert_eq!(store.outbox_retry(&[]).await.unwrap(), 2);
    assert_eq!(versions(&claim(&store, 10, LONG).await), [version(2, 2), version(3, 2)]);
    assert_eq!(store.outbox_parked(10).await.unwrap(), []);
}

async fn four_who_claim_at_once_share_the_events_and_keep_each_aggregate_in_order(store: Store) {
    const AGGREGATES: u128 = 12;
    const EACH: i64 = 6;
    with_products(&store, AGGREGATES).await;
    for minutes in 0..EACH {
        for n in 1..=AGGREGATES {
            one_more(&store, n, minutes).await;
        }
    }
    let log: Arc<Mutex<Vec<Event>>> = Arc::default();
    let claimer = |n: u64| {
        let (store, log) = (store.clone(), log.clone());
        async move {
            let mut told = 0;
            while log.lock().unwrap().len() < 72 {
                let claimed = claim(&store, 5, LONG).await;
                // some take their time: what they hold is not given to the others, and neither is what follows it
                tokio::time::sleep(Duration::from_millis(n * 2)).await;
                told += claimed.len();
                log.lock().unwrap().extend(claimed.iter().map(|claimed| claimed.event.clone()));
                done(&store, &claimed).await;
            }
            told
        }
    };
    let told = tokio::time::timeout(LONG, futures::future::join_all((0..4).map(claimer))).await.unwrap();
    assert!(told.iter().filter(|told| **told > 0).count() > 1, "one had them all: the trial proves nothing");
    let mut aggregates: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for event in log.lock().unwrap().iter() {
        aggregates.entry(event.aggregate.clone()).or_default().push(event.sequence);
    }
    assert_eq!(aggregates.len(), 12);
    for (aggregate, versions) in aggregates {
        assert_eq!(versions, [2, 3, 4, 5, 6, 7], "{aggregate}");
    }
    assert_eq!(store.outbox_state().await.unwrap(), OutboxState::default());
}

async fn old_keys_are_forgotten_and_young_ones_kept(store: Store) {
    with_products(&store, 1).await;
    let change = StockChange { product_id: sample::id(1), delta: 1, at: sample::at(1) };
    let once = sample::once("k", 1);
    let first = store.stock_change(&change, (&once).into()).await.unwrap();
    let Written::Done(product) = first else { panic!("{first:?}") };
    let hours = |hours: i64| Timestamp::from_millis(Timestamp::now().millis() + hours * 3_600_000).unwrap();
    assert_eq!(store.once_prune(hours(-1)).await.unwrap(), 0);
    assert_eq!(store.stock_change(&change, (&once).into()).await.unwrap(), Written::Replayed(product));
    assert_eq!(store.once_prune(hours(1)).await.unwrap(), 1);
    assert_eq!(store.once_prune(hours(1)).await.unwrap(), 0);
    assert!(matches!(store.stock_change(&change, (&once).into()).await.unwrap(), Written::Done(product) if product.stock == 12));
}
