//! The order in PostgreSQL: four tables, or a JSONB document.

use super::{
    Model,
    data::{Row, answer, customer_email, customer_name, customers, orders, page, product_name, products},
    id, no_such,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass, Tier},
    site::Site,
    stores::{Bound, PostgresStore},
};
use async_trait::async_trait;
use serde_json::{Value, json};

/// A shop in PostgreSQL.
pub struct Orders {
    model: Model,
    store: PostgresStore,
}

impl Orders {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site, model: Model) -> Result<Option<Self>> {
        Ok(PostgresStore::make(site, &format!("w01 {model:?}"), Tier::Read).await?.map(|store| Self { model, store }))
    }

    fn statement(&self) -> &'static str {
        match self.model {
            Model::Normalised => include_str!("postgres_join.sql"),
            Model::Document => include_str!("postgres_document.sql"),
        }
    }
}

#[async_trait]
impl Arm for Orders {
    fn about(&self) -> ArmAbout {
        match self.model {
            Model::Normalised => {
                ArmAbout { name: "postgres normalised", store: "postgres", model: "four tables, one join", variant: "idiomatic" }
            }
            Model::Document => {
                ArmAbout { name: "postgres jsonb", store: "postgres", model: "a JSONB document for each order", variant: "idiomatic" }
            }
        }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "sql", text: self.statement().to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let orders = orders(load);
        if self.model == Model::Document {
            self.store.script(include_str!("postgres_document_table.sql")).await?;
            for orders in orders.chunks(2_000) {
                let rows = json!(orders.iter().map(answer).collect::<Vec<_>>());
                self.store.run(include_str!("postgres_fill_documents.sql"), &[Bound::Json(rows)]).await?;
            }
        } else {
            self.store.script(include_str!("postgres_tables.sql")).await?;
            let ids: Vec<i64> = (0..customers(load)).collect();
            let names: Vec<_> = ids.iter().map(|id| customer_name(*id)).collect();
            let emails: Vec<_> = ids.iter().map(|id| customer_email(*id)).collect();
            let fill = "INSERT INTO customers SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])";
            self.store.run(fill, &[ids.into(), names.into(), emails.into()]).await?;
            let ids: Vec<i64> = (0..products(load)).collect();
            let names: Vec<_> = ids.iter().map(|id| product_name(*id)).collect();
            self.store.run("INSERT INTO products SELECT * FROM unnest($1::bigint[], $2::text[])", &[ids.into(), names.into()]).await?;
            for orders in orders.chunks(5_000) {
                let rows: Vec<_> = orders
                    .iter()
                    .map(|order| json!([order.id, order.customer, order.placed, order.status, order.note, order.total]))
                    .collect();
                self.store.run(include_str!("postgres_fill_orders.sql"), &[Bound::Json(json!(rows))]).await?;
                let lines = orders.iter().flat_map(|order| order.items.iter().map(|item| (order.id, item)));
                let mut columns: [Vec<i64>; 5] = Default::default();
                for (id, item) in lines {
                    for (column, value) in columns.iter_mut().zip([id, item.line, item.product, item.quantity, item.cents]) {
                        column.push(value);
                    }
                }
                self.store.run(include_str!("postgres_fill_items.sql"), &columns.map(Bound::from)).await?;
            }
        }
        self.store.settle().await?;
        self.store.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let values = [id(input).into()];
        if self.model == Model::Document {
            let rows: Vec<(Value,)> = self.store.rows(self.statement(), &values).await?;
            let (order,) = rows.into_iter().next().ok_or_else(|| no_such("postgres"))?;
            return Ok(Answer::new(order, 1));
        }
        let rows: Vec<Row> = self.store.rows(self.statement(), &values).await?;
        let count = rows.len();
        Ok(Answer::new(page(rows).ok_or_else(|| no_such("postgres"))?, count))
    }

    async fn plan(&self, _: &Case, input: &Input) -> Result<Option<Plan>> {
        self.store.plan(self.statement(), &[id(input).into()]).await.map(Some)
    }

    /// In a join the server may rather read a table of a few pages whole, and is right.
    fn expects(&self, _: &Case) -> Option<PlanClass> {
        (self.model == Model::Document).then_some(PlanClass::Index)
    }
}
