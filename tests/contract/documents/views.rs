//! Views: counted in events one by one, and in batches.

use super::{ENGINES, writing::Store};
use crate::{
    contract,
    support::{
        documents_sample::event,
        engines::documents,
        sample::{at, id},
    },
};
use libtest_mimic::Trial;
use polystore::{
    error::Kind,
    shop::{ActivityEvent, ActivityKind, Counter, TrendingWindow, ViewBatch, ViewsInStep, ranking::OLDEST_STEP},
};
use std::collections::BTreeMap;

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "views", documents;
        views_of_events_and_batches_are_counted_together,
        a_batch_that_comes_again_is_counted_once,
        a_batch_of_ten_thousand_is_kept_whole,
        a_batch_that_breaks_a_rule_is_a_conflict_and_is_not_counted,
        products_are_counted_by_the_steps_of_each_window,
        steps_end_forty_before_that_of_the_newest_view_of_a_product,
    )
}

fn product_view(n: u128, product: u128, minute: i64) -> ActivityEvent {
    ActivityEvent { kind: ActivityKind::ProductViewed, product_id: Some(id(product)), at: at(minute), ..event(n, 1) }
}

fn article_view(n: u128, article: u128, minute: i64) -> ActivityEvent {
    ActivityEvent { kind: ActivityKind::ArticleViewed, article_id: Some(id(article)), at: at(minute), ..event(n, 2) }
}

fn product(n: u128) -> Counter {
    Counter::ProductViews(id(n))
}

fn article(n: u128) -> Counter {
    Counter::ArticleViews(id(n))
}

fn batch(n: u128, minute: i64, counts: &[(Counter, i64)]) -> ViewBatch {
    ViewBatch { id: id(n), at: at(minute), counts: counts.to_vec() }
}

async fn counts(store: &Store) -> Vec<(Counter, i64)> {
    let mut counts = store.view_counts().await.unwrap();
    counts.sort_unstable();
    counts
}

async fn views_of_events_and_batches_are_counted_together(store: Store) {
    assert_eq!(counts(&store).await, []);
    let rows = [
        product_view(1, 1, 1),
        product_view(2, 1, 5),
        product_view(3, 2, 5),
        article_view(4, 1, 5),
        article_view(5, 1, 5),
        // about the same things, but no views
        ActivityEvent { kind: ActivityKind::Commented, article_id: Some(id(1)), ..event(6, 1) },
        ActivityEvent { kind: ActivityKind::OrderPlaced, product_id: Some(id(1)), order_id: Some(id(1)), ..event(7, 1) },
        // a view counts for what its kind says, and a view of nothing for nothing
        ActivityEvent { article_id: Some(id(9)), ..product_view(8, 2, 5) },
        ActivityEvent { product_id: None, ..product_view(9, 9, 5) },
    ];
    store.activity_put(&rows).await.unwrap();
    assert_eq!(counts(&store).await, [(product(1), 2), (product(2), 2), (article(1), 2)]);
    // ids of products and articles may be the same
    store.views_put(&batch(50, 9, &[(product(1), 10), (article(1), 5), (product(3), 1)])).await.unwrap();
    store.views_put(&batch(51, 8, &[(article(7), 3_000_000_000), (product(1), 100)])).await.unwrap();
    store.views_put(&batch(52, 8, &[])).await.unwrap();
    let wanted = [(product(1), 112), (product(2), 2), (product(3), 1), (article(1), 7), (article(7), 3_000_000_000)];
    assert_eq!(counts(&store).await, wanted);
}

async fn a_batch_that_comes_again_is_counted_once(store: Store) {
    let first = batch(1, 1, &[(product(1), 2), (article(1), 3)]);
    for _ in 0..3 {
        store.views_put(&first).await.unwrap();
    }
    store.views_put(&batch(1, 9, &[(product(1), 50), (product(2), 50)])).await.unwrap();
    let second = batch(2, 1, &[(product(1), 1)]);
    let (one, other) = tokio::join!(store.views_put(&second), store.views_put(&second));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(counts(&store).await, [(product(1), 3), (article(1), 3)]);
}

async fn a_batch_of_ten_thousand_is_kept_whole(store: Store) {
    let mut all: Vec<_> = (0..5_000_u16).flat_map(|n| [(product(n.into()), i64::from(n) + 1), (article(n.into()), 1)]).collect();
    store.views_put(&batch(1, 1, &all)).await.unwrap();
    all.sort_unstable();
    assert_eq!(counts(&store).await, all);
}

