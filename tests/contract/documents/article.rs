use super::{ENGINES, walk::walk};
use crate::{
    contract,
    support::{
        documents_sample::{article, blocks, draft, summary},
        engines::documents,
        sample::{at, id},
    },
};
use libtest_mimic::Trial;
use polystore::{
    error::Kind,
    roles::Documents,
    shop::{
        Article, ArticleFilter, ArticleId, ArticleOrder, ArticleStatus, Audience, Block, CustomerId, Detail, SearchText, Timestamp, Window,
        time,
    },
};
use std::{cmp::Ordering, sync::Arc};

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "article", documents;
        unknown_and_repeated_keys_do_no_harm,
        a_whole_article_has_all_blocks_and_a_summary_none,
        texts_and_borders_come_back_unchanged,
        every_order_can_be_walked_both_ways,
        filters_work_alone_and_together,
        putting_twice_is_the_same_as_once,
        putting_a_known_id_replaces_the_article,
        a_slug_that_another_article_has_is_a_conflict,
        two_thousand_keys_are_answered_at_once,
        a_thousand_blocks_are_kept,
    )
}

pub const ORDERS: [ArticleOrder; 4] =
    [ArticleOrder::CreatedDesc, ArticleOrder::CreatedAsc, ArticleOrder::TitleAsc, ArticleOrder::TitleDesc];

/// How a list of this order compares two articles.
pub fn compare(order: ArticleOrder, a: &Article, b: &Article) -> Ordering {
    let ascending = match order {
        ArticleOrder::CreatedDesc | ArticleOrder::CreatedAsc => a.created_at.cmp(&b.created_at),
        ArticleOrder::TitleAsc | ArticleOrder::TitleDesc => a.title.as_bytes().cmp(b.title.as_bytes()),
    };
    let ascending = ascending.then_with(|| a.id.uuid().cmp(&b.id.uuid()));
    if order.descending() { ascending.reverse() } else { ascending }
}

pub fn sorted(mut articles: Vec<Article>, order: ArticleOrder) -> Vec<Article> {
    articles.sort_by(|a, b| compare(order, a, b));
    articles
}

async fn unknown_and_repeated_keys_do_no_harm(store: Arc<dyn Documents>) {
    store.articles_put(&[article(1), draft(2)]).await.unwrap();
    let found = store.articles_by_ids(&[id(1), id(9), id(1)], Detail::Whole, Audience::Everything).await.unwrap();
    assert_eq!(found, [article(1)]);
    let slugs = ["article-2", "article-9", "article-2", "ARTICLE-1", "article-", ""].map(str::to_owned);
    assert_eq!(store.articles_by_slugs(&slugs, Detail::Whole, Audience::Everything).await.unwrap(), [draft(2)]);
    assert_eq!(store.articles_by_ids(&[], Detail::Whole, Audience::Everything).await.unwrap(), []);
    assert_eq!(store.articles_by_slugs(&[], Detail::Whole, Audience::Everything).await.unwrap(), []);
    let none: [ArticleId; 0] = [];
    store.articles_put(&[]).await.unwrap();
    assert_eq!(store.comments_page_by_articles(&none, &Window::first(1)).await.unwrap(), []);
}

async fn a_whole_article_has_all_blocks_and_a_summary_none(store: Arc<dyn Documents>) {
    let whole = Article { blocks: blocks(), product_ids: vec![id(5)], ..article(1) };
    store.articles_put(std::slice::from_ref(&whole)).await.unwrap();
    let search = SearchText::parse("article").unwrap();
    let window = Window::first(1);
    for (detail, wanted) in [(Detail::Whole, whole.clone()), (Detail::Summary, summary(&whole)), (Detail::Line, summary(&whole))] {
        let wanted = [wanted];
        assert_eq!(store.articles_by_ids(&[id(1)], detail, Audience::Everything).await.unwrap(), wanted);
        assert_eq!(store.articles_by_slugs(&["article-1".into()], detail, Audience::Everything).await.unwrap(), wanted);
        let page =
            store.articles_page(&ArticleFilter::default(), ArticleOrder::CreatedDesc, &window, detail, Audience::Everything).await.unwrap();
        assert_eq!(page.items, wanted);
        assert_eq!(store.articles_page_by_products(&[id(5)], &window, detail).await.unwrap()[0].1.items, wanted);
        assert_eq!(store.articles_page_by_authors(&[id(1)], &window, detail, Audience::Everything).await.unwrap()[0].1.items, wanted);
        assert_eq!(store.articles_search(&search, 10, detail).await.unwrap(), wanted);
    }
}

