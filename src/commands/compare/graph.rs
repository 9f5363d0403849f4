//! The whole server as an arm of the lab: W03's shop behind the graph, asked with loaders and without. The lab lies below the graph and is given it
//! from here.

use crate::{
    actions::AccessKey,
    engines::{Limits as Pools, memory::Memory, sqlite::Sqlite},
    graphql::{Graph, execute::Operation, limits::Limits},
    receipt::Role,
    roles::{Catalog, Customers, Orders, Store},
    shop::{
        Category, CategoryId, Currency, Customer, CustomerId, Money, Order, OrderId, OrderItem, OrderStatus, OrderWithItems, Product,
        ProductId, Tier, Timestamp, Viewer,
    },
    stores::Stores,
};
use async_trait::async_trait;
use futures::future::BoxFuture;
use polystore_lab::{
    Input, LabError, Load, Result,
    site::{Graph as LabGraph, GraphAnswer, GraphMaker},
    workloads::w03::data::{self, customer_name, product_name},
};
use serde_json::{Map, Value, json};
use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};
use uuid::Uuid;

/// Ids are of the form of UUIDv7 and carry the shop's number in their last bits.
const IDS: u128 = 0x0190_0000_0000_7000_8000_0000_0000_0000;
/// Rows of one put.
const CHUNK: usize = 1_000;

/// Makes graphs over SQLite files.
pub fn maker() -> GraphMaker {
    let make = |folder: &Path| -> BoxFuture<'static, Result<Arc<dyn LabGraph>>> {
        let url = format!("sqlite:{}", folder.join("shop.db").display());
        Box::pin(async move { Served::open(&url).await.map(|served| Arc::new(served) as Arc<dyn LabGraph>) })
    };
    Arc::new(make)
}

struct Served {
    relational: Arc<Sqlite>,
    documents: Arc<Sqlite>,
    batched: Graph,
    singly: Graph,
    /// The shop is filled once; both arms ask the same one.
    loaded: OnceLock<Load>,
}

fn uuid(number: i64) -> Uuid {
    Uuid::from_u128(IDS + number.unsigned_abs() as u128)
}

fn failed(error: impl ToString) -> LabError {
    LabError::store("sqlite", error)
}

impl Served {
    async fn open(url: &str) -> Result<Self> {
        let pools = Pools { connections: 2 };
        let relational = Arc::new(Sqlite::connect(url, &pools).await?);
        relational.migrate().await?;
        let documents = Arc::new(Sqlite::connect("sqlite::memory:", &pools).await?);
        documents.migrate().await?;
        let stores = Stores::layered(relational.clone(), documents.clone(), Arc::new(Memory::new()), None);
        // what is compared is the way of asking, not how soon a server loses its patience
        let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
        let key = || AccessKey::random().ok_or_else(|| failed("the system has no random numbers"));
        let batched = Graph::new(stores.clone(), limits, Viewer::Reader, key()?);
        let singly = Graph::new(stores, limits, Viewer::Reader, key()?).with_loaders(false);
        Ok(Self { relational, documents, batched, singly, loaded: OnceLock::new() })
    }
}

