//! Hot data: view counters and rankings. Copies and approximations, never the owner of a fact.

use super::{ArticleId, EventId, ProductId, Timestamp};
use std::time::Duration;

/// How far back a trending board looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrendingWindow {
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
}

impl TrendingWindow {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// A view counts half as much with each step of time: a quarter of the window.
    pub fn step(self) -> Duration {
        const HOUR: u64 = 3_600;
        Duration::from_secs(match self {
            Self::Hour => HOUR / 4,
            Self::Day => 6 * HOUR,
            Self::Week => 42 * HOUR,
        })
    }

    /// Which step of time this is, counted from 1970. Steps are whole, so scores are sums of powers of two: exact in a double, the same
    /// in whichever order views are added up and on whichever engine.
    pub fn step_of(self, at: Timestamp) -> i64 {
        at.millis() / i64::try_from(self.step().as_millis()).unwrap_or(i64::MAX)
    }
}

/// Views that are older than this many steps do not count at all: 2^-40 is below what a score shows.
pub const OLDEST_STEP: i64 = 40;

/// What is shown of a score on a trending board: cut to a multiple of 2^-20, nothing if that is zero.
pub fn shown(score: f64) -> Option<f64> {
    const PLACES: f64 = 1_048_576.0;
    let cut = (score * PLACES).trunc() / PLACES;
    (cut != 0.0).then_some(cut)
}

/// A ranking of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Board {
    /// By pieces sold, ever.
    BestSellers,
    /// By interest in a recent window.
    Trending(TrendingWindow),
}

/// A product's place on a board.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// The product.
    pub product_id: ProductId,
    /// 1 for the highest score; equal scores are ordered by id, descending (as Redis reverse ranges are), and do not share a rank.
    pub rank: u64,
    /// Pieces sold, or interest: each view counts 2^-n, n being the whole steps of time ([`TrendingWindow::step_of`]) between it and the
    /// newest view of the board. As of the board's last change, so the same board gives the same scores. Shown cut to a multiple of 2^-20,
    /// and not at all if that is zero; the order is that of the uncut scores.
    pub score: f64,
}

/// Something whose views are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Counter {
    /// Views of a product's page.
    ProductViews(ProductId),
    /// Reads of an article.
    ArticleViews(ArticleId),
}

/// Views that a server counted and tells the stores together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewBatch {
    /// The id: the same batch told twice is counted once.
    pub id: EventId,
    /// When they were counted; all views of a batch count as of this time.
    pub at: Timestamp,
    /// How many views of what, each above zero; nothing twice; at most 10,000.
    pub counts: Vec<(Counter, i64)>,
}

/// Views of a product or article in one step of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewsInStep {
    /// Of what.
    pub counter: Counter,
    /// When ([`TrendingWindow::step_of`]).
    pub step: i64,
    /// How many.
    pub views: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_cut_and_nothing_is_not_shown() {
        let place = 2_f64.powi(-20);
        assert_eq!(shown(3.0 + place + place / 2.0), Some(3.0 + place));
        assert_eq!((shown(place), shown(place / 2.0), shown(0.0), shown(-place / 2.0)), (Some(place), None, None, None));
    }

    #[test]
    fn a_step_is_a_quarter_of_the_window() {
        for (window, hours) in [(TrendingWindow::Hour, 1), (TrendingWindow::Day, 24), (TrendingWindow::Week, 168)] {
            let end = Timestamp::from_millis(hours * 3_600_000).unwrap();
            assert_eq!((window.step_of(end), window.step_of(Timestamp::from_millis(0).unwrap())), (4, 0));
        }
    }
}
