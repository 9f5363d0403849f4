//! Comments in PostgreSQL.

use super::query::{Binds, Scans, last_of_each};
use super::{Postgres, row};
use crate::roles::{Comments, Result};
use crate::shop::{ArticleId, Comment, CommentId, Page, Window};
use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row as _};

impl FromRow<'_, PgRow> for Comment {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row::id(row, "id")?,
            article_id: row::id(row, "article_id")?,
            author_id: row::id(row, "author_id")?,
            body: row.try_get("body")?,
            created_at: row::time(row, "created_at")?,
        })
    }
}

const BY_ARTICLE: Scans = Scans { asc: sql!("comments_page_by_articles_asc"), desc: sql!("comments_page_by_articles_desc") };

#[async_trait]
impl Comments for Postgres {
    async fn comments_by_ids(&self, ids: &[CommentId]) -> Result<Vec<Comment>> {
        self.by_ids(sql!("comments_by_ids"), ids).await
    }

    async fn comments_page_by_articles(&self, articles: &[ArticleId], window: &Window) -> Result<Vec<(ArticleId, Page<Comment>)>> {
        self.children(articles, window, BY_ARTICLE, sql!("comments_count_by_articles"), None).await
    }

    async fn comments_put(&self, rows: &[Comment]) -> Result<()> {
        let rows = last_of_each(rows, |row| row.id);
        let binds = Binds::new()
            .column(&rows, |row| row.id.uuid())
            .column(&rows, |row| row.article_id.uuid())
            .column(&rows, |row| row.author_id.uuid())
            .column(&rows, |row| &*row.body)
            .column(&rows, |row| row.created_at.to_chrono());
        self.write(vec![(sql!("comments_put"), binds)]).await
    }
}
