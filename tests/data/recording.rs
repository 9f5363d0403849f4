//! A store of all three roles that keeps what is put into it and answers the few questions that the seed and the importer ask.
//! It can be asked how often something was put, and for a digest of everything.

use async_trait::async_trait;
use futures::stream::BoxStream;
use polystore::{
    error::{Engine, Kind, StoreError},
    roles::{hot::Versioned, *},
    shop::*,
};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    fmt::Debug,
    sync::Mutex,
    time::Duration,
};

/// What was put, in the order in which it came.
#[derive(Default)]
pub struct Kept {
    pub puts: Vec<&'static str>,
    pub customers: Vec<Customer>,
    pub categories: Vec<Category>,
    pub products: Vec<Product>,
    pub orders: Vec<OrderWithItems>,
    pub articles: Vec<Article>,
    pub comments: Vec<Comment>,
    pub preferences: Vec<Preferences>,
    pub activity: Vec<ActivityEvent>,
    pub boards: Vec<(Board, Vec<(ProductId, f64)>)>,
    pub counters: Vec<(Counter, i64)>,
}

#[derive(Default)]
pub struct Recording {
    kept: Mutex<Kept>,
}

impl Recording {
    pub fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    fn put<T: Clone>(&self, what: &'static str, rows: &[T], list: impl FnOnce(&mut Kept) -> &mut Vec<T>) -> Result<()> {
        let mut kept = self.kept();
        kept.puts.push(what);
        list(&mut kept).extend_from_slice(rows);
        Ok(())
    }

