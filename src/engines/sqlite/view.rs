//! Views in SQLite: counted from the activity events, and from batches.

use super::{
    Sqlite, keys, row,
    transaction::{Outcome, Tx, Work},
};
use crate::{
    roles::Result,
    shop::{ActivityKind, Counter, Provenance, TrendingWindow, ViewBatch, ViewsInStep, ranking::OLDEST_STEP},
};
use serde_json::{Value, json};
use sqlx::{FromRow, sqlite::SqliteRow};
use std::convert::Infallible;

/// Views of a product, or else of an article.
struct Views(Counter, i64);

impl FromRow<'_, SqliteRow> for Views {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        let counter = match row::id_opt(row, "product_id")? {
            Some(product) => Counter::ProductViews(product),
            None => Counter::ArticleViews(row::id(row, "article_id")?),
        };
        Ok(Self(counter, row::number(row, "views")?))
    }
}

impl FromRow<'_, SqliteRow> for ViewsInStep {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        let counter = Counter::ProductViews(row::id(row, "product_id")?);
        Ok(Self { counter, step: row::number(row, "step")?, views: row::number(row, "views")? })
    }
}

/// A batch that is kept, unless it is there already.
struct Put(ViewBatch);

impl Work for Put {
    type Answer = ();
    type Refusal = Infallible;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let (id, at) = (self.0.id.uuid(), self.0.at.millis());
        if tx.run(sqlx::query(include_str!("sql/view_batch_put.sql")).bind(id).bind(at)).await? == 1 {
            let counts = self.0.counts.iter().map(|(counter, views)| match counter {
                Counter::ProductViews(id) => json!([ActivityKind::ProductViewed.code(), keys::hex(id.uuid()), views]),
                Counter::ArticleViews(id) => json!([ActivityKind::ArticleViewed.code(), keys::hex(id.uuid()), views]),
            });
            let counts = Value::Array(counts.collect()).to_string();
            tx.run(sqlx::query(include_str!("sql/views_put.sql")).bind(id).bind(at).bind(counts)).await?;
        }
        Ok(Ok(()))
    }
}

impl Sqlite {
    pub(super) async fn count_views(&self) -> Result<Vec<(Counter, i64)>> {
        let rows: Vec<Views> = self.all(sqlx::query_as(include_str!("sql/view_counts.sql"))).await?;
        Ok(rows.into_iter().map(|Views(counter, views)| (counter, views)).collect())
    }

    pub(super) async fn count_view_steps(&self, window: TrendingWindow) -> Result<Vec<ViewsInStep>> {
        let step = i64::try_from(window.step().as_millis()).unwrap_or(i64::MAX);
        self.all(sqlx::query_as(include_str!("sql/view_steps.sql")).bind(step).bind(OLDEST_STEP)).await
    }

    pub(super) async fn put_views(&self, batch: &ViewBatch) -> Result<()> {
        self.once(Provenance::default(), Put(batch.clone())).await.map(drop)
    }
}
