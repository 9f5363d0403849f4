//! Earlier versions of articles in SQLite.

use super::{
    Sqlite, keys, row,
    window::{Sort, page_query},
};
use crate::{
    roles::Result,
    shop::{Article, ArticleId, ArticleRevision, Page, Window},
};
use sqlx::{FromRow, sqlite::SqliteRow};

const BY_ARTICLES: [&str; 2] =
    [include_str!("sql/article_revisions_page_by_articles_desc.sql"), include_str!("sql/article_revisions_page_by_articles_asc.sql")];

impl FromRow<'_, SqliteRow> for ArticleRevision {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self { article: Article::from_row(row)?, replaced_at: row::time(&row::Cells::of(row), "replaced_at")? })
    }
}

impl Sqlite {
    pub(super) async fn revisions(&self, articles: &[ArticleId], window: &Window) -> Result<Vec<(ArticleId, Page<ArticleRevision>)>> {
        if articles.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys::ids(articles);
        let rows = page_query(BY_ARTICLES, window, true, Sort::TimeAndVersion).bind(keys.clone());
        let counts = sqlx::query_as(include_str!("sql/article_revisions_count_by_articles.sql")).bind(keys);
        self.pages(window, rows, counts).await
    }
}