async fn texts_and_borders_come_back_unchanged(store: Arc<dyn Documents>) {
    let largest = Article {
        slug: "0-".repeat(50),
        title: "🌱é\"'$%_\\".chars().cycle().take(200).collect(),
        tags: (0..20).map(|n| format!("ta\"g ü{n}")).collect(),
        product_ids: (0..100).rev().map(id).collect(),
        published_at: Some(Timestamp::from_millis(time::MAX_MILLIS).unwrap()),
        created_at: Timestamp::from_millis(time::MAX_MILLIS).unwrap(),
        version: i64::MAX,
        ..article(1)
    };
    let smallest = Article {
        slug: "a".into(),
        title: " ".into(),
        tags: vec![],
        blocks: vec![],
        product_ids: vec![],
        created_at: Timestamp::from_millis(0).unwrap(),
        ..draft(2)
    };
    store.articles_put(&[largest.clone(), smallest.clone()]).await.unwrap();
    let found = store.articles_by_ids(&[id(1), id(2)], Detail::Whole, Audience::Everything).await.unwrap();
    assert_eq!(sorted(found, ArticleOrder::CreatedAsc), [smallest, largest]);
}

async fn every_order_can_be_walked_both_ways(store: Arc<dyn Documents>) {
    // equal times, equal titles, and titles that a language would sort in another way than their bytes
    let titles = ["b", "B", "a", "b", "Äpfel", "Zebra", "apple", "b", "éa", "10", "9", "b c", "b-c"];
    let all: Vec<_> = titles
        .into_iter()
        .zip(1..)
        .map(|(title, n)| Article { title: title.into(), created_at: at(i64::try_from(n % 4).unwrap()), ..article(n) })
        .collect();
    store.articles_put(&all).await.unwrap();
    for order in ORDERS {
        let fetch = |window| {
            let store = Arc::clone(&store);
            async move { store.articles_page(&ArticleFilter::default(), order, &window, Detail::Whole, Audience::Everything).await.unwrap() }
        };
        walk(&sorted(all.clone(), order), |article| order.key(article), fetch).await;
    }
}

async fn filters_work_alone_and_together(store: Arc<dyn Documents>) {
    let tags: [&[&str]; 4] = [&["garden"], &["garden", "küche"], &["küche"], &[]];
    let all: Vec<_> = (1..=32_u128)
        .map(|n| {
            let tags = tags[(n % 4) as usize].iter().map(|tag| (*tag).to_owned()).collect();
            let base = if n / 4 % 2 == 0 { draft(n) } else { article(n) };
            Article { tags, author_id: id(n / 8 % 2 + 1), created_at: at(i64::try_from(n / 3).unwrap()), ..base }
        })
        .collect();
    store.articles_put(&all).await.unwrap();
    let tags = [None, Some("garden"), Some("küche"), Some("gard"), Some("Garden")];
    let statuses = [None, Some(ArticleStatus::Draft), Some(ArticleStatus::Published)];
    let authors: [Option<CustomerId>; 4] = [None, Some(id(1)), Some(id(2)), Some(id(3))];
    for tag in tags {
        for status in statuses {
            for author_id in authors {
                let filter = ArticleFilter { tag: tag.map(str::to_owned), status, author_id };
                let fits = |article: &&Article| {
                    filter.tag.as_ref().is_none_or(|tag| article.tags.contains(tag))
                        && status.is_none_or(|status| article.status == status)
                        && author_id.is_none_or(|author| article.author_id == author)
                };
                let fitting: Vec<_> = all.iter().filter(fits).cloned().collect();
                for order in ORDERS {
                    let window = Window { total: true, ..Window::first(100) };
                    let page = store.articles_page(&filter, order, &window, Detail::Whole, Audience::Everything).await.unwrap();
                    assert_eq!(page.items, sorted(fitting.clone(), order), "{filter:?} {order:?}");
                    assert_eq!(page.total, Some(fitting.len() as u64), "{filter:?}");
                }
            }
        }
    }
    // a walk for the filters that have an index of their own in some engine
    for (tag, status, author_id) in [
        (Some("garden"), None, None),
        (Some("garden"), Some(ArticleStatus::Published), None),
        (None, None, Some(id(1))),
        (Some("küche"), Some(ArticleStatus::Draft), Some(id(2))),
    ] {
        let filter = ArticleFilter { tag: tag.map(str::to_owned), status, author_id };
        for order in [ArticleOrder::CreatedDesc, ArticleOrder::TitleAsc] {
            let whole = store.articles_page(&filter, order, &Window::first(100), Detail::Whole, Audience::Everything).await.unwrap().items;
            let fetch = |window| {
                let (store, filter) = (Arc::clone(&store), filter.clone());
                async move { store.articles_page(&filter, order, &window, Detail::Whole, Audience::Everything).await.unwrap() }
            };
            walk(&whole, |article| order.key(article), fetch).await;
        }
    }
}

