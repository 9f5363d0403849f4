//! PostgreSQL: the relational role in tables, and the documents role in JSONB, arrays and inverted indexes.
//!
//! `connect` makes the pool and guards its sessions, `query` runs statements and cuts pages, `transaction` and `once` do the
//! shop's writes, `schema` migrates; the statements are in `sql/`, one file a question; each entity's file binds its
//! parameters and reads its rows.

/// The text of a statement: a file below `sql/`.
macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!("sql/", $name, ".sql"))
    };
}

mod account;
mod activity;
mod article;
mod article_write;
mod audit;
mod category;
mod change;
mod comment;
mod connect;
mod customer;
mod error;
mod explain;
mod lease;
mod once;
mod order;
mod order_write;
mod outbox;
mod plan;
mod preferences;
mod product;
mod product_write;
mod query;
mod revision;
mod row;
mod sales;
mod schema;
mod search;
pub mod testing;
mod transaction;
mod view;

use crate::engines::{Limits, pulse::Pulse};
use crate::error::{Engine, StoreError};
use crate::roles::{Result, SchemaState, Store};
use async_trait::async_trait;
use sqlx::postgres::PgConnectOptions;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// Longest that a ping takes.
const PING: Duration = Duration::from_millis(900);

/// A PostgreSQL database.
pub struct Postgres {
    leases: lease::Leases,
    /// Turns for bulk work: it may hold half of the pool, so that a seeding run leaves connections to those who read pages.
    bulk_turns: Arc<Semaphore>,
    options: PgConnectOptions,
    lost: Arc<connect::Lost>,
    pulse: Pulse,
}

impl Postgres {
    /// Opens the database; makes one connection at once, to say what is wrong while somebody is looking.
    pub async fn connect(url: &str, limits: &Limits) -> Result<Self> {
        let options = connect::options(url)?;
        connect::check(&options).await?;
        let bulk_turns = Arc::new(Semaphore::new((limits.connections as usize / 2).max(1)));
        let lost = Arc::default();
        let leases = lease::Leases::new(connect::pool(&options, limits, &lost), Arc::clone(&lost));
        let pulse = connect::pulse(&options).measured().await;
        Ok(Self { leases, bulk_turns, options, lost, pulse })
    }
}

#[async_trait]
impl Store for Postgres {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    async fn ping(&self) -> Result<()> {
        let answer = tokio::time::timeout(PING, self.one_value::<i32>("SELECT 1", query::Binds::new())).await;
        let late = |_| StoreError::new(Engine::Postgres, crate::error::Kind::Timeout, "no answer to a ping");
        answer.map_err(late)?.map(|_| ())
    }

    async fn probe(&self) -> Result<()> {
        self.pulse.feel().await
    }

    async fn schema(&self) -> Result<SchemaState> {
        schema::state(self).await
    }

    async fn migrate(&self) -> Result<()> {
        schema::migrate(&self.options).await
    }

    async fn filled(&self) {
        if let Err(error) = schema::analyze(&self.options).await {
            tracing::warn!("PostgreSQL's statistics of its tables are as old as before: {}", error.detail());
        }
    }
}
