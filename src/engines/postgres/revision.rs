//! Earlier versions of articles in PostgreSQL.

use super::query::{Binds, Scans, uuids};
use super::row::Cells;
use super::{Postgres, row};
use crate::error::{Engine, Kind, StoreError};
use crate::roles::Result;
use crate::shop::{Article, ArticleId, ArticleRevision, Page, SortValue, Window};
use sqlx::FromRow;
use sqlx::postgres::PgRow;

impl FromRow<'_, PgRow> for ArticleRevision {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self { article: Article::from_row(row)?, replaced_at: row::time(&Cells::of(row), "replaced_at")? })
    }
}

const BY_ARTICLE: Scans =
    Scans { asc: sql!("article_revisions_page_by_articles_asc"), desc: sql!("article_revisions_page_by_articles_desc") };

/// The five parameters of a page, where the version decides between equal times: see [`ArticleRevision::key`].
fn within(mut binds: Binds, window: &Window) -> Result<Binds> {
    let scan = window.scan();
    for bound in [scan.from, scan.to] {
        let at = match bound.map(|key| &key.value) {
            None => None,
            Some(SortValue::Time(at)) => Some(at.to_chrono()),
            Some(_) => return Err(StoreError::new(Engine::Postgres, Kind::Broken, "the window's bound is of another order's type")),
        };
        // beyond all versions is behind all rows
        let version = bound.map(|key| i64::try_from(key.id.as_u128()).unwrap_or(i64::MAX));
        binds = binds.with(at).with(version);
    }
    Ok(binds.with(window.fetch()))
}

impl Postgres {
    pub(super) async fn revisions(&self, articles: &[ArticleId], window: &Window) -> Result<Vec<(ArticleId, Page<ArticleRevision>)>> {
        let rows = within(Binds::new().with(uuids(articles)), window)?;
        let counts = (sql!("article_revisions_count_by_articles"), Binds::new().with(uuids(articles)));
        self.children_of(articles, window, (BY_ARTICLE.pick(true, window), rows), counts).await
    }
}
