//! The outbox: events wait in the document that they tell of, written with it in one step. No transaction over several documents is needed.
//!
//! - `outbox` holds a document's events in the order in which they are told.
//! - `outboxNext` names the first of them that is not parked, and from when on (by the server's clock) it can be taken. It is there exactly when there
//!   is such an event: every change of `outbox` is followed by the stage [`settled`]. The relay finds documents by it.

use super::{Mongodb, Source, audit, date, error, id, json, once, time, uuid};
use crate::{
    error::Kind,
    roles::{Outbox, Result, outbox::MAX_ERROR_CHARS},
    shop::{AuditEntry, Claimed, Event, EventId, OutboxState, Parked, Timestamp},
};
use async_trait::async_trait;
use mongodb::{
    bson::{self, Binary, Bson, DateTime, Document, doc},
    options::{FindOptions, Hint},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The collections whose documents have events.
const COLLECTIONS: [&str; 2] = ["articles", "comments"];
/// How often a claim looks again, when others took what it had seen.
const ROUNDS: usize = 3;
/// The whole outbox is read to tell how it stands: for operators, not for a reader who waits.
const COUNTING: Duration = Duration::from_secs(10);
const MOST_PRUNED: i64 = 10_000;
/// A hundred years: the server's times must not run over.
const LONGEST_MILLIS: i64 = 100 * 365 * 86_400_000;

/// An event in its document.
#[derive(Clone, Serialize, Deserialize)]
pub struct Waiting {
    id: bson::Uuid,
    aggregate: String,
    sequence: i64,
    at: DateTime,
    fact: Document,
    tries: i64,
    parked: bool,
    error: String,
    /// What the audit log is to keep of the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    audit: Option<audit::Row>,
}

/// The event to be told next.
#[derive(Clone, Serialize, Deserialize)]
pub struct Next {
    id: bson::Uuid,
    at: DateTime,
    /// When it can be taken.
    free: DateTime,
}

impl Waiting {
    pub fn new(event: &Event) -> Result<Self> {
        let fact = serde_json::to_value(&event.fact).map_err(|reason| error::new(Kind::Broken, reason))?;
        Ok(Self {
            id: uuid(event.id.uuid()),
            aggregate: event.aggregate.clone(),
            sequence: event.sequence,
            at: date(event.at),
            fact: json::to_document(&fact),
            tries: 0,
            parked: false,
            error: String::new(),
            audit: None,
        })
    }

    /// The same with an entry for the audit log.
    pub fn audited(self, entry: Option<&AuditEntry>) -> Self {
        Self { audit: entry.map(Into::into), ..self }
    }

    /// As the next one of a new document.
    pub fn next(&self) -> Next {
        Next { id: self.id, at: self.at, free: DateTime::from_millis(0) }
    }

    fn tries(&self) -> u32 {
        u32::try_from(self.tries).unwrap_or(u32::MAX)
    }

    fn event(self) -> Result<Event> {
        let fact = serde_json::from_value(json::from_document(self.fact)?).map_err(error::corrupt)?;
        Ok(Event { id: id(self.id), aggregate: self.aggregate, sequence: self.sequence, at: time(self.at)?, fact })
    }
}

/// The value of `outbox` with one event more, for a pipeline that goes on with [`settled`].
pub fn with(event: &Waiting) -> Result<Document> {
    let event = bson::serialize_to_bson(event).map_err(|reason| error::new(Kind::Broken, reason))?;
    let all = doc! { "$concatArrays": [{ "$ifNull": ["$outbox", []] }, [{ "$literal": event }]] };
    Ok(doc! { "$sortArray": { "input": all, "sortBy": { "sequence": 1, "id": 1 } } })
}

/// The stage that brings `outboxNext` in line with `outbox`. A lease or a wait holds on while its event is still the next one.
pub fn settled() -> Document {
    let all = doc! { "$ifNull": ["$outbox", []] };
    let first = doc! { "$first": { "$filter": { "input": all.clone(), "cond": { "$not": ["$$this.parked"] } } } };
    let next = doc! { "$switch": {
        "branches": [
            { "case": { "$eq": [{ "$type": "$$first" }, "missing"] }, "then": "$$REMOVE" },
            { "case": { "$eq": ["$$first.id", "$outboxNext.id"] }, "then": "$outboxNext" },
        ],
        "default": { "id": "$$first.id", "at": "$$first.at", "free": DateTime::from_millis(0) },
    } };
    doc! { "$set": {
        "outbox": { "$cond": [{ "$eq": [all, []] }, "$$REMOVE", "$outbox"] },
        "outboxNext": { "$let": { "vars": { "first": first }, "in": next } },
    } }
}

/// The stage that changes those events of `outbox` for which the condition holds; `$$event` is each of them.
fn changed(condition: Document, fields: Document) -> Document {
    let event = doc! { "$cond": [condition, { "$mergeObjects": ["$$event", fields] }, "$$event"] };
    doc! { "$set": { "outbox": { "$map": { "input": "$outbox", "as": "event", "in": event } } } }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(LONGEST_MILLIS).min(LONGEST_MILLIS)
}

fn uuids(ids: &[EventId]) -> Vec<bson::Uuid> {
    ids.iter().map(|id| uuid(id.uuid())).collect()
}

/// A document whose next event can be taken.
#[derive(Deserialize)]
struct Free {
    #[serde(rename = "_id")]
    document: bson::Uuid,
    #[serde(rename = "outboxNext")]
    next: Next,
    #[serde(skip)]
    collection: &'static str,
}

/// A document whose next event was taken.
#[derive(Deserialize)]
struct Taken {
    outbox: Vec<Waiting>,
    #[serde(rename = "outboxNext")]
    next: Next,
}

#[derive(Deserialize)]
struct Standing {
    #[serde(rename = "_id")]
    parked: bool,
    n: i64,
    oldest: DateTime,
}

#[derive(Deserialize)]
struct Used {
    #[serde(rename = "_id")]
    name: Binary,
}

/// The condition that the next event can be taken now.
fn is_free() -> Document {
    doc! { "outboxNext.at": { "$exists": true }, "$expr": { "$lte": ["$outboxNext.free", "$$NOW"] } }
}

impl Mongodb {
    /// The documents whose next events are the oldest that can be taken.
    async fn free(&self, limit: usize) -> Result<Vec<Free>> {
        let mut found = Vec::new();
        for collection in COLLECTIONS {
            let options = FindOptions::builder()
                .sort(doc! { "outboxNext.at": 1, "outboxNext.id": 1 })
                .limit(i64::try_from(limit).unwrap_or(i64::MAX))
                .projection(doc! { "outboxNext": 1 })
                .hint(Hint::Name("outbox_next".to_owned()))
                .build();
            let rows: Vec<Free> = self.find(collection, is_free(), options).await?;
            found.extend(rows.into_iter().map(|row| Free { collection, ..row }));
        }
        found.sort_by_key(|row| (row.next.at, row.next.id.bytes()));
        found.truncate(limit);
        Ok(found)
    }

    /// Takes the next events of these documents, of those that are still free.
    async fn take(&self, free: &[Free], lease: Duration) -> Result<Vec<Waiting>> {
        let mut taken = Vec::new();
        for collection in COLLECTIONS {
            let documents: Vec<_> = free.iter().filter(|row| row.collection == collection).map(|row| row.document).collect();
            if documents.is_empty() {
                continue;
            }
            // each document is taken in one step; which ones were ours is told by a name that nobody else has
            let holder = bson::Uuid::new();
            let mut filter = is_free();
            filter.insert("_id", doc! { "$in": documents.clone() });
            let until = doc! { "$add": ["$$NOW", millis(lease)] };
            self.change_events(collection, filter, vec![doc! { "$set": { "outboxNext.free": until, "outboxNext.holder": holder } }])
                .await?;
            let ours = doc! { "_id": { "$in": documents }, "outboxNext.holder": holder };
            let options = FindOptions::builder().projection(doc! { "outbox": 1, "outboxNext": 1 }).build();
            let rows: Vec<Taken> = self.find(collection, ours, options).await?;
            taken.extend(rows.into_iter().filter_map(|row| row.outbox.into_iter().find(|event| event.id == row.next.id)));
        }
        taken.sort_by_key(|event| (event.at, event.id.bytes()));
        Ok(taken)
    }

    /// Changes all documents that fit. Gives their number.
    async fn change_events(&self, collection: &'static str, filter: Document, change: Vec<Document>) -> Result<u64> {
        self.write(1, |database| async move {
            let documents = database.collection::<Document>(collection);
            let result = documents.update_many(filter, change).await.map_err(error::store)?;
            Ok(result.modified_count)
        })
        .await
    }

    async fn change_everywhere(&self, filter: &Document, change: &[Document]) -> Result<()> {
        for collection in COLLECTIONS {
            self.change_events(collection, filter.clone(), change.to_vec()).await?;
        }
        Ok(())
    }

    /// Parked events, oldest first: these, or all if the list is empty.
    async fn parked(&self, ids: &[EventId], limit: i64) -> Result<Vec<Waiting>> {
        let mut only = doc! { "outbox.parked": true };
        if !ids.is_empty() {
            only.insert("outbox.id", doc! { "$in": uuids(ids) });
        }
        let mut found: Vec<Waiting> = Vec::new();
        for collection in COLLECTIONS {
            let pipeline = vec![
                doc! { "$match": only.clone() },
                doc! { "$unwind": "$outbox" },
                doc! { "$match": only.clone() },
                doc! { "$sort": { "outbox.at": 1, "outbox.id": 1 } },
                doc! { "$limit": limit },
                doc! { "$replaceWith": "$outbox" },
            ];
            found.extend(self.aggregate(COUNTING, Source::Collection(collection), pipeline, Some("outbox_parked")).await?);
        }
        found.sort_by_key(|event| (event.at, event.id.bytes()));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }
}

#[async_trait]
impl Outbox for Mongodb {
    async fn outbox_claim(&self, limit: u32, lease: Duration) -> Result<Vec<Claimed>> {
        let limit = limit as usize;
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut claimed = Vec::new();
        for _ in 0..ROUNDS {
            let free = self.free(limit - claimed.len()).await?;
            let taken = self.take(&free, lease).await?;
            let others_were_faster = taken.len() < free.len();
            claimed.extend(taken);
            if !others_were_faster {
                break;
            }
        }
        let mut events = Vec::with_capacity(claimed.len());
        for waiting in claimed {
            let (event, tries) = (waiting.id, waiting.tries());
            match waiting.event() {
                Ok(event) => events.push(Claimed { event, tries }),
                // a newer program's, perhaps: it stays leased, and the others go on
                Err(reason) => tracing::error!(%event, detail = reason.detail(), "an event in the outbox cannot be read"),
            }
        }
        Ok(events)
    }

    async fn outbox_done(&self, ids: &[EventId]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let ids = uuids(ids);
        self.keep_entries(&ids).await?;
        let others = doc! { "$filter": { "input": "$outbox", "cond": { "$not": [{ "$in": ["$$this.id", ids.clone()] }] } } };
        let change = [doc! { "$set": { "outbox": others } }, settled()];
        self.change_everywhere(&doc! { "outbox.id": { "$in": ids } }, &change).await
    }

    async fn outbox_failed(&self, id: EventId, wait: Option<Duration>, counted: bool, error: &str) -> Result<()> {
        let id = uuid(id.uuid());
        let error: String = error.chars().take(MAX_ERROR_CHARS).collect();
        let mut fields = doc! { "tries": { "$add": ["$$event.tries", i64::from(counted)] }, "error": { "$literal": error } };
        let then = match wait {
            Some(wait) => {
                let later = doc! { "id": id, "at": "$outboxNext.at", "free": { "$add": ["$$NOW", millis(wait)] } };
                doc! { "$set": { "outboxNext": { "$cond": [{ "$eq": ["$outboxNext.id", id] }, later, "$outboxNext"] } } }
            }
            None => {
                fields.insert("parked", true);
                settled()
            }
        };
        let change = [changed(doc! { "$eq": ["$$event.id", id] }, fields), then];
        self.change_everywhere(&doc! { "outbox.id": id }, &change).await
    }

    async fn outbox_state(&self) -> Result<OutboxState> {
        let mut state = OutboxState::default();
        for collection in COLLECTIONS {
            let pipeline = vec![
                doc! { "$match": { "outbox.id": { "$exists": true } } },
                doc! { "$unwind": "$outbox" },
                doc! { "$group": { "_id": "$outbox.parked", "n": { "$sum": 1_i64 }, "oldest": { "$min": "$outbox.at" } } },
            ];
            let rows: Vec<Standing> = self.aggregate(COUNTING, Source::Collection(collection), pipeline, Some("outbox_id")).await?;
            for row in rows {
                let n = row.n.unsigned_abs();
                if row.parked {
                    state.parked += n;
                } else {
                    state.waiting += n;
                    let oldest = time(row.oldest)?;
                    state.oldest = Some(state.oldest.map_or(oldest, |other| other.min(oldest)));
                }
            }
        }
        Ok(state)
    }

    async fn outbox_parked(&self, limit: u32) -> Result<Vec<Parked>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let found = self.parked(&[], i64::from(limit)).await?;
        let parked = found.into_iter().map(|waiting| {
            let (tries, error) = (waiting.tries(), waiting.error.clone());
            Ok(Parked { event: waiting.event()?, tries, error })
        });
        parked.collect()
    }

    async fn outbox_retry(&self, ids: &[EventId]) -> Result<u64> {
        let found = self.parked(ids, i64::from(i32::MAX)).await?;
        let these: Vec<_> = found.iter().map(|waiting| waiting.id).collect();
        for these in these.chunks(1_000) {
            let again = doc! { "parked": false, "tries": 0_i64, "error": "" };
            let condition = doc! { "$and": ["$$event.parked", { "$in": ["$$event.id", these] }] };
            self.change_everywhere(&doc! { "outbox.id": { "$in": these } }, &[changed(condition, again), settled()]).await?;
        }
        Ok(these.len() as u64)
    }

    async fn once_prune(&self, before: Timestamp) -> Result<u64> {
        let old = doc! { "usedAt": { "$lt": date(before) } };
        let options = FindOptions::builder().sort(doc! { "usedAt": 1 }).limit(MOST_PRUNED).projection(doc! { "_id": 1 }).build();
        let used: Vec<Used> = self.find(once::COLLECTION, old.clone(), options).await?;
        if used.is_empty() {
            return Ok(0);
        }
        let mut these = old;
        these.insert("_id", doc! { "$in": used.into_iter().map(|row| Bson::from(row.name)).collect::<Vec<_>>() });
        self.write(1, |database| async move {
            let claims = database.collection::<Document>(once::COLLECTION);
            Ok(claims.delete_many(these).await.map_err(error::store)?.deleted_count)
        })
        .await
    }
}
