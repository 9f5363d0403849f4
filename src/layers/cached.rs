//! Cache-aside in front of the relational role.
//!
//! The sales report, which is dear, is always cached. Every report is kept under its period together with the *generation* it was computed
//! in. A write of orders, products, categories or customers starts a new generation, so a report from before it is not served any more.
//!
//! Products by id are cached if the operator wants it ([`Cached::with_products`]): a look-up by key costs the owner no more than a cache's round
//! trip would, but an owner that is far away, small or down is helped (see `docs/decisions/0004-what-is-cached.md`).
//!
//! Cache failures are never the reader's problem: the owner is asked instead. A cache that is slow is not waited for.

mod aside;
mod entry;
pub mod flights;
pub mod own_writes;
mod product;
#[cfg(test)]
mod tests;

use crate::{
    error::{Engine, Kind, StoreError},
    receipt,
    roles::*,
    shop::{Detail, sales::stored, *},
};
use aside::Aside;
pub(super) use aside::within_budget;
use async_trait::async_trait;
use bytes::Bytes;
use std::{future::Future, sync::Arc, time::Duration};

/// How long a report is served at most.
const TTL: Duration = Duration::from_secs(30);
/// How long a generation is remembered: longer than any report that was made in it.
const GENERATION_TTL: Duration = Duration::from_secs(3_600);
const GENERATION: &str = "sales:generation";

/// The relational role with copies of some of its answers in the hot role.
pub struct Cached {
    inner: Arc<dyn Relational>,
    cache: Arc<dyn Cache>,
    products: Option<Arc<Aside<Product>>>,
}

impl Cached {
    /// Puts `cache` in front of `inner`, for reports alone.
    pub fn new(inner: Arc<dyn Relational>, cache: Arc<dyn Cache>) -> Self {
        Self { inner, cache, products: None }
    }

    /// The same for reports and for products by id.
    pub fn with_products(inner: Arc<dyn Relational>, cache: Arc<dyn Cache>) -> Self {
        let products = product::aside(Arc::clone(&inner), Arc::clone(&cache));
        Self { products: Some(products), ..Self::new(inner, cache) }
    }

    /// Makes copies void that are older than these versions, and all reports. A write does so itself; this is for whoever makes sure of it.
    pub async fn invalidate(&self, levels: &[StockLevel]) -> Result<()> {
        if let Some(products) = &self.products {
            products.raise(&levels.iter().map(|level| (level.product_id, level.version)).collect::<Vec<_>>()).await?;
        }
        self.cache.cache_set(&[new_generation()], GENERATION_TTL).await
    }

    /// Makes all kept reports void.
    async fn void_reports(&self) {
        let cache = Arc::clone(&self.cache);
        within_budget(async move { cache.cache_set(&[new_generation()], GENERATION_TTL).await }).await;
    }

    /// Makes all kept reports void before and after a write: before, so that a reader who starts during the write does not
    /// keep its answer under the old generation for long; after, because such a reader may have computed it from old rows.
    async fn voiding<T>(&self, write: impl Future<Output = T>) -> T {
        self.void_reports().await;
        let answer = write.await;
        self.void_reports().await;
        answer
    }
}

fn new_generation() -> (String, Bytes) {
    (GENERATION.to_owned(), Bytes::from(uuid::Uuid::now_v7().simple().to_string()))
}

/// Whether nobody knows what became of a write that failed so.
fn may_be_done(error: &StoreError) -> bool {
    matches!(error.kind, Kind::Timeout | Kind::Unavailable)
}

