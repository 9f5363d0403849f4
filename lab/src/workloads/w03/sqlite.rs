//! The page from SQLite in four ways: row by row, in batches, by join, and as documents that hold their lines.

use super::{
    data::{answer, customer_name, product_name, shop},
    page::{ItemRow, OrderRow, item, of_join, of_lists},
};
use crate::{
    Answer, Arm, ArmAbout, Case, Counters, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass},
    site::{Durability, Site, SqlitePlace},
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
};

/// How the page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Orders, customers and lines in one statement.
    Join,
    /// The orders, then their customers, then their lines.
    Batch,
    /// The orders, then for each its customer and its lines, as `to_dict` of a course text does.
    RowByRow,
    /// Orders as documents.
    Json,
}

impl Way {
    /// All, the reference first.
    pub const ALL: [Self; 4] = [Self::Join, Self::Batch, Self::RowByRow, Self::Json];

    /// The statements, in the order in which they run.
    fn statements(self) -> &'static [&'static str] {
        match self {
            Self::Join => &[include_str!("sqlite_join.sql")],
            Self::Batch => {
                &[include_str!("sqlite_orders.sql"), include_str!("sqlite_customers_batch.sql"), include_str!("sqlite_items_batch.sql")]
            }
            Self::RowByRow => {
                &[include_str!("sqlite_orders.sql"), include_str!("sqlite_customer_one.sql"), include_str!("sqlite_items_one.sql")]
            }
            Self::Json => &[include_str!("sqlite_documents.sql")],
        }
    }
}

/// A shop in SQLite.
pub struct Orders {
    way: Way,
    place: SqlitePlace,
    statements: AtomicU64,
}

impl Orders {
    /// Makes the database.
    pub async fn make(site: &Site, way: Way) -> Result<Self> {
        let place = site.sqlite(&format!("w03 {way:?}"), Durability::Full).await?;
        Ok(Self { way, place, statements: AtomicU64::new(0) })
    }

    fn count(&self, statements: usize) {
        self.statements.fetch_add(statements as u64, Ordering::Relaxed);
    }

    async fn orders(&self, from: i64, limit: i64) -> Result<Vec<OrderRow>> {
        self.count(1);
        Ok(sqlx::query_as(self.way.statements()[0]).bind(from).bind(limit).fetch_all(self.place.pool()).await?)
    }

    async fn joined(&self, from: i64, limit: i64) -> Result<Answer> {
        self.count(1);
        Ok(of_join(sqlx::query_as(self.way.statements()[0]).bind(from).bind(limit).fetch_all(self.place.pool()).await?))
    }

    async fn batched(&self, from: i64, limit: i64) -> Result<Answer> {
        let orders = self.orders(from, limit).await?;
        let keys = |of: fn(&OrderRow) -> i64| json!(orders.iter().map(of).collect::<Vec<_>>()).to_string();
        self.count(2);
        let [_, customers, items] = self.way.statements() else { return Err(LabError::Unsupported("batch".to_owned())) };
        let customers: HashMap<i64, String> =
            sqlx::query_as(*customers).bind(keys(|row| row.2)).fetch_all(self.place.pool()).await?.into_iter().collect();
        let items: Vec<ItemRow> = sqlx::query_as(*items).bind(keys(|row| row.0)).fetch_all(self.place.pool()).await?;
        Ok(of_lists(orders, &customers, &items))
    }

    async fn row_by_row(&self, from: i64, limit: i64) -> Result<Answer> {
        let orders = self.orders(from, limit).await?;
        let [_, customer_one, items_one] = self.way.statements() else { return Err(LabError::Unsupported("row by row".to_owned())) };
        let (mut page, mut count) = (Vec::with_capacity(orders.len()), orders.len());
        for (id, placed, customer) in orders {
            self.count(2);
            let name: String = sqlx::query_scalar(*customer_one).bind(customer).fetch_one(self.place.pool()).await?;
            let items: Vec<ItemRow> = sqlx::query_as(*items_one).bind(id).fetch_all(self.place.pool()).await?;
            count += 1 + items.len();
            page.push(json!({ "id": id, "placed": placed, "customer": name, "items": items.iter().map(item).collect::<Vec<_>>() }));
        }
        Ok(Answer::new(json!(page), count))
    }

