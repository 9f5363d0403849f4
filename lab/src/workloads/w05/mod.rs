//! W05, an index: a look-up by a value that is not the key, with an index on it and without, over sizes.

mod data;
mod mongodb;
mod postgres;
mod sqlite;

use crate::{Arm, Case, Input, Load, Result, Workload, WorkloadAbout, arm::PlanClass, draw::Draw, site::Site};
use async_trait::async_trait;
use serde_json::json;
use std::sync::Arc;

/// Accounts that are looked up by their email.
pub struct IndexOrNot;

/// Whether the store has an index for the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Help {
    /// It has.
    Index,
    /// It looks at everything.
    Scan,
}

impl Help {
    const ALL: [Self; 2] = [Self::Index, Self::Scan];

    /// The plan that it stands for.
    fn class(self) -> PlanClass {
        match self {
            Self::Index => PlanClass::Index,
            Self::Scan => PlanClass::Scan,
        }
    }
}

#[async_trait]
impl Workload for IndexOrNot {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W05",
            title: "Index or not",
            question: "What does a look-up by a value cost with an index and without, and how does it grow with the number of rows?",
            claims: &["C3", "C4", "C6", "C41"],
            would_change: "A value that many rows share: beyond a few in a hundred of all rows a scan is the better plan, and stores choose it.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        vec![Case::read("lookup", "One account by its email").swept()]
    }

    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        let mut arms: Vec<Arc<dyn Arm>> = Vec::new();
        for help in Help::ALL {
            arms.push(Arc::new(sqlite::Accounts::make(site, help).await?));
        }
        for help in Help::ALL {
            if let Some(arm) = postgres::Accounts::make(site, help).await? {
                arms.push(Arc::new(arm));
            }
        }
        for help in Help::ALL {
            if let Some(arm) = mongodb::Accounts::make(site, help).await? {
                arms.push(Arc::new(arm));
            }
        }
        Ok(arms)
    }

    fn size(&self, quick: bool) -> u64 {
        if quick { 10_000 } else { 100_000 }
    }

    fn sizes(&self) -> Vec<u64> {
        vec![1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000]
    }

    fn inputs(&self, case: &Case, load: &Load, count: usize) -> Vec<Input> {
        let mut draw = Draw::new(load.seed, &format!("W05 {}", case.id));
        (0..count).map(|_| json!({ "email": data::some_email(load, &mut draw) })).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::verify;

    #[tokio::test]
    async fn an_index_changes_the_plan_and_the_steps_and_not_the_answer() {
        let cases = verify(&IndexOrNot, 2_000).await.unwrap();
        let [case] = &cases[..] else { panic!("{} cases", cases.len()) };
        for arm in &case.arms {
            let answers = arm.answers.as_ref().unwrap_or_else(|| panic!("{}: {:?}", arm.name, arm.error));
            assert!(answers.same && answers.rows == answers.draws, "{}: {:?}", arm.name, answers.difference);
            assert_eq!(arm.plan.as_ref().map(|plan| plan.class), arm.expected_plan, "{}", arm.name);
        }
        let steps = |name: &str| case.arms.iter().find(|arm| arm.name == name).unwrap().counters["vm_steps"];
        assert!(steps("sqlite scan") > 100.0 * steps("sqlite indexed"), "{} {}", steps("sqlite scan"), steps("sqlite indexed"));
    }

    #[test]
    fn emails_are_unique_and_in_no_order() {
        let load = Load { size: 30_000, seed: 3 };
        let emails: Vec<_> = data::chunks(&load).flatten().map(|account| account.email).collect();
        let distinct: std::collections::HashSet<_> = emails.iter().collect();
        assert_eq!((emails.len(), distinct.len()), (30_000, 30_000));
        let rising = emails.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((14_000..16_000).contains(&rising), "{rising}");
    }
}
