//! W03, a list with its children: one question for each row (N+1), one for all of them, a join, or documents that hold their children.

pub mod data;
mod graph;
mod mongodb;
mod page;
mod postgres;
mod process;
mod sqlite;

use crate::{Arm, Case, Input, Load, Result, Workload, WorkloadAbout, draw::Draw, site::Site};
use async_trait::async_trait;
use serde_json::json;
use std::sync::Arc;

/// Orders with their customers and lines.
pub struct ListWithChildren;

#[async_trait]
impl Workload for ListWithChildren {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W03",
            title: "List with children",
            question: "What does a page of orders with customers and lines cost, asked row by row, in batches, by join, or as documents?",
            claims: &["C8", "C9", "C10"],
            would_change: "Distance: on this machine a round trip is nearly free, over a network each of them costs its full time.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        vec![Case::read("20", "20 orders"), Case::read("100", "100 orders")]
    }

    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        let mut arms: Vec<Arc<dyn Arm>> = Vec::new();
        for way in sqlite::Way::ALL {
            arms.push(Arc::new(sqlite::Orders::make(site, way).await?));
        }
        arms.push(Arc::new(process::Orders::default()));
        for way in postgres::Way::ALL {
            if let Some(arm) = postgres::Orders::make(site, way).await? {
                arms.push(Arc::new(arm));
            }
        }
        for way in mongodb::Way::ALL {
            if let Some(arm) = mongodb::Orders::make(site, way).await? {
                arms.push(Arc::new(arm));
            }
        }
        for arm in graph::Orders::make(site).await? {
            arms.push(Arc::new(arm));
        }
        Ok(arms)
    }

    fn size(&self, quick: bool) -> u64 {
        if quick { 1_000 } else { 20_000 }
    }

    fn inputs(&self, case: &Case, load: &Load, count: usize) -> Vec<Input> {
        let mut draw = Draw::new(load.seed, &format!("W03 {}", case.id));
        let limit = case.id.parse().unwrap_or(20_u64);
        // a page begins anywhere
        (0..count).map(|_| json!({ "from": draw.below(load.size.saturating_sub(limit) + 1), "limit": limit })).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::verify;

    #[tokio::test]
    async fn all_embedded_arms_give_the_same_pages() {
        for case in verify(&ListWithChildren, 300).await.unwrap() {
            let statements = |name: &str| case.arms.iter().find(|arm| arm.name == name).unwrap().counters["statements"];
            for arm in &case.arms {
                let answers = arm.answers.as_ref().unwrap_or_else(|| panic!("{}: {:?}", arm.name, arm.error));
                assert!(answers.same, "{}: {:?}", arm.name, answers.difference);
            }
            let parents: f64 = case.id.parse().unwrap();
            assert_eq!(
                [statements("sqlite n+1"), statements("sqlite batch"), statements("sqlite join"), statements("sqlite json")],
                [1.0 + 2.0 * parents, 3.0, 1.0, 1.0],
                "one question a row is what N+1 means"
            );
        }
    }
}
