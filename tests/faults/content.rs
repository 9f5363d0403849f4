//! What the stores hold at the end, read past the program under test: SQL, MongoDB and Redis as they are.

use crate::{history::Status, lab::Places};
use futures::TryStreamExt as _;
use mongodb::bson::{self, Bson, Document, doc};
use polystore::shop::{CustomerId, OrderId, ProductId};
use sqlx::{Connection as _, postgres::PgConnection};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Ids are the texts that clients see.
#[derive(Clone, Debug, Default)]
pub struct Content {
    pub orders: BTreeMap<String, StoredOrder>,
    pub products: BTreeMap<String, StoredProduct>,
    /// (order, account, amount in minor units)
    pub ledger: Vec<(String, String, i64)>,
    /// E-mails and ids.
    pub customers: BTreeMap<String, String>,
    /// In the order in which the documents store took them.
    pub activity: Vec<StoredEvent>,
    /// Events that nobody was told of, and those that were given up.
    pub outbox: (i64, i64),
    /// Pieces on the board of best sellers; none where the hot store lost it.
    pub best_sellers: Option<BTreeMap<String, i64>>,
    /// Views of each product that the hot store counted.
    pub views: BTreeMap<String, i64>,
    pub sessions: Sessions,
}

#[derive(Clone, Debug)]
pub struct StoredOrder {
    pub customer: String,
    pub status: Status,
    pub version: i64,
    pub total: i64,
    /// Product, quantity, unit price, in the order of the lines.
    pub lines: Vec<(String, i64, i64)>,
}

#[derive(Clone, Copy, Debug)]
pub struct StoredProduct {
    pub stock: i64,
    pub price: i64,
}

#[derive(Clone, Debug)]
pub struct StoredEvent {
    pub kind: String,
    pub customer: String,
    pub order: Option<String>,
}

/// Connections of the program to the stores.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sessions {
    /// Left inside a transaction at the end.
    pub in_transaction: i64,
    /// Most connections of each store at any time, and how many there may be: relational, documents, hot.
    pub most: [i64; 3],
    pub allowed: [i64; 3],
}

impl Content {
    pub async fn read(places: &Places) -> Self {
        let mut content = Self::default();
        content.read_relational(&places.relational).await.unwrap();
        content.read_documents(&places.documents).await.unwrap();
        content.read_hot(places).await.unwrap();
        content
    }

    async fn read_relational(&mut self, url: &str) -> sqlx::Result<()> {
        let mut connection = PgConnection::connect(url).await?;
        let orders: Vec<(Uuid, Uuid, String, i64, i64)> =
            sqlx::query_as("SELECT id, customer_id, status, version, total_minor FROM orders").fetch_all(&mut connection).await?;
        for (id, customer, status, version, total) in orders {
            let status = Status::from_code(&status).unwrap();
            self.orders.insert(order(id), StoredOrder { customer: customer_id(customer), status, version, total, lines: Vec::new() });
        }
        let lines: Vec<(Uuid, Uuid, i64, i64)> =
            sqlx::query_as("SELECT order_id, product_id, quantity, unit_price_minor FROM order_items ORDER BY order_id, line")
                .fetch_all(&mut connection)
                .await?;
        for (of, what, quantity, price) in lines {
            // an order that came between the two statements would be read half: nothing runs any more
            self.orders.get_mut(&order(of)).unwrap().lines.push((product(what), quantity, price));
        }
        let products: Vec<(Uuid, i64, i64)> =
            sqlx::query_as("SELECT id, stock, price_minor FROM products").fetch_all(&mut connection).await?;
        self.products = products.into_iter().map(|(id, stock, price)| (product(id), StoredProduct { stock, price })).collect();
        let ledger: Vec<(Uuid, String, i64)> =
            sqlx::query_as("SELECT order_id, account, amount_minor FROM ledger").fetch_all(&mut connection).await?;
        self.ledger = ledger.into_iter().map(|(id, account, amount)| (order(id), account, amount)).collect();
        let customers: Vec<(String, Uuid)> = sqlx::query_as("SELECT email, id FROM customers").fetch_all(&mut connection).await?;
        self.customers = customers.into_iter().map(|(email, id)| (email, customer_id(id))).collect();
        self.outbox = sqlx::query_as("SELECT count(*) FILTER (WHERE NOT parked), count(*) FILTER (WHERE parked) FROM outbox")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await
    }

