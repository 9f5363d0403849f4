//! Events on their way out of the documents.

use super::{
    ENGINES,
    writing::{LEASE, Store, change, create, next, once, replace, say, standing, told},
};
use crate::{
    contract,
    support::{
        documents_sample::{article, comment},
        engines::documents,
        sample::{at, id},
    },
};
use futures::future::join_all;
use libtest_mimic::Trial;
use polystore::shop::{Article, ArticleId, ArticleRefusal, Claimed, Comment, CommentId, Event, OutboxState, Parked, Timestamp, Written};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "documents_outbox", documents;
        events_are_taken_oldest_first_and_come_back_unchanged,
        the_events_of_one_article_are_taken_one_after_the_other,
        what_is_leased_is_taken_again_only_when_the_lease_is_over,
        claimers_at_once_never_share_an_event_and_leave_none,
        a_failed_event_comes_back_after_its_wait,
        a_parked_event_stands_in_nobodys_way,
        parked_events_are_told_again_on_request,
        done_and_failed_events_that_are_gone_do_no_harm,
        the_state_counts_what_waits_and_what_is_parked,
        two_relays_and_many_writers_lose_nothing_and_keep_the_order,
        old_keys_are_forgotten_and_nothing_is_created_twice,
    )
}

/// Creates article number `n` with its event, `minutes` into 2026.
async fn created(store: &Store, n: u128, minutes: i64) -> Event {
    let event = Event::article_changed(&article(n), false, at(minutes));
    store.article_create(&article(n), &event, None.into()).await.unwrap();
    event
}

/// The ids of what a claim takes.
async fn taken(store: &Store, limit: u32) -> Vec<Event> {
    store.outbox_claim(limit, LEASE).await.unwrap().into_iter().map(|claimed| claimed.event).collect()
}

async fn done(store: &Store, events: &[Event]) {
    store.outbox_done(&events.iter().map(|event| event.id).collect::<Vec<_>>()).await.unwrap();
}

async fn events_are_taken_oldest_first_and_come_back_unchanged(store: Store) {
    assert_eq!(store.outbox_claim(10, LEASE).await.unwrap(), []);
    let mut events = Vec::new();
    for (n, minutes) in [(1, 5), (2, 3), (3, 9), (4, 1)] {
        events.push(created(&store, n, minutes).await);
    }
    let words = Comment { created_at: at(4), ..comment(1, 1) };
    events.push(Event::commented(&words));
    store.comment_create(&words, &events[4], None).await.unwrap();
    events.sort_by_key(|event| event.at);
    assert_eq!(store.outbox_claim(0, LEASE).await.unwrap(), []);
    let first = store.outbox_claim(3, LEASE).await.unwrap();
    assert_eq!(first, events[..3].iter().map(|event| Claimed { event: event.clone(), tries: 0 }).collect::<Vec<_>>());
    assert_eq!(taken(&store, 10).await, events[3..]);
    assert_eq!(taken(&store, 10).await, []);
    done(&store, &events).await;
    assert_eq!(store.outbox_state().await.unwrap(), OutboxState::default());
}

async fn the_events_of_one_article_are_taken_one_after_the_other(store: Store) {
    let mut versions = vec![article(1)];
    create(&store, &versions[0], None).await;
    for n in 2..=5 {
        let later = next(&versions[n - 2], "Later");
        replace(&store, &versions[n - 2], &later, None).await;
        versions.push(later);
    }
    for version in 1..=5 {
        let events = taken(&store, 10).await;
        assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [version]);
        assert_eq!(taken(&store, 10).await, [], "the next one waits for this one");
        if version == 3 {
            // one more, while another is being told
            replace(&store, &versions[4], &next(&versions[4], "Sixth"), None).await;
            assert_eq!(taken(&store, 10).await, []);
        }
        done(&store, &events).await;
    }
    assert_eq!(told(&store).await.iter().map(|event| event.sequence).collect::<Vec<_>>(), [6]);
}

async fn what_is_leased_is_taken_again_only_when_the_lease_is_over(store: Store) {
    let event = created(&store, 1, 1).await;
    let lease = Duration::from_millis(700);
    assert_eq!(store.outbox_claim(10, lease).await.unwrap().len(), 1);
    assert_eq!(taken(&store, 10).await, []);
    tokio::time::sleep(lease + Duration::from_millis(100)).await;
    assert_eq!(taken(&store, 10).await, std::slice::from_ref(&event));
    // the first one comes back late: told is told
    done(&store, &[event]).await;
    assert_eq!(store.outbox_state().await.unwrap().waiting, 0);
}

