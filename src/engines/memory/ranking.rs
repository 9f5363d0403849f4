//! Boards: sorted once when they are put, then only read.

use super::Memory;
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{Rankings, Result},
    shop::{Board, ProductId, Ranked},
};
use async_trait::async_trait;
use std::{
    cmp::Ordering,
    collections::{BTreeSet, HashMap},
    sync::{Arc, PoisonError},
};

/// A board, best first, and where each product stands in it.
#[derive(Default)]
pub(super) struct Places {
    ranked: Vec<Ranked>,
    indexes: HashMap<ProductId, usize>,
}

impl Places {
    fn new(scores: &[(ProductId, f64)]) -> Self {
        let scores: HashMap<_, _> = scores.iter().copied().collect();
        let mut scores: Vec<_> = scores.into_iter().collect();
        scores
            .sort_unstable_by(|(a, a_score), (b, b_score)| b_score.partial_cmp(a_score).unwrap_or(Ordering::Equal).then_with(|| b.cmp(a)));
        let ranked: Vec<_> = (1..).zip(scores).map(|(rank, (product_id, score))| Ranked { product_id, rank, score }).collect();
        let indexes = ranked.iter().enumerate().map(|(index, place)| (place.product_id, index)).collect();
        Self { ranked, indexes }
    }
}

impl Memory {
    fn board(&self, board: Board) -> Arc<Places> {
        self.boards.read().unwrap_or_else(PoisonError::into_inner).get(&board).cloned().unwrap_or_default()
    }
}

#[async_trait]
impl Rankings for Memory {
    async fn ranking_top(&self, board: Board, limit: u32) -> Result<Vec<Ranked>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.board(board).ranked.iter().take(limit).copied().collect())
    }

    async fn ranking_places(&self, board: Board, products: &[ProductId]) -> Result<Vec<Ranked>> {
        let places = self.board(board);
        let products: BTreeSet<_> = products.iter().collect();
        Ok(products.into_iter().filter_map(|product| places.indexes.get(product).map(|&index| places.ranked[index])).collect())
    }

    async fn ranking_put(&self, board: Board, scores: &[(ProductId, f64)], _at: crate::shop::Timestamp) -> Result<()> {
        if scores.iter().any(|(_, score)| score.is_nan()) {
            return Err(StoreError::new(Engine::Memory, Kind::Conflict, "a score is not a number"));
        }
        let places = Arc::new(Places::new(scores));
        self.boards.write().unwrap_or_else(PoisonError::into_inner).insert(board, places);
        Ok(())
    }
}
