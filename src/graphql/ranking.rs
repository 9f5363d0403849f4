//! `RankedProduct`.

use super::ask::{detail_of_product, load};
use crate::{
    loaders::{Row, product::ProductById},
    shop::{Product, Ranked},
};
use async_graphql::{Context, Object, Result};

/// A product's place on a board.
#[Object(name = "RankedProduct")]
impl Ranked {
    /// 1 is best.
    async fn rank(&self) -> i32 {
        i32::try_from(self.rank).unwrap_or(i32::MAX)
    }

    /// Pieces sold, or views.
    async fn score(&self) -> f64 {
        self.score
    }

    /// The product; null if it is gone.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Row<Product>>> {
        load::<ProductById>(ctx, (self.product_id, detail_of_product(ctx))).await
    }
}
