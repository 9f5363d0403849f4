//! Views in PostgreSQL: counted from the activity events, and from batches.

use super::query::Binds;
use super::row::Cells;
use super::transaction::{Outcome, Tx, Work};
use super::{Postgres, row};
use crate::roles::Result;
use crate::shop::{ActivityKind, Counter, Provenance, TrendingWindow, ViewBatch, ViewsInStep, ranking::OLDEST_STEP};
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use std::convert::Infallible;

struct Views(Counter, i64);

impl FromRow<'_, PgRow> for Views {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        let counter = match row::code(row, "kind", ActivityKind::from_code)? {
            ActivityKind::ProductViewed => Counter::ProductViews(row::id(row, "subject")?),
            _ => Counter::ArticleViews(row::id(row, "subject")?),
        };
        Ok(Self(counter, row.try_get("views")?))
    }
}

impl FromRow<'_, PgRow> for ViewsInStep {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self { counter: Counter::ProductViews(row::id(row, "product_id")?), step: row.try_get("step")?, views: row.try_get("views")? })
    }
}

/// A batch that is kept, unless it is there already.
struct Put(ViewBatch);

impl Work for Put {
    type Answer = ();
    type Refusal = Infallible;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let batch = || Binds::new().with(self.0.id.uuid()).with(self.0.at.to_chrono());
        if tx.run(sql!("view_batch_put"), batch()).await? == 1 {
            let counts: Vec<_> = self.0.counts.iter().collect();
            let counts = batch()
                .column(&counts, |(counter, _)| match counter {
                    Counter::ProductViews(_) => ActivityKind::ProductViewed.code(),
                    Counter::ArticleViews(_) => ActivityKind::ArticleViewed.code(),
                })
                .column(&counts, |(counter, _)| match counter {
                    Counter::ProductViews(id) => id.uuid(),
                    Counter::ArticleViews(id) => id.uuid(),
                })
                .column(&counts, |(_, views)| *views);
            tx.run(sql!("views_put"), counts).await?;
        }
        Ok(Ok(()))
    }
}

impl Postgres {
    pub(super) async fn count_views(&self) -> Result<Vec<(Counter, i64)>> {
        let rows: Vec<Views> = self.bulk_rows(sql!("view_counts"), Binds::new()).await?;
        Ok(rows.into_iter().map(|Views(counter, views)| (counter, views)).collect())
    }

    pub(super) async fn count_view_steps(&self, window: TrendingWindow) -> Result<Vec<ViewsInStep>> {
        let step = i64::try_from(window.step().as_millis()).unwrap_or(i64::MAX);
        self.bulk_rows(sql!("view_steps"), Binds::new().with(step).with(OLDEST_STEP)).await
    }

    pub(super) async fn put_views(&self, batch: &ViewBatch) -> Result<()> {
        self.once(Provenance::default(), Put(batch.clone())).await.map(drop)
    }
}
