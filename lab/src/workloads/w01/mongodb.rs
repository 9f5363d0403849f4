//! The order in MongoDB: a document that holds it all, or one that refers to customers and products.

use super::{
    Model,
    data::{Order, answer, customer_email, customer_name, customers, orders, product_name, products},
    id, no_such,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass, Tier},
    site::Site,
    stores::{MongoCommand, MongoStore, document_json},
};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};

/// A shop in MongoDB.
pub struct Orders {
    model: Model,
    ask: MongoCommand,
    store: MongoStore,
}

fn values(input: &Input) -> [(&'static str, Bson); 1] {
    [("id", id(input).into())]
}

/// The answer itself as a document, its number as the key.
fn embedded(order: &Order) -> Result<Document> {
    let mut document = mongodb::bson::serialize_to_document(&answer(order)).map_err(|error| LabError::store("mongodb", error))?;
    document.remove("id");
    let mut keyed = doc! { "_id": order.id };
    keyed.extend(document);
    Ok(keyed)
}

/// Lines belong to their order; customers and products are documents of their own.
fn referring(order: &Order) -> Document {
    let item =
        |item: &super::data::Item| doc! { "line": item.line, "product": item.product, "quantity": item.quantity, "cents": item.cents };
    doc! {
        "_id": order.id,
        "customer": order.customer,
        "placed": order.placed,
        "status": order.status,
        "note": order.note.clone(),
        "total": order.total,
        "items": order.items.iter().map(item).collect::<Vec<_>>(),
    }
}

impl Orders {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site, model: Model) -> Result<Option<Self>> {
        let Some(store) = MongoStore::make(site, &format!("w01 {model:?}"), Tier::Read).await? else { return Ok(None) };
        let ask = match model {
            Model::Normalised => include_str!("mongodb_lookup.json"),
            Model::Document => include_str!("mongodb_embedded.json"),
        };
        Ok(Some(Self { model, ask: MongoCommand::new(ask)?, store }))
    }
}

#[async_trait]
impl Arm for Orders {
    fn about(&self) -> ArmAbout {
        match self.model {
            Model::Normalised => ArmAbout {
                name: "mongodb lookup",
                store: "mongodb",
                model: "orders with lines, customers and products by $lookup",
                variant: "idiomatic",
            },
            Model::Document => {
                ArmAbout { name: "mongodb embedded", store: "mongodb", model: "a document for each order", variant: "idiomatic" }
            }
        }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "mongodb", text: self.ask.text.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let orders = orders(load);
        if self.model == Model::Document {
            self.store.fill("orders", orders.iter().map(embedded).collect::<Result<_>>()?).await?;
        } else {
            let customer = |id| doc! { "_id": id, "name": customer_name(id), "email": customer_email(id) };
            self.store.fill("customers", (0..customers(load)).map(customer).collect()).await?;
            let product = |id| doc! { "_id": id, "name": product_name(id) };
            self.store.fill("products", (0..products(load)).map(product).collect()).await?;
            self.store.fill("orders", orders.iter().map(referring).collect()).await?;
        }
        self.store.checkpoint().await?;
        self.store.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let found = self.store.ask(&self.ask, &values(input)).await?;
        let count = found.len();
        let order = found.into_iter().next().ok_or_else(|| no_such("mongodb"))?;
        Ok(Answer::new(document_json(order), count))
    }

    async fn plan(&self, _: &Case, input: &Input) -> Result<Option<Plan>> {
        self.store.plan(&self.ask, &values(input)).await.map(Some)
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(PlanClass::Index)
    }
}
