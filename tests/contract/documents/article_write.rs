use super::{
    ENGINES,
    writing::{Answer, Store, change, create, next, once, replace, revisions, standing, told},
};
use crate::{
    contract,
    support::{
        documents_sample::{article, blocks, draft},
        engines::documents,
        sample::{at, id},
    },
};
use futures::future::join_all;
use libtest_mimic::Trial;
use polystore::{
    error::Kind,
    shop::{Article, ArticleId, ArticleOrder, ArticleRefusal, Audience, Detail, Event, SearchText, Window, Written},
};
use std::{future::Future, pin::pin, task::Poll, time::Duration};

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "article_write", documents;
        a_new_article_is_there_whole_with_its_event,
        a_taken_slug_refuses_a_new_article_and_nothing_is_left,
        an_id_that_is_there_is_a_conflict,
        the_same_creation_under_one_key_is_done_once,
        a_change_takes_the_place_of_its_version_and_is_told,
        every_field_of_a_changed_article_is_new_and_it_is_found_by_them,
        a_stale_change_is_refused_and_nothing_is_left,
        a_taken_slug_refuses_a_change_and_nothing_is_left,
        of_many_changes_of_one_version_at_once_all_but_one_are_stale,
        a_change_that_comes_again_is_answered_with_the_version_that_it_made,
        ten_at_once_under_one_key_change_an_article_once,
        another_request_under_a_used_key_is_refused_whatever_it_is_about,
        a_refusal_is_not_kept_under_its_key,
        events_that_wait_outlive_a_put,
        a_change_that_nobody_waits_for_is_done_whole_or_not_at_all,
    )
}

async fn a_new_article_is_there_whole_with_its_event(store: Store) {
    let new = Article { blocks: blocks(), product_ids: vec![id(5), id(4)], ..article(1) };
    let event = Event::article_changed(&new, false, at(7));
    assert_eq!(store.article_create(&new, &event, None.into()).await.unwrap(), Written::Done(new.clone()));
    assert_eq!(standing(&store, &new).await, Some(new.clone()));
    let found = store.articles_search(&SearchText::parse("article 001").unwrap(), 9, Detail::Whole).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&new));
    let pages = store.articles_page_by_products(&[id(5)], &Window::first(9), Detail::Whole).await.unwrap();
    assert_eq!(pages[0].1.items, std::slice::from_ref(&new));
    assert_eq!(revisions(&store, &new).await, [0; 0]);
    assert_eq!(told(&store).await, [event]);
}

async fn a_taken_slug_refuses_a_new_article_and_nothing_is_left(store: Store) {
    assert_eq!(create(&store, &article(1), None).await, Written::Done(article(1)));
    told(&store).await;
    let key = once("k", 1);
    for key in [None, Some(&key)] {
        let other = Article { slug: article(1).slug, id: key.map_or(id(2), |key| ArticleId::from_uuid(key.id())), ..article(2) };
        assert_eq!(create(&store, &other, key).await, Written::Refused(ArticleRefusal::SlugTaken));
        assert_eq!(standing(&store, &other).await, None);
    }
    assert_eq!(told(&store).await, []);
    // the key is free: nothing was done under it
    let other = Article { id: ArticleId::from_uuid(key.id()), ..article(2) };
    assert_eq!(create(&store, &other, Some(&once("k", 2))).await, Written::Done(other.clone()));
    assert_eq!(standing(&store, &other).await, Some(other));
}

async fn an_id_that_is_there_is_a_conflict(store: Store) {
    create(&store, &article(1), None).await;
    let other = Article { slug: "other".into(), title: "Other".into(), ..article(1) };
    let event = Event::article_changed(&other, false, at(7));
    let error = store.article_create(&other, &event, None.into()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict, "{}", error.detail());
    assert_eq!(standing(&store, &other).await, Some(article(1)));
    assert_eq!(told(&store).await.len(), 1);
}

fn keyed(n: u128, key: &polystore::shop::Once) -> Article {
    Article { id: ArticleId::from_uuid(key.id()), ..article(n) }
}

