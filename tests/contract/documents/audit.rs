//! The audit log beside changes of articles.

use super::{
    ENGINES,
    writing::{Store, change, next, once, standing, told},
};
use crate::{
    contract,
    support::{documents_sample::article, engines::documents, sample},
};
use libtest_mimic::Trial;
use polystore::{
    error::Kind,
    shop::{Article, AuditEntry, AuditFilter, Event, Once, Provenance, Written},
};
use serde_json::json;
use std::sync::Arc;

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "documents_audit", documents;
        every_change_leaves_its_entry_with_what_came_of_it,
        an_entry_is_there_with_its_change_and_stays_when_the_event_was_told,
        what_is_refused_leaves_no_entry,
        a_request_sent_again_leaves_one_entry,
        of_many_who_change_one_version_at_once_one_leaves_an_entry,
        an_entry_that_cannot_be_written_undoes_its_change,
        no_write_of_the_shop_changes_an_entry,
        a_page_is_newest_first_goes_on_behind_an_entry_and_filters,
        a_parked_event_keeps_no_entry_back,
    )
}

async fn log(store: &Store) -> Vec<AuditEntry> {
    store.audit_page(&AuditFilter::default(), 1_000).await.unwrap()
}

async fn create(
    store: &Store,
    article: &Article,
    once: Option<&Once>,
    entry: &AuditEntry,
) -> Written<Article, polystore::shop::ArticleRefusal> {
    let event = Event::article_changed(article, false, article.created_at);
    store.article_create(article, &event, Provenance { once, audit: Some(entry) }).await.unwrap()
}

async fn replace(
    store: &Store,
    pair: [&Article; 2],
    once: Option<&Once>,
    entry: &AuditEntry,
) -> Written<Article, polystore::shop::ArticleRefusal> {
    let event = change(pair[0], pair[1], 1_000 + pair[1].version);
    store.article_replace(pair[0], pair[1], &event, Provenance { once, audit: Some(entry) }).await.unwrap()
}

fn entry(n: u128, action: &str, about: &Article) -> AuditEntry {
    sample::audit(n, action, about.id)
}

async fn every_change_leaves_its_entry_with_what_came_of_it(store: Store) {
    let first = article(1);
    let second = next(&first, "Second");
    let (made, changed) = (entry(1, "createArticle", &first), entry(2, "updateArticle", &first));
    create(&store, &first, None, &made).await;
    replace(&store, [&first, &second], None, &changed).await;
    let outcome = |version: i64| json!({ "status": first.status.code(), "version": version });
    assert_eq!(log(&store).await, [changed.with(outcome(2)), made.with(outcome(1))]);
}

async fn an_entry_is_there_with_its_change_and_stays_when_the_event_was_told(store: Store) {
    let mut versions = vec![article(1)];
    create(&store, &versions[0], None, &entry(1, "createArticle", &versions[0])).await;
    for n in 2..=4_u128 {
        let previous = versions.last().unwrap().clone();
        let later = next(&previous, &format!("Version {n}"));
        replace(&store, [&previous, &later], None, &entry(n, "updateArticle", &later)).await;
        versions.push(later);
        if n == 2 {
            assert_eq!(told(&store).await.len(), 2);
        }
    }
    // two were told, two wait
    let before = log(&store).await;
    assert_eq!(before.iter().map(|entry| entry.details["version"].as_i64().unwrap()).collect::<Vec<_>>(), [4, 3, 2, 1]);
    assert_eq!(told(&store).await.len(), 2);
    assert_eq!(log(&store).await, before);
    assert_eq!(standing(&store, &versions[0]).await.as_ref(), versions.last(), "nothing of it is seen in the article");
}

async fn what_is_refused_leaves_no_entry(store: Store) {
    let (first, twin) = (article(1), Article { slug: article(1).slug, ..article(2) });
    store.articles_put(std::slice::from_ref(&first)).await.unwrap();
    let second = next(&first, "Second");
    let stale = Article { version: 7, ..first.clone() };
    let answers = [
        create(&store, &twin, None, &entry(1, "createArticle", &twin)).await,
        create(&store, &Article { id: once("k", 1).id().into(), ..twin.clone() }, Some(&once("k", 1)), &entry(2, "createArticle", &twin))
            .await,
        replace(&store, [&stale, &next(&stale, "Later")], None, &entry(3, "updateArticle", &first)).await,
        replace(&store, [&article(9), &next(&article(9), "Later")], None, &entry(4, "updateArticle", &first)).await,
    ];
    for answer in answers {
        assert!(matches!(answer, Written::Refused(_)), "{answer:?}");
    }
    let event = change(&first, &second, 5);
    store.article_replace(&first, &second, &event, None.into()).await.unwrap();
    assert_eq!(log(&store).await, [], "what nobody asked for leaves none either");
    told(&store).await;
    assert_eq!(log(&store).await, []);
}

