//! The page from MongoDB in four ways: document by document, in batches, by `$lookup`, and as documents that hold all names.

use super::data::{Order, answer, customer_name, product_name, shop};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass, Tier},
    site::Site,
    stores::{MongoCommand, MongoStore, document_json},
};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// How the page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Orders that hold all names.
    Embedded,
    /// Orders with their lines; customers and products joined by the server.
    Lookup,
    /// The orders with their lines, then their customers, then their products.
    Batch,
    /// The orders with their lines, then for each its customer and its products.
    RowByRow,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Embedded, Self::Lookup, Self::Batch, Self::RowByRow];

    /// The commands, in the order in which they run.
    fn commands(self) -> &'static [&'static str] {
        match self {
            Self::Embedded => &[include_str!("mongodb_embedded.json")],
            Self::Lookup => &[include_str!("mongodb_lookup.json")],
            Self::Batch => {
                &[include_str!("mongodb_orders.json"), include_str!("mongodb_customers.json"), include_str!("mongodb_products.json")]
            }
            Self::RowByRow => {
                &[include_str!("mongodb_orders.json"), include_str!("mongodb_customer.json"), include_str!("mongodb_products.json")]
            }
        }
    }
}

/// A shop in MongoDB.
pub struct Orders {
    way: Way,
    commands: Vec<MongoCommand>,
    store: MongoStore,
}

fn failed(error: impl ToString) -> LabError {
    LabError::store("mongodb", error)
}

fn page(input: &Input) -> [(&'static str, Bson); 2] {
    ["from", "limit"].map(|name| (name, input[name].as_i64().unwrap_or_default().into()))
}

/// An order with its lines as it is kept, with numbers in the places of names.
struct Kept {
    id: i64,
    placed: i64,
    customer: i64,
    items: Vec<Document>,
}

impl Kept {
    fn read(mut order: Document) -> Result<Self> {
        let items = order.get_array_mut("items").map_err(failed)?;
        let items = std::mem::take(items).into_iter().filter_map(|item| if let Bson::Document(item) = item { Some(item) } else { None });
        let items = items.collect();
        let whole = |name| order.get_i64(name).map_err(failed);
        Ok(Self { id: whole("_id")?, placed: whole("placed")?, customer: whole("customer")?, items })
    }

    fn products(&self) -> impl Iterator<Item = i64> {
        self.items.iter().filter_map(|item| item.get_i64("product").ok())
    }

    /// The order with names in the places of numbers.
    fn named(self, customer: Option<&String>, products: &HashMap<i64, String>) -> Value {
        let named = |mut item: Document| {
            let name = item.get_i64("product").ok().and_then(|product| products.get(&product)).cloned();
            item.insert("product", name);
            document_json(item)
        };
        let items: Vec<_> = self.items.into_iter().map(named).collect();
        json!({ "id": self.id, "placed": self.placed, "customer": customer, "items": items })
    }
}

/// Names by number.
fn names(found: Vec<Document>) -> Result<HashMap<i64, String>> {
    let name = |row: Document| Ok((row.get_i64("_id").map_err(failed)?, row.get_str("name").map_err(failed)?.to_owned()));
    found.into_iter().map(name).collect()
}

fn list(keys: BTreeSet<i64>) -> Bson {
    Bson::Array(keys.into_iter().map(Bson::Int64).collect())
}

/// The answer itself as a document, its number as the key.
fn embedded(order: &Order) -> Result<Document> {
    let mut document = mongodb::bson::serialize_to_document(&answer(order)).map_err(failed)?;
    document.remove("id");
    let mut keyed = doc! { "_id": order.id };
    keyed.extend(document);
    Ok(keyed)
}

fn referring(order: &Order) -> Document {
    let item =
        |item: &super::data::Item| doc! { "line": item.line, "product": item.product, "quantity": item.quantity, "cents": item.cents };
    let items: Vec<_> = order.items.iter().map(item).collect();
    doc! { "_id": order.id, "placed": order.placed, "customer": order.customer, "items": items }
}

impl Orders {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site, way: Way) -> Result<Option<Self>> {
        let Some(store) = MongoStore::make(site, &format!("w03 {way:?}"), Tier::Read).await? else { return Ok(None) };
        let commands = way.commands().iter().map(|text| MongoCommand::new(text)).collect::<Result<_>>()?;
        Ok(Some(Self { way, commands, store }))
    }

    async fn orders(&self, input: &Input) -> Result<Vec<Kept>> {
        self.store.ask(&self.commands[0], &page(input)).await?.into_iter().map(Kept::read).collect()
    }

    async fn batched(&self, input: &Input) -> Result<Answer> {
        let orders = self.orders(input).await?;
        let customers = list(orders.iter().map(|order| order.customer).collect());
        let customers = names(self.store.ask(&self.commands[1], &[("customers", customers)]).await?)?;
        let products = list(orders.iter().flat_map(Kept::products).collect());
        let products = names(self.store.ask(&self.commands[2], &[("products", products)]).await?)?;
        let count = orders.len() + customers.len() + products.len();
        let page = orders.into_iter().map(|order| {
            let customer = customers.get(&order.customer);
            order.named(customer, &products)
        });
        Ok(Answer::new(page.collect(), count))
    }

    async fn row_by_row(&self, input: &Input) -> Result<Answer> {
        let orders = self.orders(input).await?;
        let (mut page, mut count) = (Vec::with_capacity(orders.len()), orders.len());
        for order in orders {
            let customer = names(self.store.ask(&self.commands[1], &[("customer", order.customer.into())]).await?)?;
            let products = list(order.products().collect());
            let products = names(self.store.ask(&self.commands[2], &[("products", products)]).await?)?;
            count += customer.len() + products.len();
            page.push(order.named(customer.values().next(), &products));
        }
        Ok(Answer::new(Value::Array(page), count))
    }
}