async fn the_same_creation_under_one_key_is_done_once(store: Store) {
    let key = once("k", 1);
    let new = keyed(1, &key);
    let answers = join_all((0..10).map(|_| create(&store, &new, Some(&key)))).await;
    let (done, rest): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| matches!(answer, Written::Done(_)));
    assert_eq!(done, [Written::Done(new.clone())]);
    for answer in rest {
        assert!(matches!(&answer, Written::Replayed(article) if *article == new) || answer == Written::InProgress, "{answer:?}");
    }
    assert_eq!(create(&store, &new, Some(&key)).await, Written::Replayed(new.clone()));
    assert_eq!(told(&store).await.len(), 1);
    // it goes on, gives its slug away, and the answer stays what it was
    let second = Article { slug: "moved".into(), ..next(&new, "Second") };
    replace(&store, &new, &second, None).await;
    replace(&store, &second, &next(&second, "Third"), None).await;
    assert_eq!(create(&store, &article(1), None).await, Written::Done(article(1)));
    assert_eq!(create(&store, &new, Some(&key)).await, Written::Replayed(new.clone()));
    assert_eq!(told(&store).await.len(), 3);
    // another input under the key
    let other = Article { title: "Other".into(), ..new.clone() };
    assert_eq!(create(&store, &other, Some(&once("k", 2))).await, Written::KeyReused);
    assert_eq!(standing(&store, &new).await.unwrap().title, "Third");
}

async fn a_change_takes_the_place_of_its_version_and_is_told(store: Store) {
    let first = draft(1);
    create(&store, &first, None).await;
    let second = Article { published_at: Some(at(90)), status: article(1).status, ..next(&first, "Out") };
    let third = next(&second, "Corrected");
    let fourth = Article { published_at: None, status: first.status, ..next(&third, "Withdrawn") };
    let versions = [first, second, third, fourth];
    let mut events = told(&store).await;
    for pair in versions.windows(2) {
        let event = change(&pair[0], &pair[1], 100 + pair[1].version);
        let answer = store.article_replace(&pair[0], &pair[1], &event, None.into()).await.unwrap();
        assert_eq!(answer, Written::Done(pair[1].clone()));
        assert_eq!(standing(&store, &pair[1]).await.as_ref(), Some(&pair[1]));
        events.push(event);
    }
    assert_eq!(revisions(&store, &versions[0]).await, [3, 2, 1]);
    assert_eq!(told(&store).await, events[1..], "in the order of the versions");
}

async fn every_field_of_a_changed_article_is_new_and_it_is_found_by_them(store: Store) {
    let first = Article { tags: vec!["old".into()], product_ids: vec![id(1)], title: "Oldword".into(), ..article(1) };
    create(&store, &first, None).await;
    let second = Article {
        slug: "new-slug".into(),
        title: "Newword".into(),
        tags: vec!["new".into(), "newer".into()],
        blocks: blocks(),
        author_id: id(9),
        product_ids: vec![id(2), id(3)],
        created_at: at(77),
        version: 2,
        ..draft(1)
    };
    let third = Article { status: article(1).status, published_at: Some(at(78)), version: 3, ..second.clone() };
    assert_eq!(replace(&store, &first, &second, None).await, Written::Done(second.clone()));
    assert_eq!(standing(&store, &first).await, Some(second.clone()), "the publication time is gone too");
    assert_eq!(replace(&store, &second, &third, None).await, Written::Done(third.clone()));
    let search = async |word: &str| store.articles_search(&SearchText::parse(word).unwrap(), 9, Detail::Whole).await.unwrap();
    assert_eq!((search("oldword").await, search("newword").await), (vec![], vec![third.clone()]));
    let window = Window { total: true, ..Window::first(9) };
    for (tag, total) in [("old", 0), ("newer", 1)] {
        let filter = polystore::shop::ArticleFilter { tag: Some(tag.into()), ..Default::default() };
        let page = store.articles_page(&filter, ArticleOrder::CreatedDesc, &window, Detail::Whole, Audience::Public).await.unwrap();
        assert_eq!((page.total, page.items.len()), (Some(total), usize::try_from(total).unwrap()), "{tag}");
    }
    for (product, total) in [(1, 0), (3, 1)] {
        let pages = store.articles_page_by_products(&[id(product)], &window, Detail::Whole).await.unwrap();
        assert_eq!(pages.iter().map(|(_, page)| page.items.len()).sum::<usize>(), total, "product {product}");
    }
    assert_eq!(store.articles_by_slugs(&[first.slug], Detail::Whole, Audience::Everything).await.unwrap(), []);
    let own = store.articles_page_by_authors(&[id(9)], &window, Detail::Whole, Audience::Public).await.unwrap();
    assert_eq!(own[0].1.items, [third]);
}

