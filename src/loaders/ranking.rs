//! Questions about view counts and boards.

use super::{
    Answers, Asks,
    questions::{by_arguments, in_order},
};
use crate::{
    roles,
    shop::{Board, Counter, ProductId, Ranked},
    stores::Stores,
};

/// How often something was viewed.
pub struct Views;

#[async_trait::async_trait]
impl super::Question for Views {
    type Key = Counter;
    type Answer = i64;
    type Lane = ();
    const ASKS: Asks = Asks::hot("counters_get").by("counter");

    fn lane(_: &Self::Key) {}

    async fn ask(stores: &Stores, keys: Vec<Counter>) -> roles::Result<Answers<Self>> {
        let counts = stores.hot.counters_get(&keys).await?;
        Ok(counts.into_iter().map(|count| Ok(Some(count))).collect())
    }
}

/// A product's place on a board.
pub struct PlaceOnBoard;

#[async_trait::async_trait]
impl super::Question for PlaceOnBoard {
    type Key = (ProductId, Board);
    type Answer = Ranked;
    type Lane = Board;
    const ASKS: Asks = Asks::hot("ranking_places").by("product id");

    fn lane(key: &Self::Key) -> Board {
        key.1
    }

    async fn ask(stores: &Stores, keys: Vec<Self::Key>) -> roles::Result<Answers<Self>> {
        let ask = |board, products: Vec<ProductId>| async move {
            let places = stores.hot.ranking_places(board, &products).await?;
            Ok(in_order(&products, places.into_iter().map(|place| (place.product_id, place))))
        };
        Ok(by_arguments(keys, ask).await)
    }
}

asked_singly!(
    /// The best products of a board.
    BoardTop, (Board, u32) => Vec<Ranked>, hot.ranking_top,
    |stores, key| stores.hot.ranking_top(key.0, key.1).await?
);
