//! Comments: one small document each, found by the article.

use super::{
    Mongodb, among, date, id,
    page::{Children, List, shop_page},
    time, uuid,
};
use crate::{
    roles::{Comments, Result},
    shop::{ArticleId, Comment, CommentId, Page, Window},
};
use async_trait::async_trait;
use mongodb::{
    bson::{self, DateTime, Document},
    options::FindOptions,
};
use serde::{Deserialize, Serialize};

const COLLECTION: &str = "comments";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    article_id: bson::Uuid,
    author_id: bson::Uuid,
    body: String,
    created_at: DateTime,
}

impl From<&Comment> for Row {
    fn from(comment: &Comment) -> Self {
        Self {
            id: uuid(comment.id.uuid()),
            article_id: uuid(comment.article_id.uuid()),
            author_id: uuid(comment.author_id.uuid()),
            body: comment.body.clone(),
            created_at: date(comment.created_at),
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

#[async_trait]
impl Comments for Mongodb {
    async fn comments_by_ids(&self, ids: &[CommentId]) -> Result<Vec<Comment>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = self.find(COLLECTION, among("_id", ids), FindOptions::default()).await?;
        rows.into_iter().map(comment).collect()
    }

    async fn comments_page_by_articles(&self, articles: &[ArticleId], window: &Window) -> Result<Vec<(ArticleId, Page<Comment>)>> {
        let list = List { field: "createdAt", descending: true };
        let children = Children { collection: COLLECTION, parent: "articleId", only: Document::new(), list, hidden: Document::new() };
        let parents: Vec<_> = articles.iter().map(|id| id.uuid()).collect();
        let pages = self.pages(&children, &parents, window).await?;
        pages.into_iter().map(|(article, page)| Ok((ArticleId::from_uuid(article), shop_page(page, comment)?))).collect()
    }

    async fn comments_put(&self, rows: &[Comment]) -> Result<()> {
        self.put(COLLECTION, rows.iter().map(Row::from)).await
    }
}