async fn a_stale_change_is_refused_and_nothing_is_left(store: Store) {
    let first = article(1);
    let second = next(&first, "Second");
    for key in [None, Some(once("k", 1))] {
        assert_eq!(replace(&store, &first, &second, key.as_ref()).await, Written::Refused(ArticleRefusal::NotFound));
    }
    create(&store, &first, None).await;
    replace(&store, &first, &second, None).await;
    told(&store).await;
    let other = next(&first, "Other");
    for key in [None, Some(once("k", 1))] {
        assert_eq!(replace(&store, &first, &other, key.as_ref()).await, Written::Refused(ArticleRefusal::Stale(2)));
        // a version that is still to come
        let later = Article { version: 9, ..first.clone() };
        assert_eq!(replace(&store, &later, &next(&later, "Other"), key.as_ref()).await, Written::Refused(ArticleRefusal::Stale(2)));
    }
    assert_eq!(standing(&store, &first).await, Some(second));
    assert_eq!(revisions(&store, &first).await, [1]);
    assert_eq!(told(&store).await, []);
}

async fn a_taken_slug_refuses_a_change_and_nothing_is_left(store: Store) {
    store.articles_put(&[article(1), article(2)]).await.unwrap();
    let taken = Article { slug: article(2).slug, ..next(&article(1), "Taken") };
    for key in [None, Some(once("k", 1))] {
        assert_eq!(replace(&store, &article(1), &taken, key.as_ref()).await, Written::Refused(ArticleRefusal::SlugTaken));
    }
    assert_eq!(standing(&store, &taken).await, Some(article(1)));
    assert_eq!(revisions(&store, &article(1)).await, [0; 0]);
    assert_eq!(told(&store).await, []);
    // the refused change does not stand in the way of the next one
    let free = next(&article(1), "Free");
    assert_eq!(replace(&store, &article(1), &free, Some(&once("k", 2))).await, Written::Done(free.clone()));
    assert_eq!(revisions(&store, &article(1)).await, [1]);
}

async fn of_many_changes_of_one_version_at_once_all_but_one_are_stale(store: Store) {
    let mut current = article(1);
    create(&store, &current, None).await;
    for round in 0..10 {
        let attempts: Vec<_> = (0..4).map(|n| next(&current, &format!("Round {round}, writer {n}"))).collect();
        // each with its own time, so that the revision shows whose change it was replaced by
        let changes = attempts.iter().zip(0..).map(|(next, n)| {
            let (store, event) = (&store, change(&current, next, 2_000 + 10 * round + n));
            let current = &current;
            async move { (store.article_replace(current, next, &event, None.into()).await.unwrap(), next.clone(), event.at) }
        });
        let answers = join_all(changes).await;
        let (done, stale): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(answer, ..)| matches!(answer, Written::Done(_)));
        assert_eq!(done.len(), 1);
        for (answer, ..) in stale {
            assert_eq!(answer, Written::Refused(ArticleRefusal::Stale(current.version + 1)));
        }
        let (_, winner, time) = done.into_iter().next().unwrap();
        let pages = store.article_revisions_page_by_articles(&[current.id], &Window::first(1)).await.unwrap();
        let latest = &pages[0].1.items[0];
        assert_eq!((&latest.article, latest.replaced_at), (&current, time));
        current = winner;
        assert_eq!(standing(&store, &current).await.as_ref(), Some(&current));
    }
    assert_eq!(told(&store).await.len(), 11, "one for each change that was done");
}

async fn a_change_that_comes_again_is_answered_with_the_version_that_it_made(store: Store) {
    let first = article(1);
    create(&store, &first, None).await;
    let (second, key) = (next(&first, "Second"), once("k", 1));
    assert_eq!(replace(&store, &first, &second, Some(&key)).await, Written::Done(second.clone()));
    assert_eq!(replace(&store, &first, &second, Some(&key)).await, Written::Replayed(second.clone()));
    let mut current = second.clone();
    for n in 3..=30 {
        let later = next(&current, &format!("Version {n}"));
        assert_eq!(replace(&store, &current, &later, Some(&once(&format!("k{n}"), 1))).await, Written::Done(later.clone()));
        current = later;
    }
    assert_eq!(replace(&store, &first, &second, Some(&key)).await, Written::Replayed(second.clone()));
    assert_eq!(replace(&store, &first, &second, Some(&once("k", 2))).await, Written::KeyReused);
    assert_eq!(standing(&store, &first).await, Some(current));
    assert_eq!(told(&store).await.len(), 30);
}

async fn ten_at_once_under_one_key_change_an_article_once(store: Store) {
    let mut current = article(1);
    create(&store, &current, None).await;
    for round in 0..5 {
        let (later, key) = (next(&current, "Later"), once(&format!("k{round}"), 1));
        let answers: Vec<Answer> = join_all((0..10).map(|_| replace(&store, &current, &later, Some(&key)))).await;
        let done = answers.iter().filter(|answer| matches!(answer, Written::Done(_))).count();
        assert_eq!(done, 1, "{answers:?}");
        for answer in answers {
            assert!(
                matches!(&answer, Written::Done(a) | Written::Replayed(a) if *a == later) || answer == Written::InProgress,
                "{answer:?}"
            );
        }
        current = later;
    }
    assert_eq!(told(&store).await.len(), 6);
}

