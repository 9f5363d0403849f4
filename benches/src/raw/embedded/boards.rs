//! The boards, made from the file when the process starts and best first, as the embedded server has them in its memory.

use super::super::Failed;
use sqlx::{Row as _, SqlitePool};
use std::collections::HashMap;
use uuid::Uuid;

/// A product and its score.
pub type Place = (Uuid, f64);

/// The trending windows, and the milliseconds after which a view counts half as much.
const WINDOWS: [(&str, i64); 3] = [("HOUR", 900_000), ("DAY", 21_600_000), ("WEEK", 151_200_000)];
/// How many steps back views count.
const OLDEST: i64 = 40;

/// All boards.
pub struct Boards {
    best_sellers: Vec<Place>,
    trending: Vec<(&'static str, Vec<Place>)>,
}

/// Best first, equal scores by id descending.
fn sorted(scores: HashMap<Uuid, f64>) -> Vec<Place> {
    let mut places: Vec<Place> = scores.into_iter().collect();
    places.sort_unstable_by(|(a, a_score), (b, b_score)| b_score.total_cmp(a_score).then_with(|| b.cmp(a)));
    places
}

/// The scores of a window: each view halved for every step that it is older than the newest.
fn trending(views: &[(Uuid, i64, i64)]) -> Vec<Place> {
    let newest = views.iter().map(|(_, step, _)| *step).max().unwrap_or_default();
    let mut scores: HashMap<Uuid, f64> = HashMap::new();
    for (product, step, views) in views {
        let age = i32::try_from(newest - step).unwrap_or(i32::MAX);
        *scores.entry(*product).or_default() += *views as f64 * 2_f64.powi(-age);
    }
    sorted(scores)
}

impl Boards {
    pub async fn read(sqlite: &SqlitePool) -> Result<Self, Failed> {
        let sold = sqlx::query(include_str!("../../../../src/engines/sqlite/sql/product_sales.sql")).fetch_all(sqlite).await?;
        let sold = sold.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)? as f64)));
        let best_sellers = sorted(sold.collect::<sqlx::Result<_>>()?);
        let mut boards = Self { best_sellers, trending: Vec::new() };
        for (window, step) in WINDOWS {
            let views = sqlx::query(include_str!("../../../../src/engines/sqlite/sql/view_steps.sql")).bind(step).bind(OLDEST);
            let views = views.fetch_all(sqlite).await?;
            let views = views.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)));
            boards.trending.push((window, trending(&views.collect::<sqlx::Result<Vec<_>>>()?)));
        }
        Ok(boards)
    }

    /// What was sold most.
    pub fn best_sellers(&self, first: usize) -> Vec<Place> {
        self.best_sellers.iter().take(first).copied().collect()
    }

    /// What is looked at most in a window.
    pub fn trending(&self, window: &str, first: usize) -> Vec<Place> {
        let board = self.trending.iter().find(|(known, _)| *known == window);
        board.into_iter().flat_map(|(_, places)| places.iter().take(first).copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_count_half_as_much_with_each_step_and_equal_scores_stand_by_id_descending() {
        let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
        let views = [(a, 10, 1), (a, 8, 4), (b, 9, 4), (c, 10, 3)];
        assert_eq!(trending(&views), [(c, 3.0), (b, 2.0), (a, 2.0)]);
        assert_eq!(trending(&[]), []);
    }
}
