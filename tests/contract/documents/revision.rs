use super::{
    ENGINES,
    walk::{page_of, walk},
    writing::{Store, change, create, next, replace, revisions, standing},
};
use crate::{
    contract,
    support::{
        documents_sample::{article, blocks, draft},
        engines::documents,
        sample::{at, id},
    },
};
use libtest_mimic::Trial;
use polystore::shop::{Article, ArticleId, ArticleRevision, Window};
use std::sync::Arc;

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "revision", documents;
        every_earlier_version_comes_back_unchanged,
        the_revisions_of_an_article_can_be_walked_both_ways,
        each_of_many_articles_has_a_page_of_its_own,
        the_current_version_is_never_among_them,
        an_article_without_earlier_versions_has_an_empty_page,
    )
}

async fn every_earlier_version_comes_back_unchanged(store: Store) {
    let first = Article { blocks: blocks(), tags: vec!["a \"b\"".into(), "ü".into()], product_ids: vec![id(9), id(2)], ..draft(1) };
    let second = Article { published_at: Some(at(5)), status: article(1).status, blocks: vec![], ..next(&first, "Second 🌱") };
    let third = Article { slug: "third".into(), author_id: id(7), tags: vec![], product_ids: vec![], ..next(&second, "Third") };
    create(&store, &first, None).await;
    replace(&store, &first, &second, None).await;
    replace(&store, &second, &third, None).await;
    let pages = store.article_revisions_page_by_articles(&[first.id, first.id], &Window::first(9)).await.unwrap();
    let found = page_of(&pages, &first.id, &Window::first(9)).items;
    let revision = |article: &Article| ArticleRevision { article: article.clone(), replaced_at: at(1_001 + article.version) };
    assert_eq!(found, [revision(&second), revision(&first)]);
}

/// Changes an article so often, each time at one of these minutes; gives the revisions, latest first.
async fn changed(store: &Store, article: Article, minutes: &[i64]) -> Vec<ArticleRevision> {
    create(store, &article, None).await;
    let (mut current, mut replaced) = (article, Vec::new());
    for minute in minutes {
        let later = next(&current, &format!("Version {}", current.version + 1));
        store.article_replace(&current, &later, &change(&current, &later, *minute), None.into()).await.unwrap();
        replaced.push(ArticleRevision { article: current, replaced_at: at(*minute) });
        current = later;
    }
    replaced.sort_by_key(|revision| std::cmp::Reverse((revision.replaced_at, revision.article.version)));
    replaced
}

async fn the_revisions_of_an_article_can_be_walked_both_ways(store: Store) {
    // several in one minute, and a clock that went back
    let list = changed(&store, article(1), &[5, 5, 5, 9, 9, 7, 12, 12, 12, 12]).await;
    changed(&store, article(2), &[5, 9]).await;
    let fetch = |window: Window| {
        let store = Arc::clone(&store);
        async move {
            let pages = store.article_revisions_page_by_articles(&[id(3), id(2), id(1)], &window).await.unwrap();
            page_of(&pages, &id::<ArticleId>(1), &window)
        }
    };
    walk(&list, ArticleRevision::key, fetch).await;
}

async fn each_of_many_articles_has_a_page_of_its_own(store: Store) {
    let mut lists = Vec::new();
    for n in 1..=6_u8 {
        let minutes: Vec<i64> = (0..i64::from(n)).collect();
        lists.push((id::<ArticleId>(n.into()), changed(&store, article(n.into()), &minutes).await));
    }
    let articles: Vec<ArticleId> = (0..=9).map(id).collect();
    let window = Window { total: true, ..Window::first(3) };
    let pages = store.article_revisions_page_by_articles(&articles, &window).await.unwrap();
    for article in &articles {
        let page = page_of(&pages, article, &window);
        let list = lists.iter().find(|(id, _)| id == article).map(|(_, list)| list.clone()).unwrap_or_default();
        assert_eq!(page.items, list.iter().take(3).cloned().collect::<Vec<_>>(), "{article}");
        assert_eq!((page.has_next, page.total), (list.len() > 3, Some(list.len() as u64)));
    }
    assert_eq!(store.article_revisions_page_by_articles(&[], &window).await.unwrap(), []);
}

async fn the_current_version_is_never_among_them(store: Store) {
    changed(&store, article(1), &[1, 2, 3, 4]).await;
    // put as an earlier version of itself, as an import does
    let second = Article { version: 2, title: "Put".into(), ..article(1) };
    store.articles_put(std::slice::from_ref(&second)).await.unwrap();
    assert_eq!(revisions(&store, &second).await, [4, 3, 1]);
    let window = Window { total: true, ..Window::first(9) };
    let pages = store.article_revisions_page_by_articles(&[second.id], &window).await.unwrap();
    assert_eq!(page_of(&pages, &second.id, &window).total, Some(3));
    // and changed again: what was put is a revision now, the old one of that number is gone
    let third = next(&second, "Again");
    replace(&store, &second, &third, None).await;
    assert_eq!(standing(&store, &third).await, Some(third.clone()));
    let pages = store.article_revisions_page_by_articles(&[second.id], &window).await.unwrap();
    let page = page_of(&pages, &second.id, &window);
    let versions: Vec<_> = page.items.iter().map(|revision| revision.article.version).collect();
    assert_eq!((versions, page.total), (vec![2, 4, 1], Some(3)), "by time");
    assert_eq!(page.items[0], ArticleRevision { article: second, replaced_at: at(1_003) });
}

async fn an_article_without_earlier_versions_has_an_empty_page(store: Store) {
    create(&store, &article(1), None).await;
    let window = Window { total: true, ..Window::first(1) };
    let pages = store.article_revisions_page_by_articles(&[id(1), id(2)], &window).await.unwrap();
    for n in [1, 2] {
        let page = page_of(&pages, &id::<ArticleId>(n), &window);
        assert_eq!((page.items.len(), page.has_next, page.total), (0, false, Some(0)));
    }
}
