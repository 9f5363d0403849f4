//! The migrations that this program was built with, and how a database stands to them.

use super::Postgres;
use super::connect::BULK_READ;
use super::error::store_error;
use super::query::{Binds, within};
use crate::error::{Engine, Kind, StoreError};
use crate::roles::{Result, SchemaState};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Connection as _, SqlSafeStr as _};
use std::time::Duration;

/// Longest that the connection for migrating may take to make.
const CONNECT: Duration = Duration::from_secs(4);

macro_rules! migrations {
    ($($name:literal,)+) => {
        [$(($name, include_str!(concat!("../../../migrations/postgres/", $name, ".sql"))),)+]
    };
}

/// File name and text. A file that was released is never edited: the store remembers its checksum.
const MIGRATIONS: [(&str, &str); 17] = migrations![
    "0001_customers",
    "0002_categories",
    "0003_products",
    "0004_orders",
    "0005_articles",
    "0006_comments",
    "0007_preferences",
    "0008_activity",
    "0009_once",
    "0010_outbox",
    "0011_ledger",
    "0012_accounts",
    "0013_article_revisions",
    "0014_view_batches",
    "0015_preferences_version",
    "0016_articles_audience",
    "0017_audit",
];

fn migrations() -> Vec<Migration> {
    let migration = |(name, sql): (&'static str, &'static str)| {
        let (version, description) = name.split_once('_')?;
        let version = version.parse().ok()?;
        Some(Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false))
    };
    MIGRATIONS.into_iter().filter_map(migration).collect()
}

/// Compares the store's list with ours.
pub(super) async fn state(store: &Postgres) -> Result<SchemaState> {
    let exists: bool = store.one_value("SELECT to_regclass('_sqlx_migrations') IS NOT NULL", Binds::new()).await?;
    let applied: Vec<(i64, String, Vec<u8>)> =
        if exists { store.rows(sql!("migrations_applied"), Binds::new()).await? } else { Vec::new() };
    Ok(compare(&migrations(), &applied))
}

fn compare(known: &[Migration], applied: &[(i64, String, Vec<u8>)]) -> SchemaState {
    let fits = |(version, _, checksum): &&(i64, String, Vec<u8>)| known.iter().any(|m| m.version == *version && *m.checksum == **checksum);
    let name = |version: i64, description: &str| format!("{version:04}_{description}");
    let foreign: Vec<_> = applied.iter().filter(|row| !fits(row)).map(|(version, description, _)| name(*version, description)).collect();
    if !foreign.is_empty() {
        return SchemaState::Ahead(foreign);
    }
    let missing = known.iter().filter(|m| applied.iter().all(|(version, ..)| *version != m.version));
    let missing: Vec<_> = missing.map(|m| name(m.version, &m.description)).collect();
    if missing.is_empty() { SchemaState::Current } else { SchemaState::Behind(missing) }
}

/// Applies what is missing. On a connection of its own, without the pool's limits: building an index may take minutes, and
/// two processes take turns by the migrator's advisory lock, which the second one waits for.
pub(super) async fn migrate(options: &PgConnectOptions) -> Result<()> {
    let unlimited =
        options.clone().options([("statement_timeout", "0"), ("lock_timeout", "0"), ("idle_in_transaction_session_timeout", "0")]);
    let one = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT).connect_with(unlimited).await.map_err(store_error)?;
    Migrator::with_migrations(migrations()).run(&one).await.map_err(|error| match error {
        MigrateError::Execute(error) => store_error(error),
        other => StoreError::new(Engine::Postgres, Kind::Broken, other),
    })?;
    one.close().await;
    Ok(())
}

/// Renews what the planner knows of the tables, which the server does by itself up to a minute later. Outside of a transaction each table is let
/// go when it is done; a minute is enough for all of them.
pub(super) async fn analyze(options: &PgConnectOptions) -> Result<()> {
    let patient = options.clone().options([("statement_timeout", "60000"), ("lock_timeout", "5000")]);
    let analyzed = async {
        let mut connection = PgConnection::connect_with(&patient).await?;
        sqlx::raw_sql("ANALYZE").execute(&mut connection).await?;
        connection.close().await
    };
    within(BULK_READ, analyzed).await.map_err(store_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_or_unknown_migration_is_ahead_and_a_missing_one_behind() {
        let known = migrations();
        assert_eq!(known.len(), MIGRATIONS.len(), "each name is a number and a description");
        let mut applied: Vec<_> = known.iter().map(|m| (m.version, m.description.to_string(), m.checksum.to_vec())).collect();
        assert_eq!(compare(&known, &applied), SchemaState::Current);
        let last = applied.pop().unwrap();
        let name = MIGRATIONS[MIGRATIONS.len() - 1].0;
        assert_eq!(compare(&known, &applied), SchemaState::Behind(vec![name.into()]));
        applied.push((last.0, last.1, vec![1]));
        assert_eq!(compare(&known, &applied), SchemaState::Ahead(vec![name.into()]));
        applied.push((99, "later".into(), vec![2]));
        assert_eq!(compare(&known, &applied), SchemaState::Ahead(vec![name.into(), "0099_later".into()]));
    }
}
