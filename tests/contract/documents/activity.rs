use super::{
    ENGINES,
    walk::{page_of, walk},
};
use crate::{
    contract,
    support::{
        documents_sample::{event, wild_json},
        engines::documents,
        sample::{at, id},
    },
};
use libtest_mimic::Trial;
use polystore::{
    roles::Documents,
    shop::{ActivityEvent, ActivityKind, CustomerId, OrderId, Window},
};
use serde_json::json;
use std::{future::Future, pin::pin, sync::Arc, task::Poll, time::Duration};

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "activity", documents;
        a_customers_history_can_be_walked_both_ways,
        each_of_many_customers_has_a_page_of_their_own,
        an_event_that_is_there_is_left_as_it_is,
        every_event_comes_back_unchanged,
        the_events_of_an_order_come_in_order,
        at_most_the_earliest_hundred_events_of_an_order_come,
        five_thousand_events_are_put_at_once,
        a_put_that_nobody_waits_for_is_done_whole_or_not_at_all,
    )
}

async fn history(store: &Arc<dyn Documents>, customer: u128) -> Vec<ActivityEvent> {
    let window = Window::first(100);
    page_of(&store.activity_page_by_customers(&[id(customer)], &window).await.unwrap(), &id::<CustomerId>(customer), &window).items
}

async fn count(store: &Arc<dyn Documents>, customer: u128) -> u64 {
    let window = Window { total: true, ..Window::first(1) };
    let pages = store.activity_page_by_customers(&[id(customer)], &window).await.unwrap();
    page_of(&pages, &id::<CustomerId>(customer), &window).total.unwrap()
}

async fn a_customers_history_can_be_walked_both_ways(store: Arc<dyn Documents>) {
    let mut all: Vec<_> = (1..=11).map(|n| ActivityEvent { at: at(i64::try_from(n / 4).unwrap()), ..event(n, 1) }).collect();
    store.activity_put(&all).await.unwrap();
    store.activity_put(&[event(50, 2), event(51, 2)]).await.unwrap();
    all.sort_by_key(|event| std::cmp::Reverse((event.at, event.id.uuid())));
    let fetch = |window: Window| {
        let store = Arc::clone(&store);
        async move {
            let pages = store.activity_page_by_customers(&[id(2), id(1), id(3)], &window).await.unwrap();
            page_of(&pages, &id::<CustomerId>(1), &window)
        }
    };
    walk(&all, ActivityEvent::key, fetch).await;
}

async fn each_of_many_customers_has_a_page_of_their_own(store: Arc<dyn Documents>) {
    let rows: Vec<_> = (1..=300_u128).map(|n| event(n, n % 37)).collect();
    store.activity_put(&rows).await.unwrap();
    let customers: Vec<CustomerId> = (0..40).chain([3, 3]).map(id).collect();
    let window = Window { total: true, ..Window::first(3) };
    let pages = store.activity_page_by_customers(&customers, &window).await.unwrap();
    for customer in customers {
        let page = page_of(&pages, &customer, &window);
        let list: Vec<_> = rows.iter().rev().filter(|event| event.customer_id == customer).cloned().collect();
        assert_eq!(page.items, list.iter().take(3).cloned().collect::<Vec<_>>());
        assert_eq!(page.total, Some(list.len() as u64));
    }
    assert_eq!(store.activity_page_by_customers(&[], &window).await.unwrap(), []);
}

async fn an_event_that_is_there_is_left_as_it_is(store: Arc<dyn Documents>) {
    store.activity_put(&[event(1, 1), event(2, 1)]).await.unwrap();
    let other = ActivityEvent { kind: ActivityKind::Commented, at: at(77), data: json!({"late": true}), ..event(1, 1) };
    store.activity_put(&[other.clone(), event(3, 1), ActivityEvent { customer_id: id(2), ..event(2, 1) }]).await.unwrap();
    assert_eq!(history(&store, 1).await, [event(3, 1), event(2, 1), event(1, 1)]);
    assert_eq!(history(&store, 2).await, []);
    store.activity_put(&[other]).await.unwrap();
    store.activity_put(&[]).await.unwrap();
    assert_eq!(history(&store, 1).await, [event(3, 1), event(2, 1), event(1, 1)]);
    // two relays that bring the same events at once
    let rows: Vec<_> = (10..=40).map(|n| event(n, 5)).collect();
    let (one, other) = tokio::join!(store.activity_put(&rows), store.activity_put(&rows));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(count(&store, 5).await, 31);
}

