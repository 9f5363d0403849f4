//! Comments in SQLite.

use super::{
    Sqlite, keys, row, steps,
    transaction::{Outcome, Tx, Work},
    window::{Sort, page_query},
};
use crate::{
    error::{Engine, StoreError},
    roles::{Comments, Result},
    shop::{ArticleId, Comment, CommentId, Event, Once, Page, Window, Written},
};
use async_trait::async_trait;
use serde_json::json;
use sqlx::{FromRow, sqlite::SqliteRow};
use std::convert::Infallible;

const BY_ARTICLES: [&str; 2] =
    [include_str!("sql/comments_page_by_articles_desc.sql"), include_str!("sql/comments_page_by_articles_asc.sql")];

impl FromRow<'_, SqliteRow> for Comment {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self {
            id: row::id(row, "id")?,
            article_id: row::id(row, "article_id")?,
            author_id: row::id(row, "author_id")?,
            body: row::text(row, "body")?,
            created_at: row::time(row, "created_at")?,
        })
    }
}

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
        let create = sqlx::query(include_str!("sql/comment_create.sql")).bind(id.uuid()).bind(article_id.uuid()).bind(author_id.uuid());
        match tx.run(create.bind(body.clone()).bind(created_at.millis())).await {
            Err(_) if self.keyed && tx.broken_rule() == Some("comments.id") => return Ok(Err(KeyReused)),
            done => done?,
        };
        tx.tell(self.event.clone());
        Ok(Ok(()))
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

    async fn comment_create(&self, comment: &Comment, event: &Event, once: Option<&Once>) -> Result<Written<Comment, Infallible>> {
        let create = Create { comment: comment.clone(), event: event.clone(), keyed: once.is_some() };
        Ok(match self.once(once.into(), create).await? {
            Written::Done(()) => Written::Done(comment.clone()),
            Written::Replayed(()) => {
                let there = self.comments_by_ids(&[comment.id]).await?.pop();
                Written::Replayed(there.ok_or_else(|| StoreError::corrupt(Engine::Sqlite, "a comment is gone that a key stands for"))?)
            }
            Written::Refused(KeyReused) | Written::KeyReused => Written::KeyReused,
            Written::InProgress => Written::InProgress,
        })
    }

    async fn comments_put(&self, rows: &[Comment]) -> Result<()> {
        let rows = rows.iter().map(|c| {
            json!([keys::hex(c.id.uuid()), keys::hex(c.article_id.uuid()), keys::hex(c.author_id.uuid()), c.body, c.created_at.millis()])
        });
        self.write(steps(include_str!("sql/comments_put.sql"), rows).collect()).await
    }
}
