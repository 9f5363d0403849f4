//! Articles as lists below products and authors.

use super::{
    ENGINES,
    article::sorted,
    walk::{page_of, walk},
};
use crate::{
    contract,
    support::{
        documents_sample::{article, draft, summary},
        engines::documents,
        sample::{at, id},
    },
};
use libtest_mimic::Trial;
use polystore::{
    roles::Documents,
    shop::{Article, ArticleOrder, Audience, CustomerId, Detail, ProductId, Window},
};
use std::sync::Arc;

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "article", documents;
        the_articles_about_a_product_can_be_walked_both_ways,
        drafts_about_a_product_are_hidden,
        each_of_many_products_has_a_page_of_its_own,
        an_author_sees_drafts_and_can_walk_both_ways,
        each_of_many_authors_has_a_page_of_their_own,
    )
}

/// 9 articles, some saved in the same minute.
fn tied(n: u128) -> Article {
    Article { product_ids: vec![id(5), id(n + 10)], created_at: at(i64::try_from(n / 3).unwrap()), ..article(n) }
}

async fn the_articles_about_a_product_can_be_walked_both_ways(store: Arc<dyn Documents>) {
    let all: Vec<_> = (1..=9).map(tied).collect();
    store.articles_put(&all).await.unwrap();
    let order = ArticleOrder::CreatedDesc;
    let fetch = |window: Window| {
        let store = Arc::clone(&store);
        async move {
            let parents = [id(5), id(11), id(99)];
            let pages = store.articles_page_by_products(&parents, &window, Detail::Whole).await.unwrap();
            page_of(&pages, &id::<ProductId>(5), &window)
        }
    };
    walk(&sorted(all, order), |article| order.key(article), fetch).await;
}

async fn drafts_about_a_product_are_hidden(store: Arc<dyn Documents>) {
    let about = |article: Article| Article { product_ids: vec![id(5)], ..article };
    store.articles_put(&[about(article(1)), about(draft(2)), about(article(3)), about(draft(4))]).await.unwrap();
    let window = Window { total: true, ..Window::first(10) };
    let pages = store.articles_page_by_products(&[id(5)], &window, Detail::Whole).await.unwrap();
    let page = page_of(&pages, &id::<ProductId>(5), &window);
    assert_eq!(page.items, [about(article(3)), about(article(1))]);
    assert_eq!(page.total, Some(2));
    // a published article that becomes a draft again is gone
    store.articles_put(&[about(draft(3))]).await.unwrap();
    let pages = store.articles_page_by_products(&[id(5)], &window, Detail::Whole).await.unwrap();
    assert_eq!(page_of(&pages, &id::<ProductId>(5), &window).items, [about(article(1))]);
}

async fn each_of_many_products_has_a_page_of_its_own(store: Arc<dyn Documents>) {
    // product n has the articles n, n+1, n+2 …: each article is about up to ten products
    let all: Vec<_> =
        (1..=30_u128).map(|n| Article { product_ids: (n.saturating_sub(9).max(1)..=n).map(id).collect(), ..article(n) }).collect();
    store.articles_put(&all).await.unwrap();
    let products: Vec<ProductId> = [40, 3, 1, 30, 29, 3, 77].map(id).to_vec();
    for window in [Window::first(3), Window::last(3)] {
        let window = Window { total: true, ..window };
        let pages = store.articles_page_by_products(&products, &window, Detail::Summary).await.unwrap();
        for product in 1..=80_u128 {
            let page = page_of(&pages, &id::<ProductId>(product), &window);
            let asked = products.contains(&id(product));
            let fits = |article: &&Article| asked && article.product_ids.contains(&id(product));
            let list = sorted(all.iter().filter(fits).map(summary).collect(), ArticleOrder::CreatedDesc);
            assert_eq!(page.total, Some(list.len() as u64), "product {product}");
            let wanted = if window == (Window { total: true, ..Window::first(3) }) {
                list.iter().take(3).cloned().collect::<Vec<_>>()
            } else {
                list[list.len().saturating_sub(3)..].to_vec()
            };
            assert_eq!(page.items, wanted, "product {product}");
        }
    }
}

async fn an_author_sees_drafts_and_can_walk_both_ways(store: Arc<dyn Documents>) {
    let all: Vec<_> = (1..=9).map(|n| if n % 2 == 0 { Article { created_at: tied(n).created_at, ..draft(n) } } else { tied(n) }).collect();
    store.articles_put(&all).await.unwrap();
    store.articles_put(&[Article { author_id: id(2), ..article(20) }]).await.unwrap();
    let order = ArticleOrder::CreatedDesc;
    let fetch = |window: Window| {
        let store = Arc::clone(&store);
        async move {
            let pages = store.articles_page_by_authors(&[id(2), id(1), id(9)], &window, Detail::Whole, Audience::Everything).await.unwrap();
            page_of(&pages, &id::<CustomerId>(1), &window)
        }
    };
    walk(&sorted(all, order), |article| order.key(article), fetch).await;
}

async fn each_of_many_authors_has_a_page_of_their_own(store: Arc<dyn Documents>) {
    let all: Vec<_> = (1..=40_u128).map(|n| Article { author_id: id(n % 7 + 1), ..draft(n) }).collect();
    store.articles_put(&all).await.unwrap();
    let authors: Vec<CustomerId> = (0..=9).map(id).collect();
    let window = Window { total: true, ..Window::first(2) };
    let pages = store.articles_page_by_authors(&authors, &window, Detail::Whole, Audience::Everything).await.unwrap();
    for author in authors {
        let page = page_of(&pages, &author, &window);
        let list: Vec<_> = all.iter().rev().filter(|article| article.author_id == author).cloned().collect();
        assert_eq!(page.items, list.iter().take(2).cloned().collect::<Vec<_>>(), "{author}");
        assert_eq!((page.has_next, page.total), (list.len() > 2, Some(list.len() as u64)));
    }
    assert_eq!(store.articles_page_by_authors(&[], &window, Detail::Whole, Audience::Everything).await.unwrap(), []);
    assert_eq!(store.articles_page_by_products(&[], &window, Detail::Whole).await.unwrap(), []);
}
