//! Boards: sorted lists, with each product's score beside. On a trending board the scores are as of its newest step.

use super::{Memory, recent::Recent};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{Rankings, Result},
    shop::{
        Board, EventId, ProductId, Ranked, Timestamp,
        ranking::{self, OLDEST_STEP},
    },
};
use async_trait::async_trait;
use std::{
    cmp::Ordering,
    collections::{BTreeSet, HashMap},
    sync::{PoisonError, RwLock},
    time::Duration,
};

/// How long an event is remembered.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// How many events of all boards are remembered at most.
const MOST: usize = 200_000;
/// From so many changes on, a board is sorted anew.
const MANY: usize = 64;

/// All boards.
pub(super) struct Boards {
    boards: HashMap<Board, Places>,
    events: Recent<(EventId, Board)>,
}

pub(super) fn boards() -> RwLock<Boards> {
    RwLock::new(Boards { boards: HashMap::new(), events: Recent::new(REMEMBERED, MOST) })
}

/// A board.
#[derive(Default)]
struct Places {
    scores: HashMap<ProductId, f64>,
    /// The same, best first.
    sorted: Vec<(ProductId, f64)>,
    /// The step of the newest views of a trending board.
    newest: Option<i64>,
}

/// Best first, equal scores by id descending.
fn order((a, a_score): &(ProductId, f64), (b, b_score): &(ProductId, f64)) -> Ordering {
    b_score.partial_cmp(a_score).unwrap_or(Ordering::Equal).then_with(|| b.cmp(a))
}

impl Places {
    fn new(scores: HashMap<ProductId, f64>, newest: Option<i64>) -> Self {
        let mut places = Self { scores, sorted: Vec::new(), newest };
        places.sort();
        places
    }

    fn sort(&mut self) {
        self.sorted = self.scores.iter().map(|(product, score)| (*product, *score)).collect();
        self.sorted.sort_unstable_by(order);
    }

    /// Lets time pass until this step: all scores are halved for each step, and what has no view left that counts is gone.
    fn age(&mut self, step: i64) {
        let steps = self.newest.map_or(0, |newest| i32::try_from(step - newest).unwrap_or(i32::MAX));
        let factor = 2_f64.powi(-steps);
        let least = 2_f64.powi(-i32::try_from(OLDEST_STEP).unwrap_or(i32::MAX));
        self.scores.retain(|_, score| {
            *score *= factor;
            score.abs() >= least
        });
        self.sort();
        self.newest = Some(step);
    }

    fn add(&mut self, counts: &[(ProductId, i64)], factor: f64) {
        for (product, count) in counts {
            let before = self.scores.get(product).copied();
            let after = before.unwrap_or_default() + number(*count) * factor;
            if after == 0.0 {
                self.scores.remove(product);
            } else {
                self.scores.insert(*product, after);
            }
            if counts.len() < MANY {
                self.moved(*product, before, after);
            }
        }
        if counts.len() >= MANY {
            self.sort();
        }
    }

    /// Puts one product into its new place.
    fn moved(&mut self, product: ProductId, before: Option<f64>, after: f64) {
        let place = |sorted: &[_], score| sorted.binary_search_by(|other| order(other, &(product, score)));
        if let Some(Ok(index)) = before.map(|before| place(&self.sorted, before)) {
            self.sorted.remove(index);
        }
        if after != 0.0
            && let Err(index) = place(&self.sorted, after)
        {
            self.sorted.insert(index, (product, after));
        }
    }

    /// What is told of a place; nothing if its score is not shown.
    fn told(&self, board: Board, index: usize) -> Option<Ranked> {
        let (product_id, kept) = *self.sorted.get(index)?;
        let score = match board {
            Board::BestSellers => kept,
            Board::Trending(_) => ranking::shown(kept)?,
        };
        Some(Ranked { product_id, rank: index as u64 + 1, score })
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn number(count: i64) -> f64 {
    count as f64
}

#[async_trait]
impl Rankings for Memory {
    async fn ranking_top(&self, board: Board, limit: u32) -> Result<Vec<Ranked>> {
        let kept = self.boards.read().unwrap_or_else(PoisonError::into_inner);
        let Some(places) = kept.boards.get(&board) else { return Ok(Vec::new()) };
        let limit = places.sorted.len().min(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok((0..limit).filter_map(|index| places.told(board, index)).collect())
    }

    async fn ranking_places(&self, board: Board, products: &[ProductId]) -> Result<Vec<Ranked>> {
        let products: BTreeSet<_> = products.iter().copied().collect();
        let kept = self.boards.read().unwrap_or_else(PoisonError::into_inner);
        let Some(places) = kept.boards.get(&board) else { return Ok(Vec::new()) };
        let told = |product: ProductId| {
            let score = *places.scores.get(&product)?;
            let index = places.sorted.binary_search_by(|other| order(other, &(product, score))).ok()?;
            places.told(board, index)
        };
        Ok(products.into_iter().filter_map(told).collect())
    }

    async fn ranking_add(&self, event: EventId, board: Board, counts: &[(ProductId, i64)], at: Timestamp) -> Result<()> {
        if counts.is_empty() {
            return Ok(());
        }
        let mut kept = self.boards.write().unwrap_or_else(PoisonError::into_inner);
        if !kept.events.insert((event, board)) {
            return Ok(());
        }
        let places = kept.boards.entry(board).or_default();
        let Board::Trending(window) = board else {
            places.add(counts, 1.0);
            return Ok(());
        };
        let step = window.step_of(at);
        if places.newest.is_none_or(|newest| step > newest) {
            places.age(step);
        }
        let age = places.newest.unwrap_or(step) - step;
        if age <= OLDEST_STEP {
            places.add(counts, 2_f64.powi(-i32::try_from(age).unwrap_or(i32::MAX)));
        }
        Ok(())
    }

    async fn ranking_put(&self, board: Board, scores: &[(ProductId, f64)], at: Timestamp) -> Result<()> {
        if scores.iter().any(|(_, score)| score.is_nan()) {
            return Err(StoreError::new(Engine::Memory, Kind::Conflict, "a score is not a number"));
        }
        let newest = match board {
            Board::Trending(window) if !scores.is_empty() => Some(window.step_of(at)),
            _ => None,
        };
        // sorted before the lock is taken
        let places = Places::new(scores.iter().copied().collect(), newest);
        self.boards.write().unwrap_or_else(PoisonError::into_inner).boards.insert(board, places);
        Ok(())
    }
}