#[async_trait]
impl Store for Cached {
    fn engine(&self) -> Engine {
        self.inner.engine()
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

/// Passes methods on; those marked `voiding` make kept reports void around the write.
macro_rules! pass {
    ($role:ident { $($method:ident($($arg:ident: $type:ty),*) -> $answer:ty $(, $voiding:ident)?;)+ } $($own:item)*) => {
        #[async_trait]
        impl $role for Cached {
            $(async fn $method(&self, $($arg: $type),*) -> Result<$answer> {
                let call = self.inner.$method($($arg),*);
                $(let call = self.$voiding(call);)?
                call.await
            })+
            $($own)*
        }
    };
}

pass!(Customers {
    customers_by_ids(ids: &[CustomerId]) -> Vec<Customer>;
    customers_by_emails(emails: &[String]) -> Vec<Customer>;
    customers_page(filter: &CustomerFilter, window: &Window) -> Page<Customer>;
    customers_total_spent(ids: &[CustomerId]) -> Vec<(CustomerId, Money)>;
    customers_put(rows: &[Customer]) -> (), voiding;
});

pass!(Accounts {
    accounts_by_customers(customers: &[CustomerId]) -> Vec<Account>;
    accounts_by_emails(emails: &[String]) -> Vec<NewAccount>;
    account_create(new: &NewAccount, by: Provenance<'_>) -> Written<Customer, AccountRefusal>;
    account_put(account: &Account, by: Provenance<'_>) -> bool;
    customer_change(id: CustomerId, change: &ProfileChange, at: Timestamp, by: Provenance<'_>) -> Written<Customer, AccountRefusal>, voiding;
});

pass!(Outbox {
    outbox_claim(limit: u32, lease: Duration) -> Vec<Claimed>;
    outbox_done(ids: &[EventId]) -> ();
    outbox_failed(id: EventId, wait: Option<Duration>, counted: bool, error: &str) -> ();
    outbox_state() -> OutboxState;
    outbox_parked(limit: u32) -> Vec<Parked>;
    outbox_retry(ids: &[EventId]) -> u64;
    once_prune(before: Timestamp) -> u64;
});

pass!(AuditLog {
    audit_page(filter: &AuditFilter, limit: u32) -> Vec<AuditEntry>;
});

pass!(Catalog {
    categories_by_ids(ids: &[CategoryId]) -> Vec<Category>;
    categories_by_slugs(slugs: &[String]) -> Vec<Category>;
    categories_by_parents(parents: &[CategoryId]) -> Vec<Category>;
    categories_roots() -> Vec<Category>;
    categories_put(rows: &[Category]) -> (), voiding;
    products_by_slugs(slugs: &[String]) -> Vec<Product>;
    products_by_skus(skus: &[String]) -> Vec<Product>;
    products_page(filter: &ProductFilter, order: ProductOrder, window: &Window, detail: Detail) -> Page<Product>;
    products_page_by_categories(categories: &[CategoryId], window: &Window, detail: Detail) -> Vec<(CategoryId, Page<Product>)>;
    products_search(text: &SearchText, limit: u32) -> Vec<Product>;
}
async fn products_by_ids(&self, ids: &[ProductId], detail: Detail) -> Result<Vec<Product>> {
    match &self.products {
        // what is kept is whole
        Some(products) => products.get(ids).await,
        None => self.inner.products_by_ids(ids, detail).await,
    }
}
async fn product_create(&self, product: &Product, by: Provenance<'_>) -> Result<Written<Product, ProductRefusal>> {
    let answer = self.voiding(self.inner.product_create(product, by)).await;
    self.product_written(product.id, &answer).await;
    answer
}
async fn product_change(&self, id: ProductId, expected: Option<i64>, change: &ProductChange, at: Timestamp, by: Provenance<'_>) -> Result<Written<Product, ProductRefusal>> {
    let answer = self.voiding(self.inner.product_change(id, expected, change, at, by)).await;
    self.product_written(id, &answer).await;
    answer
}
async fn stock_change(&self, change: &StockChange, by: Provenance<'_>) -> Result<Written<Product, ProductRefusal>> {
    let answer = self.inner.stock_change(change, by).await;
    self.product_written(change.product_id, &answer).await;
    answer
}
async fn products_put(&self, rows: &[Product]) -> Result<()> {
    let answer = self.voiding(self.inner.products_put(rows)).await;
    self.products_were_put(rows, &answer).await;
    answer
});

pass!(Orders {
    orders_by_ids(ids: &[OrderId], audience: Audience) -> Vec<Order>;
    orders_page(filter: &OrderFilter, order: OrderOrder, window: &Window) -> Page<Order>;
    orders_page_by_customers(customers: &[CustomerId], window: &Window) -> Vec<(CustomerId, Page<Order>)>;
    order_items_by_orders(orders: &[OrderId]) -> Vec<OrderItem>;
    product_sales() -> Vec<(ProductId, i64)>;
    order_balances(orders: &[OrderId]) -> Vec<(OrderId, Money)>;
    orders_put(rows: &[OrderWithItems]) -> (), voiding;
}
async fn order_place(&self, order: &NewOrder, by: Provenance<'_>) -> Result<Written<OrderWithItems, OrderRefusal>> {
    let answer = self.voiding(self.inner.order_place(order, by)).await;
    self.order_was_placed(order, &answer).await;
    answer
}
async fn order_move(&self, step: &OrderMove, by: Provenance<'_>) -> Result<Written<Order, MoveRefusal>> {
    let answer = self.voiding(self.inner.order_move(step, by)).await;
    self.order_was_moved(step, &answer).await;
    answer
}
async fn sales_report(&self, period: &SalesPeriod) -> Result<Vec<SalesRow>> {
    let key = stored::key(period);
    let (keys, cache) = ([GENERATION.to_owned(), key.clone()], Arc::clone(&self.cache));
    let kept = within_budget(async move { cache.cache_get(&keys).await }).await;
    let (generation, report) = match kept.as_deref() {
        Some([generation, report]) => (generation.clone().unwrap_or_default(), report.clone()),
        _ => return self.inner.sales_report(period).await,
    };
    if let Some(rows) = report.and_then(|bytes| stored::read(&bytes, &generation)) {
        receipt::record_cache(true);
        return Ok(rows);
    }
    receipt::record_cache(false);
    let rows = self.inner.sales_report(period).await?;
    if let Some(bytes) = stored::write(&rows, &generation) {
        let cache = Arc::clone(&self.cache);
        within_budget(async move { cache.cache_set(&[(key, bytes.into())], TTL).await }).await;
    }
    Ok(rows)
});
