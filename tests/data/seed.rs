//! The seed: the same rows everywhere, sound across the stores, and alive enough for every board.

use crate::recording::Recording;
use polystore::{
    engines::{Limits, sqlite::Sqlite},
    progress::Silent,
    roles::{Activity, Orders, Store},
    seed::{Plan, Scale, Summary, run},
    shop::{ActivityKind, ArticleStatus, Audience, Block, Board, OrderStatus, TrendingWindow},
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Everything that the seed writes at scale 0.02 with seed 42. A change of it is a change of everybody's data: do it on purpose.
const DIGEST: &str = "ba4a2560e7ddcfd3a97f0efa3ce044cba38a61fccd42dc2c7427d6f69ebd7034";

async fn seeded(scale: f64, seed: u64) -> (Recording, Summary) {
    let store = Recording::default();
    let summary = run(&store, &store, &store, &Plan { scale: Scale::new(scale).unwrap(), seed }, &Silent).await.unwrap();
    (store, summary)
}

#[tokio::test]
async fn the_same_plan_gives_the_same_rows_everywhere() {
    let (store, _) = seeded(0.02, 42).await;
    assert_eq!(store.digest(), DIGEST);
    assert_ne!(seeded(0.02, 43).await.0.digest(), DIGEST);
}

#[tokio::test]
async fn counts_are_what_the_scale_says() {
    let (_, small) = seeded(0.000_1, 1).await;
    assert_eq!((small.customers, small.categories, small.products, small.articles), (100, 40, 60, 43));
    let (store, summary) = seeded(0.1, 1).await;
    let counts = [summary.customers, summary.products, summary.orders, summary.articles, summary.comments, summary.preferences];
    assert_eq!(counts, [1_000, 200, 5_000, 503, 1_504, 1_000]);
    assert_eq!(summary.activity, 10_000);
    assert!((14_000..15_500).contains(&summary.order_items), "{}", summary.order_items);
    assert_eq!(store.kept().preferences.len(), 1_000);
}

#[tokio::test]
async fn every_reference_leads_somewhere_that_was_there_at_the_time() {
    let (store, _) = seeded(0.05, 7).await;
    let kept = store.kept();
    let people: HashMap<_, _> = kept.customers.iter().map(|row| (row.id, row.created_at)).collect();
    let goods: HashMap<_, _> = kept.products.iter().map(|row| (row.id, row.created_at)).collect();
    let pieces: HashMap<_, _> = kept.articles.iter().map(|row| (row.id, row.published_at)).collect();
    let shelves: HashSet<_> = kept.categories.iter().map(|row| row.id).collect();
    assert!(kept.products.iter().all(|row| shelves.contains(&row.category_id) && row.price.minor > 0 && row.stock >= 0));
    assert!(kept.categories.iter().filter_map(|row| row.parent_id).all(|parent| shelves.contains(&parent)));
    for OrderAndItems { order, items } in kept.orders.iter().map(OrderAndItems::from) {
        assert!(people[&order.customer_id] <= order.placed_at, "{order:?}");
        assert!(items.iter().all(|item| goods[&item.product_id] <= order.placed_at), "{order:?}");
        assert_eq!(order.total.minor, items.iter().map(|item| item.line_total().unwrap().minor).sum::<i64>());
        assert!((1..=5).contains(&items.len()) && items.iter().zip(1..).all(|(item, line)| item.line == line));
    }
    for article in &kept.articles {
        assert!(people[&article.author_id] <= article.created_at, "{article:?}");
        assert!((1..=4).contains(&article.product_ids.len()) && article.tags.len() == 3 && (5..=20).contains(&article.blocks.len()));
        assert_eq!(article.published_at.is_some(), article.status == ArticleStatus::Published);
        let embedded = article.blocks.iter().filter_map(|block| match block {
            Block::ProductEmbed { product_id, .. } => Some(product_id),
            _ => None,
        });
        assert!(article.product_ids.iter().chain(embedded).all(|id| goods[id] <= article.created_at), "{article:?}");
    }
    for comment in &kept.comments {
        assert!(people[&comment.author_id] <= comment.created_at, "{comment:?}");
        assert!(pieces[&comment.article_id].is_some_and(|published| published <= comment.created_at), "{comment:?}");
    }
    for event in &kept.activity {
        assert!(people[&event.customer_id] <= event.at, "{event:?}");
        assert!(event.product_id.is_none_or(|id| goods[&id] <= event.at), "{event:?}");
        assert!(event.article_id.is_none_or(|id| pieces[&id].is_some_and(|published| published <= event.at)), "{event:?}");
    }
    assert_eq!(kept.preferences.iter().map(|row| row.customer_id).collect::<HashSet<_>>().len(), kept.customers.len());
}

struct OrderAndItems<'a> {
    order: &'a polystore::shop::Order,
    items: &'a [polystore::shop::OrderItem],
}

impl<'a> From<&'a polystore::shop::OrderWithItems> for OrderAndItems<'a> {
    fn from(row: &'a polystore::shop::OrderWithItems) -> Self {
        Self { order: &row.order, items: &row.items }
    }
}

