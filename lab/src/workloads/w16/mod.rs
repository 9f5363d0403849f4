//! W16, a leaderboard: the rank of one member and the ten best are two access patterns, and stores differ in one of them only.

mod data;
mod mongodb;
mod postgres;
mod process;
mod redis;
mod sqlite;

use crate::{Arm, Case, Input, Load, Result, Workload, WorkloadAbout, draw::Draw, site::Site};
use async_trait::async_trait;
use serde_json::json;
use std::sync::Arc;

pub use data::members;

/// How many of the best are asked for.
pub const TOP: i64 = 10;

/// Scores of members.
pub struct Leaderboard;

#[async_trait]
impl Workload for Leaderboard {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W16",
            title: "Leaderboard",
            question: "What do the rank of one member and the ten best members cost, by store and by number of members?",
            claims: &["C13", "C14"],
            would_change: "A board that is asked for ranks rarely, or that can show a rank of a minute ago, needs no sorted set.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        vec![Case::read("rank", "Rank of a member").swept(), Case::read("top", "The ten best").swept()]
    }

    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        let mut arms: Vec<Arc<dyn Arm>> = vec![
            Arc::new(sqlite::Board::make(site, sqlite::Model::Rows).await?),
            Arc::new(sqlite::Board::make(site, sqlite::Model::Json).await?),
            Arc::new(process::Board::default()),
        ];
        if let Some(arm) = postgres::Board::make(site).await? {
            arms.push(Arc::new(arm));
        }
        if let Some(arm) = mongodb::Board::make(site).await? {
            arms.push(Arc::new(arm));
        }
        if let Some(arm) = redis::Board::make(site).await? {
            arms.push(Arc::new(arm));
        }
        Ok(arms)
    }

    fn size(&self, quick: bool) -> u64 {
        if quick { 10_000 } else { 200_000 }
    }

    fn sizes(&self) -> Vec<u64> {
        vec![1_000, 3_000, 10_000, 30_000, 100_000, 300_000]
    }

    fn inputs(&self, case: &Case, load: &Load, count: usize) -> Vec<Input> {
        let mut draw = Draw::new(load.seed, &format!("W16 {}", case.id));
        // members are asked for evenly: a rank in the middle is the common case, and the dearest for a count
        (0..count).map(|_| json!({ "member": draw.below(load.size) })).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::verify;

    #[tokio::test]
    async fn all_embedded_arms_agree_on_ranks_and_on_the_best() {
        let cases = verify(&Leaderboard, 500).await.unwrap();
        assert_eq!(cases.len(), 2);
        for case in cases {
            assert_eq!(case.arms.len(), 3);
            for arm in case.arms {
                let answers = arm.answers.unwrap_or_else(|| panic!("{}: {:?}", arm.name, arm.error));
                assert!(answers.same, "{}: {:?}", arm.name, answers.difference);
                assert!(arm.error.is_none() && !arm.source.text.is_empty());
            }
        }
    }

    #[test]
    fn scores_have_ties_so_that_the_order_of_equals_is_tested() {
        let rows = members(&Load { size: 1_000, seed: 1 });
        let scores: std::collections::HashSet<i64> = rows.iter().map(|row| row.score).collect();
        assert!(scores.len() < 900 && scores.len() > 100, "{}", scores.len());
    }
}
