//! Changing articles one at a time: each change is one write of one document, which holds the change's event and its key too.

use super::{
    Mongodb,
    article::{COLLECTION, Row, article, shown},
    error,
    once::{self, Made},
    outbox::{self, Next, Waiting},
    revision::{self, Kept},
    uuid, write,
};
use crate::{
    error::Kind,
    roles::Result,
    shop::{Article, ArticleRefusal, AuditEntry, Detail, Event, Provenance, Timestamp, Written, audit::outcome},
};
use mongodb::{
    Database,
    bson::{self, Document, RawDocumentBuf, doc},
};
use serde::Serialize;

/// How often a change is tried when the article changes under it.
const ATTEMPTS: usize = 3;

type Outcome = Result<Written<Article, ArticleRefusal>>;

/// An article with its first event.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct New {
    #[serde(flatten)]
    row: Row,
    outbox: [Waiting; 1],
    outbox_next: Next,
}

/// The article as it stands, whole, with the key that made it, and without what belongs to the outbox.
async fn standing(database: &Database, id: bson::Uuid) -> Result<Option<Row>> {
    let rows = database.collection::<Row>(COLLECTION);
    let mut read = shown(Detail::Whole);
    read.insert("made", 1);
    rows.find_one(doc! { "_id": id }).projection(read).await.map_err(error::store)
}

/// The answer to a request that was done before: the version that its key made, which may have been replaced since.
async fn replayed(database: &Database, standing: Row, key: &Made) -> Result<Option<Written<Article, ArticleRefusal>>> {
    let row = if key.made(standing.made.as_ref()) {
        Some(standing)
    } else {
        revision::find(database, standing.id, key.filter("article.made.name")).await?
    };
    let Some(row) = row else { return Ok(None) };
    let made = row.made.clone();
    key.answer(database, made.as_ref(), article(row)?).await.map(Some)
}

async fn create(database: &Database, new: RawDocumentBuf, article: Article, key: Option<&Made>) -> Outcome {
    let rows = database.collection::<RawDocumentBuf>(COLLECTION);
    let Err(refused) = rows.insert_one(new).await else { return Ok(Written::Done(article)) };
    let Some(index) = error::duplicate(&refused) else { return Err(error::store(refused)) };
    // an article that came again takes its own id and its own slug: which of them the server names is nobody's promise
    if let (Some(key), Some(there)) = (key, standing(database, uuid(article.id.uuid())).await?)
        && let Some(answer) = replayed(database, there, key).await?
    {
        return Ok(answer);
    }
    if index == "slug" { Ok(Written::Refused(ArticleRefusal::SlugTaken)) } else { Err(error::store(refused)) }
}

/// What takes the place of a version.
struct Replacement {
    id: bson::Uuid,
    /// The version that it takes the place of.
    version: i64,
    change: Vec<Document>,
    at: Timestamp,
    next: Article,
}

async fn replace(database: &Database, replacement: Replacement, key: Option<&Made>) -> Outcome {
    let Replacement { id, version, change, at, next } = replacement;
    for _ in 0..ATTEMPTS {
        let Some(there) = standing(database, id).await? else { return Ok(Written::Refused(ArticleRefusal::NotFound)) };
        if there.version != version {
            let stale = Written::Refused(ArticleRefusal::Stale(there.version));
            let Some(key) = key else { return Ok(stale) };
            return Ok(replayed(database, there, key).await?.unwrap_or(stale));
        }
        let kept = Kept::of(database, there, at).await?;
        let rows = database.collection::<Document>(COLLECTION);
        match rows.update_one(doc! { "_id": id, "version": version }, change.clone()).await {
            Ok(result) if result.matched_count == 1 => {
                kept.settle(database).await;
                return Ok(Written::Done(next));
            }
            // somebody was faster: look again
            Ok(_) => {}
            Err(refused) if error::duplicate(&refused) == Some("slug") => return Ok(Written::Refused(ArticleRefusal::SlugTaken)),
            Err(refused) => return Err(error::store(refused)),
        }
    }
    Err(error::new(Kind::Unavailable, format_args!("the article changed {ATTEMPTS} times and back under a change")))
}

/// The event, with what the audit log is to keep of the version that is made.
fn waiting(event: &Event, made: &Article, asked: Option<&AuditEntry>) -> Result<Waiting> {
    let entry = asked.map(|asked| asked.with(outcome::of_article(made)));
    Ok(Waiting::new(event)?.audited(entry.as_ref()))
}

impl Mongodb {
    pub(super) async fn create_article(&self, article: &Article, event: &Event, by: Provenance<'_>) -> Outcome {
        let (key, waiting) = (by.once.map(Made::by), waiting(event, article, by.audit)?);
        let row = Row::made(article, key.as_ref());
        let new = write::raw(&New { row, outbox_next: waiting.next(), outbox: [waiting] })?;
        let article = article.clone();
        let work =
            |database: Database| async move { once::under(&database, key.as_ref(), create(&database, new, article, key.as_ref())).await };
        self.write(1, work).await
    }

    pub(super) async fn replace_article(&self, previous: &Article, next: &Article, event: &Event, by: Provenance<'_>) -> Outcome {
        let (key, waiting) = (by.once.map(Made::by), waiting(event, next, by.audit)?);
        let row = Row::made(next, key.as_ref());
        let row = bson::serialize_to_document(&row).map_err(|reason| error::new(Kind::Broken, reason))?;
        let merged = vec![doc! { "$literal": row }, doc! { "outbox": outbox::with(&waiting)?, "outboxNext": "$outboxNext" }];
        let change = vec![doc! { "$replaceWith": { "$mergeObjects": merged } }, outbox::settled()];
        let (id, version) = (uuid(previous.id.uuid()), previous.version);
        let replacement = Replacement { id, version, change, at: event.at, next: next.clone() };
        let work =
            |database: Database| async move { once::under(&database, key.as_ref(), replace(&database, replacement, key.as_ref())).await };
        self.write(1, work).await
    }
}