async fn a_request_sent_again_leaves_one_entry(store: Store) {
    let (key, later) = (once("create", 1), once("change", 1));
    let first = Article { id: key.id().into(), ..article(1) };
    let second = next(&first, "Second");
    for n in 1..=3 {
        create(&store, &first, Some(&key), &entry(n, "createArticle", &first)).await;
    }
    for n in 4..=6 {
        let written = replace(&store, [&first, &second], Some(&later), &entry(n, "updateArticle", &first)).await;
        assert_eq!(matches!(written, Written::Done(_)), n == 4, "{written:?}");
        told(&store).await;
    }
    assert_eq!(replace(&store, [&first, &second], Some(&once("change", 2)), &entry(7, "updateArticle", &first)).await, Written::KeyReused);
    assert_eq!(log(&store).await.iter().map(|entry| entry.request.clone().unwrap()).collect::<Vec<_>>(), ["request-4", "request-1"]);
}

async fn of_many_who_change_one_version_at_once_one_leaves_an_entry(store: Store) {
    let first = article(1);
    store.articles_put(std::slice::from_ref(&first)).await.unwrap();
    let writers = (1..=8_u128).map(|n| {
        let (store, first) = (Arc::clone(&store), first.clone());
        async move {
            let later = next(&first, &format!("By writer {n}"));
            (n, replace(&store, [&first, &later], None, &entry(n, "updateArticle", &first)).await)
        }
    });
    let written = futures::future::join_all(writers).await;
    let done: Vec<_> = written.iter().filter(|(_, written)| matches!(written, Written::Done(_))).map(|(n, _)| *n).collect();
    assert_eq!(done.len(), 1, "{written:?}");
    assert_eq!(log(&store).await.iter().map(|entry| entry.id).collect::<Vec<_>>(), [entry(done[0], "", &first).id]);
}

/// The entry and its change are one write: where one cannot be, the other is not.
async fn an_entry_that_cannot_be_written_undoes_its_change(store: Store) {
    let first = article(1);
    store.articles_put(std::slice::from_ref(&first)).await.unwrap();
    let (second, bad) = (next(&first, "Second"), sample::audit(1, "", "subject"));
    let error = store.article_replace(&first, &second, &change(&first, &second, 5), Provenance::new(None, &bad)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict, "{error:?}");
    let new = article(2);
    let event = Event::article_changed(&new, false, new.created_at);
    assert_eq!(store.article_create(&new, &event, Provenance::new(None, &bad)).await.unwrap_err().kind, Kind::Conflict);
    assert_eq!((standing(&store, &first).await, standing(&store, &new).await), (Some(first), None));
    assert_eq!((log(&store).await, told(&store).await), (Vec::new(), Vec::new()));
}

async fn no_write_of_the_shop_changes_an_entry(store: Store) {
    let first = article(1);
    create(&store, &first, None, &entry(1, "createArticle", &first)).await;
    let before = log(&store).await;
    // history that is put over it, before and after the event was told
    for _ in 0..2 {
        store.articles_put(&[Article { title: "Put".into(), ..first.clone() }]).await.unwrap();
        assert_eq!(log(&store).await, before);
        told(&store).await;
        assert_eq!(log(&store).await, before);
    }
    // another entry under an id that is there
    let second = Article { version: 2, ..first.clone() };
    let twin = AuditEntry { actor: None, ..entry(1, "updateArticle", &first) };
    let _refused_or_not = store.article_replace(&first, &second, &change(&first, &second, 5), Provenance::new(None, &twin)).await;
    let _ = told(&store).await;
    assert_eq!(log(&store).await, before, "the first one stays");
}

async fn a_page_is_newest_first_goes_on_behind_an_entry_and_filters(store: Store) {
    for n in (1..=9_u128).rev() {
        let action = if n % 2 == 0 { "publishArticle" } else { "createArticle" };
        create(&store, &article(n), None, &entry(n, action, &article(1 + n % 3))).await;
        if n == 5 {
            told(&store).await;
        }
    }
    let all = log(&store).await;
    assert!(all.len() == 9 && all.is_sorted_by(|a, b| a.id > b.id), "{all:?}");
    let (mut walked, mut filter) = (Vec::new(), AuditFilter::default());
    loop {
        let page = store.audit_page(&filter, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 2);
        filter.before = Some(last.id);
        walked.extend(page);
    }
    assert_eq!(walked, all);
    assert_eq!(store.audit_page(&AuditFilter::default(), 0).await.unwrap(), []);
    let subject = article(2).id.to_string();
    for since in [None, Some(4)] {
        for action in [None, Some("createArticle"), Some("signUp")] {
            for about in [None, Some(subject.as_str()), Some("article_x")] {
                let filter = AuditFilter {
                    since: since.map(sample::at),
                    before: None,
                    action: action.map(str::to_owned),
                    subject: about.map(str::to_owned),
                };
                let fits = |entry: &&AuditEntry| {
                    filter.since.is_none_or(|since| entry.at >= since)
                        && action.is_none_or(|action| entry.action == action)
                        && about.is_none_or(|about| entry.subject == about)
                };
                let expected: Vec<_> = all.iter().filter(fits).cloned().collect();
                assert_eq!(store.audit_page(&filter, 100).await.unwrap(), expected, "{filter:?}");
            }
        }
    }
}

async fn a_parked_event_keeps_no_entry_back(store: Store) {
    let first = article(1);
    create(&store, &first, None, &entry(1, "createArticle", &first)).await;
    let before = log(&store).await;
    let claimed = store.outbox_claim(10, super::writing::LEASE).await.unwrap();
    store.outbox_failed(claimed[0].event.id, None, true, "a reason").await.unwrap();
    assert_eq!((log(&store).await, before.len()), (before.clone(), 1));
}
