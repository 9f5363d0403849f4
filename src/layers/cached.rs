//! Cache-aside for the one read that is dear: the sales report. Look-ups by key are not cached here: they cost the owner no
//! more than a cache's round trip would (see `docs/decisions/0004-what-is-cached.md`).
//!
//! Every report is kept under its period together with the *generation* it was computed in. A write of orders, products,
//! categories or customers starts a new generation, so a report from before it is not served any more. Cache failures are
//! never the reader's problem: the owner is asked instead.

use crate::{
    error::Engine,
    receipt,
    roles::*,
    shop::{sales::stored, *},
};
use async_trait::async_trait;
use bytes::Bytes;
use std::{sync::Arc, time::Duration};

/// How long a report is served at most.
const TTL: Duration = Duration::from_secs(30);
/// How long a generation is remembered: longer than any report that was made in it.
const GENERATION_TTL: Duration = Duration::from_secs(3_600);
const GENERATION: &str = "sales:generation";

/// The relational role with its report cached in the hot role.
pub struct Cached {
    inner: Arc<dyn Relational>,
    cache: Arc<dyn Cache>,
}

impl Cached {
    /// Puts `cache` in front of `inner`.
    pub fn new(inner: Arc<dyn Relational>, cache: Arc<dyn Cache>) -> Self {
        Self { inner, cache }
    }

    /// Makes all kept reports void, before and after a write: before, so that a reader who starts during the write does not
    /// keep its answer under the old generation for long; after, because such a reader may have computed it from old rows.
    async fn new_generation(&self) {
        let generation = Bytes::from(uuid::Uuid::now_v7().simple().to_string());
        let _logged_by_the_observer = self.cache.cache_set(&[(GENERATION.to_owned(), generation)], GENERATION_TTL).await;
    }
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

    async fn close(&self) {
        self.inner.close().await;
    }
}

/// Passes methods on; those marked `void` make kept reports void around the write.
macro_rules! pass {
    ($role:ident { $($method:ident($($arg:ident: $type:ty),*) -> $answer:ty $(, $void:ident)?;)+ } $($own:item)*) => {
        #[async_trait]
        impl $role for Cached {
            $(async fn $method(&self, $($arg: $type),*) -> Result<$answer> {
                $(self.$void().await;)?
                let answer = self.inner.$method($($arg),*).await;
                $(self.$void().await;)?
                answer
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
    customers_put(rows: &[Customer]) -> (), new_generation;
});

pass!(Accounts {
    accounts_by_customers(customers: &[CustomerId]) -> Vec<Account>;
    accounts_by_emails(emails: &[String]) -> Vec<NewAccount>;
    account_create(new: &NewAccount, once: Option<&Once>) -> Written<Customer, AccountRefusal>;
    account_put(account: &Account) -> bool;
    customer_change(id: CustomerId, change: &ProfileChange, at: Timestamp, once: Option<&Once>) -> Written<Customer, AccountRefusal>, new_generation;
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

pass!(Catalog {
    categories_by_ids(ids: &[CategoryId]) -> Vec<Category>;
    categories_by_slugs(slugs: &[String]) -> Vec<Category>;
    categories_by_parents(parents: &[CategoryId]) -> Vec<Category>;
    categories_roots() -> Vec<Category>;
    categories_put(rows: &[Category]) -> (), new_generation;
    products_by_ids(ids: &[ProductId]) -> Vec<Product>;
    products_by_slugs(slugs: &[String]) -> Vec<Product>;
    products_by_skus(skus: &[String]) -> Vec<Product>;
    products_page(filter: &ProductFilter, order: ProductOrder, window: &Window) -> Page<Product>;
    products_page_by_categories(categories: &[CategoryId], window: &Window) -> Vec<(CategoryId, Page<Product>)>;
    products_search(text: &SearchText, limit: u32) -> Vec<Product>;
    product_create(product: &Product, once: Option<&Once>) -> Written<Product, ProductRefusal>, new_generation;
    product_change(id: ProductId, expected: Option<i64>, change: &ProductChange, at: Timestamp, once: Option<&Once>) -> Written<Product, ProductRefusal>, new_generation;
    stock_change(change: &StockChange, once: Option<&Once>) -> Written<Product, ProductRefusal>;
    products_put(rows: &[Product]) -> (), new_generation;
});

pass!(Orders {
    orders_by_ids(ids: &[OrderId], audience: Audience) -> Vec<Order>;
    orders_page(filter: &OrderFilter, order: OrderOrder, window: &Window) -> Page<Order>;
    orders_page_by_customers(customers: &[CustomerId], window: &Window) -> Vec<(CustomerId, Page<Order>)>;
    order_items_by_orders(orders: &[OrderId]) -> Vec<OrderItem>;
    product_sales() -> Vec<(ProductId, i64)>;
    order_balances(orders: &[OrderId]) -> Vec<(OrderId, Money)>;
    order_place(order: &NewOrder, once: &Once) -> Written<OrderWithItems, OrderRefusal>, new_generation;
    order_move(step: &OrderMove, once: &Once) -> Written<Order, MoveRefusal>, new_generation;
    orders_put(rows: &[OrderWithItems]) -> (), new_generation;
}
async fn sales_report(&self, period: &SalesPeriod) -> Result<Vec<SalesRow>> {
    let key = stored::key(period);
    let kept = self.cache.cache_get(&[GENERATION.to_owned(), key.clone()]).await;
    let (generation, report) = match kept.as_deref() {
        Ok([generation, report]) => (generation.clone().unwrap_or_default(), report.clone()),
        _ => return self.inner.sales_report(period).await,
    };
    if let Some(rows) = report.and_then(|bytes| stored::read(&bytes, &generation)) {
        receipt::record_cache(true);
        return Ok(rows);
    }
    receipt::record_cache(false);
    let rows = self.inner.sales_report(period).await?;
    if let Some(bytes) = stored::write(&rows, &generation) {
        let _logged_by_the_observer = self.cache.cache_set(&[(key, bytes.into())], TTL).await;
    }
    Ok(rows)
});
