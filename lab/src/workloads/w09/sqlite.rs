//! The reports in SQLite: over rows, and over documents in a column.

use super::{
    Model, answer,
    data::{self, category, category_name, product_name},
    range,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Plan},
    site::{Durability, Site, SqlitePlace},
};
use async_trait::async_trait;
use serde_json::{Value, json};
use sqlx::{FromRow, sqlite::SqliteRow};

/// A shop in SQLite.
pub struct Reports {
    model: Model,
    place: SqlitePlace,
}

impl Reports {
    /// Makes the database.
    pub async fn make(site: &Site, model: Model) -> Result<Self> {
        Ok(Self { model, place: site.sqlite(&format!("w09 {model:?}"), Durability::Full).await? })
    }

    fn statement(&self, case: &Case) -> &'static str {
        match (self.model, &*case.id) {
            (Model::Rows, "months") => include_str!("sqlite_rows_months.sql"),
            (Model::Rows, "categories") => include_str!("sqlite_rows_categories.sql"),
            (Model::Rows, "products") => include_str!("sqlite_rows_products.sql"),
            (Model::Rows, "tiers") => include_str!("sqlite_rows_tiers.sql"),
            (Model::Rows, _) => include_str!("sqlite_rows_events.sql"),
            (Model::Documents, "months") => include_str!("sqlite_json_months.sql"),
            (Model::Documents, "categories") => include_str!("sqlite_json_categories.sql"),
            (Model::Documents, "products") => include_str!("sqlite_json_products.sql"),
            (Model::Documents, "tiers") => include_str!("sqlite_json_tiers.sql"),
            (Model::Documents, _) => include_str!("sqlite_json_events.sql"),
        }
    }

    async fn rows<T>(&self, case: &Case, input: &Input, answer: fn(T) -> Value) -> Result<Vec<Value>>
    where
        T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
    {
        let [from, to] = range(input);
        let rows: Vec<T> = sqlx::query_as(self.statement(case)).bind(from).bind(to).fetch_all(self.place.pool()).await?;
        Ok(rows.into_iter().map(answer).collect())
    }
}

#[async_trait]
impl Arm for Reports {
    fn about(&self) -> ArmAbout {
        match self.model {
            Model::Rows => ArmAbout { name: "sqlite rows", store: "sqlite", model: "five tables, index on time", variant: "idiomatic" },
            Model::Documents => {
                ArmAbout { name: "sqlite json", store: "sqlite", model: "documents, index on the expression of time", variant: "idiomatic" }
            }
        }
    }

    fn source(&self, case: &Case) -> Source {
        Source { language: "sql", text: self.statement(case).to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.place
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let (orders, events) = (data::orders(load), data::events(load));
        if self.model == Model::Rows {
            self.place.script(include_str!("sqlite_rows.sql")).await?;
            let rows: Vec<_> = data::categories().map(|id| json!([id, category_name(id)])).collect();
            self.place.fill(include_str!("sqlite_fill_categories.sql"), &rows).await?;
            let rows: Vec<_> = (0..data::products(load)).map(|id| json!([id, product_name(id), category(id)])).collect();
            self.place.fill(include_str!("sqlite_fill_products.sql"), &rows).await?;
            let rows: Vec<_> = orders.iter().map(|order| json!([order.id, order.customer, order.placed, order.status])).collect();
            self.place.fill(include_str!("sqlite_fill_orders.sql"), &rows).await?;
            let lines = orders.iter().flat_map(|order| order.items.iter().map(|item| (order.id, item)));
            let rows: Vec<_> = lines.map(|(id, item)| json!([id, item.line, item.product, item.quantity, item.cents])).collect();
            self.place.fill(include_str!("sqlite_fill_items.sql"), &rows).await?;
            let rows: Vec<_> = events.iter().map(|event| json!([event.id, event.at, event.kind, event.product])).collect();
            self.place.fill(include_str!("sqlite_fill_events.sql"), &rows).await?;
        } else {
            self.place.script(include_str!("sqlite_json.sql")).await?;
            let rows: Vec<_> = orders.iter().map(|order| json!([order.id, data::order_document(order)])).collect();
            self.place.fill("INSERT INTO orders SELECT value ->> 0, value -> 1 FROM json_each(?1)", &rows).await?;
            let rows: Vec<_> = events.iter().map(|event| json!([event.id, data::event_document(event)])).collect();
            self.place.fill("INSERT INTO events SELECT value ->> 0, value -> 1 FROM json_each(?1)", &rows).await?;
        }
        self.place.settle().await?;
        self.place.sizes().await
    }

    async fn op(&self, case: &Case, input: &Input) -> Result<Answer> {
        let rows = match &*case.id {
            "months" => self.rows(case, input, answer::month).await,
            "categories" => self.rows(case, input, answer::category).await,
            "products" => self.rows(case, input, answer::product).await,
            "tiers" => self.rows(case, input, answer::tier).await,
            _ => self.rows(case, input, answer::day).await,
        }?;
        let count = rows.len();
        Ok(Answer::new(Value::Array(rows), count))
    }

    async fn plan(&self, case: &Case, _: &Input) -> Result<Option<Plan>> {
        self.place.plan(self.statement(case)).await.map(Some)
    }
}