async fn claimers_at_once_never_share_an_event_and_leave_none(store: Store) {
    for n in 1..=60 {
        created(&store, n, 1).await;
    }
    let claims = join_all((0..6).map(|_| store.outbox_claim(10, LEASE))).await;
    let mut seen = BTreeSet::new();
    for claimed in claims.into_iter().flat_map(Result::unwrap) {
        assert!(seen.insert(claimed.event.id.uuid()), "taken twice");
    }
    // some may have found less than they wanted; nothing is lost
    for event in taken(&store, 100).await {
        assert!(seen.insert(event.id.uuid()), "taken twice");
    }
    assert_eq!(seen.len(), 60);
}

async fn a_failed_event_comes_back_after_its_wait(store: Store) {
    let event = created(&store, 1, 1).await;
    let wait = Duration::from_millis(600);
    for (counted, tries) in [(true, 1), (false, 1), (true, 2)] {
        assert_eq!(taken(&store, 10).await.len(), 1);
        store.outbox_failed(event.id, Some(wait), counted, "no answer").await.unwrap();
        assert_eq!(taken(&store, 10).await, [], "not before its time, though the lease is over");
        tokio::time::sleep(wait + Duration::from_millis(100)).await;
        let again = store.outbox_claim(10, Duration::ZERO).await.unwrap();
        assert_eq!(again, [Claimed { event: event.clone(), tries }]);
    }
    assert_eq!(store.outbox_parked(10).await.unwrap(), []);
}

async fn a_parked_event_stands_in_nobodys_way(store: Store) {
    let mut current = article(1);
    create(&store, &current, None).await;
    for _ in 0..3 {
        let later = next(&current, "Later");
        replace(&store, &current, &later, None).await;
        current = later;
    }
    created(&store, 2, 1).await;
    let first = taken(&store, 10).await;
    assert_eq!(first.len(), 2);
    let poison = first.iter().find(|event| event.aggregate == current.id.to_string()).unwrap().clone();
    let long = "é".repeat(700);
    store.outbox_failed(poison.id, None, true, &long).await.unwrap();
    assert_eq!(store.outbox_parked(10).await.unwrap(), [Parked { event: poison.clone(), tries: 1, error: "é".repeat(500) }]);
    // the article's other events go on, in order
    let rest = told(&store).await;
    assert_eq!(rest.iter().map(|event| event.sequence).collect::<Vec<_>>(), [2, 3, 4]);
    let state = store.outbox_state().await.unwrap();
    assert_eq!((state.waiting, state.parked), (1, 1), "the other article's is being told still");
    done(&store, &first[..]).await;
    assert_eq!(store.outbox_state().await.unwrap(), OutboxState::default());
}

async fn parked_events_are_told_again_on_request(store: Store) {
    let mut events = Vec::new();
    for n in 1..=4 {
        events.push(created(&store, n, i64::try_from(n).unwrap()).await);
    }
    let later = next(&article(1), "Later");
    replace(&store, &article(1), &later, None).await;
    for event in taken(&store, 10).await {
        store.outbox_failed(event.id, None, true, "broken").await.unwrap();
    }
    let parked = store.outbox_parked(3).await.unwrap();
    assert_eq!(parked.iter().map(|parked| parked.event.clone()).collect::<Vec<_>>(), events[..3], "oldest first, at most the limit");
    assert_eq!(store.outbox_parked(0).await.unwrap(), []);
    // the article's second event waits, and goes behind the first one when that is told again
    assert_eq!(store.outbox_retry(&[events[0].id, events[2].id, id(99)]).await.unwrap(), 2);
    assert_eq!(store.outbox_retry(&[events[0].id]).await.unwrap(), 0, "it is not parked any more");
    let again = store.outbox_claim(10, LEASE).await.unwrap();
    assert_eq!(again, [0, 2].map(|n: usize| Claimed { event: events[n].clone(), tries: 0 }));
    assert_eq!(store.outbox_retry(&[]).await.unwrap(), 2);
    assert_eq!(taken(&store, 10).await, [events[1].clone(), events[3].clone()]);
    done(&store, &events).await;
    assert_eq!(told(&store).await.iter().map(|event| event.sequence).collect::<Vec<_>>(), [2]);
    assert_eq!(store.outbox_retry(&[]).await.unwrap(), 0);
}

async fn done_and_failed_events_that_are_gone_do_no_harm(store: Store) {
    let event = created(&store, 1, 1).await;
    store.outbox_done(&[]).await.unwrap();
    store.outbox_done(&[id(77), id(78)]).await.unwrap();
    store.outbox_failed(id(77), None, true, "who?").await.unwrap();
    store.outbox_failed(id(77), Some(LEASE), true, "who?").await.unwrap();
    assert_eq!(taken(&store, 10).await, std::slice::from_ref(&event));
    for _ in 0..2 {
        done(&store, std::slice::from_ref(&event)).await;
        store.outbox_failed(event.id, None, true, "too late").await.unwrap();
    }
    assert_eq!(store.outbox_state().await.unwrap(), OutboxState::default());
    assert_eq!(standing(&store, &article(1)).await, Some(article(1)));
}

