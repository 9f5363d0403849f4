//! The page from PostgreSQL in four ways: row by row, in batches, by join, and as JSONB documents that hold their lines.

use super::{
    data::{answer, customer_name, product_name, shop},
    page::{ItemRow, OrderRow, item, of_join, of_lists},
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass, Tier},
    site::Site,
    stores::{Bound, PostgresStore},
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::collections::HashMap;

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
    Jsonb,
}

const JOIN: &str = include_str!("postgres_join.sql");
const DOCUMENTS: &str = include_str!("postgres_documents.sql");
const ORDERS: &str = include_str!("postgres_orders.sql");
const CUSTOMERS: &str = include_str!("postgres_customers_batch.sql");
const ITEMS: &str = include_str!("postgres_items_batch.sql");
const CUSTOMER: &str = include_str!("postgres_customer_one.sql");
const ITEMS_OF_ONE: &str = include_str!("postgres_items_one.sql");

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Join, Self::Batch, Self::RowByRow, Self::Jsonb];

    /// The statements, in the order in which they run.
    fn statements(self) -> &'static [&'static str] {
        match self {
            Self::Join => &[JOIN],
            Self::Batch => &[ORDERS, CUSTOMERS, ITEMS],
            Self::RowByRow => &[ORDERS, CUSTOMER, ITEMS_OF_ONE],
            Self::Jsonb => &[DOCUMENTS],
        }
    }
}

/// A shop in PostgreSQL.
pub struct Orders {
    way: Way,
    store: PostgresStore,
}

fn page(input: &Input) -> [Bound; 2] {
    ["from", "limit"].map(|name| input[name].as_i64().unwrap_or_default().into())
}