#[async_trait]
impl LabGraph for Served {
    async fn load(&self, load: &Load) -> Result<()> {
        match self.loaded.get() {
            Some(loaded) if loaded == load => return Ok(()),
            Some(_) => return Err(LabError::Unsupported("the graph's shop is filled once in a session".to_owned())),
            None => {}
        }
        let shop = data::shop(load);
        let began = Timestamp::from_millis(1_700_000_000_000).map_err(failed)?;
        let shelf = Category { id: CategoryId::from_uuid(uuid(0)), slug: "all".to_owned(), name: "All".to_owned(), parent_id: None };
        self.relational.categories_put(&[shelf]).await?;
        let products: Vec<Product> = (0..shop.products)
            .map(|n| Product {
                id: ProductId::from_uuid(uuid(n)),
                sku: format!("P{n}"),
                slug: format!("p{n}"),
                name: product_name(n),
                description: String::new(),
                price: Money::new(100, Currency::EUR),
                stock: 1,
                category_id: CategoryId::from_uuid(uuid(0)),
                created_at: began,
                version: 1,
            })
            .collect();
        for rows in products.chunks(CHUNK) {
            self.relational.products_put(rows).await?;
        }
        let customers: Vec<Customer> = (0..shop.customers)
            .map(|n| Customer {
                id: CustomerId::from_uuid(uuid(n)),
                email: format!("c{n}@example.com"),
                name: customer_name(n),
                tier: Tier::Standard,
                created_at: began,
            })
            .collect();
        for rows in customers.chunks(CHUNK) {
            self.relational.customers_put(rows).await?;
        }
        for orders in shop.orders.chunks(CHUNK) {
            let rows: Vec<OrderWithItems> = orders.iter().map(order).collect::<Result<_>>()?;
            self.relational.orders_put(&rows).await?;
        }
        // two arms load one after the other: nobody else is in between
        let _first = self.loaded.set(*load);
        Ok(())
    }

    async fn ask(&self, query: &str, page: &Input, loaders: bool, counted: bool) -> Result<GraphAnswer> {
        let number = |name: &str| page[name].as_i64().unwrap_or_default();
        let ids: Vec<String> =
            (number("from")..number("from") + number("limit")).map(|n| OrderId::from_uuid(uuid(n)).to_string()).collect();
        let operation = Operation {
            query: query.to_owned(),
            variables: Map::from_iter([("ids".to_owned(), json!(ids))]),
            receipt: counted,
            ..Operation::default()
        };
        let graph = if loaders { &self.batched } else { &self.singly };
        let reply = graph.execute(operation).await;
        let receipt = reply.receipt.clone();
        let mut body: Value = serde_json::from_slice(&reply.body("lab")).map_err(failed)?;
        if let Some(errors) = body.get("errors") {
            return Err(failed(errors));
        }
        let mut data = body["data"].take();
        for node in data["nodes"].as_array_mut().into_iter().flatten() {
            numbers(node)?;
        }
        let count = |of: fn(&crate::receipt::Count) -> u64| {
            receipt.as_ref().map_or(0, |receipt| Role::ALL.iter().map(|role| of(&receipt.count(*role))).sum::<u64>())
        };
        Ok(GraphAnswer { data, calls: count(|count| count.calls), rows: count(|count| count.rows) })
    }

    async fn close(&self) -> Result<()> {
        self.relational.close().await;
        self.documents.close().await;
        Ok(())
    }
}

fn order(row: &data::Order) -> Result<OrderWithItems> {
    let id = OrderId::from_uuid(uuid(row.id));
    let items: Vec<OrderItem> = row
        .items
        .iter()
        .map(|item| OrderItem {
            order_id: id,
            line: item.line as i32,
            product_id: ProductId::from_uuid(uuid(item.product)),
            quantity: item.quantity,
            unit_price: Money::new(item.cents, Currency::EUR),
            discount: Money::new(0, Currency::EUR),
        })
        .collect();
    let total = row.items.iter().map(|item| item.cents * item.quantity).sum();
    let order = Order {
        id,
        customer_id: CustomerId::from_uuid(uuid(row.customer)),
        status: OrderStatus::Paid,
        placed_at: Timestamp::from_millis(row.placed).map_err(failed)?,
        total: Money::new(total, Currency::EUR),
        version: 1,
    };
    Ok(OrderWithItems { order, items })
}

/// Decodes what the graph has as texts: ids, times and money.
fn numbers(node: &mut Value) -> Result<()> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let id: OrderId = text(&node["id"]).parse().map_err(failed)?;
    node["number"] = json!((id.uuid().as_u128() - IDS) as u64);
    node["placed"] = json!(text(&node["placedAt"]).parse::<Timestamp>().map_err(failed)?.millis());
    for item in node["items"].as_array_mut().into_iter().flatten() {
        item["cents"] = json!(Money::parse(&text(&item["unitPrice"]["amount"]), Currency::EUR).map_err(failed)?.minor);
    }
    Ok(())
}