async fn the_state_counts_what_waits_and_what_is_parked(store: Store) {
    assert_eq!(store.outbox_state().await.unwrap(), OutboxState::default());
    for (n, minutes) in [(1, 7), (2, 5), (3, 9)] {
        created(&store, n, minutes).await;
    }
    store.articles_put(&[article(4)]).await.unwrap();
    say(&store, &Comment { created_at: at(8), ..comment(1, 1) }, None).await;
    let later = next(&article(2), "Later");
    store.article_replace(&article(2), &later, &change(&article(2), &later, 11), None.into()).await.unwrap();
    assert_eq!(store.outbox_state().await.unwrap(), OutboxState { waiting: 5, oldest: Some(at(5)), parked: 0 });
    let oldest = taken(&store, 1).await;
    assert_eq!(store.outbox_state().await.unwrap().waiting, 5, "a lease changes nothing");
    store.outbox_failed(oldest[0].id, None, true, "broken").await.unwrap();
    assert_eq!(store.outbox_state().await.unwrap(), OutboxState { waiting: 4, oldest: Some(at(7)), parked: 1 });
}

async fn two_relays_and_many_writers_lose_nothing_and_keep_the_order(store: Store) {
    const ARTICLES: u128 = 4;
    const CHANGES: i64 = 12;
    let writer = |n: u128| {
        let store = Arc::clone(&store);
        async move {
            let mut current = article(n);
            create(&store, &current, None).await;
            for _ in 1..CHANGES {
                let later = next(&current, "Later");
                assert!(matches!(replace(&store, &current, &later, None).await, Written::Done(_)));
                current = later;
            }
        }
    };
    let told = std::sync::Mutex::new(BTreeMap::<String, Vec<i64>>::new());
    let relay = |salt: usize| {
        let (store, told) = (Arc::clone(&store), &told);
        async move {
            let mut idle = 0;
            let mut n = salt;
            while idle < 20 {
                let claimed = store.outbox_claim(3, LEASE).await.unwrap();
                idle = if claimed.is_empty() { idle + 1 } else { 0 };
                for Claimed { event, .. } in claimed {
                    n += 1;
                    if n.is_multiple_of(5) {
                        store.outbox_failed(event.id, Some(Duration::ZERO), true, "once more").await.unwrap();
                    } else {
                        told.lock().unwrap().entry(event.aggregate).or_default().push(event.sequence);
                        store.outbox_done(&[event.id]).await.unwrap();
                    }
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    };
    futures::join!(join_all((1..=ARTICLES).map(writer)), relay(0), relay(2));
    let told = told.into_inner().unwrap();
    assert_eq!(told.len(), usize::try_from(ARTICLES).unwrap());
    for (aggregate, sequences) in told {
        assert_eq!(sequences, (1..=CHANGES).collect::<Vec<_>>(), "{aggregate}");
    }
}

async fn old_keys_are_forgotten_and_nothing_is_created_twice(store: Store) {
    let (one, other) = (once("a", 1), once("b", 1));
    let new = Article { id: ArticleId::from_uuid(one.id()), ..article(1) };
    let words = Comment { id: CommentId::from_uuid(other.id()), ..comment(1, 1) };
    create(&store, &new, Some(&one)).await;
    say(&store, &words, Some(&other)).await;
    let hour = 3_600_000;
    let soon = Timestamp::from_millis(Timestamp::now().millis() + hour).unwrap();
    let earlier = Timestamp::from_millis(Timestamp::now().millis() - hour).unwrap();
    assert_eq!(store.once_prune(earlier).await.unwrap(), 0, "keys that may still be asked for stay");
    assert_eq!(create(&store, &new, Some(&one)).await, Written::Replayed(new.clone()));
    assert_eq!(store.once_prune(soon).await.unwrap(), 2);
    assert_eq!(store.once_prune(soon).await.unwrap(), 0);
    // the key is new again; what it made is still there, and a second one cannot be
    for answer in
        [create(&store, &new, Some(&one)).await, create(&store, &Article { slug: "x".into(), ..new.clone() }, Some(&once("a", 2))).await]
    {
        // its own slug stands in its way, too
        let kept = matches!(answer, Written::Replayed(_) | Written::KeyReused | Written::Refused(ArticleRefusal::SlugTaken));
        assert!(kept, "{answer:?}");
    }
    let answer = say(&store, &words, Some(&other)).await;
    assert!(matches!(answer, Written::Replayed(_) | Written::KeyReused), "{answer:?}");
    assert_eq!(standing(&store, &new).await, Some(new));
    assert_eq!(told(&store).await.len(), 2);
    // for another article it can be used
    let changed = next(&article(2), "Changed");
    store.articles_put(&[article(2)]).await.unwrap();
    store.once_prune(soon).await.unwrap();
    assert_eq!(replace(&store, &article(2), &changed, Some(&once("a", 3))).await, Written::Done(changed));
}
