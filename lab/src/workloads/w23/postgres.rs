//! PostgreSQL: commits that wait for the log, commits that do not, and a table that has no log.

use super::{Outcome, Victim, clients};
use crate::{
    ArmAbout, LabError, Load, Result, Source,
    arm::{Evidence, Tier},
    servers::{Ground, Kind},
};
use async_trait::async_trait;
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};
use std::{collections::HashSet, str::FromStr as _};

/// The victim.
pub struct Postgres;

const INSERT: &str = include_str!("postgres_insert.sql");

struct Book {
    unlogged: bool,
}

struct Client(PgConnection);

async fn connect(url: &str) -> Result<PgConnection> {
    // it would say on the terminal that it is shut down, which it is meant to be
    let options = PgConnectOptions::from_str(url)?.options([("client_min_messages", "error")]);
    Ok(options.disable_statement_logging().connect().await?)
}

#[async_trait]
impl clients::Client for Client {
    async fn write(&mut self, number: i64) -> Result<()> {
        sqlx::query(INSERT).bind(number).execute(&mut self.0).await?;
        Ok(())
    }
}

#[async_trait]
impl clients::Book for Book {
    async fn make(&self, url: &str) -> Result<()> {
        let table = if self.unlogged { include_str!("postgres_unlogged.sql") } else { include_str!("postgres_table.sql") };
        sqlx::raw_sql(table).execute(&mut connect(url).await?).await?;
        Ok(())
    }

    async fn client(&self, url: &str) -> Result<Box<dyn clients::Client>> {
        Ok(Box::new(Client(connect(url).await?)))
    }

    async fn all(&self, url: &str) -> Result<HashSet<i64>> {
        let numbers: Vec<i64> = sqlx::query_scalar("SELECT number FROM acknowledged").fetch_all(&mut connect(url).await?).await?;
        Ok(numbers.into_iter().collect())
    }

    async fn evidence(&self, url: &str) -> Result<Evidence> {
        let mut connection = connect(url).await?;
        let mut settings = Vec::new();
        for name in ["server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_sync_method"] {
            let value: String = sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(&mut connection).await?;
            settings.push((name, value));
        }
        let logged: String = sqlx::query_scalar("SELECT relpersistence::text FROM pg_class WHERE relname = 'acknowledged'")
            .fetch_one(&mut connection)
            .await?;
        let of = |wanted: &str| settings.iter().find(|(name, _)| *name == wanted).map_or("", |(_, value)| value.as_str());
        let tier = match (logged.as_str(), of("fsync"), of("synchronous_commit")) {
            ("p", "on", "on") => Tier::D3,
            ("p", _, "off") => Tier::D1,
            _ => Tier::D0,
        };
        settings.push(("relpersistence", logged));
        Ok(Evidence::new(tier, settings))
    }
}

#[async_trait]
impl Victim for Postgres {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "postgres", store: "postgres", model: "rows, one commit each", variant: "idiomatic" }
    }

    fn statement(&self, tier: Tier) -> Source {
        let table = if tier == Tier::D0 { include_str!("postgres_unlogged.sql") } else { include_str!("postgres_table.sql") };
        Source { language: "sql", text: format!("{table}{INSERT}") }
    }

    async fn suffer(&self, tier: Tier, load: &Load, ground: &Ground) -> Result<Outcome> {
        let (label, synchronous) = match tier {
            Tier::D3 => ("w23_on", "on"),
            Tier::D1 => ("w23_off", "off"),
            Tier::D0 => ("w23_unlogged", "off"),
            _ => {
                return Err(LabError::Unsupported(
                    "PostgreSQL syncs each commit or waits for none: there is nothing in between".to_owned(),
                ));
            }
        };
        let book = Book { unlogged: tier == Tier::D0 };
        clients::suffer(ground, Kind::Postgres, label, &[("synchronous_commit", synchronous)], &book, load).await
    }
}
