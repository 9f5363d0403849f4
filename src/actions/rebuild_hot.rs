//! Makes the hot copies anew from the owners of the facts: boards and view counters.

use crate::{
    roles::{Activity, Hot, Orders, Result},
    shop::{Board, Counter, ProductId, Timestamp, TrendingWindow, ViewsInStep},
};
use std::collections::HashMap;

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
/// Views counted in the hot store alone, and not yet told to the documents, are lost by it.
pub async fn rebuild_hot(relational: &dyn Orders, documents: &dyn Activity, hot: &dyn Hot) -> Result<Rebuilt> {
    let (sales, views) = futures::try_join!(relational.product_sales(), documents.view_counts())?;
    let sales: Vec<_> = sales.into_iter().map(|(product, pieces)| (product, score(pieces))).collect();
    hot.ranking_put(Board::BestSellers, &sales, Timestamp::now()).await?;
    for chunk in views.chunks(CHUNK) {
        hot.counters_put(chunk).await?;
    }
    let mut rebuilt = Rebuilt { best_sellers: sales.len() as u64, trending: 0, counters: views.len() as u64 };
    for window in TrendingWindow::ALL {
        let (scores, at) = trending(window, &documents.view_steps(window).await?);
        hot.ranking_put(Board::Trending(window), &scores, at).await?;
        rebuilt.trending += scores.len() as u64;
    }
    Ok(rebuilt)
}

/// The scores of a trending board, and the time that they are of: the newest step's.
fn trending(window: TrendingWindow, views: &[ViewsInStep]) -> (Vec<(ProductId, f64)>, Timestamp) {
    let newest = views.iter().map(|views| views.step).max().unwrap_or(0);
    let mut scores: HashMap<ProductId, f64> = HashMap::new();
    for views in views {
        if let Counter::ProductViews(product) = views.counter {
            let age = i32::try_from(newest - views.step).unwrap_or(i32::MAX);
            *scores.entry(product).or_default() += score(views.views) * 2_f64.powi(-age);
        }
    }
    let step = i64::try_from(window.step().as_millis()).unwrap_or(i64::MAX);
    (scores.into_iter().collect(), Timestamp::from_millis(newest.saturating_mul(step)).unwrap_or_else(|_| Timestamp::now()))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn score(count: i64) -> f64 {
    count as f64
}
