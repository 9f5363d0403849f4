use super::{
    ENGINES,
    walk::{page_of, walk},
    writing::{Store, once, say, told},
};
use crate::{
    contract,
    support::{
        documents_sample::comment,
        engines::documents,
        sample::{at, id},
    },
};
use futures::future::join_all;
use libtest_mimic::Trial;
use polystore::{
    error::Kind,
    roles::Documents,
    shop::{ArticleId, Comment, CommentId, Event, Window, Written},
};
use std::sync::Arc;

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "comment", documents;
        unknown_and_repeated_keys_do_no_harm,
        the_comments_below_an_article_can_be_walked_both_ways,
        each_of_many_articles_has_a_page_of_its_own,
        an_article_without_comments_has_an_empty_page,
        putting_a_known_id_replaces_the_comment,
        texts_come_back_unchanged,
        two_thousand_keys_are_answered_at_once,
        a_new_comment_is_there_with_its_event,
        the_same_comment_under_one_key_is_written_once,
        events_that_wait_outlive_a_put,
    )
}

async fn unknown_and_repeated_keys_do_no_harm(store: Arc<dyn Documents>) {
    store.comments_put(&[comment(1, 1), comment(2, 1)]).await.unwrap();
    assert_eq!(store.comments_by_ids(&[id(1), id(9), id(1)]).await.unwrap(), [comment(1, 1)]);
    assert_eq!(store.comments_by_ids(&[]).await.unwrap(), []);
    store.comments_put(&[]).await.unwrap();
    let pages = store.comments_page_by_articles(&[id(1), id(1), id(7)], &Window::first(1)).await.unwrap();
    assert_eq!(page_of(&pages, &id::<ArticleId>(1), &Window::first(1)).items, [comment(2, 1)]);
}

async fn the_comments_below_an_article_can_be_walked_both_ways(store: Arc<dyn Documents>) {
    let mut all: Vec<_> = (1..=11).map(|n| Comment { created_at: at(i64::try_from(n / 4).unwrap()), ..comment(n, 1) }).collect();
    store.comments_put(&all).await.unwrap();
    store.comments_put(&[comment(50, 2), comment(51, 2), comment(52, 2)]).await.unwrap();
    all.sort_by_key(|comment| std::cmp::Reverse((comment.created_at, comment.id.uuid())));
    let fetch = |window: Window| {
        let store = Arc::clone(&store);
        async move {
            let pages = store.comments_page_by_articles(&[id(3), id(2), id(1)], &window).await.unwrap();
            page_of(&pages, &id::<ArticleId>(1), &window)
        }
    };
    walk(&all, Comment::key, fetch).await;
}

async fn each_of_many_articles_has_a_page_of_its_own(store: Arc<dyn Documents>) {
    // article n has n comments
    let rows: Vec<_> = (1..=12_u128).flat_map(|article| (0..article).map(move |n| comment(article * 100 + n, article))).collect();
    store.comments_put(&rows).await.unwrap();
    let articles: Vec<ArticleId> = (0..=14).map(id).collect();
    for window in [Window { total: true, ..Window::first(4) }, Window { total: true, ..Window::last(4) }] {
        let pages = store.comments_page_by_articles(&articles, &window).await.unwrap();
        for (article, n) in articles.iter().zip(0_u64..) {
            let page = page_of(&pages, article, &window);
            let mut list: Vec<_> = rows.iter().rev().filter(|comment| comment.article_id == *article).cloned().collect();
            assert_eq!(page.total, Some(list.len() as u64));
            assert_eq!(page.has_next || page.has_previous, list.len() > 4, "article {n}");
            match window.end {
                polystore::shop::End::First => list.truncate(4),
                polystore::shop::End::Last => drop(list.drain(..list.len().saturating_sub(4))),
            }
            assert_eq!(page.items, list, "article {n}");
        }
    }
}

async fn an_article_without_comments_has_an_empty_page(store: Arc<dyn Documents>) {
    store.comments_put(&[comment(1, 1)]).await.unwrap();
    let window = Window { total: true, ..Window::first(1) };
    let pages = store.comments_page_by_articles(&[id(2)], &window).await.unwrap();
    let page = page_of(&pages, &id::<ArticleId>(2), &window);
    assert_eq!((page.items.len(), page.has_next, page.total), (0, false, Some(0)));
    assert_eq!(store.comments_page_by_articles(&[], &window).await.unwrap(), []);
}

