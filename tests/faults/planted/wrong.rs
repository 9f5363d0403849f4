//! The relational role with one of its promises broken.

use super::Bug;
use async_trait::async_trait;
use polystore::{
    error::{Engine, Kind, StoreError},
    roles::*,
    shop::*,
};
use sqlx::postgres::{PgPool, PgPoolOptions};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Notify, time::timeout};
use uuid::Uuid;

pub struct Wrong {
    inner: Arc<dyn Relational>,
    bug: Bug,
    calls: AtomicU64,
    products: Copies<ProductId, Product>,
    orders: Copies<(OrderId, Audience), Order>,
    /// A product was changed.
    changed: Notify,
    last_told: Mutex<Option<EventId>>,
    /// A pool that nobody looks after.
    pool: PgPool,
}

/// A cache as one writes it in an afternoon.
struct Copies<K, V> {
    kept: Mutex<HashMap<K, (Instant, V)>>,
    span: Duration,
}

/// How long it keeps an order.
const ORDERS: Duration = Duration::from_secs(3);
/// How long it keeps a product: not so long that nobody ever asks the owner while somebody writes.
const PRODUCTS: Duration = Duration::from_millis(50);

impl<K: Copy + Eq + Hash, V: Clone> Copies<K, V> {
    fn keeping(span: Duration) -> Self {
        Self { kept: Mutex::default(), span }
    }

    fn get(&self, key: K) -> Option<V> {
        let kept = self.kept.lock().unwrap();
        kept.get(&key).filter(|(at, _)| at.elapsed() < self.span).map(|(_, value)| value.clone())
    }

    fn set(&self, key: K, value: V) {
        self.kept.lock().unwrap().insert(key, (Instant::now(), value));
    }

    fn forget(&self, key: K) {
        self.kept.lock().unwrap().remove(&key);
    }
}

impl Wrong {
    pub async fn new(inner: Arc<dyn Relational>, bug: Bug, url: &str) -> Self {
        // with the time-outs that the program's own sessions have: a transaction that is left ends, and with it what was acknowledged
        let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
        let options = options.options([("idle_in_transaction_session_timeout", "1000"), ("lock_timeout", "500")]);
        let pool = PgPoolOptions::new().max_connections(2).test_before_acquire(false).connect_lazy_with(options);
        let (products, orders) = (Copies::keeping(PRODUCTS), Copies::keeping(ORDERS));
        Self { inner, bug, calls: AtomicU64::new(0), products, orders, changed: Notify::new(), last_told: Mutex::default(), pool }
    }

    /// True for one call of so many.
    fn once_in(&self, calls: u64) -> bool {
        self.calls.fetch_add(1, Relaxed).is_multiple_of(calls)
    }

    /// The order as it would be.
    async fn made_up(&self, order: &NewOrder) -> Result<OrderWithItems> {
        let ids: Vec<_> = order.lines.iter().map(|(product, _)| *product).collect();
        let prices: HashMap<_, _> =
            self.inner.products_by_ids(&ids, Detail::Whole).await?.into_iter().map(|product| (product.id, product.price)).collect();
        let item = |(line, (product_id, quantity)): (i32, &(ProductId, i64))| {
            let unit_price = prices[product_id];
            let discount = Money::new(0, unit_price.currency);
            OrderItem { order_id: order.id, line, product_id: *product_id, quantity: *quantity, unit_price, discount }
        };
        let items: Vec<_> = (1..).zip(&order.lines).map(item).collect();
        let total = Money::new(items.iter().map(|item| item.line_total().unwrap().minor).sum(), items[0].unit_price.currency);
        let NewOrder { id, customer_id, placed_at, .. } = *order;
        Ok(OrderWithItems { order: Order { id, customer_id, status: OrderStatus::Placed, placed_at, total, version: 1 }, items })
    }

