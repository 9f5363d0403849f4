//! W07, pages: by offset, which counts what it skips, or by key, which begins where the last page ended.

mod churn;
mod data;
mod mongodb;
mod postgres;
mod redis;
mod sqlite;

use crate::{Arm, Case, CaseKind, Input, Load, Result, Workload, WorkloadAbout, draw::Draw, site::Site};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::Arc;

/// Posts on a page.
pub(super) const PAGE: i64 = 20;

/// Pages of posts, newest first.
pub struct Paging;

/// How a page is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By the number of posts before it.
    Offset,
    /// By the last post of the page before it.
    Keyset,
}

impl Way {
    const ALL: [Self; 2] = [Self::Offset, Self::Keyset];
}

/// What a page asks for.
pub(super) struct Question {
    /// Posts before it.
    pub offset: i64,
    /// Moment of the last post before it.
    pub at: i64,
    /// Its id.
    pub id: i64,
}

impl Question {
    fn of(input: &Input) -> Self {
        let whole = |value: &Value| value.as_i64().unwrap_or_default();
        Self { offset: whole(&input["offset"]), at: whole(&input["after"]["at"]), id: whole(&input["after"]["id"]) }
    }
}

/// The post before the first one: later than all.
pub(super) fn first() -> Value {
    json!({ "at": i64::MAX, "id": i64::MAX })
}

#[async_trait]
impl Workload for Paging {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W07",
            title: "Pages of a list",
            question: "What does a page cost at the start and deep in a list, and does its reader see every post once while others write?",
            claims: &["C11", "C12"],
            would_change: "Readers who never leave the first pages, or who must jump to page 500 by its number: only an offset can do that.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        vec![
            Case::read("first", "The first page"),
            Case::read("deep", "A page after nine tenths of the list").swept(),
            Case::read("churn", "To the end while others write").kind(CaseKind::Probe),
        ]
    }

    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        let mut arms: Vec<Arc<dyn Arm>> = Vec::new();
        for way in Way::ALL {
            arms.push(Arc::new(sqlite::Posts::make(site, way).await?));
        }
        for way in Way::ALL {
            if let Some(arm) = postgres::Posts::make(site, way).await? {
                arms.push(Arc::new(arm));
            }
        }
        for way in Way::ALL {
            if let Some(arm) = mongodb::Posts::make(site, way).await? {
                arms.push(Arc::new(arm));
            }
        }
        if let Some(arm) = redis::Posts::make(site).await? {
            arms.push(Arc::new(arm));
        }
        Ok(arms)
    }

    fn size(&self, quick: bool) -> u64 {
        if quick { 20_000 } else { 100_000 }
    }

    fn sizes(&self) -> Vec<u64> {
        vec![1_000, 3_000, 10_000, 30_000, 100_000, 300_000]
    }

    fn inputs(&self, case: &Case, load: &Load, count: usize) -> Vec<Input> {
        if case.id == "first" {
            return vec![json!({ "offset": 0, "after": first() }); count];
        }
        let (order, mut draw) = (data::order(load), Draw::new(load.seed, &format!("W07 {}", case.id)));
        let question = |offset: usize| {
            let after = offset.checked_sub(1).and_then(|last| order.get(last));
            json!({ "offset": offset, "after": after.map_or_else(first, |(at, id)| json!({ "at": at, "id": id })) })
        };
        // from nine tenths on, and not so far that a page is cut short
        let from = order.len() * 9 / 10;
        let room = order.len().saturating_sub(from + PAGE as usize).min(order.len() / 20) + 1;
        (0..count).map(|_| question(from + draw.place(room))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::verify;

    #[tokio::test]
    async fn both_ways_give_the_same_pages_and_only_one_pays_for_depth() {
        let cases = verify(&Paging, 5_000).await.unwrap();
        let steps = |case: &str, arm: &str| {
            let case = cases.iter().find(|it| it.id == case).unwrap();
            case.arms.iter().find(|it| it.name == arm).unwrap().counters["vm_steps"]
        };
        for case in cases.iter().filter(|case| case.kind == "timed") {
            for arm in &case.arms {
                let answers = arm.answers.as_ref().unwrap_or_else(|| panic!("{}: {:?}", arm.name, arm.error));
                assert!(answers.same && answers.rows == 20 * answers.draws, "{}: {:?}", arm.name, answers.difference);
                assert!(arm.expected_plan.is_none() || arm.plan.as_ref().map(|plan| plan.class) == arm.expected_plan, "{:?}", arm.plan);
            }
        }
        assert!(steps("deep", "sqlite offset") > 20.0 * steps("first", "sqlite offset"));
        assert!(steps("deep", "sqlite keyset") < 1.2 * steps("first", "sqlite keyset"));
    }

    #[tokio::test]
    async fn an_offset_repeats_and_skips_while_others_write_and_a_key_does_not() {
        let cases = verify(&Paging, 1_000).await.unwrap();
        let churn = cases.iter().find(|case| case.id == "churn").unwrap();
        let fact = |arm: &str, name: &str| {
            let arm = churn.arms.iter().find(|it| it.name == arm).unwrap();
            arm.facts.iter().find(|fact| fact.name == name).unwrap_or_else(|| panic!("{:?}", arm.error)).value
        };
        assert!(fact("sqlite offset", "duplicates") > 10.0 && fact("sqlite offset", "gaps") > 10.0);
        assert_eq!((fact("sqlite keyset", "duplicates"), fact("sqlite keyset", "gaps")), (0.0, 0.0));
        assert_eq!(fact("sqlite keyset", "posts added meanwhile"), 50.0);
    }

    #[test]
    fn pages_begin_where_moments_are_shared() {
        let load = Load { size: 3_000, seed: 5 };
        let posts = data::posts(&load);
        let shared = posts.windows(2).filter(|pair| pair[0].at == pair[1].at).count();
        assert!((1_500..2_500).contains(&shared), "{shared}");
        let mut sorted = posts.clone();
        sorted.sort_by_key(|post| std::cmp::Reverse((post.at, post.id)));
        assert_eq!(sorted.iter().map(|post| (post.at, post.id)).collect::<Vec<_>>(), data::order(&load));
    }
}
