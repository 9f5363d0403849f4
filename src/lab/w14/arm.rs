//! One who asks a source, with or without the product's cache in between.

use super::{HOT, source::Source};
use crate::{
    engines::{memory::Memory, redis::Redis},
    layers::{cached::Cached, observed::Observed},
    receipt::{self, Caller, Receipt, Role},
    roles::{Cache, Relational},
    shop::{Customer, CustomerId, Detail, Product, ProductId, SalesBy, SalesPeriod, SalesRow, Timestamp},
};
use async_trait::async_trait;
use polystore_lab::{
    Answer, Arm, ArmAbout, Case, Counters, Input, LabError, Load, Loaded, Result, Source as Text,
    arm::{Backing, Evidence, Fact, InProcess, Tier},
    site::Site,
};
use serde_json::{Value, json};
use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

/// Later than every order of the demo, in milliseconds since 1970.
const AFTER_ALL: i64 = 1_900_000_000_000;
/// Ahead of every order.
const BEFORE_ALL: i64 = 1_000_000_000_000;
/// Rows of a report.
const ROWS: u32 = 10;

/// Where copies are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Nowhere.
    None,
    /// In this process.
    Process,
    /// In Redis.
    Redis,
}

/// Asks, and counts what reaches the source.
pub struct Reader {
    source: Arc<Source>,
    shelf: Shelf,
    /// The source, or the cache's layer over it.
    asked: Arc<dyn Relational>,
    products: RwLock<Vec<ProductId>>,
    receipt: Arc<Receipt>,
    counting: AtomicBool,
    /// Questions that nobody asked before: each has a number.
    fresh: AtomicI64,
}

impl Reader {
    /// Over this source; `None` where the cache has no server.
    pub async fn make(site: &Site, source: &Arc<Source>, shelf: Shelf) -> Result<Option<Self>> {
        let observed: Arc<dyn Relational> = Arc::new(Observed::new(Role::Relational, source.relational.clone()));
        let cache: Option<Arc<dyn Cache>> = match shelf {
            Shelf::None => None,
            Shelf::Process => Some(Arc::new(Memory::new())),
            Shelf::Redis => {
                let (Some(place), Some(url)) = (site.redis(&format!("w14 {}", source.store)).await?, site.url("redis")) else {
                    return Ok(None);
                };
                Some(Arc::new(Redis::connect(url, place.prefix.trim_end_matches(':')).await?))
            }
        };
        let asked: Arc<dyn Relational> = match cache {
            Some(cache) => Arc::new(Cached::with_products(observed, cache)),
            None => observed,
        };
        let (products, receipt, counting, fresh) =
            (RwLock::default(), Arc::new(Receipt::counting()), AtomicBool::new(false), AtomicI64::new(1));
        Ok(Some(Self { source: source.clone(), shelf, asked, products, receipt, counting, fresh }))
    }

    fn period(&self, hot: i64, fresh: i64) -> Result<SalesPeriod> {
        let at = |millis| Timestamp::from_millis(millis).map_err(|error| LabError::store("process", error));
        Ok(SalesPeriod { from: at(BEFORE_ALL + hot)?, to: at(AFTER_ALL + fresh)?, by: SalesBy::Customer, limit: ROWS })
    }

    async fn report(&self, hot: i64, fresh: i64) -> Result<Value> {
        Ok(self.asked.sales_report(&self.period(hot, fresh)?).await?.iter().map(told).collect())
    }

    fn hot_product(&self, hot: u64) -> Result<ProductId> {
        let products = self.products.read().unwrap_or_else(PoisonError::into_inner);
        products.get(hot as usize).copied().ok_or_else(|| LabError::store("process", "the shop has too few products"))
    }

    async fn product(&self, id: ProductId) -> Result<Value> {
        let found = self.asked.products_by_ids(&[id], Detail::Whole).await?;
        let told = |product: &Product| {
            json!({
                "id": product.id.to_string(), "sku": product.sku, "name": product.name, "description": product.description,
                "price": product.price.minor, "stock": product.stock, "version": product.version,
            })
        };
        Ok(found.first().map_or(Value::Null, told))
    }

    async fn ask(&self, input: &Input) -> Result<Value> {
        let hot = input["hot"].as_u64().unwrap_or_default();
        let before = input["asked_before"].as_bool().unwrap_or(true);
        let fresh = if before { 0 } else { self.fresh.fetch_add(1, Ordering::Relaxed) };
        match (input["question"].as_str(), before) {
            (Some("point"), true) => self.product(self.hot_product(hot)?).await,
            // ids of products begin with a time: this one is of the year 1970
            (Some("point"), false) => {
                self.product(ProductId::from_uuid(uuid::Uuid::from_u128((7_u128 << 76) | (2_u128 << 62) | fresh as u128))).await
            }
            _ => self.report(hot as i64, fresh).await,
        }
    }
}

