//! Hot data: view counters and rankings. Copies and approximations, never the owner of a fact.

use super::{ArticleId, ProductId};

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
    /// Pieces sold or interest; whole numbers up to 2^53 are exact.
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