#[async_trait]
impl Arm for Orders {
    fn about(&self) -> ArmAbout {
        let (name, model, variant) = match self.way {
            Way::Embedded => ("mongodb embedded", "orders as documents that hold customer and lines", "idiomatic"),
            Way::Lookup => ("mongodb lookup", "orders with lines, customers and products by $lookup", "idiomatic"),
            Way::Batch => ("mongodb batch", "orders with lines, two more commands with lists of keys", "idiomatic"),
            Way::RowByRow => ("mongodb n+1", "orders with lines, two more commands for each order", "seed"),
        };
        ArmAbout { name, store: "mongodb", model, variant }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "mongodb", text: self.way.commands().join("\n") }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let shop = shop(load);
        if self.way == Way::Embedded {
            self.store.fill("orders", shop.orders.iter().map(embedded).collect::<Result<_>>()?).await?;
        } else {
            let named = |count: i64, name: fn(i64) -> String| (0..count).map(|id| doc! { "_id": id, "name": name(id) }).collect();
            self.store.fill("customers", named(shop.customers, customer_name)).await?;
            self.store.fill("products", named(shop.products, product_name)).await?;
            self.store.fill("orders", shop.orders.iter().map(referring).collect()).await?;
        }
        self.store.checkpoint().await?;
        self.store.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        match self.way {
            Way::Batch => self.batched(input).await,
            Way::RowByRow => self.row_by_row(input).await,
            Way::Embedded | Way::Lookup => {
                let found = self.store.ask(&self.commands[0], &page(input)).await?;
                let count = found.len();
                Ok(Answer::new(found.into_iter().map(document_json).collect(), count))
            }
        }
    }

    /// Of the first command: the others look up keys.
    async fn plan(&self, _: &Case, input: &Input) -> Result<Option<Plan>> {
        self.store.plan(&self.commands[0], &page(input)).await.map(Some)
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(PlanClass::Index)
    }
}
