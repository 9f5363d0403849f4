//! Writes every role call on the receipt of the request that caused it, and failures into the log.

use crate::{
    error::{Engine, Kind, StoreError},
    receipt::{self, Role},
    roles::{hot::Versioned, *},
    shop::*,
};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use std::{future::Future, sync::Arc, time::Duration};

/// A role whose calls are written down.
pub struct Observed<R: ?Sized> {
    inner: Arc<R>,
    role: Role,
    engine: Engine,
}

impl<R: Store + ?Sized> Observed<R> {
    /// Wraps the implementation of a role.
    pub fn new(role: Role, inner: Arc<R>) -> Self {
        let engine = inner.engine();
        Self { inner, role, engine }
    }
}

impl<R: ?Sized> Observed<R> {
    async fn call<T: Rows>(&self, method: &'static str, keys: usize, call: impl Future<Output = Result<T>>) -> Result<T> {
        let answer = receipt::record((self.role, self.engine, method), keys, call, Rows::rows, |error: &StoreError| error.kind).await;
        if let Err(error) = &answer {
            match error.kind {
                Kind::Conflict => tracing::debug!(role = self.role.name(), method, detail = error.detail(), "{error}"),
                _ => tracing::warn!(role = self.role.name(), method, detail = error.detail(), "{error}"),
            }
        }
        answer
    }
}

/// How many rows an answer has.
trait Rows {
    fn rows(&self) -> usize;
}