    async fn order_place(&self, order: &NewOrder, by: Provenance<'_>) -> Result<Written<OrderWithItems, OrderRefusal>> {
        match self.bug {
            Bug::NoUniqueKey => {
                let another = by.once.map(|once| Once { key: Uuid::now_v7().to_string(), ..once.clone() });
                self.inner.order_place(order, Provenance { once: another.as_ref(), ..by }).await
            }
            Bug::AcknowledgedUnwritten if self.once_in(20) => Ok(Written::Done(self.made_up(order).await?)),
            Bug::NoStockGuard => match self.inner.order_place(order, by).await? {
                Written::Refused(OrderRefusal::OutOfStock { .. }) => {
                    let order = self.made_up(order).await?;
                    self.inner.orders_put(std::slice::from_ref(&order)).await?;
                    Ok(Written::Done(order))
                }
                written => Ok(written),
            },
            Bug::DecrementOnReplay => {
                let written = self.inner.order_place(order, by).await?;
                if let Written::Replayed(_) = written {
                    let (product_id, quantity) = order.lines[0];
                    self.inner
                        .stock_change(&StockChange { product_id, delta: -quantity, at: order.placed_at }, Provenance::default())
                        .await?;
                }
                Ok(written)
            }
            _ => self.inner.order_place(order, by).await,
        }
    }

    async fn orders_by_ids(&self, ids: &[OrderId], audience: Audience) -> Result<Vec<Order>> {
        match self.bug {
            Bug::Internal if self.once_in(20) => Err(StoreError::new(Engine::Postgres, Kind::Broken, "planted")),
            Bug::StaleReadAfterWrite => {
                let mut rows = Vec::new();
                for id in ids {
                    match self.orders.get((*id, audience)) {
                        Some(order) => rows.push(order),
                        None => rows.extend(self.inner.orders_by_ids(&[*id], audience).await?),
                    }
                }
                rows.iter().for_each(|order| self.orders.set((order.id, audience), order.clone()));
                Ok(rows)
            }
            _ => self.inner.orders_by_ids(ids, audience).await,
        }
    }

    async fn products_by_ids(&self, ids: &[ProductId], detail: Detail) -> Result<Vec<Product>> {
        if self.bug != Bug::CacheWithoutFloor {
            return self.inner.products_by_ids(ids, detail).await;
        }
        let mut rows = Vec::new();
        for id in ids {
            if let Some(product) = self.products.get(*id) {
                rows.push(product);
                continue;
            }
            for product in self.inner.products_by_ids(&[*id], Detail::Whole).await? {
                // a busy machine: meanwhile somebody writes
                if self.once_in(3) {
                    let _nobody_did = timeout(Duration::from_millis(300), self.changed.notified()).await;
                }
                self.products.set(*id, product.clone());
                rows.push(product);
            }
        }
        Ok(rows)
    }

    async fn product_change(
        &self,
        id: ProductId,
        expected: Option<i64>,
        change: &ProductChange,
        at: Timestamp,
        by: Provenance<'_>,
    ) -> Result<Written<Product, ProductRefusal>> {
        let written = self.inner.product_change(id, expected, change, at, by).await;
        self.products.forget(id);
        self.changed.notify_waiters();
        written
    }

    async fn stock_change(&self, change: &StockChange, by: Provenance<'_>) -> Result<Written<Product, ProductRefusal>> {
        if self.bug != Bug::BeginUnderTimeout {
            return self.inner.stock_change(change, by).await;
        }
        let broken = |error: sqlx::Error| StoreError::new(Engine::Postgres, Kind::Unavailable, error.to_string());
        // the caller has no patience …
        let _connected = self.pool.acquire().await.map_err(broken)?;
        drop(_connected);
        let _cancelled = timeout(Duration::ZERO, self.pool.begin()).await;
        // … and the next one gets the session
        sqlx::query("UPDATE products SET stock = stock + $1, version = version + 1 WHERE id = $2")
            .bind(change.delta)
            .bind(change.product_id.uuid())
            .execute(&self.pool)
            .await
            .map_err(broken)?;
        let product = self.inner.products_by_ids(&[change.product_id], Detail::Whole).await?.pop();
        product.map(Written::Done).ok_or_else(|| StoreError::new(Engine::Postgres, Kind::Broken, "planted"))
    }