async fn every_event_comes_back_unchanged(store: Arc<dyn Documents>) {
    let rows: Vec<_> = ActivityKind::ALL
        .iter()
        .zip(1..)
        .map(|(kind, n)| ActivityEvent {
            kind: *kind,
            order_id: (n % 2 == 0).then(|| id(n)),
            product_id: (n % 3 == 0).then(|| id(n)),
            article_id: (n % 4 == 0).then(|| id(n)),
            data: if n == 1 { json!({}) } else { wild_json() },
            ..event(n, 1)
        })
        .collect();
    store.activity_put(&rows).await.unwrap();
    let mut found = history(&store, 1).await;
    found.reverse();
    assert_eq!(found, rows);
    assert_eq!(found[1].data.to_string(), wild_json().to_string(), "the text, not only the value");
}

async fn the_events_of_an_order_come_in_order(store: Arc<dyn Documents>) {
    let about = |n: u128, order: u128, minute| ActivityEvent { order_id: Some(id(order)), at: at(minute), ..event(n, 1) };
    let rows = [about(5, 1, 3), about(1, 1, 3), about(2, 1, 1), about(3, 2, 0), event(4, 1), about(6, 3, 0)];
    store.activity_put(&rows).await.unwrap();
    let found = store.activity_by_orders(&[id(2), id(1), id(9), id(1)]).await.unwrap();
    let of = |order: u128| found.iter().filter(|event| event.order_id == Some(id(order))).cloned().collect::<Vec<_>>();
    assert_eq!(of(1), [rows[2].clone(), rows[1].clone(), rows[0].clone()]);
    assert_eq!(of(2), [rows[3].clone()]);
    assert_eq!(found.len(), 4, "nothing else, and nothing twice");
    assert_eq!(store.activity_by_orders(&[]).await.unwrap(), []);
}

async fn at_most_the_earliest_hundred_events_of_an_order_come(store: Arc<dyn Documents>) {
    let about = |n: u128, order: u128| ActivityEvent { order_id: Some(id::<OrderId>(order)), ..event(n, 1) };
    let rows: Vec<_> = (1..=130).map(|n| about(n, 1)).chain((200..=203).map(|n| about(n, 2))).collect();
    store.activity_put(&rows).await.unwrap();
    let found = store.activity_by_orders(&[id(1), id(2)]).await.unwrap();
    let (one, two): (Vec<_>, Vec<_>) = found.into_iter().partition(|event| event.order_id == Some(id(1)));
    assert_eq!(one, rows[..100]);
    assert_eq!(two, rows[130..]);
}

async fn five_thousand_events_are_put_at_once(store: Arc<dyn Documents>) {
    let rows: Vec<_> = (1..=5_000).map(|n| ActivityEvent { order_id: Some(id(n)), ..event(n, 1) }).collect();
    store.activity_put(&rows).await.unwrap();
    store.activity_put(&rows).await.unwrap();
    assert_eq!(count(&store, 1).await, 5_000);
    let orders: Vec<OrderId> = (1..=2_000).map(id).collect();
    let mut found = store.activity_by_orders(&orders).await.unwrap();
    found.sort_by_key(|event| event.id.uuid());
    assert_eq!(found, rows[..2_000]);
}

async fn a_put_that_nobody_waits_for_is_done_whole_or_not_at_all(store: Arc<dyn Documents>) {
    let rows: Vec<_> = (1..=3_000).map(|n| event(n, 1)).collect();
    for polls in [1, 3, 10] {
        let mut put = pin!(store.activity_put(&rows));
        for _ in 0..polls {
            let done = std::future::poll_fn(|context| Poll::Ready(put.as_mut().poll(context).is_ready())).await;
            if done {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    let mut last = u64::MAX;
    loop {
        let now = count(&store, 1).await;
        if now == last {
            break;
        }
        last = now;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(last == 0 || last == 3_000, "{last} of 3000 events");
    store.activity_put(&rows).await.unwrap();
    assert_eq!(count(&store, 1).await, 3_000);
}
