//! The audit log in SQLite.

use super::{Sqlite, row};
use crate::{
    roles::{AuditLog, Result, audit::MAX_ENTRIES},
    shop::{AccountRole, AuditEntry, AuditFilter},
};
use async_trait::async_trait;
use sqlx::{
    FromRow,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

impl FromRow<'_, SqliteRow> for AuditEntry {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        let role = |code: Option<&str>| match code {
            Some(code) => AccountRole::from_code(code).map(Some).ok_or_else(|| format!("unknown code {code:?}")),
            None => Ok(None),
        };
        let texts = |column| row::parsed(row, column, |text: Option<String>| Ok::<_, std::convert::Infallible>(text));
        Ok(Self {
            id: row::id(row, "id")?,
            at: row::time(row, "at")?,
            actor: row::id_opt(row, "actor")?,
            role: row::parsed(row, "role", role)?,
            action: row::text(row, "action")?,
            subject: row::text(row, "subject")?,
            request: texts("request")?,
            client: row::parsed(row, "client", |text: Option<&str>| text.map(str::parse).transpose())?,
            details: row::json(row, "details")?,
        })
    }
}

/// The statement that writes an entry.
pub fn put(entry: &AuditEntry) -> Query<'static, sqlx::Sqlite, SqliteArguments> {
    sqlx::query(include_str!("sql/audit_put.sql"))
        .bind(entry.id.uuid())
        .bind(entry.at.millis())
        .bind(entry.actor.map(|id| id.uuid()))
        .bind(entry.role.map(AccountRole::code))
        .bind(entry.action.clone())
        .bind(entry.subject.clone())
        .bind(entry.request.clone())
        .bind(entry.client.map(|address| address.to_string()))
        .bind(entry.details.to_string())
}

#[async_trait]
impl AuditLog for Sqlite {
    async fn audit_page(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>> {
        let (first, end) = filter.ids();
        let page = |sql: &'static str| sqlx::query_as(sql).bind(first).bind(end).bind(limit.min(MAX_ENTRIES));
        let page = match (filter.subject.clone(), filter.action.clone()) {
            (Some(subject), action) => page(include_str!("sql/audit_page_by_subject.sql")).bind(subject).bind(action),
            (None, Some(action)) => page(include_str!("sql/audit_page_by_action.sql")).bind(action),
            (None, None) => page(include_str!("sql/audit_page.sql")),
        };
        self.all(page).await
    }
}
