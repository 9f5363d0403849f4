//! The reports in PostgreSQL: over rows, and over JSONB documents.

use super::{
    Model, answer,
    data::{self, category, category_name, product_name},
    range,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Plan, Tier},
    site::Site,
    stores::{Bound, PostgresStore},
};
use async_trait::async_trait;
use serde_json::{Value, json};
use sqlx::{FromRow, postgres::PgRow};

/// A shop in PostgreSQL.
pub struct Reports {
    model: Model,
    store: PostgresStore,
}

fn values(input: &Input) -> [Bound; 2] {
    range(input).map(Bound::from)
}

impl Reports {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site, model: Model) -> Result<Option<Self>> {
        Ok(PostgresStore::make(site, &format!("w09 {model:?}"), Tier::Read).await?.map(|store| Self { model, store }))
    }

    fn statement(&self, case: &Case) -> &'static str {
        match (self.model, &*case.id) {
            (Model::Rows, "months") => include_str!("postgres_rows_months.sql"),
            (Model::Rows, "categories") => include_str!("postgres_rows_categories.sql"),
            (Model::Rows, "products") => include_str!("postgres_rows_products.sql"),
            (Model::Rows, "tiers") => include_str!("postgres_rows_tiers.sql"),
            (Model::Rows, _) => include_str!("postgres_rows_events.sql"),
            (Model::Documents, "months") => include_str!("postgres_jsonb_months.sql"),
            (Model::Documents, "categories") => include_str!("postgres_jsonb_categories.sql"),
            (Model::Documents, "products") => include_str!("postgres_jsonb_products.sql"),
            (Model::Documents, "tiers") => include_str!("postgres_jsonb_tiers.sql"),
            (Model::Documents, _) => include_str!("postgres_jsonb_events.sql"),
        }
    }

    async fn rows<T>(&self, case: &Case, input: &Input, answer: fn(T) -> Value) -> Result<Vec<Value>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let rows: Vec<T> = self.store.rows(self.statement(case), &values(input)).await?;
        Ok(rows.into_iter().map(answer).collect())
    }

    async fn fill(&self, statement: &'static str, rows: Vec<Value>) -> Result<()> {
        for rows in rows.chunks(5_000) {
            self.store.run(statement, &[Bound::Json(json!(rows))]).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Arm for Reports {
    fn about(&self) -> ArmAbout {
        match self.model {
            Model::Rows => {
                ArmAbout { name: "postgres normalised", store: "postgres", model: "five tables, index on time", variant: "idiomatic" }
            }
            Model::Documents => ArmAbout {
                name: "postgres jsonb",
                store: "postgres",
                model: "JSONB documents, index on the expression of time",
                variant: "idiomatic",
            },
        }
    }

    fn source(&self, case: &Case) -> Source {
        Source { language: "sql", text: self.statement(case).to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let (orders, events) = (data::orders(load), data::events(load));
        if self.model == Model::Rows {
            self.store.script(include_str!("postgres_rows.sql")).await?;
            let rows = data::categories().map(|id| json!([id, category_name(id)])).collect();
            self.fill(include_str!("postgres_fill_categories.sql"), rows).await?;
            let rows = (0..data::products(load)).map(|id| json!([id, product_name(id), category(id)])).collect();
            self.fill(include_str!("postgres_fill_products.sql"), rows).await?;
            let rows = orders.iter().map(|order| json!([order.id, order.customer, order.placed, order.status])).collect();
            self.fill(include_str!("postgres_fill_orders.sql"), rows).await?;
            let lines = orders.iter().flat_map(|order| order.items.iter().map(|item| (order.id, item)));
            let rows = lines.map(|(id, item)| json!([id, item.line, item.product, item.quantity, item.cents])).collect();
            self.fill(include_str!("postgres_fill_items.sql"), rows).await?;
            let rows = events.iter().map(|event| json!([event.id, event.at, event.kind, event.product])).collect();
            self.fill(include_str!("postgres_fill_events.sql"), rows).await?;
        } else {
            self.store.script(include_str!("postgres_jsonb.sql")).await?;
            let fill = "INSERT INTO orders SELECT (value ->> 'id')::bigint, value FROM jsonb_array_elements($1)";
            self.fill(fill, orders.iter().map(data::order_document).collect()).await?;
            let fill = "INSERT INTO events SELECT (value ->> 'id')::bigint, value FROM jsonb_array_elements($1)";
            self.fill(fill, events.iter().map(data::event_document).collect()).await?;
        }
        self.store.settle().await?;
        self.store.sizes().await
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

    async fn plan(&self, case: &Case, input: &Input) -> Result<Option<Plan>> {
        self.store.plan(self.statement(case), &values(input)).await.map(Some)
    }
}
