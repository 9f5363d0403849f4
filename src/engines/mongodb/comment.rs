//! Comments: one small document each, found by the article.

use super::{
    Mongodb, among, date, error, field, id,
    once::{self, Made},
    outbox::{Next, Waiting},
    page::{Children, List, Tie, shop_page},
    time, uuid, write,
};
use crate::{
    roles::{Comments, Result},
    shop::{ArticleId, Comment, CommentId, Event, Once, Page, Window, Written},
};
use async_trait::async_trait;
use mongodb::{
    Database,
    bson::{self, DateTime, Document, RawDocumentBuf, doc},
    options::FindOptions,
};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

const COLLECTION: &str = "comments";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "_id", deserialize_with = "field::id")]
    id: bson::Uuid,
    #[serde(deserialize_with = "field::id")]
    article_id: bson::Uuid,
    #[serde(deserialize_with = "field::id")]
    author_id: bson::Uuid,
    body: String,
    #[serde(deserialize_with = "field::date")]
    created_at: DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made: Option<Made>,
}

/// A comment with its event.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct New {
    #[serde(flatten)]
    row: Row,
    outbox: [Waiting; 1],
    outbox_next: Next,
}

impl From<&Comment> for Row {
    fn from(comment: &Comment) -> Self {
        Self {
            id: uuid(comment.id.uuid()),
            article_id: uuid(comment.article_id.uuid()),
            author_id: uuid(comment.author_id.uuid()),
            body: comment.body.clone(),
            created_at: date(comment.created_at),
            made: None,
        }
    }
}

fn comment(row: Row) -> Result<Comment> {
    Ok(Comment {
        id: id(row.id),
        article_id: id(row.article_id),
        author_id: id(row.author_id),
        body: row.body,
        created_at: time(row.created_at)?,
    })
}

/// The fields of a [`Row`] that are read, but for its `made`.
fn shown() -> Document {
    doc! { "articleId": 1, "authorId": 1, "body": 1, "createdAt": 1 }
}

/// Inserts a comment. One that is there already is the same one if the same key made it.
async fn insert(database: &Database, new: RawDocumentBuf, comment: Comment, key: Option<&Made>) -> Result<Written<Comment, Infallible>> {
    let rows = database.collection::<RawDocumentBuf>(COLLECTION);
    let Err(refused) = rows.insert_one(new).await else { return Ok(Written::Done(comment)) };
    let (Some(key), Some(_)) = (key, error::duplicate(&refused)) else { return Err(error::store(refused)) };
    let rows = database.collection::<Row>(COLLECTION);
    let mut read = shown();
    read.insert("made", 1);
    let there = rows.find_one(doc! { "_id": uuid(comment.id.uuid()) }).projection(read).await.map_err(error::store)?;
    let Some(there) = there.filter(|row| key.made(row.made.as_ref())) else { return Err(error::store(refused)) };
    let made = there.made.clone();
    key.answer(database, made.as_ref(), self::comment(there)?).await
}

#[async_trait]
impl Comments for Mongodb {
    async fn comments_by_ids(&self, ids: &[CommentId]) -> Result<Vec<Comment>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = self.find(COLLECTION, among("_id", ids), FindOptions::builder().projection(shown()).build()).await?;
        rows.into_iter().map(comment).collect()
    }

    async fn comments_page_by_articles(&self, articles: &[ArticleId], window: &Window) -> Result<Vec<(ArticleId, Page<Comment>)>> {
        let list = List { field: "createdAt", tie: Tie::Id, descending: true };
        let children = Children { shown: shown(), ..Children::of(COLLECTION, "articleId", list) };
        let parents: Vec<_> = articles.iter().map(|id| id.uuid()).collect();
        let pages = self.pages(&children, &parents, window).await?;
        pages.into_iter().map(|(article, page)| Ok((ArticleId::from_uuid(article), shop_page(page, comment)?))).collect()
    }

    async fn comment_create(&self, comment: &Comment, event: &Event, once: Option<&Once>) -> Result<Written<Comment, Infallible>> {
        let (key, waiting) = (once.map(Made::by), Waiting::new(event)?);
        let row = Row { made: key.clone(), ..Row::from(comment) };
        let new = write::raw(&New { row, outbox_next: waiting.next(), outbox: [waiting] })?;
        let comment = comment.clone();
        self.write(1, |database| async move { once::under(&database, key.as_ref(), insert(&database, new, comment, key.as_ref())).await })
            .await
    }

    async fn comments_put(&self, rows: &[Comment]) -> Result<()> {
        self.put_keeping(COLLECTION, rows.iter().map(Row::from)).await
    }
}