    async fn read_documents(&mut self, url: &str) -> mongodb::error::Result<()> {
        let client = mongodb::Client::with_uri_str(url).await?;
        let database = client.default_database().unwrap();
        // In the order of the server's own log: after a crash it makes rows anew from there, in an order of its own.
        let namespace = format!("{}.activity", database.name());
        let wanted = doc! { "$or": [{ "op": "i", "ns": &namespace }, { "o.applyOps.ns": &namespace }] };
        let log: Vec<Document> =
            client.database("local").collection("oplog.rs").find(wanted).sort(doc! { "$natural": 1 }).await?.try_collect().await?;
        let inserted: Vec<bson::Uuid> = log.iter().flat_map(|entry| ids_inserted(entry, &namespace)).collect();
        let place: HashMap<_, _> = inserted.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let mut rows: Vec<Document> = database.collection::<Document>("activity").find(doc! {}).await?.try_collect().await?;
        rows.sort_by_key(|row| own_id(row).and_then(|id| place.get(&id).copied()));
        let id = |row: &Document, field: &str| match row.get(field) {
            Some(Bson::Binary(bytes)) => Uuid::from_slice(&bytes.bytes).ok(),
            _ => None,
        };
        let event = |row: Document| StoredEvent {
            kind: row.get_str("kind").unwrap_or_default().to_owned(),
            customer: id(&row, "customerId").map(customer_id).unwrap_or_default(),
            order: id(&row, "orderId").map(order),
        };
        self.activity = rows.into_iter().map(event).collect();
        client.shutdown().await;
        Ok(())
    }

    async fn read_hot(&mut self, places: &Places) -> redis::RedisResult<()> {
        let mut connection = redis::Client::open(&*places.hot)?.get_multiplexed_async_connection().await?;
        let key = |rest: &str| format!("{}:{rest}", places.prefix);
        let mut all = redis::cmd("ZRANGE");
        let board: Vec<(String, f64)> =
            all.arg(key("board:best-sellers")).arg(0).arg(-1).arg("WITHSCORES").query_async(&mut connection).await?;
        self.best_sellers = Some(board.into_iter().map(|(product, pieces)| (product, pieces as i64)).collect());
        for product in self.products.keys() {
            let views: Option<i64> = redis::cmd("GET").arg(key(&format!("views:{product}"))).query_async(&mut connection).await?;
            self.views.insert(product.clone(), views.unwrap_or_default());
        }
        Ok(())
    }
}

/// What an entry of MongoDB's log put into a collection: one document, or several in one entry.
fn ids_inserted(entry: &Document, namespace: &str) -> Vec<bson::Uuid> {
    let within = entry.get_document("o").and_then(|applied| applied.get_array("applyOps"));
    let entries: Vec<&Document> = match within {
        Ok(several) => several.iter().filter_map(Bson::as_document).collect(),
        Err(_) => vec![entry],
    };
    let is = |entry: &Document, field: &str, text: &str| entry.get_str(field).is_ok_and(|found| found == text);
    let inserts = entries.into_iter().filter(|entry| is(entry, "op", "i") && is(entry, "ns", namespace));
    inserts.filter_map(|entry| own_id(entry.get_document("o").ok()?)).collect()
}

fn own_id(row: &Document) -> Option<bson::Uuid> {
    if let Some(Bson::Binary(bytes)) = row.get("_id") { bytes.to_uuid().ok() } else { None }
}

fn order(id: Uuid) -> String {
    OrderId::from_uuid(id).to_string()
}

fn product(id: Uuid) -> String {
    ProductId::from_uuid(id).to_string()
}

fn customer_id(id: Uuid) -> String {
    CustomerId::from_uuid(id).to_string()
}