async fn another_request_under_a_used_key_is_refused_whatever_it_is_about(store: Store) {
    store.articles_put(&[article(1), article(2)]).await.unwrap();
    let changed = next(&article(1), "Changed");
    assert_eq!(replace(&store, &article(1), &changed, Some(&once("k", 1))).await, Written::Done(changed.clone()));
    let other = once("k", 2);
    assert_eq!(replace(&store, &article(2), &next(&article(2), "Other"), Some(&other)).await, Written::KeyReused);
    assert_eq!(replace(&store, &changed, &next(&changed, "Other"), Some(&other)).await, Written::KeyReused);
    assert_eq!(create(&store, &keyed(3, &other), Some(&other)).await, Written::KeyReused);
    let comment = crate::support::documents_sample::comment(1, 1);
    let comment = polystore::shop::Comment { id: other.id().into(), ..comment };
    assert_eq!(super::writing::say(&store, &comment, Some(&other)).await, Written::KeyReused);
    // and it stands for what it stood for
    assert_eq!(replace(&store, &article(1), &changed, Some(&once("k", 1))).await, Written::Replayed(changed.clone()));
    // the same key of somebody else is another key
    let foreign = polystore::shop::Once { scope: "customer_2".into(), ..once("k", 2) };
    let second = next(&article(2), "Other");
    assert_eq!(replace(&store, &article(2), &second, Some(&foreign)).await, Written::Done(second));
    assert_eq!(told(&store).await.len(), 2);
}

async fn a_refusal_is_not_kept_under_its_key(store: Store) {
    create(&store, &article(1), None).await;
    let later = Article { version: 5, ..article(1) };
    for _ in 0..2 {
        let answer = replace(&store, &later, &next(&later, "Later"), Some(&once("k", 1))).await;
        assert_eq!(answer, Written::Refused(ArticleRefusal::Stale(1)));
    }
    // the same request, when it can be done, and another one in its place
    store.articles_put(std::slice::from_ref(&later)).await.unwrap();
    let sixth = next(&later, "Later");
    assert_eq!(replace(&store, &later, &sixth, Some(&once("k", 1))).await, Written::Done(sixth.clone()));
    let stale = next(&article(1), "Stale");
    assert_eq!(replace(&store, &article(1), &stale, Some(&once("j", 1))).await, Written::Refused(ArticleRefusal::Stale(6)));
    let seventh = next(&sixth, "Seventh");
    assert_eq!(replace(&store, &sixth, &seventh, Some(&once("j", 2))).await, Written::Done(seventh));
}

async fn events_that_wait_outlive_a_put(store: Store) {
    let key = once("k", 1);
    let new = keyed(1, &key);
    let events = [Event::article_changed(&new, false, at(1)), change(&new, &next(&new, "Second"), 2)];
    store.article_create(&new, &events[0], (&key).into()).await.unwrap();
    let put = Article { title: "Put".into(), published_at: None, ..draft(1) };
    let put = Article { id: new.id, ..put };
    // alone and in company: two ways to the server
    store.articles_put(std::slice::from_ref(&put)).await.unwrap();
    store.articles_put(&[put.clone(), article(2)]).await.unwrap();
    assert_eq!(standing(&store, &new).await, Some(put.clone()));
    store.article_replace(&put, &next(&put, "Second"), &events[1], None.into()).await.unwrap();
    store.articles_put(std::slice::from_ref(&put)).await.unwrap();
    assert_eq!(told(&store).await, events);
    // nor does the key forget: what it made was put over, and the request comes again
    assert!(matches!(create(&store, &new, Some(&key)).await, Written::Replayed(_)));
}

async fn a_change_that_nobody_waits_for_is_done_whole_or_not_at_all(store: Store) {
    let mut current = article(1);
    create(&store, &current, None).await;
    told(&store).await;
    let mut done = 0;
    for polls in [1, 1, 2, 3, 5, 8] {
        let later = next(&current, "Later");
        let event = change(&current, &later, 100);
        {
            let mut work = pin!(store.article_replace(&current, &later, &event, None.into()));
            for _ in 0..polls {
                if std::future::poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_ready())).await {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let there = standing(&store, &current).await.unwrap();
        let whole = there == later;
        assert!(whole || there == current);
        assert_eq!(told(&store).await, if whole { vec![event] } else { vec![] });
        done += i64::from(whole);
        assert_eq!(revisions(&store, &current).await, (1..=done).rev().collect::<Vec<_>>());
        current = there;
    }
}
