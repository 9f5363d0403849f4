//! W18, rate limiters: how much is admitted where one window ends and the next begins, and what a check costs.
//!
//! The cost is that of a check that is admitted, on limits that nobody reaches. The accuracy is a probe on the real clock: as many as the limit
//! just ahead of a border of windows, as many just after it, and then without a pause.

mod process;
mod redis;

use async_trait::async_trait;
use polystore_lab::{
    Arm, Case, CaseKind, Input, Load, Result, Workload, WorkloadAbout,
    draw::Draw,
    site::Site,
    workloads::w18::{
        self as free,
        arm::{Limited, Limiter},
        redis::Kind,
    },
};
use serde_json::json;
use std::sync::Arc;

/// How often something may happen.
pub struct RateLimiter;

#[async_trait]
impl Workload for RateLimiter {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W18",
            title: "Rate limiter",
            question: "How many are admitted around the border of two windows, and what does a check cost?",
            claims: &["C17", "C18"],
            would_change: "A limit against accidents may be wrong by a factor of two, and then the cheapest counter will do. A limit that is sold, or \
                           that protects something that breaks, may not.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        vec![
            Case::read("check", "A check that is admitted"),
            Case::read("border", "100 in two seconds, around a border of windows").kind(CaseKind::Probe),
        ]
    }

    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        fn arm<L: Limiter + 'static>(limiter: L) -> Arc<dyn Arm> {
            Arc::new(Limited::new(limiter))
        }
        let mut arms = vec![arm(free::sql::Sqlite::make(site).await?), arm(process::Bucket::default())];
        arms.extend(free::sql::Postgres::make(site).await?.map(arm));
        for kind in [Kind::Fixed, Kind::SlidingLog, Kind::SlidingCounter] {
            arms.extend(free::redis::Windows::make(site, kind).await?.map(arm));
        }
        arms.extend(redis::Bucket::make(site).await?.map(arm));
        Ok(arms)
    }

    /// Clients.
    fn size(&self, quick: bool) -> u64 {
        if quick { 100 } else { 1_000 }
    }

    fn inputs(&self, case: &Case, load: &Load, count: usize) -> Vec<Input> {
        let mut draw = Draw::new(load.seed, &format!("W18 {}", case.id));
        (0..count).map(|_| json!({ "client": draw.below(load.size) })).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use polystore_lab::measure::verify;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_window_admits_twice_its_limit_and_a_bucket_does_not_at_once() {
        let cases = verify(&RateLimiter, 20).await.unwrap();
        assert!(cases[0].arms.iter().all(|arm| arm.answers.as_ref().is_some_and(|answers| answers.same)), "{:?}", cases[0].arms);
        let fact = |arm: &str, name: &str| {
            let arm = cases[1].arms.iter().find(|found| found.name == arm).unwrap();
            assert!(arm.error.is_none(), "{:?}", arm.error);
            arm.facts.iter().find(|fact| fact.name == name).unwrap().value
        };
        assert_eq!(fact("sqlite fixed", "limit"), 100.0);
        assert_eq!(fact("sqlite fixed", "worst admitted"), 200.0);
        // the bucket filled for about four tenths of a second in between
        assert!((100.0..150.0).contains(&fact("process token bucket", "worst admitted")));
        for arm in ["sqlite fixed", "process token bucket"] {
            assert_eq!(fact(arm, "admitted of 300 at once"), 100.0, "{arm}");
        }
    }
}