#[tokio::test]
async fn what_must_be_unique_is_and_texts_hold_to_the_rules() {
    fn unique<T: Ord>(rows: impl Iterator<Item = T>) {
        let all: Vec<T> = rows.collect();
        let count = all.len();
        assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), count);
    }
    fn slug(text: &str) -> bool {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=100).contains(&text.len()) && text.chars().all(allowed)
    }
    let (store, _) = seeded(0.3, 7).await;
    let kept = store.kept();
    unique(kept.customers.iter().map(|row| &row.email));
    unique(kept.products.iter().map(|row| &row.slug));
    unique(kept.products.iter().map(|row| &row.sku));
    unique(kept.articles.iter().map(|row| &row.slug));
    unique(kept.customers.iter().map(|row| row.id.uuid()));
    unique(kept.orders.iter().map(|row| row.order.id.uuid()));
    unique(kept.activity.iter().map(|row| row.id.uuid()));
    unique(kept.comments.iter().map(|row| row.id.uuid()));
    assert!(kept.products.iter().all(|row| slug(&row.slug) && row.name.chars().count() <= 200));
    assert!(kept.articles.iter().all(|row| slug(&row.slug) && row.title.chars().count() <= 200));
    assert!(kept.customers.iter().all(|row| row.email == row.email.to_lowercase() && row.email.is_ascii()));
    assert!(kept.customers.iter().any(|row| row.name.contains('"')) && kept.customers.iter().any(|row| row.name.contains('\'')));
    assert!(kept.products.iter().any(|row| row.name.contains('"')) && kept.products.iter().any(|row| !row.name.is_ascii()));
    let kinds: HashSet<_> = kept.articles.iter().flat_map(|row| &row.blocks).map(std::mem::discriminant).collect();
    assert_eq!(kinds.len(), 6);
}

#[tokio::test]
async fn order_events_agree_with_the_orders() {
    let (store, _) = seeded(0.05, 7).await;
    let kept = store.kept();
    let mut events: HashMap<_, Vec<_>> = HashMap::new();
    for event in &kept.activity {
        if let Some(order) = event.order_id {
            events.entry(order).or_default().push(event);
        }
    }
    assert!(events.len() > 500, "{}", events.len());
    let mut seen = HashSet::new();
    for (id, mut events) in events {
        events.sort_by_key(|event| event.at);
        let order = &kept.orders.iter().find(|row| row.order.id == id).unwrap().order;
        let status = match events.last().unwrap().kind {
            ActivityKind::OrderPlaced => OrderStatus::Placed,
            ActivityKind::OrderPaid => OrderStatus::Paid,
            ActivityKind::OrderShipped => OrderStatus::Shipped,
            ActivityKind::OrderCancelled => OrderStatus::Cancelled,
            other => panic!("{other:?} of an order"),
        };
        assert_eq!((status, i64::try_from(events.len()).unwrap()), (order.status, order.version), "{events:?}");
        assert_eq!((events[0].kind, events[0].at), (ActivityKind::OrderPlaced, order.placed_at));
        assert!(events.iter().all(|event| event.customer_id == order.customer_id));
        seen.insert(status);
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
}

#[tokio::test]
async fn every_board_has_products_and_the_trending_ones_differ() {
    let (store, _) = seeded(0.02, 42).await;
    let kept = store.kept();
    let top = |board: Board| {
        let mut scores = kept.boards.iter().find(|(name, _)| *name == board).unwrap().1.clone();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.uuid().cmp(&a.0.uuid())));
        scores.into_iter().take(5).map(|(id, _)| id).collect::<Vec<_>>()
    };
    let windows = [TrendingWindow::Hour, TrendingWindow::Day, TrendingWindow::Week];
    let tops: Vec<_> = windows.map(|window| top(Board::Trending(window))).into_iter().chain([top(Board::BestSellers)]).collect();
    assert!(tops.iter().all(|top| top.len() == 5), "{tops:?}");
    assert_eq!(tops.iter().collect::<HashSet<_>>().len(), 4, "{tops:?}");
    assert!(!kept.counters.is_empty());
}

#[tokio::test]
async fn activity_is_written_when_everything_else_is_there() {
    let (store, _) = seeded(0.000_1, 1).await;
    let kept = store.kept();
    let first = kept.puts.iter().position(|what| *what == "activity").unwrap();
    assert!(kept.puts[first..].iter().all(|what| ["activity", "filled", "counters", "ranking"].contains(what)), "{:?}", kept.puts);
    let filled = kept.puts.iter().position(|what| *what == "filled").unwrap();
    assert!(!kept.puts[filled..].contains(&"activity"), "the planner is told when all is there: {:?}", kept.puts);
}

#[tokio::test]
async fn sqlite_takes_the_seed_twice_and_keeps_it_once() {
    let store = Sqlite::connect("sqlite::memory:", &Limits::default()).await.unwrap();
    store.migrate().await.unwrap();
    let hot = Recording::default();
    let plan = Plan { scale: Scale::new(0.01).unwrap(), seed: 42 };
    let first = run(&store, &store, &hot, &plan, &Silent).await.unwrap();
    assert_eq!(run(&store, &store, &hot, &plan, &Silent).await.unwrap(), first);
    let views: i64 = store.view_counts().await.unwrap().iter().map(|(_, views)| views).sum();
    let (recorded, _) = seeded(0.01, 42).await;
    let seen = recorded.kept().activity.iter().filter(|event| event.kind.code().ends_with("_VIEWED")).count();
    assert_eq!(usize::try_from(views).unwrap(), seen);
    let mut expected: Vec<_> = recorded.kept().orders.iter().map(|row| row.order.clone()).collect();
    let ids: Vec<_> = expected.iter().map(|order| order.id).collect();
    let mut stored = store.orders_by_ids(&ids, Audience::Everything).await.unwrap();
    stored.sort_by_key(|order| order.id.uuid());
    expected.sort_by_key(|order| order.id.uuid());
    assert_eq!(stored, expected);
}