    /// One digest of every row of every kind.
    pub fn digest(&self) -> String {
        fn add<T: Debug>(hash: &mut Sha256, rows: &[T]) {
            rows.iter().for_each(|row| hash.update(format!("{row:?}\n")));
        }
        let kept = self.kept();
        let mut hash = Sha256::new();
        add(&mut hash, &kept.customers);
        add(&mut hash, &kept.categories);
        add(&mut hash, &kept.products);
        add(&mut hash, &kept.orders);
        add(&mut hash, &kept.articles);
        add(&mut hash, &kept.comments);
        add(&mut hash, &kept.preferences);
        add(&mut hash, &kept.activity);
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn not_asked<T>() -> Result<T> {
    Err(StoreError::new(Engine::Memory, Kind::Broken, "the recording store does not answer this question"))
}

#[async_trait]
impl Store for Recording {
    fn engine(&self) -> Engine {
        Engine::Memory
    }

    async fn ping(&self) -> Result<()> {
        Ok(())
    }

    async fn schema(&self) -> Result<SchemaState> {
        Ok(SchemaState::Current)
    }

    async fn migrate(&self) -> Result<()> {
        Ok(())
    }

    async fn filled(&self) {
        self.kept().puts.push("filled");
    }
}

#[async_trait]
impl Customers for Recording {
    async fn customers_by_ids(&self, ids: &[CustomerId]) -> Result<Vec<Customer>> {
        Ok(self.kept().customers.iter().filter(|row| ids.contains(&row.id)).cloned().collect())
    }

    async fn customers_by_emails(&self, emails: &[String]) -> Result<Vec<Customer>> {
        Ok(self.kept().customers.iter().filter(|row| emails.contains(&row.email)).cloned().collect())
    }

    async fn customers_page(&self, _: &CustomerFilter, _: &Window) -> Result<Page<Customer>> {
        not_asked()
    }

    async fn customers_total_spent(&self, _: &[CustomerId]) -> Result<Vec<(CustomerId, Money)>> {
        not_asked()
    }

    async fn customers_put(&self, rows: &[Customer]) -> Result<()> {
        self.put("customers", rows, |kept| &mut kept.customers)
    }
}

#[async_trait]
impl Catalog for Recording {
    async fn categories_by_ids(&self, ids: &[CategoryId]) -> Result<Vec<Category>> {
        Ok(self.kept().categories.iter().filter(|row| ids.contains(&row.id)).cloned().collect())
    }

    async fn categories_by_slugs(&self, slugs: &[String]) -> Result<Vec<Category>> {
        Ok(self.kept().categories.iter().filter(|row| slugs.contains(&row.slug)).cloned().collect())
    }

    async fn categories_by_parents(&self, _: &[CategoryId]) -> Result<Vec<Category>> {
        not_asked()
    }

    async fn categories_roots(&self) -> Result<Vec<Category>> {
        not_asked()
    }

    async fn categories_put(&self, rows: &[Category]) -> Result<()> {
        self.put("categories", rows, |kept| &mut kept.categories)
    }

    async fn products_by_ids(&self, ids: &[ProductId], _: Detail) -> Result<Vec<Product>> {
        Ok(self.kept().products.iter().filter(|row| ids.contains(&row.id)).cloned().collect())
    }

    async fn products_by_slugs(&self, slugs: &[String]) -> Result<Vec<Product>> {
        Ok(self.kept().products.iter().filter(|row| slugs.contains(&row.slug)).cloned().collect())
    }

    async fn products_by_skus(&self, skus: &[String]) -> Result<Vec<Product>> {
        Ok(self.kept().products.iter().filter(|row| skus.contains(&row.sku)).cloned().collect())
    }

    async fn products_page(&self, _: &ProductFilter, _: ProductOrder, window: &Window, _: Detail) -> Result<Page<Product>> {
        Ok(window.page(self.kept().products.iter().take(2).cloned().collect(), None))
    }

    async fn products_page_by_categories(&self, _: &[CategoryId], _: &Window, _: Detail) -> Result<Vec<(CategoryId, Page<Product>)>> {
        not_asked()
    }

    async fn products_search(&self, _: &SearchText, _: u32) -> Result<Vec<Product>> {
        not_asked()
    }

    async fn products_put(&self, rows: &[Product]) -> Result<()> {
        self.put("products", rows, |kept| &mut kept.products)
    }

    async fn product_create(&self, _: &Product, _: Provenance<'_>) -> Result<Written<Product, ProductRefusal>> {
        not_asked()
    }

    async fn product_change(
        &self,
        _: ProductId,
        _: Option<i64>,
        _: &ProductChange,
        _: Timestamp,
        _: Provenance<'_>,
    ) -> Result<Written<Product, ProductRefusal>> {
        not_asked()
    }

    async fn stock_change(&self, _: &StockChange, _: Provenance<'_>) -> Result<Written<Product, ProductRefusal>> {
        not_asked()
    }
}

#[async_trait]
impl Orders for Recording {
    async fn orders_by_ids(&self, ids: &[OrderId], _: Audience) -> Result<Vec<Order>> {
        Ok(self.kept().orders.iter().map(|row| &row.order).filter(|row| ids.contains(&row.id)).cloned().collect())
    }

    async fn orders_page(&self, _: &OrderFilter, _: OrderOrder, _: &Window) -> Result<Page<Order>> {
        not_asked()
    }

    async fn orders_page_by_customers(&self, _: &[CustomerId], _: &Window) -> Result<Vec<(CustomerId, Page<Order>)>> {
        not_asked()
    }

    async fn order_items_by_orders(&self, _: &[OrderId]) -> Result<Vec<OrderItem>> {
        not_asked()
    }

    async fn sales_report(&self, _: &SalesPeriod) -> Result<Vec<SalesRow>> {
        not_asked()
    }

    async fn product_sales(&self) -> Result<Vec<(ProductId, i64)>> {
        let mut sums = BTreeMap::new();
        for row in self.kept().orders.iter().filter(|row| row.order.status != OrderStatus::Cancelled) {
            row.items.iter().for_each(|item| *sums.entry(item.product_id.uuid()).or_insert(0) += item.quantity);
        }
        Ok(sums.into_iter().map(|(id, pieces)| (id.into(), pieces)).collect())
    }

    async fn orders_put(&self, rows: &[OrderWithItems]) -> Result<()> {
        self.put("orders", rows, |kept| &mut kept.orders)
    }

    async fn order_balances(&self, _: &[OrderId]) -> Result<Vec<(OrderId, Money)>> {
        not_asked()
    }

    async fn order_place(&self, _: &NewOrder, _: Provenance<'_>) -> Result<Written<OrderWithItems, OrderRefusal>> {
        not_asked()
    }

    async fn order_move(&self, _: &OrderMove, _: Provenance<'_>) -> Result<Written<Order, MoveRefusal>> {
        not_asked()
    }
}

#[async_trait]
impl Articles for Recording {
    async fn articles_by_ids(&self, ids: &[ArticleId], _: Detail, _: Audience) -> Result<Vec<Article>> {
        Ok(self.kept().articles.iter().filter(|row| ids.contains(&row.id)).cloned().collect())
    }

    async fn articles_by_slugs(&self, slugs: &[String], _: Detail, _: Audience) -> Result<Vec<Article>> {
        Ok(self.kept().articles.iter().filter(|row| slugs.contains(&row.slug)).cloned().collect())
    }

    async fn articles_page(&self, _: &ArticleFilter, _: ArticleOrder, _: &Window, _: Detail, _: Audience) -> Result<Page<Article>> {
        not_asked()
    }

    async fn articles_page_by_products(&self, _: &[ProductId], _: &Window, _: Detail) -> Result<Vec<(ProductId, Page<Article>)>> {
        not_asked()
    }

    async fn articles_page_by_authors(
        &self,
        _: &[CustomerId],
        _: &Window,
        _: Detail,
        _: Audience,
    ) -> Result<Vec<(CustomerId, Page<Article>)>> {
        not_asked()
    }

    async fn articles_search(&self, _: &SearchText, _: u32, _: Detail) -> Result<Vec<Article>> {
        not_asked()
    }

    async fn article_revisions_page_by_articles(&self, _: &[ArticleId], _: &Window) -> Result<Vec<(ArticleId, Page<ArticleRevision>)>> {
        not_asked()
    }

    async fn article_create(&self, _: &Article, _: &Event, _: Provenance<'_>) -> Result<Written<Article, ArticleRefusal>> {
        not_asked()
    }

    async fn article_replace(&self, _: &Article, _: &Article, _: &Event, _: Provenance<'_>) -> Result<Written<Article, ArticleRefusal>> {
        not_asked()
    }

    async fn articles_put(&self, rows: &[Article]) -> Result<()> {
        self.put("articles", rows, |kept| &mut kept.articles)
    }
}

#[async_trait]
impl Comments for Recording {
    async fn comments_by_ids(&self, _: &[CommentId]) -> Result<Vec<Comment>> {
        not_asked()
    }

    async fn comments_page_by_articles(&self, _: &[ArticleId], _: &Window) -> Result<Vec<(ArticleId, Page<Comment>)>> {
        not_asked()
    }

    async fn comments_put(&self, rows: &[Comment]) -> Result<()> {
        self.put("comments", rows, |kept| &mut kept.comments)
    }

    async fn comment_create(&self, _: &Comment, _: &Event, _: Option<&Once>) -> Result<Written<Comment, std::convert::Infallible>> {
        not_asked()
    }
}

#[async_trait]
impl PreferenceStore for Recording {
    async fn preferences_by_customers(&self, _: &[CustomerId]) -> Result<Vec<Preferences>> {
        not_asked()
    }

    async fn preferences_put(&self, rows: &[Preferences]) -> Result<()> {
        self.put("preferences", rows, |kept| &mut kept.preferences)
    }

    async fn preferences_replace(&self, _: &Preferences) -> Result<bool> {
        not_asked()
    }
}

impl Recording {
    fn views(&self) -> Vec<(Counter, Timestamp)> {
        let of = |event: &ActivityEvent| match event.kind {
            ActivityKind::ProductViewed => event.product_id.map(Counter::ProductViews),
            ActivityKind::ArticleViewed => event.article_id.map(Counter::ArticleViews),
            _ => None,
        };
        self.kept().activity.iter().filter_map(|event| Some((of(event)?, event.at))).collect()
    }
}

#[async_trait]
impl Activity for Recording {
    async fn activity_page_by_customers(&self, _: &[CustomerId], _: &Window) -> Result<Vec<(CustomerId, Page<ActivityEvent>)>> {
        not_asked()
    }

    async fn activity_by_orders(&self, _: &[OrderId]) -> Result<Vec<ActivityEvent>> {
        not_asked()
    }

    async fn view_counts(&self) -> Result<Vec<(Counter, i64)>> {
        let mut counts = HashMap::new();
        for (counter, _) in self.views() {
            *counts.entry(counter).or_insert(0) += 1;
        }
        Ok(counts.into_iter().collect())
    }

    async fn view_steps(&self, window: TrendingWindow) -> Result<Vec<ViewsInStep>> {
        let mut steps = HashMap::new();
        for (counter, at) in self.views().into_iter().filter(|(counter, _)| matches!(counter, Counter::ProductViews(_))) {
            *steps.entry((counter, window.step_of(at))).or_insert(0) += 1;
        }
        Ok(steps.into_iter().map(|((counter, step), views)| ViewsInStep { counter, step, views }).collect())
    }

    async fn activity_put(&self, rows: &[ActivityEvent]) -> Result<()> {
        self.put("activity", rows, |kept| &mut kept.activity)
    }

    async fn views_put(&self, _: &ViewBatch) -> Result<()> {
        not_asked()
    }
}

#[async_trait]
impl Cache for Recording {
    async fn cache_get(&self, _: &[String]) -> Result<Vec<Option<bytes::Bytes>>> {
        not_asked()
    }

    async fn cache_set(&self, _: &[(String, bytes::Bytes)], _: Duration) -> Result<()> {
        not_asked()
    }

    async fn cache_delete(&self, _: &[String]) -> Result<()> {
        not_asked()
    }

    async fn cache_put(&self, _: &[Versioned]) -> Result<()> {
        not_asked()
    }

    async fn cache_floor(&self, _: &[(String, i64)], _: Duration) -> Result<()> {
        not_asked()
    }
}

#[async_trait]
impl Counters for Recording {
    async fn counters_get(&self, _: &[Counter]) -> Result<Vec<i64>> {
        not_asked()
    }

    async fn counters_put(&self, rows: &[(Counter, i64)]) -> Result<()> {
        self.put("counters", rows, |kept| &mut kept.counters)
    }

    async fn counters_add(&self, _: EventId, _: &[(Counter, i64)]) -> Result<()> {
        not_asked()
    }
}

#[async_trait]
impl Rankings for Recording {
    async fn ranking_top(&self, _: Board, _: u32) -> Result<Vec<Ranked>> {
        not_asked()
    }

    async fn ranking_places(&self, _: Board, _: &[ProductId]) -> Result<Vec<Ranked>> {
        not_asked()
    }

    async fn ranking_put(&self, board: Board, scores: &[(ProductId, f64)], _: Timestamp) -> Result<()> {
        self.put("ranking", &[(board, scores.to_vec())], |kept| &mut kept.boards)
    }

    async fn ranking_add(&self, _: EventId, _: Board, _: &[(ProductId, i64)], _: Timestamp) -> Result<()> {
        not_asked()
    }
}

#[async_trait]
impl Accounts for Recording {
    async fn accounts_by_customers(&self, _: &[CustomerId]) -> Result<Vec<Account>> {
        not_asked()
    }

    async fn accounts_by_emails(&self, _: &[String]) -> Result<Vec<NewAccount>> {
        not_asked()
    }

    async fn account_create(&self, _: &NewAccount, _: Provenance<'_>) -> Result<Written<Customer, AccountRefusal>> {
        not_asked()
    }

    async fn account_put(&self, _: &Account, _: Provenance<'_>) -> Result<bool> {
        not_asked()
    }

    async fn customer_change(
        &self,
        _: CustomerId,
        _: &ProfileChange,
        _: Timestamp,
        _: Provenance<'_>,
    ) -> Result<Written<Customer, AccountRefusal>> {
        not_asked()
    }
}

#[async_trait]
impl AuditLog for Recording {
    async fn audit_page(&self, _: &AuditFilter, _: u32) -> Result<Vec<AuditEntry>> {
        not_asked()
    }
}

#[async_trait]
impl Sessions for Recording {
    async fn session_put(&self, _: TokenHash, _: &Session, _: Duration) -> Result<()> {
        not_asked()
    }

    async fn session_get(&self, _: TokenHash, _: Duration) -> Result<Option<Session>> {
        not_asked()
    }

    async fn session_delete(&self, _: TokenHash) -> Result<bool> {
        not_asked()
    }
}

#[async_trait]
impl RateLimits for Recording {
    async fn rate_exchange(&self, _: &str, _: Rate, _: u32, _: u32) -> Result<Taken> {
        not_asked()
    }
}

#[async_trait]
impl Channel for Recording {
    async fn channel_tell(&self, _: &[Message]) -> Result<()> {
        not_asked()
    }

    async fn channel_listen(&self) -> Result<BoxStream<'static, Heard>> {
        not_asked()
    }
}

#[async_trait]
impl Outbox for Recording {
    async fn outbox_claim(&self, _: u32, _: Duration) -> Result<Vec<Claimed>> {
        not_asked()
    }

    async fn outbox_done(&self, _: &[EventId]) -> Result<()> {
        not_asked()
    }

    async fn outbox_failed(&self, _: EventId, _: Option<Duration>, _: bool, _: &str) -> Result<()> {
        not_asked()
    }

    async fn outbox_state(&self) -> Result<OutboxState> {
        not_asked()
    }

    async fn outbox_parked(&self, _: u32) -> Result<Vec<Parked>> {
        not_asked()
    }

    async fn outbox_retry(&self, _: &[EventId]) -> Result<u64> {
        not_asked()
    }

    async fn once_prune(&self, _: Timestamp) -> Result<u64> {
        not_asked()
    }
}
