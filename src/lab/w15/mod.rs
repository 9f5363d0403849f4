//! W15, a stampede: what everybody asks for ends in the cache, and everybody goes to the source at once, or does not.
//!
//! Time is real: clients read one key again and again while it ends, and calls of the source are counted. Single flight is the product's own
//! ([`crate::layers::cached::flights`]), as are the caches; the early refresh is the product's rule.

mod arm;
mod cache;

use async_trait::async_trait;
use polystore_lab::{Arm, Case, CaseKind, Input, Load, Result, Workload, WorkloadAbout, site::Site};
use std::sync::Arc;

pub use arm::Protection;

/// One key that many ask for.
pub struct Stampede;

#[async_trait]
impl Workload for Stampede {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W15",
            title: "Cache stampede",
            question: "How often is the source asked when a key that many read ends in the cache, with and without protection?",
            claims: &["C32"],
            would_change: "A key that few ask for, or a source that takes no longer than the cache, needs no protection. Single flight holds within \
                           one process: with many processes each of them asks once.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        vec![Case::read("stampede", "A key that everybody reads ends").kind(CaseKind::Probe)]
    }

    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        let mut arms: Vec<Arc<dyn Arm>> = Vec::new();
        for protection in [Protection::None, Protection::SingleFlight, Protection::EarlyRefresh] {
            arms.push(Arc::new(arm::Readers::in_process(protection)));
        }
        for protection in [Protection::None, Protection::Lock, Protection::SingleFlight, Protection::EarlyRefresh] {
            arms.extend(arm::Readers::over_redis(site, protection).await?.map(|arm| Arc::new(arm) as Arc<dyn Arm>));
        }
        Ok(arms)
    }

    /// Clients.
    fn size(&self, quick: bool) -> u64 {
        if quick { 50 } else { 200 }
    }

    fn inputs(&self, _: &Case, _: &Load, _: usize) -> Vec<Input> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use polystore_lab::{measure::verify, result::CaseRecord};

    fn fact(case: &CaseRecord, arm: &str, name: &str) -> f64 {
        let arm = case.arms.iter().find(|found| found.name == arm).unwrap();
        assert!(arm.error.is_none(), "{:?}", arm.error);
        arm.facts.iter().find(|fact| fact.name == name).unwrap().value
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn without_protection_everybody_asks_and_with_it_one_does() {
        let clients = 20;
        let cases = verify(&Stampede, clients).await.unwrap();
        let case = &cases[0];
        assert!(fact(case, "process unprotected", "source calls") > 2.0);
        assert_eq!(fact(case, "process single flight", "source calls"), 1.0);
        assert!(case.arms.iter().all(|arm| arm.facts.iter().filter(|fact| fact.name == "wrong answers").all(|fact| fact.value == 0.0)));
        assert!(case.arms.iter().all(|arm| fact(case, &arm.name, "answers") > clients as f64));
    }
}
