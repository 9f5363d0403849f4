//! Earlier versions of articles: one document each, its `_id` the article and the version.
//!
//! A revision is written before the version that takes its place, which decides. What a crash in between leaves is a revision of the version that
//! is still the current one: nobody is shown it, and the next change writes it anew.

use super::{
    Mongodb,
    article::{self, Row},
    date, error, field,
    page::{Children, List, Tie, shop_page},
    time,
};
use crate::{
    roles::Result,
    shop::{ArticleId, ArticleRevision, Page, Timestamp, Window},
};
use mongodb::{
    Database,
    bson::{self, DateTime, Document, doc},
};
use serde::{Deserialize, Serialize};

pub const COLLECTION: &str = "article_revisions";

#[derive(Serialize, Deserialize)]
struct Id {
    #[serde(deserialize_with = "field::id")]
    article: bson::Uuid,
    version: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Revision {
    #[serde(rename = "_id")]
    id: Id,
    #[serde(deserialize_with = "field::date")]
    replaced_at: DateTime,
    article: Row,
}

fn revision(row: Revision) -> Result<ArticleRevision> {
    Ok(ArticleRevision { article: article::article(row.article)?, replaced_at: time(row.replaced_at)? })
}

/// A version on its way to be replaced.
pub struct Kept {
    row: Document,
    /// Whether it stood there already: another change of the same version was under way, or crashed.
    there: bool,
}

impl Kept {
    /// Writes the revision of a version, unless it is there.
    pub async fn of(database: &Database, row: Row, replaced_at: Timestamp) -> Result<Self> {
        let id = Id { article: row.id, version: row.version };
        let row = Revision { id, replaced_at: date(replaced_at), article: row };
        let row = bson::serialize_to_document(&row).map_err(error::corrupt)?;
        let rows = database.collection::<Document>(COLLECTION);
        let there = match rows.update_one(Self::key(&row), doc! { "$setOnInsert": row.clone() }).upsert(true).await {
            Ok(result) => result.upserted_id.is_none(),
            Err(refused) if error::duplicate(&refused).is_some() => true,
            Err(refused) => return Err(error::store(refused)),
        };
        Ok(Self { row, there })
    }

    fn key(row: &Document) -> Document {
        row.get("_id").map_or_else(Document::new, |id| doc! { "_id": id.clone() })
    }

    /// The version was replaced, and by us: what stands there says so. Where this fails, the revision has the time of the other change.
    pub async fn settle(self, database: &Database) {
        if self.there {
            let rows = database.collection::<Document>(COLLECTION);
            if let Err(refused) = rows.replace_one(Self::key(&self.row), self.row).await {
                tracing::warn!("a revision keeps the time of a change that was not done: {}", error::store(refused).detail());
            }
        }
    }
}

/// The revision that fits, as an article.
pub async fn find(database: &Database, article: bson::Uuid, mut filter: Document) -> Result<Option<Row>> {
    filter.insert("_id.article", article);
    let found = database.collection::<Revision>(COLLECTION).find_one(filter).await.map_err(error::store)?;
    Ok(found.map(|revision| revision.article))
}

impl Mongodb {
    pub(super) async fn revisions(&self, articles: &[ArticleId], window: &Window) -> Result<Vec<(ArticleId, Page<ArticleRevision>)>> {
        let list = List { field: "replacedAt", tie: Tie::Number("_id.version"), descending: true };
        let version = vec![doc! { "$project": { "_id": 0, "version": 1 } }];
        let current =
            doc! { "from": article::COLLECTION, "localField": "_id", "foreignField": "_id", "pipeline": version, "as": "current" };
        let known =
            vec![doc! { "$lookup": current }, doc! { "$set": { "current": { "$ifNull": [{ "$first": "$current.version" }, 0_i64] } } }];
        let children = Children {
            only: doc! { "$expr": { "$ne": ["$_id.version", "$$current"] } },
            known: (known, doc! { "current": "$current" }),
            ..Children::of(COLLECTION, "_id.article", list)
        };
        let parents: Vec<_> = articles.iter().map(|id| id.uuid()).collect();
        let pages = self.pages(&children, &parents, window).await?;
        pages.into_iter().map(|(article, page)| Ok((ArticleId::from_uuid(article), shop_page(page, revision)?))).collect()
    }
}