async fn putting_a_known_id_replaces_the_comment(store: Arc<dyn Documents>) {
    store.comments_put(&[comment(1, 1), comment(2, 1)]).await.unwrap();
    let moved = Comment { article_id: id(2), author_id: id(9), body: "changed".into(), created_at: at(99), ..comment(1, 1) };
    for _ in 0..2 {
        store.comments_put(&[moved.clone(), comment(3, 1)]).await.unwrap();
    }
    assert_eq!(store.comments_by_ids(&[id(1)]).await.unwrap(), std::slice::from_ref(&moved));
    let window = Window { total: true, ..Window::first(9) };
    let pages = store.comments_page_by_articles(&[id(1), id(2)], &window).await.unwrap();
    assert_eq!(page_of(&pages, &id::<ArticleId>(1), &window).items, [comment(3, 1), comment(2, 1)]);
    let page = page_of(&pages, &id::<ArticleId>(2), &window);
    assert_eq!((page.items, page.total), (vec![moved], Some(1)));
}

async fn texts_come_back_unchanged(store: Arc<dyn Documents>) {
    let bodies = ["'; DROP TABLE comments; --", "{\"$ne\": null}", "日本語 🌱 e\u{301} é \u{200b}", "\\ \" \n\t\r %_", " "];
    let mut rows: Vec<_> = bodies.into_iter().zip(1..).map(|(body, n)| Comment { body: body.into(), ..comment(n, 1) }).collect();
    rows.push(Comment { body: "🌱".repeat(5_000), ..comment(6, 1) });
    store.comments_put(&rows).await.unwrap();
    let mut found = store.comments_by_ids(&(1..=6).map(id).collect::<Vec<_>>()).await.unwrap();
    found.sort_by_key(|comment| comment.id.uuid());
    assert_eq!(found, rows);
}

async fn two_thousand_keys_are_answered_at_once(store: Arc<dyn Documents>) {
    let rows: Vec<_> = (1..=2_000).map(|n| comment(n, n)).collect();
    store.comments_put(&rows).await.unwrap();
    let ids: Vec<CommentId> = (1..=2_500).map(id).collect();
    let mut found = store.comments_by_ids(&ids).await.unwrap();
    found.sort_by_key(|comment| comment.id.uuid());
    assert_eq!(found, rows);
    let articles: Vec<ArticleId> = (1..=2_000).map(id).collect();
    assert_eq!(store.comments_page_by_articles(&articles, &Window::first(2)).await.unwrap().len(), 2_000);
}

async fn a_new_comment_is_there_with_its_event(store: Store) {
    let words = comment(1, 1);
    let event = Event::commented(&words);
    assert_eq!(store.comment_create(&words, &event, None).await.unwrap(), Written::Done(words.clone()));
    assert_eq!(store.comments_by_ids(&[id(1)]).await.unwrap(), std::slice::from_ref(&words));
    // without a key, an id that is there is a mistake
    let other = Comment { body: "other".into(), ..words.clone() };
    let error = store.comment_create(&other, &Event::commented(&other), None).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict, "{}", error.detail());
    assert_eq!(store.comments_by_ids(&[id(1)]).await.unwrap(), [words]);
    assert_eq!(told(&store).await, [event]);
}

async fn the_same_comment_under_one_key_is_written_once(store: Store) {
    let key = once("k", 1);
    let words = Comment { id: CommentId::from_uuid(key.id()), ..comment(1, 1) };
    let answers = join_all((0..10).map(|_| say(&store, &words, Some(&key)))).await;
    assert_eq!(answers.iter().filter(|answer| **answer == Written::Done(words.clone())).count(), 1);
    for answer in answers {
        assert!(matches!(answer, Written::Done(_) | Written::Replayed(_) | Written::InProgress), "{answer:?}");
    }
    assert_eq!(say(&store, &words, Some(&key)).await, Written::Replayed(words.clone()));
    let other = Comment { body: "other".into(), ..words.clone() };
    assert_eq!(say(&store, &other, Some(&once("k", 2))).await, Written::KeyReused);
    let window = Window { total: true, ..Window::first(9) };
    let pages = store.comments_page_by_articles(&[id(1)], &window).await.unwrap();
    assert_eq!(page_of(&pages, &id::<ArticleId>(1), &window).items, [words]);
    assert_eq!(told(&store).await.len(), 1);
}

async fn events_that_wait_outlive_a_put(store: Store) {
    let key = once("k", 1);
    let words = Comment { id: CommentId::from_uuid(key.id()), ..comment(1, 1) };
    let event = Event::commented(&words);
    store.comment_create(&words, &event, Some(&key)).await.unwrap();
    store.comments_put(std::slice::from_ref(&words)).await.unwrap();
    store.comments_put(&[words.clone(), comment(2, 1)]).await.unwrap();
    assert_eq!(say(&store, &words, Some(&key)).await, Written::Replayed(words));
    assert_eq!(told(&store).await, [event]);
}