fn told(row: &SalesRow) -> Value {
    json!({
        "key": row.key, "label": row.label, "orders": row.orders, "units": row.units, "revenue": row.revenue.minor,
        "runningTotal": row.running_total.minor, "rank": row.rank, "previous": row.previous.map(|money| money.minor),
    })
}

#[async_trait]
impl Arm for Reader {
    fn about(&self) -> ArmAbout {
        let (name, model) = match (self.source.store, self.shelf) {
            ("sqlite", Shelf::None) => ("no cache", "the product's SQLite, asked each time"),
            ("sqlite", Shelf::Process) => ("process cache", "the product's cache in the process, over its SQLite"),
            ("sqlite", Shelf::Redis) => ("redis cache", "the product's cache in Redis, over its SQLite"),
            (_, Shelf::None) => ("postgres no cache", "the product's PostgreSQL, asked each time"),
            (_, Shelf::Process) => ("postgres process cache", "the product's cache in the process, over its PostgreSQL"),
            (_, Shelf::Redis) => ("postgres redis cache", "the product's cache in Redis, over its PostgreSQL"),
        };
        ArmAbout { name, store: self.source.store, model, variant: "idiomatic" }
    }

    fn source(&self, _: &Case) -> Text {
        Text { language: "rust", text: include_str!("read.txt").to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &InProcess
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let products = self.source.fill(load).await?;
        *self.products.write().unwrap_or_else(PoisonError::into_inner) = products;
        Ok(Loaded::default())
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let answer = if self.counting.load(Ordering::Relaxed) {
            let caller = Caller::of(&self.receipt, String::new);
            receipt::on_account_of(Some(caller), self.ask(input)).await?
        } else {
            self.ask(input).await?
        };
        let rows = answer.as_array().map_or(usize::from(!answer.is_null()), Vec::len);
        Ok(Answer::new(answer, rows))
    }

    /// What was asked before, was asked before.
    async fn reset(&self, case: &Case, _: &Load) -> Result<()> {
        for hot in 0..HOT {
            let question = if case.id.starts_with("point") { "point" } else { "aggregate" };
            self.ask(&json!({ "question": question, "hot": hot, "asked_before": true })).await?;
        }
        Ok(())
    }

    async fn probe(&self, _: &Case, _: &Load) -> Result<Vec<Fact>> {
        let period = self.period(0, 0)?;
        let best = self.source.relational.sales_report(&period).await?.into_iter().next().and_then(|row| row.key.parse().ok());
        let ids: Vec<CustomerId> = best.into_iter().collect();
        let found = self.source.relational.customers_by_ids(&ids).await?.into_iter().next();
        let one = found.ok_or_else(|| LabError::store(self.source.store, "nobody bought anything"))?;
        let reports = async || -> Result<(Value, Value)> {
            let rows = self.source.relational.sales_report(&period).await?;
            let cached = self.asked.sales_report(&period).await?;
            Ok((rows.iter().map(told).collect(), cached.iter().map(told).collect()))
        };
        let named = |name: &str| Customer { name: name.to_owned(), ..one.clone() };
        reports().await?;
        self.asked.customers_put(&[named("Renamed Through The Layer")]).await?;
        let (fresh, served) = reports().await?;
        let through = f64::from(u8::from(fresh != served));
        self.source.relational.customers_put(&[named("Renamed Past The Layer")]).await?;
        let (fresh, served) = reports().await?;
        let past = f64::from(u8::from(fresh != served));
        // as it was, and everything that was kept void
        self.asked.customers_put(std::slice::from_ref(&one)).await?;
        Ok(vec![
            Fact::new("stale after a write through the layer", through, "count").expected(0.0),
            Fact::new("stale after a write past the layer", past, "count")
                .note("another program's write; a report is kept for 30 s at most"),
        ])
    }

    async fn counting(&self, on: bool) -> Result<()> {
        self.counting.store(on, Ordering::Relaxed);
        Ok(())
    }

    async fn counters(&self) -> Result<Counters> {
        Ok(Counters::from([("source_calls", self.receipt.count(Role::Relational).calls as f64)]))
    }

    async fn tier(&self, _: &Case) -> Result<Evidence> {
        let copies = match self.shelf {
            Shelf::None => "none",
            Shelf::Process => "memory of this process",
            Shelf::Redis => "Redis",
        };
        Ok(Evidence::new(Tier::Read, [("source", self.source.store), ("copies", copies)]))
    }

    fn is_remote(&self) -> bool {
        self.source.store != "sqlite" && self.shelf != Shelf::Process
    }

    async fn unload(&self) -> Result<()> {
        self.source.relational.close().await;
        Ok(())
    }
}