impl Orders {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site, way: Way) -> Result<Option<Self>> {
        Ok(PostgresStore::make(site, &format!("w03 {way:?}"), Tier::Read).await?.map(|store| Self { way, store }))
    }

    async fn joined(&self, page: &[Bound]) -> Result<Answer> {
        Ok(of_join(self.store.rows(JOIN, page).await?))
    }

    async fn batched(&self, page: &[Bound]) -> Result<Answer> {
        let orders: Vec<OrderRow> = self.store.rows(ORDERS, page).await?;
        let keys = |of: fn(&OrderRow) -> i64| -> [Bound; 1] { [orders.iter().map(of).collect::<Vec<_>>().into()] };
        let customers: HashMap<i64, String> = self.store.rows::<(i64, String)>(CUSTOMERS, &keys(|row| row.2)).await?.into_iter().collect();
        let items: Vec<ItemRow> = self.store.rows(ITEMS, &keys(|row| row.0)).await?;
        Ok(of_lists(orders, &customers, &items))
    }

    async fn row_by_row(&self, page: &[Bound]) -> Result<Answer> {
        let orders: Vec<OrderRow> = self.store.rows(ORDERS, page).await?;
        let (mut page, mut count) = (Vec::with_capacity(orders.len()), orders.len());
        for (id, placed, customer) in orders {
            let name: Vec<(String,)> = self.store.rows(CUSTOMER, &[customer.into()]).await?;
            let items: Vec<ItemRow> = self.store.rows(ITEMS_OF_ONE, &[id.into()]).await?;
            count += name.len() + items.len();
            let name = name.into_iter().next().map(|(name,)| name);
            page.push(json!({ "id": id, "placed": placed, "customer": name, "items": items.iter().map(item).collect::<Vec<_>>() }));
        }
        Ok(Answer::new(json!(page), count))
    }

    async fn documents(&self, page: &[Bound]) -> Result<Answer> {
        let rows: Vec<(Value,)> = self.store.rows(DOCUMENTS, page).await?;
        let count = rows.len();
        Ok(Answer::new(rows.into_iter().map(|(doc,)| doc).collect(), count))
    }

    async fn load_tables(&self, load: &Load) -> Result<()> {
        self.store.script(include_str!("postgres_tables.sql")).await?;
        let shop = shop(load);
        let columns = |count: i64, name: fn(i64) -> String| -> [Bound; 2] {
            [(0..count).collect::<Vec<_>>().into(), (0..count).map(name).collect::<Vec<_>>().into()]
        };
        let fill = "INSERT INTO customers SELECT * FROM unnest($1::bigint[], $2::text[])";
        self.store.run(fill, &columns(shop.customers, customer_name)).await?;
        let fill = "INSERT INTO products SELECT * FROM unnest($1::bigint[], $2::text[])";
        self.store.run(fill, &columns(shop.products, product_name)).await?;
        for orders in shop.orders.chunks(10_000) {
            let mut columns: [Vec<i64>; 3] = Default::default();
            let mut lines: [Vec<i64>; 5] = Default::default();
            for order in orders {
                columns.iter_mut().zip([order.id, order.placed, order.customer]).for_each(|(column, value)| column.push(value));
                for item in &order.items {
                    let values = [order.id, item.line, item.product, item.quantity, item.cents];
                    lines.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
                }
            }
            let fill = "INSERT INTO orders SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])";
            self.store.run(fill, &columns.map(Bound::from)).await?;
            let fill = "INSERT INTO items SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])";
            self.store.run(fill, &lines.map(Bound::from)).await?;
        }
        Ok(())
    }

    async fn load_documents(&self, load: &Load) -> Result<()> {
        self.store.script(include_str!("postgres_documents_table.sql")).await?;
        for orders in shop(load).orders.chunks(2_000) {
            let rows = json!(orders.iter().map(answer).collect::<Vec<_>>());
            let fill = "INSERT INTO orders SELECT (value ->> 'id')::bigint, value FROM jsonb_array_elements($1)";
            self.store.run(fill, &[Bound::Json(rows)]).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Arm for Orders {
    fn about(&self) -> ArmAbout {
        let (name, model, variant) = match self.way {
            Way::Join => ("postgres join", "four tables, one statement", "idiomatic"),
            Way::Batch => ("postgres batch", "four tables, three statements with lists of keys", "idiomatic"),
            Way::RowByRow => ("postgres n+1", "four tables, two statements for each order", "seed"),
            Way::Jsonb => ("postgres jsonb", "orders as documents that hold customer and lines", "idiomatic"),
        };
        ArmAbout { name, store: "postgres", model, variant }
    }

    fn source(&self, _: &Case) -> Source {
        let mut text = self.way.statements().iter().map(|text| text.trim_end()).collect::<Vec<_>>().join(";\n\n");
        if self.way == Way::RowByRow {
            text.push_str("\n-- the last two once for each order");
        }
        Source { language: "sql", text }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        if self.way == Way::Jsonb {
            self.load_documents(load).await?;
        } else {
            self.load_tables(load).await?;
        }
        self.store.settle().await?;
        self.store.sizes().await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let page = page(input);
        match self.way {
            Way::Join => self.joined(&page).await,
            Way::Batch => self.batched(&page).await,
            Way::RowByRow => self.row_by_row(&page).await,
            Way::Jsonb => self.documents(&page).await,
        }
    }

    async fn plan(&self, _: &Case, input: &Input) -> Result<Option<Plan>> {
        let page = page(input);
        let first = self.store.plan(self.way.statements()[0], &page).await?;
        if matches!(self.way, Way::Join | Way::Jsonb) {
            return Ok(Some(first));
        }
        let orders: Vec<OrderRow> = self.store.rows(ORDERS, &page).await?;
        let keys: [Bound; 2] = match self.way {
            Way::Batch => {
                [orders.iter().map(|row| row.2).collect::<Vec<_>>().into(), orders.iter().map(|row| row.0).collect::<Vec<_>>().into()]
            }
            _ => orders.first().map_or([0_i64.into(), 0_i64.into()], |row| [row.2.into(), row.0.into()]),
        };
        let mut plans = vec![first];
        for (statement, key) in self.way.statements()[1..].iter().zip(keys) {
            plans.push(self.store.plan(statement, &[key]).await?);
        }
        let scan = plans.iter().find(|plan| plan.class == PlanClass::Scan).map(|plan| plan.class);
        let text = plans.iter().map(|plan| plan.text.as_str()).collect::<Vec<_>>().join("\n\n");
        Ok(Some(Plan { class: scan.unwrap_or(PlanClass::Index), text }))
    }

    /// In a join the server may rather read a table of a few pages whole, and is right.
    fn expects(&self, _: &Case) -> Option<PlanClass> {
        (self.way == Way::Jsonb).then_some(PlanClass::Index)
    }
}