    async fn documents(&self, from: i64, limit: i64) -> Result<Answer> {
        self.count(1);
        let rows: Vec<String> = sqlx::query_scalar(self.way.statements()[0]).bind(from).bind(limit).fetch_all(self.place.pool()).await?;
        let page: std::result::Result<Vec<Value>, _> = rows.iter().map(|text| serde_json::from_str(text)).collect();
        let page = page.map_err(|error| LabError::store("sqlite", error))?;
        Ok(Answer::new(Value::Array(page), rows.len()))
    }
}

#[async_trait]
impl Arm for Orders {
    fn about(&self) -> ArmAbout {
        let (name, model, variant) = match self.way {
            Way::Join => ("sqlite join", "four tables, one statement", "idiomatic"),
            Way::Batch => ("sqlite batch", "four tables, three statements with lists of keys", "idiomatic"),
            Way::RowByRow => ("sqlite n+1", "four tables, two statements for each order", "seed"),
            Way::Json => ("sqlite json", "orders as documents that hold customer and lines", "idiomatic"),
        };
        ArmAbout { name, store: "sqlite", model, variant }
    }

    fn source(&self, _: &Case) -> Source {
        let mut text = self.way.statements().iter().map(|text| text.trim_end()).collect::<Vec<_>>().join(";\n\n");
        if self.way == Way::RowByRow {
            text.push_str("\n-- the last two once for each order");
        }
        Source { language: "sql", text }
    }

    fn backing(&self) -> &dyn Backing {
        &self.place
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let shop = shop(load);
        if self.way == Way::Json {
            self.place.script(include_str!("sqlite_documents_table.sql")).await?;
            for orders in shop.orders.chunks(2_000) {
                let rows: Vec<_> = orders.iter().map(|order| json!([order.id, answer(order)])).collect();
                self.place.fill("INSERT INTO orders SELECT value ->> 0, value -> 1 FROM json_each(?1)", &rows).await?;
            }
        } else {
            self.place.script(include_str!("sqlite_tables.sql")).await?;
            let names = |count: i64, name: fn(i64) -> String| (0..count).map(|id| json!([id, name(id)])).collect::<Vec<_>>();
            let fill = "INSERT INTO customers SELECT value ->> 0, value ->> 1 FROM json_each(?1)";
            self.place.fill(fill, &names(shop.customers, customer_name)).await?;
            let fill = "INSERT INTO products SELECT value ->> 0, value ->> 1 FROM json_each(?1)";
            self.place.fill(fill, &names(shop.products, product_name)).await?;
            for orders in shop.orders.chunks(2_000) {
                let rows: Vec<_> = orders.iter().map(|order| json!([order.id, order.placed, order.customer])).collect();
                self.place.fill("INSERT INTO orders SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1)", &rows).await?;
                let lines = orders.iter().flat_map(|order| order.items.iter().map(|item| (order.id, item)));
                let rows: Vec<_> = lines.map(|(order, item)| json!([order, item.line, item.product, item.quantity, item.cents])).collect();
                let fill = "INSERT INTO items SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?1)";
                self.place.fill(fill, &rows).await?;
            }
        }
        self.place.settle().await?;
        self.place.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let (from, limit) = (input["from"].as_i64().unwrap_or_default(), input["limit"].as_i64().unwrap_or_default());
        match self.way {
            Way::Join => self.joined(from, limit).await,
            Way::Batch => self.batched(from, limit).await,
            Way::RowByRow => self.row_by_row(from, limit).await,
            Way::Json => self.documents(from, limit).await,
        }
    }

    async fn counters(&self) -> Result<Counters> {
        let mut counters = self.place.counters().await?;
        counters.insert("statements", self.statements.load(Ordering::Relaxed) as f64);
        Ok(counters)
    }

    async fn plan(&self, _: &Case, _: &Input) -> Result<Option<Plan>> {
        let mut text = Vec::new();
        let mut class = PlanClass::Index;
        for statement in self.way.statements() {
            let plan = self.place.plan(statement).await?;
            if plan.class == PlanClass::Scan {
                class = PlanClass::Scan;
            }
            text.push(plan.text);
        }
        Ok(Some(Plan { class, text: text.join("\n\n") }))
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(PlanClass::Index)
    }
}
