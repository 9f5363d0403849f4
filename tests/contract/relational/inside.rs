//! A store together with a way past it: what really stands in its tables.

use super::{ENGINES, Store};
use crate::support::{engines::fresh_url, sample};
use polystore::{
    engines::{Limits, postgres::Postgres, sqlite::Sqlite},
    error::Engine,
    roles::Relational,
    shop::{Audience, Detail, NewOrder, Once, Order, OrderId, OrderItem, Product},
};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use std::{collections::BTreeMap, sync::Arc};

const LIMITS: Limits = Limits { connections: 8 };

pub enum Tables {
    Postgres(PgPool),
    Sqlite(SqlitePool),
}

pub struct Inside {
    pub store: Store,
    pub tables: Tables,
    /// Where the store is; on SQLite the folder goes away with the trial.
    pub url: String,
    _folder: tempfile::TempDir,
}

/// A fresh, migrated store. On SQLite a file, because a database in memory has no second door.
pub async fn inside(engine: Engine) -> Inside {
    assert!(ENGINES.contains(&engine));
    let folder = tempfile::tempdir().unwrap();
    if engine == Engine::Sqlite {
        let url = format!("sqlite:{}/shop.db", folder.path().display());
        let store: Arc<dyn Relational> = Arc::new(Sqlite::connect(&url, &LIMITS).await.unwrap());
        store.migrate().await.unwrap();
        let tables = Tables::Sqlite(SqlitePool::connect(&url).await.unwrap());
        return Inside { store, tables, url, _folder: folder };
    }
    let url = fresh_url(engine).await;
    let store: Arc<dyn Relational> = Arc::new(Postgres::connect(&url, &LIMITS).await.unwrap());
    store.migrate().await.unwrap();
    let tables = Tables::Postgres(PgPool::connect(&url).await.unwrap());
    Inside { store, tables, url, _folder: folder }
}

impl Inside {
    /// The rows of one number each.
    pub async fn numbers(&self, sql: &'static str) -> Vec<i64> {
        match &self.tables {
            Tables::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
            Tables::Sqlite(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
        }
    }

    /// The rows of one text each.
    pub async fn texts(&self, sql: &'static str) -> Vec<String> {
        match &self.tables {
            Tables::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
            Tables::Sqlite(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
        }
    }

    /// Statements, past all rules of the program.
    pub async fn run(&self, sql: &str) -> Result<(), sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.tables {
            Tables::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop),
            Tables::Sqlite(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop),
        }
    }

    /// Everything that a mutation of orders may change, and how much of the rest there is.
    pub async fn everything(&self) -> (Vec<Order>, Vec<OrderItem>, Vec<Product>, Vec<i64>) {
        let orders: Vec<OrderId> = (0..100).map(sample::id).collect();
        let heads = self.store.orders_by_ids(&orders, Audience::Everything).await.unwrap();
        let products = self.store.products_by_ids(&(0..20).map(sample::id).collect::<Vec<_>>(), Detail::Whole).await.unwrap();
        let counts = "SELECT (SELECT count(*) FROM once) UNION ALL SELECT (SELECT count(*) FROM outbox)
            UNION ALL SELECT (SELECT count(*) FROM ledger) UNION ALL SELECT (SELECT count(*) FROM orders)";
        (
            super::by_id(heads, |order| order.id),
            super::by_id(self.store.order_items_by_orders(&orders).await.unwrap(), |item| (item.order_id, item.line)),
            super::by_id(products, |product| product.id),
            self.numbers(counts).await,
        )
    }

    /// The ledger: entries of each order as `ACCOUNT amount`, in their order.
    pub async fn ledger(&self) -> BTreeMap<i64, Vec<String>> {
        // the sample's ids end in their number
        let postgres = "SELECT right(order_id::text, 4) || ' ' || account || ' ' || amount_minor || ' ' || currency FROM ledger
            ORDER BY order_id, entry";
        let sqlite = "SELECT substr(lower(hex(order_id)), -4) || ' ' || account || ' ' || amount_minor || ' ' || currency FROM ledger
            ORDER BY order_id, entry";
        let rows = self.texts(if matches!(self.tables, Tables::Sqlite(_)) { sqlite } else { postgres }).await;
        let mut ledger: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for row in rows {
            let (order, entry) = row.split_once(' ').unwrap();
            ledger.entry(i64::from_str_radix(order, 16).unwrap()).or_default().push(entry.to_owned());
        }
        ledger
    }

    /// The facts in the outbox, in the order of their events.
    pub async fn facts(&self) -> Vec<serde_json::Value> {
        let facts = match &self.tables {
            Tables::Postgres(_) => self.texts("SELECT fact::text FROM outbox ORDER BY aggregate, sequence, id").await,
            Tables::Sqlite(_) => self.texts("SELECT fact FROM outbox ORDER BY aggregate, sequence, id").await,
        };
        facts.iter().map(|fact| serde_json::from_str(fact).unwrap()).collect()
    }

    /// Three customers, products 1 to 5 at 1 to 5 euros, ten of each.
    pub async fn shop(self) -> Self {
        self.store.customers_put(&(1..=3).map(sample::customer).collect::<Vec<_>>()).await.unwrap();
        self.store.categories_put(&[sample::category(1)]).await.unwrap();
        self.store.products_put(&(1..=5).map(|n| sample::product(n, 1)).collect::<Vec<_>>()).await.unwrap();
        self
    }
}

/// A shop of its own.
pub async fn shop(engine: Engine) -> Inside {
    inside(engine).await.shop().await
}

/// Order number `n` of customer number `customer`, of (product number, pieces).
pub fn new_order(n: u128, customer: u128, lines: &[(u128, i64)]) -> NewOrder {
    let lines = lines.iter().map(|&(product, pieces)| (sample::id(product), pieces)).collect();
    NewOrder { id: sample::id(n), customer_id: sample::id(customer), placed_at: sample::at(i64::try_from(n).unwrap()), lines }
}

/// A key that no other request has; what is asked is the key itself.
pub fn key(key: impl std::fmt::Display) -> Once {
    let key = key.to_string();
    Once::new("customer_1", &key, "trial", &serde_json::json!({ "key": key }))
}