async fn a_batch_that_breaks_a_rule_is_a_conflict_and_is_not_counted(store: Store) {
    for counts in [vec![(product(1), 1), (product(2), 0)], vec![(article(1), -1)], vec![(product(1), 1), (article(1), 1), (product(1), 1)]]
    {
        assert_eq!(store.views_put(&batch(1, 1, &counts)).await.unwrap_err().kind, Kind::Conflict, "{counts:?}");
    }
    assert_eq!(counts(&store).await, []);
    store.views_put(&batch(1, 1, &[(product(1), 1)])).await.unwrap();
    assert_eq!(counts(&store).await, [(product(1), 1)]);
}

async fn steps(store: &Store, window: TrendingWindow) -> BTreeMap<(Counter, i64), i64> {
    let mut found = BTreeMap::new();
    for ViewsInStep { counter, step, views } in store.view_steps(window).await.unwrap() {
        assert_eq!(found.insert((counter, step), views), None, "nothing twice");
    }
    found
}

async fn products_are_counted_by_the_steps_of_each_window(store: Store) {
    for window in TrendingWindow::ALL {
        assert_eq!(steps(&store, window).await, BTreeMap::new());
    }
    let minutes = [0, 1, 14, 15, 16, 59, 60, 359, 360, 361, 600];
    let mut events: Vec<_> = minutes.iter().zip(1..).map(|(minute, n)| product_view(n, n % 3, *minute)).collect();
    events.push(ActivityEvent { product_id: None, ..product_view(100, 9, 5_000) });
    events.push(article_view(101, 1, 9_000));
    store.activity_put(&events).await.unwrap();
    let batches =
        [batch(1, 14, &[(product(1), 10), (article(2), 7)]), batch(2, 14, &[(product(1), 100)]), batch(3, 601, &[(product(2), 5)])];
    for batch in &batches {
        store.views_put(batch).await.unwrap();
    }
    // an article's batch is not a product's newest view
    store.views_put(&batch(4, 9_999, &[(article(2), 7)])).await.unwrap();
    for window in TrendingWindow::ALL {
        let mut wanted = BTreeMap::new();
        for (event, n) in events.iter().zip(1..).take(minutes.len()) {
            *wanted.entry((product(n % 3), window.step_of(event.at))).or_insert(0) += 1;
        }
        for batch in &batches {
            for (counter, views) in batch.counts.iter().filter(|(counter, _)| matches!(counter, Counter::ProductViews(_))) {
                *wanted.entry((*counter, window.step_of(batch.at))).or_insert(0) += views;
            }
        }
        let newest = window.step_of(at(601));
        wanted.retain(|(_, step), _| *step >= newest - OLDEST_STEP);
        assert_eq!(steps(&store, window).await, wanted, "{window:?}");
    }
}

async fn steps_end_forty_before_that_of_the_newest_view_of_a_product(store: Store) {
    // steps of 15 minutes; 2026 began with a whole one
    let first = |step: i64| step * 15;
    store.activity_put(&[product_view(1, 1, first(0)), product_view(2, 1, first(1) - 1), product_view(3, 2, first(1))]).await.unwrap();
    store.views_put(&batch(1, first(0), &[(product(3), 4)])).await.unwrap();
    store.views_put(&batch(2, first(1), &[(product(3), 8)])).await.unwrap();
    let zero = TrendingWindow::Hour.step_of(at(0));
    let found =
        async || steps(&store, TrendingWindow::Hour).await.into_iter().map(|((c, step), n)| (c, step - zero, n)).collect::<Vec<_>>();
    assert_eq!(found().await, [(product(1), 0, 2), (product(2), 1, 1), (product(3), 0, 4), (product(3), 1, 8)]);
    // an event moves the border
    store.activity_put(&[product_view(4, 4, first(41) - 1)]).await.unwrap();
    assert_eq!(found().await.len(), 5, "40 steps are not too old");
    store.activity_put(&[product_view(5, 4, first(41))]).await.unwrap();
    let wanted = [(product(2), 1, 1), (product(3), 1, 8), (product(4), 40, 1), (product(4), 41, 1)];
    assert_eq!(found().await, wanted);
    // so does a batch
    store.views_put(&batch(3, first(42), &[(product(5), 2)])).await.unwrap();
    assert_eq!(found().await, [(product(4), 40, 1), (product(4), 41, 1), (product(5), 42, 2)]);
}
