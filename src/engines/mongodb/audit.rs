//! The audit log: an entry waits beside its event in the document that was changed, written with it in one step, and goes into the collection
//! `audit` before the event leaves. Whoever reads looks at both places.
//!
//! The server cannot refuse to change a document of a collection; this program only inserts into `audit` and reads it, so that its user needs
//! no right to do more there (`mongo-seed/README.md` has such a role).

use super::{Mongodb, READ, Source, article, date, error, id, json, time, uuid};
use crate::{
    error::Kind,
    roles::{AuditLog, Result, audit::MAX_ENTRIES},
    shop::{AccountRole, AuditEntry, AuditFilter},
};
use async_trait::async_trait;
use mongodb::{
    bson::{self, DateTime, Document, doc},
    error::ErrorKind,
    options::FindOptions,
};
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::BTreeMap};

const COLLECTION: &str = "audit";
/// A key that is there already.
const DUPLICATE: i32 = 11000;

/// An entry as it is stored, in both places.
#[derive(Clone, Serialize, Deserialize)]
pub struct Row {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    at: DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor: Option<bson::Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    action: String,
    subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    details: Document,
}

impl From<&AuditEntry> for Row {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: uuid(entry.id.uuid()),
            at: date(entry.at),
            actor: entry.actor.map(|id| uuid(id.uuid())),
            role: entry.role.map(|role| role.code().to_owned()),
            action: entry.action.clone(),
            subject: entry.subject.clone(),
            request: entry.request.clone(),
            client: entry.client.map(|address| address.to_string()),
            details: json::to_document(&entry.details),
        }
    }
}

fn entry(row: Row) -> Result<AuditEntry> {
    let role = |code: String| AccountRole::from_code(&code).ok_or_else(|| error::corrupt(format_args!("unknown role {code:?}")));
    Ok(AuditEntry {
        id: id(row.id),
        at: time(row.at)?,
        actor: row.actor.map(id),
        role: row.role.map(role).transpose()?,
        action: row.action,
        subject: row.subject,
        request: row.request,
        client: row.client.map(|address| address.parse()).transpose().map_err(error::corrupt)?,
        details: json::from_document(row.details)?,
    })
}

/// The filter for entries, below a path.
fn wanted(filter: &AuditFilter, path: &str) -> Document {
    let (first, end) = filter.ids();
    let mut wanted = Document::new();
    wanted.insert(format!("{path}_id"), doc! { "$gte": uuid(first), "$lt": uuid(end) });
    if let Some(action) = &filter.action {
        wanted.insert(format!("{path}action"), action);
    }
    if let Some(subject) = &filter.subject {
        wanted.insert(format!("{path}subject"), subject);
    }
    wanted
}

impl Mongodb {
    /// The entries that stand beside waiting events: all that pass the filter, which is as many as the relay is behind.
    async fn waiting_entries(&self, events: Document, entries: Document, limit: i64) -> Result<Vec<Row>> {
        let pipeline = vec![
            doc! { "$match": events.clone() },
            doc! { "$unwind": "$outbox" },
            doc! { "$match": events },
            doc! { "$match": entries },
            doc! { "$sort": { "outbox.audit._id": -1 } },
            doc! { "$limit": limit },
            doc! { "$replaceWith": "$outbox.audit" },
        ];
        self.aggregate(READ, Source::Collection(article::COLLECTION), pipeline, Some("outbox_id")).await
    }

    /// Puts the entries of these events, which are about to leave, into the log. One that is there already stays as it is.
    pub(super) async fn keep_entries(&self, events: &[bson::Uuid]) -> Result<()> {
        let these = doc! { "outbox.id": { "$in": events } };
        let rows = self.waiting_entries(these, doc! { "outbox.audit": { "$exists": true } }, i64::from(i32::MAX)).await?;
        if rows.is_empty() {
            return Ok(());
        }
        self.write(1, |database| async move {
            match database.collection::<Row>(COLLECTION).insert_many(rows).ordered(false).await {
                Ok(_) => Ok(()),
                Err(refused) if only_duplicates(&refused) => Ok(()),
                Err(refused) => Err(error::store(refused)),
            }
        })
        .await
    }
}

/// Nothing was wrong but that some were there.
fn only_duplicates(refused: &mongodb::error::Error) -> bool {
    let ErrorKind::InsertMany(many) = refused.kind.as_ref() else { return false };
    let errors = many.write_errors.as_deref().unwrap_or_default();
    many.write_concern_error.is_none() && !errors.is_empty() && errors.iter().all(|error| error.code == DUPLICATE)
}

#[async_trait]
impl AuditLog for Mongodb {
    /// What waits first and then the log: an entry that moves between the two questions is seen twice, and not never.
    async fn audit_page(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>> {
        let limit = i64::from(limit.min(MAX_ENTRIES));
        if limit == 0 {
            return Ok(Vec::new());
        }
        let events = doc! { "outbox.id": { "$exists": true } };
        let waiting = self.waiting_entries(events, wanted(filter, "outbox.audit."), limit).await?;
        let options = FindOptions::builder().sort(doc! { "_id": -1 }).limit(limit).build();
        let kept: Vec<Row> = self.find(COLLECTION, wanted(filter, ""), options).await?;
        let both: BTreeMap<_, _> = waiting.into_iter().chain(kept).map(|row| (Reverse(row.id.bytes()), row)).collect();
        let page = both.into_values().take(usize::try_from(limit).map_err(|reason| error::new(Kind::Broken, reason))?);
        page.map(entry).collect()
    }
}
