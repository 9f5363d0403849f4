//! Comments in PostgreSQL.

use super::query::{Binds, Scans, last_of_each};
use super::row::Cells;
use super::transaction::{Outcome, Tx, Work};
use super::{Postgres, row};
use crate::error::{Engine, StoreError};
use crate::roles::{Comments, Result};
use crate::shop::{ArticleId, Comment, CommentId, Event, Once, Page, Window, Written};
use async_trait::async_trait;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use std::convert::Infallible;

impl FromRow<'_, PgRow> for Comment {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
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

struct Create {
    comment: Comment,
    event: Event,
    /// Whether the id is made of a key: then one that is taken says that the key was used, longer ago than keys are kept.
    keyed: bool,
}

/// The key was used for another comment.
struct KeyReused;

impl Work for Create {
    /// A comment does not change: its key needs to keep no more than that it was written.
    type Answer = ();
    type Refusal = KeyReused;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let Comment { id, article_id, author_id, body, created_at } = &self.comment;
        let binds = Binds::new().with(id.uuid()).with(article_id.uuid()).with(author_id.uuid()).with(&**body).with(created_at.to_chrono());
        match tx.run(sql!("comment_create"), binds).await {
            Err(_) if self.keyed && tx.broken_rule() == Some("comments_pkey") => return Ok(Err(KeyReused)),
            done => done?,
        };
        tx.tell(self.event.clone());
        Ok(Ok(()))
    }
}

#[async_trait]
impl Comments for Postgres {
    async fn comments_by_ids(&self, ids: &[CommentId]) -> Result<Vec<Comment>> {
        self.by_ids(sql!("comments_by_ids"), ids).await
    }

    async fn comments_page_by_articles(&self, articles: &[ArticleId], window: &Window) -> Result<Vec<(ArticleId, Page<Comment>)>> {
        self.children(articles, window, BY_ARTICLE, sql!("comments_count_by_articles"), None).await
    }

    async fn comment_create(&self, comment: &Comment, event: &Event, once: Option<&Once>) -> Result<Written<Comment, Infallible>> {
        Ok(match self.once(once.into(), Create { comment: comment.clone(), event: event.clone(), keyed: once.is_some() }).await? {
            Written::Done(()) => Written::Done(comment.clone()),
            Written::Replayed(()) => {
                let there = self.comments_by_ids(&[comment.id]).await?.pop();
                Written::Replayed(there.ok_or_else(|| StoreError::corrupt(Engine::Postgres, "a comment is gone that a key stands for"))?)
            }
            Written::Refused(KeyReused) | Written::KeyReused => Written::KeyReused,
            Written::InProgress => Written::InProgress,
        })
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
