//! Who sees which articles: what is published everybody, drafts their author, and everything who runs the magazine.

use super::{
    ENGINES,
    article::{ORDERS, sorted},
    walk::{page_of, walk},
    writing::Store,
};
use crate::{
    contract,
    support::{
        documents_sample::{article, draft},
        engines::documents,
        sample::{at, id},
    },
};
use libtest_mimic::Trial;
use polystore::shop::{Article, ArticleFilter, ArticleOrder, ArticleStatus, Audience, CustomerId, Detail, Window};
use std::sync::Arc;

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "article_audience", documents;
        by_id_and_slug_a_draft_is_its_authors_alone,
        a_list_holds_what_its_audience_sees_and_can_be_walked_both_ways,
        an_author_sees_own_drafts_among_their_articles_and_others_do_not,
    )
}

fn audiences() -> [Audience; 4] {
    [Audience::Public, Audience::Of(id(1)), Audience::Of(id(9)), Audience::Everything]
}

/// 24 articles of three authors, half of them drafts, some saved in the same minute, some of the same title.
fn magazine() -> Vec<Article> {
    let of = |n: u128| Article {
        author_id: id(n % 3 + 1),
        tags: if n % 4 < 2 { vec!["garden".into()] } else { vec!["kitchen".into()] },
        title: format!("Title {}", n / 3),
        created_at: at(i64::try_from(n / 4).unwrap()),
        ..if n.is_multiple_of(2) { draft(n) } else { article(n) }
    };
    (1..=24).map(of).collect()
}

fn sees(audience: Audience, article: &Article) -> bool {
    article.status == ArticleStatus::Published || audience.is_everything() || audience.customer() == Some(article.author_id)
}

async fn by_id_and_slug_a_draft_is_its_authors_alone(store: Store) {
    let all = magazine();
    store.articles_put(&all).await.unwrap();
    let (ids, slugs): (Vec<_>, Vec<_>) = all.iter().map(|article| (article.id, article.slug.clone())).unzip();
    for audience in audiences() {
        let wanted: Vec<_> = all.iter().filter(|article| sees(audience, article)).cloned().collect();
        let found = store.articles_by_ids(&ids, Detail::Whole, audience).await.unwrap();
        assert_eq!(sorted(found, ArticleOrder::CreatedAsc), sorted(wanted.clone(), ArticleOrder::CreatedAsc), "{audience:?}");
        let found = store.articles_by_slugs(&slugs, Detail::Whole, audience).await.unwrap();
        assert_eq!(sorted(found, ArticleOrder::CreatedAsc), sorted(wanted, ArticleOrder::CreatedAsc), "{audience:?}");
    }
}

async fn a_list_holds_what_its_audience_sees_and_can_be_walked_both_ways(store: Store) {
    let all = magazine();
    store.articles_put(&all).await.unwrap();
    let statuses = [None, Some(ArticleStatus::Draft), Some(ArticleStatus::Published)];
    let authors: [Option<CustomerId>; 4] = [None, Some(id(1)), Some(id(2)), Some(id(9))];
    for audience in audiences() {
        for (status, author_id) in statuses.iter().flat_map(|status| authors.iter().map(move |author| (*status, *author))) {
            for (tag, order) in [(None, ArticleOrder::CreatedDesc), (Some("garden"), ArticleOrder::TitleAsc)] {
                let filter = ArticleFilter { tag: tag.map(str::to_owned), status, author_id };
                let fits = |article: &&Article| {
                    sees(audience, article)
                        && tag.is_none_or(|tag| article.tags[0] == tag)
                        && status.is_none_or(|status| article.status == status)
                        && author_id.is_none_or(|author| article.author_id == author)
                };
                let window = Window { total: true, ..Window::first(100) };
                let page = store.articles_page(&filter, order, &window, Detail::Whole, audience).await.unwrap();
                let wanted = sorted(all.iter().filter(fits).cloned().collect(), order);
                assert_eq!((page.items, page.total), (wanted.clone(), Some(wanted.len() as u64)), "{audience:?} {filter:?}");
            }
        }
    }
    // the list of two parts, drafts among what is published, page by page
    let audience = Audience::Of(id(1));
    for order in ORDERS {
        for tag in [None, Some("garden".to_owned())] {
            let fits = |article: &&Article| sees(audience, article) && tag.as_ref().is_none_or(|tag| article.tags[0] == *tag);
            let list = sorted(all.iter().filter(fits).cloned().collect(), order);
            let filter = ArticleFilter { tag: tag.clone(), ..ArticleFilter::default() };
            let fetch = |window: Window| {
                let (store, filter) = (Arc::clone(&store), filter.clone());
                async move { store.articles_page(&filter, order, &window, Detail::Whole, audience).await.unwrap() }
            };
            walk(&list, |article| order.key(article), fetch).await;
        }
    }
}

async fn an_author_sees_own_drafts_among_their_articles_and_others_do_not(store: Store) {
    let all = magazine();
    store.articles_put(&all).await.unwrap();
    let authors: Vec<CustomerId> = (1..=4).map(id).collect();
    let order = ArticleOrder::CreatedDesc;
    for audience in audiences() {
        let window = Window { total: true, ..Window::first(3) };
        let pages = store.articles_page_by_authors(&authors, &window, Detail::Whole, audience).await.unwrap();
        for author in &authors {
            let fits = |article: &&Article| article.author_id == *author && sees(audience, article);
            let list = sorted(all.iter().filter(fits).cloned().collect(), order);
            let page = page_of(&pages, author, &window);
            assert_eq!(page.items, list.iter().take(3).cloned().collect::<Vec<_>>(), "{audience:?} {author}");
            assert_eq!((page.has_next, page.total), (list.len() > 3, Some(list.len() as u64)), "{audience:?} {author}");
        }
    }
    let audience = Audience::Of(id(1));
    for author in [1, 2] {
        let fits = |article: &&Article| article.author_id == id(author) && sees(audience, article);
        let list = sorted(all.iter().filter(fits).cloned().collect(), order);
        let fetch = |window: Window| {
            let store = Arc::clone(&store);
            async move {
                let pages = store.articles_page_by_authors(&[id(author)], &window, Detail::Whole, audience).await.unwrap();
                page_of(&pages, &id::<CustomerId>(author), &window)
            }
        };
        walk(&list, |article| order.key(article), fetch).await;
    }
}
