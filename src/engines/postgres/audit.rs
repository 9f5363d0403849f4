//! The audit log in PostgreSQL: rows that go along with the events of their change, and the list of them.

use super::query::Binds;
use super::row::Cells;
use super::{Postgres, row};
use crate::roles::{AuditLog, Result, audit::MAX_ENTRIES};
use crate::shop::{AccountRole, AuditEntry, AuditFilter};
use async_trait::async_trait;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

impl FromRow<'_, PgRow> for AuditEntry {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        let role: Option<&str> = row.try_get("role")?;
        let client: Option<&str> = row.try_get("client")?;
        let Json(details) = row.try_get("details")?;
        Ok(Self {
            id: row::id(row, "id")?,
            at: row::time(row, "at")?,
            actor: row::optional_id(row, "actor")?,
            role: role.map(|_| row::code(row, "role", AccountRole::from_code)).transpose()?,
            action: row.try_get("action")?,
            subject: row.try_get("subject")?,
            request: row.try_get("request")?,
            client: client.map(str::parse).transpose().map_err(|error| row::unreadable("client", error))?,
            details,
        })
    }
}

/// Entries as nine columns of rows to write.
pub(super) fn columns(binds: Binds, entries: &[&AuditEntry]) -> Binds {
    binds
        .column(entries, |entry| entry.id.uuid())
        .column(entries, |entry| entry.at.to_chrono())
        .column(entries, |entry| entry.actor.map(|id| id.uuid()))
        .column(entries, |entry| entry.role.map(AccountRole::code))
        .column(entries, |entry| &*entry.action)
        .column(entries, |entry| &*entry.subject)
        .column(entries, |entry| entry.request.as_deref())
        .column(entries, |entry| entry.client.map(|address| address.to_string()))
        .column(entries, |entry| Json(&entry.details))
}

#[async_trait]
impl AuditLog for Postgres {
    async fn audit_page(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>> {
        let (first, end) = filter.ids();
        let binds = Binds::new().with(first).with(end).with(i64::from(limit.min(MAX_ENTRIES)));
        match (&filter.subject, &filter.action) {
            (Some(subject), action) => self.rows(sql!("audit_page_by_subject"), binds.with(&**subject).with(action.as_deref())).await,
            (None, Some(action)) => self.rows(sql!("audit_page_by_action"), binds.with(&**action)).await,
            (None, None) => self.rows(sql!("audit_page"), binds).await,
        }
    }
}
