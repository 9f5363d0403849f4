//! Comments in SQLite.

use super::{
    Sqlite, keys, row, steps,
    window::{Sort, page_query},
};
use crate::{
    roles::{Comments, Result},
    shop::{ArticleId, Comment, CommentId, Page, Window},
};
use async_trait::async_trait;
use serde_json::json;
use sqlx::{FromRow, sqlite::SqliteRow};

const BY_ARTICLES: [&str; 2] =
    [include_str!("sql/comments_page_by_articles_desc.sql"), include_str!("sql/comments_page_by_articles_asc.sql")];

impl FromRow<'_, SqliteRow> for Comment {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row::id(row, "id")?,
            article_id: row::id(row, "article_id")?,
            author_id: row::id(row, "author_id")?,
            body: row::text(row, "body")?,
            created_at: row::time(row, "created_at")?,
        })
    }
}

#[async_trait]
impl Comments for Sqlite {
    async fn comments_by_ids(&self, ids: &[CommentId]) -> Result<Vec<Comment>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.all(sqlx::query_as(include_str!("sql/comments_by_ids.sql")).bind(keys::ids(ids))).await
    }

    async fn comments_page_by_articles(&self, articles: &[ArticleId], window: &Window) -> Result<Vec<(ArticleId, Page<Comment>)>> {
        if articles.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys::ids(articles);
        let rows = page_query(BY_ARTICLES, window, true, Sort::Number).bind(keys.clone());
        let counts = sqlx::query_as(include_str!("sql/comments_count_by_articles.sql")).bind(keys);
        self.pages(window, rows, counts).await
    }

    async fn comments_put(&self, rows: &[Comment]) -> Result<()> {
        let rows = rows.iter().map(|c| {
            json!([keys::hex(c.id.uuid()), keys::hex(c.article_id.uuid()), keys::hex(c.author_id.uuid()), c.body, c.created_at.millis()])
        });
        self.write(steps(include_str!("sql/comments_put.sql"), rows).collect()).await
    }
}
