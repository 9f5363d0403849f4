//! Changes as the shop makes them, for the trials of the write side.

use crate::support::sample::at;
use polystore::{
    roles::Documents,
    shop::{Article, ArticleRefusal, Audience, Comment, Detail, Event, Once, Window, Written},
};
use serde_json::json;
use std::{sync::Arc, time::Duration};

pub type Store = Arc<dyn Documents>;
pub type Answer = Written<Article, ArticleRefusal>;

pub const LEASE: Duration = Duration::from_secs(60);

/// The request number `request` under a key.
pub fn once(key: &str, request: u32) -> Once {
    Once::new("customer_1", key, "write", &json!({ "n": request }))
}

/// The next version, with another title.
pub fn next(previous: &Article, title: &str) -> Article {
    Article { title: title.into(), version: previous.version + 1, ..previous.clone() }
}

/// What the outbox is told of a change; `minutes` into 2026.
pub fn change(previous: &Article, next: &Article, minutes: i64) -> Event {
    Event::article_changed(next, previous.published_at.is_some(), at(minutes))
}

pub async fn create(store: &Store, article: &Article, once: Option<&Once>) -> Answer {
    let event = Event::article_changed(article, false, article.created_at);
    store.article_create(article, &event, once.into()).await.unwrap()
}

/// Replaced at 1,000 minutes and as many as the version.
pub async fn replace(store: &Store, previous: &Article, next: &Article, once: Option<&Once>) -> Answer {
    let event = change(previous, next, 1_000 + next.version);
    store.article_replace(previous, next, &event, once.into()).await.unwrap()
}

pub async fn say(store: &Store, comment: &Comment, once: Option<&Once>) -> Written<Comment, std::convert::Infallible> {
    store.comment_create(comment, &Event::commented(comment), once).await.unwrap()
}

/// The article as it stands.
pub async fn standing(store: &Store, article: &Article) -> Option<Article> {
    store.articles_by_ids(&[article.id], Detail::Whole, Audience::Everything).await.unwrap().pop()
}

/// The versions of the article's revisions, latest replaced first.
pub async fn revisions(store: &Store, article: &Article) -> Vec<i64> {
    let pages = store.article_revisions_page_by_articles(&[article.id], &Window::first(100)).await.unwrap();
    pages.iter().flat_map(|(_, page)| &page.items).map(|revision| revision.article.version).collect()
}

/// All events that wait, in the order in which a relay tells them. They are gone then.
pub async fn told(store: &Store) -> Vec<Event> {
    let mut told = Vec::new();
    loop {
        let claimed = store.outbox_claim(100, LEASE).await.unwrap();
        if claimed.is_empty() {
            return told;
        }
        let ids: Vec<_> = claimed.iter().map(|claimed| claimed.event.id).collect();
        store.outbox_done(&ids).await.unwrap();
        told.extend(claimed.into_iter().map(|claimed| claimed.event));
    }
}
