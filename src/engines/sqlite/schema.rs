//! The migrations, embedded, and how a database's schema relates to them.

use super::{Sqlite, error};
use crate::roles::{Result, SchemaState};
use sqlx::{
    SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

/// Version, name and text; the same versions and names as the other SQL engine has.
pub(super) const MIGRATIONS: [(i64, &str, &str); 17] = [
    (1, "customers", include_str!("../../../migrations/sqlite/0001_customers.sql")),
    (2, "categories", include_str!("../../../migrations/sqlite/0002_categories.sql")),
    (3, "products", include_str!("../../../migrations/sqlite/0003_products.sql")),
    (4, "orders", include_str!("../../../migrations/sqlite/0004_orders.sql")),
    (5, "articles", include_str!("../../../migrations/sqlite/0005_articles.sql")),
    (6, "comments", include_str!("../../../migrations/sqlite/0006_comments.sql")),
    (7, "preferences", include_str!("../../../migrations/sqlite/0007_preferences.sql")),
    (8, "activity", include_str!("../../../migrations/sqlite/0008_activity.sql")),
    (9, "once", include_str!("../../../migrations/sqlite/0009_once.sql")),
    (10, "outbox", include_str!("../../../migrations/sqlite/0010_outbox.sql")),
    (11, "ledger", include_str!("../../../migrations/sqlite/0011_ledger.sql")),
    (12, "accounts", include_str!("../../../migrations/sqlite/0012_accounts.sql")),
    (13, "article_revisions", include_str!("../../../migrations/sqlite/0013_article_revisions.sql")),
    (14, "view_batches", include_str!("../../../migrations/sqlite/0014_view_batches.sql")),
    (15, "preferences_version", include_str!("../../../migrations/sqlite/0015_preferences_version.sql")),
    (16, "articles_audience", include_str!("../../../migrations/sqlite/0016_articles_audience.sql")),
    (17, "audit", include_str!("../../../migrations/sqlite/0017_audit.sql")),
];

fn migrator() -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.into_iter().map(migration).collect())
}

/// `0001_customers`
fn label(version: i64, name: &str) -> String {
    format!("{version:04}_{name}")
}

impl Sqlite {
    pub(super) async fn schema_state(&self) -> Result<SchemaState> {
        let failed = |e| self.error(&e);
        let tables = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'");
        let applied: Vec<(i64, String, Vec<u8>)> = match tables.fetch_one(&self.reader).await.map_err(failed)? {
            0 => Vec::new(),
            _ => {
                let rows = sqlx::query_as("SELECT version, description, checksum FROM _sqlx_migrations ORDER BY version");
                rows.fetch_all(&self.reader).await.map_err(failed)?
            }
        };
        let migrator = migrator();
        let unknown = |(version, _, checksum): &&(i64, String, Vec<u8>)| {
            !migrator.iter().any(|known| known.version == *version && *known.checksum == checksum[..])
        };
        let ahead: Vec<_> = applied.iter().filter(unknown).map(|(version, name, _)| label(*version, name)).collect();
        if !ahead.is_empty() {
            return Ok(SchemaState::Ahead(ahead));
        }
        let missing = migrator.iter().filter(|known| !applied.iter().any(|(version, ..)| *version == known.version));
        let behind: Vec<_> = missing.map(|known| label(known.version, &known.description)).collect();
        Ok(if behind.is_empty() { SchemaState::Current } else { SchemaState::Behind(behind) })
    }

    /// All migrations in one transaction that takes the write lock at its start: sqlx has no lock for SQLite, and without it
    /// a second process would see the first one's tables appear under its hands.
    pub(super) async fn run_migrations(&self) -> Result<()> {
        let (writer, place) = (self.writer.clone(), self.place.clone());
        super::finish(tokio::spawn(async move {
            let failed = |e| error::store_error(&place, &e);
            let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
            migrator().run_direct(None, &mut *transaction, false).await.map_err(|e| error::migrate_error(&place, &e))?;
            transaction.commit().await.map_err(failed)
        }))
        .await
    }
}
