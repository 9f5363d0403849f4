//! Writes every role call on the receipt of the request that caused it, and failures into the log.

use crate::{
    error::{Engine, Kind, StoreError},
    receipt::{self, Role},
    roles::*,
    shop::*,
};
use async_trait::async_trait;
use bytes::Bytes;
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

impl Rows for () {
    fn rows(&self) -> usize {
        0
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
one_row!((CustomerId, Money), (ProductId, i64), (Counter, i64));

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

    async fn ping(&self) -> Result<()> {
        self.inner.ping().await
    }

    async fn schema(&self) -> Result<SchemaState> {
        self.inner.schema().await
    }

    async fn migrate(&self) -> Result<()> {
        self.inner.migrate().await
    }
}

observe!(Customers {
    customers_by_ids(ids: &[CustomerId]) -> Vec<Customer>, ids.len();
    customers_by_emails(emails: &[String]) -> Vec<Customer>, emails.len();
    customers_page(filter: &CustomerFilter, window: &Window) -> Page<Customer>, 1;
    customers_total_spent(ids: &[CustomerId]) -> Vec<(CustomerId, Money)>, ids.len();
    customers_put(rows: &[Customer]) -> (), rows.len();
});

observe!(Catalog {
    categories_by_ids(ids: &[CategoryId]) -> Vec<Category>, ids.len();
    categories_by_slugs(slugs: &[String]) -> Vec<Category>, slugs.len();
    categories_by_parents(parents: &[CategoryId]) -> Vec<Category>, parents.len();
    categories_roots() -> Vec<Category>, 1;
    categories_put(rows: &[Category]) -> (), rows.len();
    products_by_ids(ids: &[ProductId]) -> Vec<Product>, ids.len();
    products_by_slugs(slugs: &[String]) -> Vec<Product>, slugs.len();
    products_by_skus(skus: &[String]) -> Vec<Product>, skus.len();
    products_page(filter: &ProductFilter, order: ProductOrder, window: &Window) -> Page<Product>, 1;
    products_page_by_categories(categories: &[CategoryId], window: &Window) -> Vec<(CategoryId, Page<Product>)>, categories.len();
    products_search(text: &SearchText, limit: u32) -> Vec<Product>, 1;
    products_put(rows: &[Product]) -> (), rows.len();
});

observe!(Orders {
    orders_by_ids(ids: &[OrderId]) -> Vec<Order>, ids.len();
    orders_page(filter: &OrderFilter, order: OrderOrder, window: &Window) -> Page<Order>, 1;
    orders_page_by_customers(customers: &[CustomerId], window: &Window) -> Vec<(CustomerId, Page<Order>)>, customers.len();
    order_items_by_orders(orders: &[OrderId]) -> Vec<OrderItem>, orders.len();
    sales_report(period: &SalesPeriod) -> Vec<SalesRow>, 1;
    product_sales() -> Vec<(ProductId, i64)>, 1;
    orders_put(rows: &[OrderWithItems]) -> (), rows.len();
});

observe!(Articles {
    articles_by_ids(ids: &[ArticleId], detail: Detail) -> Vec<Article>, ids.len();
    articles_by_slugs(slugs: &[String], detail: Detail) -> Vec<Article>, slugs.len();
    articles_page(filter: &ArticleFilter, order: ArticleOrder, window: &Window, detail: Detail) -> Page<Article>, 1;
    articles_page_by_products(products: &[ProductId], window: &Window, detail: Detail) -> Vec<(ProductId, Page<Article>)>, products.len();
    articles_page_by_authors(authors: &[CustomerId], window: &Window, detail: Detail) -> Vec<(CustomerId, Page<Article>)>, authors.len();
    articles_search(text: &SearchText, limit: u32, detail: Detail) -> Vec<Article>, 1;
    articles_put(rows: &[Article]) -> (), rows.len();
});

observe!(Comments {
    comments_by_ids(ids: &[CommentId]) -> Vec<Comment>, ids.len();
    comments_page_by_articles(articles: &[ArticleId], window: &Window) -> Vec<(ArticleId, Page<Comment>)>, articles.len();
    comments_put(rows: &[Comment]) -> (), rows.len();
});

observe!(PreferenceStore {
    preferences_by_customers(customers: &[CustomerId]) -> Vec<Preferences>, customers.len();
    preferences_put(rows: &[Preferences]) -> (), rows.len();
});

observe!(Activity {
    activity_page_by_customers(customers: &[CustomerId], window: &Window) -> Vec<(CustomerId, Page<ActivityEvent>)>, customers.len();
    activity_by_orders(orders: &[OrderId]) -> Vec<ActivityEvent>, orders.len();
    activity_view_counts(back: Option<Duration>) -> Vec<(Counter, i64)>, 1;
    activity_put(rows: &[ActivityEvent]) -> (), rows.len();
});

observe!(Cache {
    cache_get(keys: &[String]) -> Vec<Option<Bytes>>, keys.len();
    cache_set(entries: &[(String, Bytes)], ttl: Duration) -> (), entries.len();
    cache_delete(keys: &[String]) -> (), keys.len();
});

observe!(Counters {
    counters_get(counters: &[Counter]) -> Vec<i64>, counters.len();
    counters_put(rows: &[(Counter, i64)]) -> (), rows.len();
});

observe!(Rankings {
    ranking_top(board: Board, limit: u32) -> Vec<Ranked>, 1;
    ranking_places(board: Board, products: &[ProductId]) -> Vec<Ranked>, products.len();
    ranking_put(board: Board, scores: &[(ProductId, f64)]) -> (), scores.len();
});
