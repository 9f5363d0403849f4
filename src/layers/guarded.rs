//! Keeps callers from waiting for a store that is down. In front of each store of a server stands a circuit breaker.
//!
//! - A call that is not answered soon has the store asked for a sign of life ([`Store::probe`]), past the pool: a busy store gives one and the
//!   call goes on waiting; a dead one does not, the call ends at once and the breaker opens.
//! - When five calls in a row fail within a second with [`crate::error::Kind::Unavailable`] or [`crate::error::Kind::Timeout`] a whole round
//!   trip is tried, and the breaker opens if it fails: there are stores that are alive and cannot work. A store that only turns callers
//!   away because too many come at once passes.
//! - While it is open no call reaches the store. A task probes it, four times a second, and closes the breaker after two good round trips.
//!
//! A store has 256 calls in hand at most; one too many is [`crate::error::Kind::Busy`] at once, whatever the engine.
//!
//! A write that is given up answers [`crate::error::Kind::Timeout`]: what was sent goes on by itself, and nobody knows what becomes of it. So that
//! this is seldom, a write waits for a sign of life if the store has not answered anybody for a second.
//! Schemas are read and changed past the breaker, at the start of the program. Embedded engines have no breaker.

mod breaker;
mod guard;
#[cfg(test)]
mod tests;

use crate::{
    error::Engine,
    roles::{hot::Versioned, *},
    shop::*,
};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use guard::{Effect, Guard};
use std::{sync::Arc, time::Duration};

/// A role behind a circuit breaker.
pub struct Guarded<R: ?Sized>(Arc<Guard<R>>);

impl<R: Store + ?Sized + 'static> Guarded<R> {
    /// Puts a breaker in front of the implementation of a role.
    pub fn new(inner: Arc<R>) -> Self {
        Self(Guard::new(inner))
    }
}

#[async_trait]
impl<R: Store + ?Sized + 'static> Store for Guarded<R> {
    fn engine(&self) -> Engine {
        self.0.store().engine()
    }

    fn breaker(&self) -> Option<BreakerState> {
        self.0.state()
    }

    async fn ping(&self) -> Result<()> {
        self.0.call(Effect::Read, self.0.store().ping()).await
    }

    async fn probe(&self) -> Result<()> {
        self.0.store().probe().await
    }

    async fn schema(&self) -> Result<SchemaState> {
        self.0.store().schema().await
    }

    async fn migrate(&self) -> Result<()> {
        self.0.store().migrate().await
    }

    async fn filled(&self) {
        self.0.store().filled().await;
    }

    async fn close(&self) {
        self.0.store().close().await;
    }
}

/// Lets every method of a role's trait through, unless the breaker is open; each is marked with what it may leave behind.
macro_rules! guard {
    ($role:ident { $($effect:ident $method:ident($($arg:ident: $type:ty),*) -> $answer:ty;)+ }) => {
        #[async_trait]
        impl<R: $role + Store + ?Sized + 'static> $role for Guarded<R> {
            $(async fn $method(&self, $($arg: $type),*) -> Result<$answer> {
                self.0.call(Effect::$effect, self.0.store().$method($($arg),*)).await
            })+
        }
    };
}

guard!(Customers {
    Read customers_by_ids(ids: &[CustomerId]) -> Vec<Customer>;
    Read customers_by_emails(emails: &[String]) -> Vec<Customer>;
    Read customers_page(filter: &CustomerFilter, window: &Window) -> Page<Customer>;
    Read customers_total_spent(ids: &[CustomerId]) -> Vec<(CustomerId, Money)>;
    Write customers_put(rows: &[Customer]) -> ();
});