async fn putting_twice_is_the_same_as_once(store: Arc<dyn Documents>) {
    let rows = [article(1), draft(2), article(3)];
    let (one, other) = tokio::join!(store.articles_put(&rows), store.articles_put(&rows));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    store.articles_put(&rows).await.unwrap();
    let window = Window { total: true, ..Window::first(100) };
    let page = store
        .articles_page(&ArticleFilter::default(), ArticleOrder::CreatedAsc, &window, Detail::Whole, Audience::Everything)
        .await
        .unwrap();
    assert_eq!(page.items, rows);
    assert_eq!(page.total, Some(3));
}

async fn putting_a_known_id_replaces_the_article(store: Arc<dyn Documents>) {
    let before = Article { product_ids: vec![id(1), id(2)], blocks: blocks(), title: "Old words".into(), ..article(1) };
    store.articles_put(&[before, article(2)]).await.unwrap();
    let after = Article {
        slug: "new".into(),
        title: "New words".into(),
        tags: vec!["x".into()],
        author_id: id(3),
        product_ids: vec![id(2)],
        created_at: at(500),
        version: 2,
        ..article(1)
    };
    store.articles_put(std::slice::from_ref(&after)).await.unwrap();
    assert_eq!(store.articles_by_ids(&[id(1)], Detail::Whole, Audience::Everything).await.unwrap(), std::slice::from_ref(&after));
    // nothing of the old one is left in any index
    assert_eq!(store.articles_by_slugs(&["article-1".into()], Detail::Whole, Audience::Everything).await.unwrap(), []);
    let found = |text: &str| SearchText::parse(text).unwrap();
    assert_eq!(store.articles_search(&found("old"), 10, Detail::Whole).await.unwrap(), []);
    assert_eq!(store.articles_search(&found("überschrift"), 10, Detail::Whole).await.unwrap(), []);
    assert_eq!(store.articles_search(&found("new words"), 10, Detail::Whole).await.unwrap(), std::slice::from_ref(&after));
    let filter = ArticleFilter { tag: Some("garden".into()), ..ArticleFilter::default() };
    let page =
        store.articles_page(&filter, ArticleOrder::CreatedAsc, &Window::first(9), Detail::Whole, Audience::Everything).await.unwrap();
    assert_eq!(page.items, [article(2)]);
    let pages = store.articles_page_by_products(&[id(1), id(2)], &Window::first(9), Detail::Whole).await.unwrap();
    let pages: Vec<_> = pages.into_iter().filter(|(_, page)| !page.items.is_empty()).map(|(id, page)| (id, page.items)).collect();
    assert_eq!(pages, [(id(2), vec![after])]);
    // the slug is free again
    store.articles_put(&[Article { slug: "article-1".into(), ..article(4) }]).await.unwrap();
}

async fn a_slug_that_another_article_has_is_a_conflict(store: Arc<dyn Documents>) {
    store.articles_put(&[article(1), article(2)]).await.unwrap();
    for rows in [
        vec![Article { slug: "article-1".into(), ..article(3) }],
        vec![Article { slug: "article-1".into(), ..article(2) }],
        vec![Article { slug: "same".into(), ..article(4) }, Article { slug: "same".into(), ..article(5) }],
    ] {
        let refused = store.articles_put(&rows).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Conflict, "{refused:?}");
    }
    let mut found = store.articles_by_ids(&[id(1), id(2), id(3)], Detail::Whole, Audience::Everything).await.unwrap();
    found.sort_by_key(|article| article.id.uuid());
    assert_eq!(found, [article(1), article(2)]);
}

async fn two_thousand_keys_are_answered_at_once(store: Arc<dyn Documents>) {
    let rows: Vec<_> = (1..=300).map(article).collect();
    store.articles_put(&rows).await.unwrap();
    let keys: Vec<ArticleId> = (1..=2_000).map(id).collect();
    let found = store.articles_by_ids(&keys, Detail::Whole, Audience::Everything).await.unwrap();
    assert_eq!(sorted(found, ArticleOrder::CreatedAsc), rows);
    let slugs: Vec<_> = (1..=2_000).map(|n| format!("article-{n}")).collect();
    let found = store.articles_by_slugs(&slugs, Detail::Whole, Audience::Everything).await.unwrap();
    assert_eq!(sorted(found, ArticleOrder::CreatedAsc), rows);
    let authors: Vec<CustomerId> = (1..=2_000).map(id).collect();
    let pages = store.articles_page_by_authors(&authors, &Window::first(100), Detail::Summary, Audience::Everything).await.unwrap();
    assert_eq!(pages.iter().map(|(_, page)| page.items.len()).sum::<usize>(), 100);
}

async fn a_thousand_blocks_are_kept(store: Arc<dyn Documents>) {
    let many: Vec<_> = (0..1_000).map(|n| Block::Paragraph { text: format!("{n} {}", "text ".repeat(100)) }).collect();
    let large = Article { blocks: many, ..article(1) };
    store.articles_put(std::slice::from_ref(&large)).await.unwrap();
    assert!(store.articles_by_ids(&[id(1)], Detail::Whole, Audience::Everything).await.unwrap() == [large]);
}
