//! The order in SQLite: four tables, or a document in a column.

use super::{
    Model,
    data::{Row, answer, customer_email, customer_name, customers, orders, page, product_name, products},
    id, no_such,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass},
    site::{Durability, Site, SqlitePlace},
};
use async_trait::async_trait;
use serde_json::json;

/// A shop in SQLite.
pub struct Orders {
    model: Model,
    place: SqlitePlace,
}

impl Orders {
    /// Makes the database.
    pub async fn make(site: &Site, model: Model) -> Result<Self> {
        Ok(Self { model, place: site.sqlite(&format!("w01 {model:?}"), Durability::Full).await? })
    }

    fn statement(&self) -> &'static str {
        match self.model {
            Model::Normalised => include_str!("sqlite_join.sql"),
            Model::Document => include_str!("sqlite_document.sql"),
        }
    }
}

#[async_trait]
impl Arm for Orders {
    fn about(&self) -> ArmAbout {
        match self.model {
            Model::Normalised => {
                ArmAbout { name: "sqlite normalised", store: "sqlite", model: "four tables, one join", variant: "idiomatic" }
            }
            Model::Document => {
                ArmAbout { name: "sqlite json", store: "sqlite", model: "a JSON document for each order", variant: "idiomatic" }
            }
        }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "sql", text: self.statement().to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.place
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let orders = orders(load);
        match self.model {
            Model::Document => {
                self.place.script(include_str!("sqlite_document_table.sql")).await?;
                let rows: Vec<_> = orders.iter().map(|order| json!([order.id, answer(order)])).collect();
                self.place.fill("INSERT INTO orders SELECT value ->> 0, value -> 1 FROM json_each(?1)", &rows).await?;
            }
            Model::Normalised => {
                self.place.script(include_str!("sqlite_tables.sql")).await?;
                let rows: Vec<_> = (0..customers(load)).map(|id| json!([id, customer_name(id), customer_email(id)])).collect();
                self.place.fill("INSERT INTO customers SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1)", &rows).await?;
                let rows: Vec<_> = (0..products(load)).map(|id| json!([id, product_name(id)])).collect();
                self.place.fill("INSERT INTO products SELECT value ->> 0, value ->> 1 FROM json_each(?1)", &rows).await?;
                let row =
                    |order: &super::data::Order| json!([order.id, order.customer, order.placed, order.status, order.note, order.total]);
                self.place.fill(include_str!("sqlite_fill_orders.sql"), &orders.iter().map(row).collect::<Vec<_>>()).await?;
                let lines = orders.iter().flat_map(|order| order.items.iter().map(|item| (order.id, item)));
                let rows: Vec<_> = lines.map(|(id, item)| json!([id, item.line, item.product, item.quantity, item.cents])).collect();
                self.place.fill(include_str!("sqlite_fill_items.sql"), &rows).await?;
            }
        }
        self.place.settle().await?;
        self.place.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        if self.model == Model::Document {
            let text: Option<String> = sqlx::query_scalar(self.statement()).bind(id(input)).fetch_optional(self.place.pool()).await?;
            let order = serde_json::from_str(&text.ok_or_else(|| no_such("sqlite"))?).map_err(|error| LabError::store("sqlite", error))?;
            return Ok(Answer::new(order, 1));
        }
        let rows: Vec<Row> = sqlx::query_as(self.statement()).bind(id(input)).fetch_all(self.place.pool()).await?;
        let count = rows.len();
        Ok(Answer::new(page(rows).ok_or_else(|| no_such("sqlite"))?, count))
    }

    async fn plan(&self, _: &Case, _: &Input) -> Result<Option<Plan>> {
        self.place.plan(self.statement()).await.map(Some)
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(PlanClass::Index)
    }
}