guard!(Accounts {
    Read accounts_by_customers(customers: &[CustomerId]) -> Vec<Account>;
    Read accounts_by_emails(emails: &[String]) -> Vec<NewAccount>;
    Write account_create(new: &NewAccount, by: Provenance<'_>) -> Written<Customer, AccountRefusal>;
    Write account_put(account: &Account, by: Provenance<'_>) -> bool;
    Write customer_change(id: CustomerId, change: &ProfileChange, at: Timestamp, by: Provenance<'_>) -> Written<Customer, AccountRefusal>;
});

guard!(Outbox {
    Write outbox_claim(limit: u32, lease: Duration) -> Vec<Claimed>;
    Write outbox_done(ids: &[EventId]) -> ();
    Write outbox_failed(id: EventId, wait: Option<Duration>, counted: bool, error: &str) -> ();
    Read outbox_state() -> OutboxState;
    Read outbox_parked(limit: u32) -> Vec<Parked>;
    Write outbox_retry(ids: &[EventId]) -> u64;
    Write once_prune(before: Timestamp) -> u64;
});

guard!(AuditLog {
    Read audit_page(filter: &AuditFilter, limit: u32) -> Vec<AuditEntry>;
});

guard!(Catalog {
    Read categories_by_ids(ids: &[CategoryId]) -> Vec<Category>;
    Read categories_by_slugs(slugs: &[String]) -> Vec<Category>;
    Read categories_by_parents(parents: &[CategoryId]) -> Vec<Category>;
    Read categories_roots() -> Vec<Category>;
    Write categories_put(rows: &[Category]) -> ();
    Read products_by_ids(ids: &[ProductId], detail: Detail) -> Vec<Product>;
    Read products_by_slugs(slugs: &[String]) -> Vec<Product>;
    Read products_by_skus(skus: &[String]) -> Vec<Product>;
    Read products_page(filter: &ProductFilter, order: ProductOrder, window: &Window, detail: Detail) -> Page<Product>;
    Read products_page_by_categories(categories: &[CategoryId], window: &Window, detail: Detail) -> Vec<(CategoryId, Page<Product>)>;
    Read products_search(text: &SearchText, limit: u32) -> Vec<Product>;
    Write product_create(product: &Product, by: Provenance<'_>) -> Written<Product, ProductRefusal>;
    Write product_change(id: ProductId, expected: Option<i64>, change: &ProductChange, at: Timestamp, by: Provenance<'_>) -> Written<Product, ProductRefusal>;
    Write stock_change(change: &StockChange, by: Provenance<'_>) -> Written<Product, ProductRefusal>;
    Write products_put(rows: &[Product]) -> ();
});

guard!(Orders {
    Read orders_by_ids(ids: &[OrderId], audience: Audience) -> Vec<Order>;
    Read orders_page(filter: &OrderFilter, order: OrderOrder, window: &Window) -> Page<Order>;
    Read orders_page_by_customers(customers: &[CustomerId], window: &Window) -> Vec<(CustomerId, Page<Order>)>;
    Read order_items_by_orders(orders: &[OrderId]) -> Vec<OrderItem>;
    Read sales_report(period: &SalesPeriod) -> Vec<SalesRow>;
    Read product_sales() -> Vec<(ProductId, i64)>;
    Read order_balances(orders: &[OrderId]) -> Vec<(OrderId, Money)>;
    Write order_place(order: &NewOrder, by: Provenance<'_>) -> Written<OrderWithItems, OrderRefusal>;
    Write order_move(step: &OrderMove, by: Provenance<'_>) -> Written<Order, MoveRefusal>;
    Write orders_put(rows: &[OrderWithItems]) -> ();
});

guard!(Articles {
    Read articles_by_ids(ids: &[ArticleId], detail: Detail, audience: Audience) -> Vec<Article>;
    Read articles_by_slugs(slugs: &[String], detail: Detail, audience: Audience) -> Vec<Article>;
    Read articles_page(filter: &ArticleFilter, order: ArticleOrder, window: &Window, detail: Detail, audience: Audience) -> Page<Article>;
    Read articles_page_by_products(products: &[ProductId], window: &Window, detail: Detail) -> Vec<(ProductId, Page<Article>)>;
    Read articles_page_by_authors(authors: &[CustomerId], window: &Window, detail: Detail, audience: Audience) -> Vec<(CustomerId, Page<Article>)>;
    Read article_revisions_page_by_articles(articles: &[ArticleId], window: &Window) -> Vec<(ArticleId, Page<ArticleRevision>)>;
    Write article_create(article: &Article, event: &Event, by: Provenance<'_>) -> Written<Article, ArticleRefusal>;
    Write article_replace(previous: &Article, next: &Article, event: &Event, by: Provenance<'_>) -> Written<Article, ArticleRefusal>;
    Read articles_search(text: &SearchText, limit: u32, detail: Detail) -> Vec<Article>;
    Write articles_put(rows: &[Article]) -> ();
});

guard!(Comments {
    Read comments_by_ids(ids: &[CommentId]) -> Vec<Comment>;
    Read comments_page_by_articles(articles: &[ArticleId], window: &Window) -> Vec<(ArticleId, Page<Comment>)>;
    Write comment_create(comment: &Comment, event: &Event, once: Option<&Once>) -> Written<Comment, std::convert::Infallible>;
    Write comments_put(rows: &[Comment]) -> ();
});

guard!(PreferenceStore {
    Read preferences_by_customers(customers: &[CustomerId]) -> Vec<Preferences>;
    Write preferences_replace(next: &Preferences) -> bool;
    Write preferences_put(rows: &[Preferences]) -> ();
});

guard!(Activity {
    Read activity_page_by_customers(customers: &[CustomerId], window: &Window) -> Vec<(CustomerId, Page<ActivityEvent>)>;
    Read activity_by_orders(orders: &[OrderId]) -> Vec<ActivityEvent>;
    Read view_counts() -> Vec<(Counter, i64)>;
    Read view_steps(window: TrendingWindow) -> Vec<ViewsInStep>;
    Write views_put(batch: &ViewBatch) -> ();
    Write activity_put(rows: &[ActivityEvent]) -> ();
});

guard!(Cache {
    Read cache_get(keys: &[String]) -> Vec<Option<Bytes>>;
    Write cache_set(entries: &[(String, Bytes)], ttl: Duration) -> ();
    Write cache_put(entries: &[Versioned]) -> ();
    Write cache_floor(floors: &[(String, i64)], ttl: Duration) -> ();
    Write cache_delete(keys: &[String]) -> ();
});

guard!(Counters {
    Read counters_get(counters: &[Counter]) -> Vec<i64>;
    Write counters_add(batch: EventId, deltas: &[(Counter, i64)]) -> ();
    Write counters_put(rows: &[(Counter, i64)]) -> ();
});

guard!(Rankings {
    Read ranking_top(board: Board, limit: u32) -> Vec<Ranked>;
    Read ranking_places(board: Board, products: &[ProductId]) -> Vec<Ranked>;
    Write ranking_add(event: EventId, board: Board, counts: &[(ProductId, i64)], at: Timestamp) -> ();
    Write ranking_put(board: Board, scores: &[(ProductId, f64)], at: Timestamp) -> ();
});

guard!(Sessions {
    Write session_put(token: TokenHash, session: &Session, ttl: Duration) -> ();
    Read session_get(token: TokenHash, ttl: Duration) -> Option<Session>;
    Write session_delete(token: TokenHash) -> bool;
});

guard!(RateLimits {
    Write rate_exchange(bucket: &str, rate: Rate, back: u32, cost: u32) -> Taken;
});

guard!(Channel {
    Write channel_tell(messages: &[Message]) -> ();
    Read channel_listen() -> BoxStream<'static, Heard>;
});