    async fn outbox_claim(&self, limit: u32, lease: Duration) -> Result<Vec<Claimed>> {
        if self.bug == Bug::RelayByLastId {
            // a busy relay: of several changes of one thing it is given the oldest, and the next one when that is told
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let mut claimed = self.inner.outbox_claim(limit, lease).await?;
        match self.bug {
            Bug::RelayByLastId => {
                let last = *self.last_told.lock().unwrap();
                let (later, earlier): (Vec<_>, Vec<_>) = claimed.into_iter().partition(|claimed| Some(claimed.event.id) > last);
                // those it would never have looked at
                self.inner.outbox_done(&earlier.iter().map(|claimed| claimed.event.id).collect::<Vec<_>>()).await?;
                let newest = later.iter().map(|claimed| claimed.event.id).max();
                *self.last_told.lock().unwrap() = newest.max(last);
                claimed = later;
            }
            Bug::EventUnderAnotherId if self.once_in(5) => {
                let another = |claimed: &Claimed| {
                    let mut another = claimed.clone();
                    another.event.id = EventId::from_uuid(Uuid::now_v7());
                    another
                };
                let again: Vec<_> = claimed.iter().map(another).collect();
                claimed.extend(again);
            }
            _ => {}
        }
        Ok(claimed)
    }
}

/// Passes methods on, to the role below or, if marked, to what is wrong here.
macro_rules! pass {
    ($role:ident { $($method:ident($($arg:ident: $type:ty),*) -> $answer:ty $(, $here:ident)?;)+ }) => {
        #[async_trait]
        impl $role for Wrong {
            $(async fn $method(&self, $($arg: $type),*) -> Result<$answer> {
                pass!(@ self $method ($($arg),*) $($here)?)
            })+
        }
    };
    (@ $self:ident $method:ident ($($arg:ident),*)) => { $self.inner.$method($($arg),*).await };
    (@ $self:ident $method:ident ($($arg:ident),*) here) => { Wrong::$method($self, $($arg),*).await };
}

#[async_trait]
impl Store for Wrong {
    fn engine(&self) -> Engine {
        self.inner.engine()
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

pass!(Customers {
    customers_by_ids(ids: &[CustomerId]) -> Vec<Customer>;
    customers_by_emails(emails: &[String]) -> Vec<Customer>;
    customers_page(filter: &CustomerFilter, window: &Window) -> Page<Customer>;
    customers_total_spent(ids: &[CustomerId]) -> Vec<(CustomerId, Money)>;
    customers_put(rows: &[Customer]) -> ();
});

pass!(Accounts {
    accounts_by_customers(customers: &[CustomerId]) -> Vec<Account>;
    accounts_by_emails(emails: &[String]) -> Vec<NewAccount>;
    account_create(new: &NewAccount, by: Provenance<'_>) -> Written<Customer, AccountRefusal>;
    account_put(account: &Account, by: Provenance<'_>) -> bool;
    customer_change(id: CustomerId, change: &ProfileChange, at: Timestamp, by: Provenance<'_>) -> Written<Customer, AccountRefusal>;
});

pass!(Outbox {
    outbox_claim(limit: u32, lease: Duration) -> Vec<Claimed>, here;
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
    categories_put(rows: &[Category]) -> ();
    products_by_ids(ids: &[ProductId], detail: Detail) -> Vec<Product>, here;
    products_by_slugs(slugs: &[String]) -> Vec<Product>;
    products_by_skus(skus: &[String]) -> Vec<Product>;
    products_page(filter: &ProductFilter, order: ProductOrder, window: &Window, detail: Detail) -> Page<Product>;
    products_page_by_categories(categories: &[CategoryId], window: &Window, detail: Detail) -> Vec<(CategoryId, Page<Product>)>;
    products_search(text: &SearchText, limit: u32) -> Vec<Product>;
    product_create(product: &Product, by: Provenance<'_>) -> Written<Product, ProductRefusal>;
    product_change(id: ProductId, expected: Option<i64>, change: &ProductChange, at: Timestamp, by: Provenance<'_>) -> Written<Product, ProductRefusal>, here;
    stock_change(change: &StockChange, by: Provenance<'_>) -> Written<Product, ProductRefusal>, here;
    products_put(rows: &[Product]) -> ();
});

pass!(Orders {
    orders_by_ids(ids: &[OrderId], audience: Audience) -> Vec<Order>, here;
    orders_page(filter: &OrderFilter, order: OrderOrder, window: &Window) -> Page<Order>;
    orders_page_by_customers(customers: &[CustomerId], window: &Window) -> Vec<(CustomerId, Page<Order>)>;
    order_items_by_orders(orders: &[OrderId]) -> Vec<OrderItem>;
    order_balances(orders: &[OrderId]) -> Vec<(OrderId, Money)>;
    order_place(order: &NewOrder, by: Provenance<'_>) -> Written<OrderWithItems, OrderRefusal>, here;
    order_move(step: &OrderMove, by: Provenance<'_>) -> Written<Order, MoveRefusal>;
    sales_report(period: &SalesPeriod) -> Vec<SalesRow>;
    product_sales() -> Vec<(ProductId, i64)>;
    orders_put(rows: &[OrderWithItems]) -> ();
});