/// An answer that is one row, or none.
macro_rules! rows {
    ($($answer:ty: $rows:literal),+ $(,)?) => { $(impl Rows for $answer { fn rows(&self) -> usize { $rows } })+ };
}
rows!((): 0, bool: 0, u64: 0, OutboxState: 1, Taken: 0, BoxStream<'static, Heard>: 0);

impl<T, R> Rows for Written<T, R> {
    fn rows(&self) -> usize {
        usize::from(matches!(self, Self::Done(_) | Self::Replayed(_)))
    }
}

impl<T> Rows for Option<T> {
    fn rows(&self) -> usize {
        usize::from(self.is_some())
    }
}

impl<T> Rows for Page<T> {
    fn rows(&self) -> usize {
        self.items.len()
    }
}

/// The rows of one element of a list.
trait RowsWithin {
    fn rows_within(&self) -> usize;
}

impl<T: RowsWithin> Rows for Vec<T> {
    fn rows(&self) -> usize {
        self.iter().map(RowsWithin::rows_within).sum()
    }
}

impl<K, T> RowsWithin for (K, Page<T>) {
    fn rows_within(&self) -> usize {
        self.1.items.len()
    }
}

impl RowsWithin for Option<Bytes> {
    fn rows_within(&self) -> usize {
        usize::from(self.is_some())
    }
}

macro_rules! one_row {
    ($($row:ty),+ $(,)?) => { $(impl RowsWithin for $row { fn rows_within(&self) -> usize { 1 } })+ };
}
one_row!(Customer, Category, Product, Order, OrderItem, SalesRow, Article, Comment, Preferences, ActivityEvent, Ranked, i64);
one_row!(
    (CustomerId, Money),
    (OrderId, Money),
    (ProductId, i64),
    (Counter, i64),
    ViewsInStep,
    Account,
    NewAccount,
    Claimed,
    Parked,
    AuditEntry
);

/// Passes every method of a role's trait on, with the number of keys that it carries.
macro_rules! observe {
    ($role:ident { $($method:ident($($arg:ident: $type:ty),*) -> $answer:ty, $keys:expr;)+ }) => {
        #[async_trait]
        impl<R: $role + ?Sized> $role for Observed<R> {
            $(async fn $method(&self, $($arg: $type),*) -> Result<$answer> {
                self.call(stringify!($method), $keys, self.inner.$method($($arg),*)).await
            })+
        }
    };
}

#[async_trait]
impl<R: Store + ?Sized> Store for Observed<R> {
    fn engine(&self) -> Engine {
        self.engine
    }

    fn breaker(&self) -> Option<BreakerState> {
        self.inner.breaker()
    }

    async fn ping(&self) -> Result<()> {
        self.inner.ping().await
    }

    async fn probe(&self) -> Result<()> {
        self.inner.probe().await
    }

    async fn schema(&self) -> Result<SchemaState> {
        self.inner.schema().await
    }

    async fn migrate(&self) -> Result<()> {
        self.inner.migrate().await
    }

    async fn filled(&self) {
        self.inner.filled().await;
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

observe!(Customers {
    customers_by_ids(ids: &[CustomerId]) -> Vec<Customer>, ids.len();
    customers_by_emails(emails: &[String]) -> Vec<Customer>, emails.len();
    customers_page(filter: &CustomerFilter, window: &Window) -> Page<Customer>, 1;
    customers_total_spent(ids: &[CustomerId]) -> Vec<(CustomerId, Money)>, ids.len();
    customers_put(rows: &[Customer]) -> (), rows.len();
});

observe!(Accounts {
    accounts_by_customers(customers: &[CustomerId]) -> Vec<Account>, customers.len();
    accounts_by_emails(emails: &[String]) -> Vec<NewAccount>, emails.len();
    account_create(new: &NewAccount, by: Provenance<'_>) -> Written<Customer, AccountRefusal>, 1;
    account_put(account: &Account, by: Provenance<'_>) -> bool, 1;
    customer_change(id: CustomerId, change: &ProfileChange, at: Timestamp, by: Provenance<'_>) -> Written<Customer, AccountRefusal>, 1;
});

observe!(Outbox {
    outbox_claim(limit: u32, lease: Duration) -> Vec<Claimed>, 1;
    outbox_done(ids: &[EventId]) -> (), ids.len();
    outbox_failed(id: EventId, wait: Option<Duration>, counted: bool, error: &str) -> (), 1;
    outbox_state() -> OutboxState, 1;
    outbox_parked(limit: u32) -> Vec<Parked>, 1;
    outbox_retry(ids: &[EventId]) -> u64, ids.len();
    once_prune(before: Timestamp) -> u64, 1;
});

observe!(AuditLog {
    audit_page(filter: &AuditFilter, limit: u32) -> Vec<AuditEntry>, 1;
});

observe!(Catalog {
    categories_by_ids(ids: &[CategoryId]) -> Vec<Category>, ids.len();
    categories_by_slugs(slugs: &[String]) -> Vec<Category>, slugs.len();
    categories_by_parents(parents: &[CategoryId]) -> Vec<Category>, parents.len();
    categories_roots() -> Vec<Category>, 1;
    categories_put(rows: &[Category]) -> (), rows.len();
    products_by_ids(ids: &[ProductId], detail: Detail) -> Vec<Product>, ids.len();
    products_by_slugs(slugs: &[String]) -> Vec<Product>, slugs.len();
    products_by_skus(skus: &[String]) -> Vec<Product>, skus.len();
    products_page(filter: &ProductFilter, order: ProductOrder, window: &Window, detail: Detail) -> Page<Product>, 1;
    products_page_by_categories(categories: &[CategoryId], window: &Window, detail: Detail) -> Vec<(CategoryId, Page<Product>)>, categories.len();
    products_search(text: &SearchText, limit: u32) -> Vec<Product>, 1;
    product_create(product: &Product, by: Provenance<'_>) -> Written<Product, ProductRefusal>, 1;
    product_change(id: ProductId, expected: Option<i64>, change: &ProductChange, at: Timestamp, by: Provenance<'_>) -> Written<Product, ProductRefusal>, 1;
    stock_change(change: &StockChange, by: Provenance<'_>) -> Written<Product, ProductRefusal>, 1;
    products_put(rows: &[Product]) -> (), rows.len();
});

observe!(Orders {
    orders_by_ids(ids: &[OrderId], audience: Audience) -> Vec<Order>, ids.len();
    orders_page(filter: &OrderFilter, order: OrderOrder, window: &Window) -> Page<Order>, 1;
    orders_page_by_customers(customers: &[CustomerId], window: &Window) -> Vec<(CustomerId, Page<Order>)>, customers.len();
    order_items_by_orders(orders: &[OrderId]) -> Vec<OrderItem>, orders.len();
    sales_report(period: &SalesPeriod) -> Vec<SalesRow>, 1;
    product_sales() -> Vec<(ProductId, i64)>, 1;
    order_balances(orders: &[OrderId]) -> Vec<(OrderId, Money)>, orders.len();
    order_place(order: &NewOrder, by: Provenance<'_>) -> Written<OrderWithItems, OrderRefusal>, order.lines.len();
    order_move(step: &OrderMove, by: Provenance<'_>) -> Written<Order, MoveRefusal>, 1;
    orders_put(rows: &[OrderWithItems]) -> (), rows.len();
});

observe!(Articles {
    articles_by_ids(ids: &[ArticleId], detail: Detail, audience: Audience) -> Vec<Article>, ids.len();
    articles_by_slugs(slugs: &[String], detail: Detail, audience: Audience) -> Vec<Article>, slugs.len();
    articles_page(filter: &ArticleFilter, order: ArticleOrder, window: &Window, detail: Detail, audience: Audience) -> Page<Article>, 1;
    articles_page_by_products(products: &[ProductId], window: &Window, detail: Detail) -> Vec<(ProductId, Page<Article>)>, products.len();
    articles_page_by_authors(authors: &[CustomerId], window: &Window, detail: Detail, audience: Audience) -> Vec<(CustomerId, Page<Article>)>, authors.len();
    article_revisions_page_by_articles(articles: &[ArticleId], window: &Window) -> Vec<(ArticleId, Page<ArticleRevision>)>, articles.len();
    article_create(article: &Article, event: &Event, by: Provenance<'_>) -> Written<Article, ArticleRefusal>, 1;
    article_replace(previous: &Article, next: &Article, event: &Event, by: Provenance<'_>) -> Written<Article, ArticleRefusal>, 1;
    articles_search(text: &SearchText, limit: u32, detail: Detail) -> Vec<Article>, 1;
    articles_put(rows: &[Article]) -> (), rows.len();
});

observe!(Comments {
    comments_by_ids(ids: &[CommentId]) -> Vec<Comment>, ids.len();
    comments_page_by_articles(articles: &[ArticleId], window: &Window) -> Vec<(ArticleId, Page<Comment>)>, articles.len();
    comment_create(comment: &Comment, event: &Event, once: Option<&Once>) -> Written<Comment, std::convert::Infallible>, 1;
    comments_put(rows: &[Comment]) -> (), rows.len();
});

observe!(PreferenceStore {
    preferences_by_customers(customers: &[CustomerId]) -> Vec<Preferences>, customers.len();
    preferences_replace(next: &Preferences) -> bool, 1;
    preferences_put(rows: &[Preferences]) -> (), rows.len();
});

observe!(Activity {
    activity_page_by_customers(customers: &[CustomerId], window: &Window) -> Vec<(CustomerId, Page<ActivityEvent>)>, customers.len();
    activity_by_orders(orders: &[OrderId]) -> Vec<ActivityEvent>, orders.len();
    view_counts() -> Vec<(Counter, i64)>, 1;
    view_steps(window: TrendingWindow) -> Vec<ViewsInStep>, 1;
    views_put(batch: &ViewBatch) -> (), batch.counts.len();
    activity_put(rows: &[ActivityEvent]) -> (), rows.len();
});

observe!(Cache {
    cache_get(keys: &[String]) -> Vec<Option<Bytes>>, keys.len();
    cache_set(entries: &[(String, Bytes)], ttl: Duration) -> (), entries.len();
    cache_put(entries: &[Versioned]) -> (), entries.len();
    cache_floor(floors: &[(String, i64)], ttl: Duration) -> (), floors.len();
    cache_delete(keys: &[String]) -> (), keys.len();
});

observe!(Counters {
    counters_get(counters: &[Counter]) -> Vec<i64>, counters.len();
    counters_add(batch: EventId, deltas: &[(Counter, i64)]) -> (), deltas.len();
    counters_put(rows: &[(Counter, i64)]) -> (), rows.len();
});

observe!(Rankings {
    ranking_top(board: Board, limit: u32) -> Vec<Ranked>, 1;
    ranking_places(board: Board, products: &[ProductId]) -> Vec<Ranked>, products.len();
    ranking_add(event: EventId, board: Board, counts: &[(ProductId, i64)], at: Timestamp) -> (), counts.len();
    ranking_put(board: Board, scores: &[(ProductId, f64)], at: Timestamp) -> (), scores.len();
});

observe!(Sessions {
    session_put(token: TokenHash, session: &Session, ttl: Duration) -> (), 1;
    session_get(token: TokenHash, ttl: Duration) -> Option<Session>, 1;
    session_delete(token: TokenHash) -> bool, 1;
});

observe!(RateLimits {
    rate_exchange(bucket: &str, rate: Rate, back: u32, cost: u32) -> Taken, 1;
});

observe!(Channel {
    channel_tell(messages: &[Message]) -> (), messages.len();
    channel_listen() -> BoxStream<'static, Heard>, 1;
});
