//! Makes the hot copies anew from the owners of the facts: boards and view counters.

use crate::{
    roles::{Activity, Hot, Orders, Result},
    shop::{Board, Counter, TrendingWindow},
};
use std::time::Duration;

/// Counters that go to the store in one call.
const CHUNK: usize = 5_000;

/// What was put into the hot store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Products on the best-seller board.
    pub best_sellers: u64,
    /// Products on the trending boards, all windows together.
    pub trending: u64,
    /// View counters.
    pub counters: u64,
}

/// Safe to run at any time and twice: each board is replaced whole, each counter is set outright.
/// Views counted in the hot store alone, and not yet told to the activity log, are lost by it.
pub async fn rebuild_hot(relational: &dyn Orders, documents: &dyn Activity, hot: &dyn Hot) -> Result<Rebuilt> {
    let (sales, views) = futures::try_join!(relational.product_sales(), documents.activity_view_counts(None))?;
    let sales: Vec<_> = sales.into_iter().map(|(product, pieces)| (product, score(pieces))).collect();
    hot.ranking_put(Board::BestSellers, &sales).await?;
    for chunk in views.chunks(CHUNK) {
        hot.counters_put(chunk).await?;
    }
    let mut rebuilt = Rebuilt { best_sellers: sales.len() as u64, trending: 0, counters: views.len() as u64 };
    for window in [TrendingWindow::Hour, TrendingWindow::Day, TrendingWindow::Week] {
        let counts = documents.activity_view_counts(Some(length(window))).await?;
        let scores: Vec<_> = counts
            .into_iter()
            .filter_map(|(counter, views)| match counter {
                Counter::ProductViews(product) => Some((product, score(views))),
                Counter::ArticleViews(_) => None,
            })
            .collect();
        hot.ranking_put(Board::Trending(window), &scores).await?;
        rebuilt.trending += scores.len() as u64;
    }
    Ok(rebuilt)
}

fn length(window: TrendingWindow) -> Duration {
    const HOUR: u64 = 3_600;
    Duration::from_secs(match window {
        TrendingWindow::Hour => HOUR,
        TrendingWindow::Day => 24 * HOUR,
        TrendingWindow::Week => 7 * 24 * HOUR,
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn score(count: i64) -> f64 {
    count as f64
}
