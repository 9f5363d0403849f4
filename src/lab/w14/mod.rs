//! W14, a cache in front of a source: what it is worth depends on what the source costs and on how often the cache has the answer.
//!
//! The cache is the product's own layer ([`crate::layers::cached`]), over Redis and in the process; the sources are the product's own engines. The
//! cheap question is a product by its id, the dear one the sales report. A question that the cache cannot have is one that nobody asked before.

mod arm;
mod source;

use async_trait::async_trait;
use polystore_lab::{Arm, Case, CaseKind, Input, Load, Result, Workload, WorkloadAbout, site::Site};
use serde_json::json;
use std::sync::Arc;

pub use arm::Shelf;

/// Shares of hits in hundredths, by question.
const CASES: [(&str, u64); 7] =
    [("point", 90), ("point", 100), ("aggregate", 50), ("aggregate", 80), ("aggregate", 90), ("aggregate", 99), ("aggregate", 100)];
/// Different questions that the cache has the answers to.
const HOT: u64 = 4;

/// A cache that may or may not pay.
pub struct CacheAside;

#[async_trait]
impl Workload for CacheAside {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W14",
            title: "Does a cache pay?",
            question: "What does a cache in front of a cheap and of an expensive question save, by the share of hits?",
            claims: &["C1", "C2"],
            would_change: "A source that is far away, small or loaded is worth more cache than one on this machine. At 90 % hits no cache makes the \
                           mean better than ten times, however fast it is.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        let title = |(question, hits): (&str, u64)| {
            let what = if question == "point" { "A product by its id" } else { "The sales report" };
            Case::read(&format!("{question}-{hits}"), &format!("{what}, {hits} of 100 asked before"))
        };
        let stale = Case::read("stale", "What is served after a write").kind(CaseKind::Probe);
        CASES.into_iter().map(title).chain([stale]).collect()
    }

    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        let mut sources = vec![source::Source::sqlite(site).await?];
        sources.extend(source::Source::postgres(site).await?);
        let mut arms: Vec<Arc<dyn Arm>> = Vec::new();
        for source in sources {
            for shelf in [Shelf::None, Shelf::Process, Shelf::Redis] {
                arms.extend(arm::Reader::make(site, &source, shelf).await?.map(|arm| Arc::new(arm) as Arc<dyn Arm>));
            }
        }
        Ok(arms)
    }

    /// Orders.
    fn size(&self, quick: bool) -> u64 {
        if quick { 2_000 } else { 50_000 }
    }

    /// Misses are spread evenly: a block of few operations has its share of them, too.
    fn inputs(&self, case: &Case, _: &Load, count: usize) -> Vec<Input> {
        let (question, hits) = case.id.split_once('-').unwrap_or((case.id.as_str(), "100"));
        let misses = 100 - hits.parse::<u64>().unwrap_or(100).min(100);
        let is_miss = |at: u64| (at + 1) * misses / 100 > at * misses / 100;
        (0..count as u64).map(|at| json!({ "question": question, "hot": at % HOT, "asked_before": !is_miss(at) })).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use polystore_lab::{measure::verify, result::Fact};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_cache_answers_as_its_source_does_and_asks_it_for_the_misses_alone() {
        let cases = verify(&CacheAside, 300).await.unwrap();
        for case in &cases[..CASES.len()] {
            for arm in &case.arms {
                let answers = arm.answers.as_ref().unwrap_or_else(|| panic!("{} {}: {:?}", case.id, arm.name, arm.error));
                assert!(answers.same, "{} {}: {:?}", case.id, arm.name, answers.difference);
            }
            let calls = |arm: &str| case.arms.iter().find(|found| found.name == arm).unwrap().counters["source_calls"];
            assert_eq!(calls("no cache"), 1.0, "{}", case.id);
            let hits: f64 = case.id.split_once('-').unwrap().1.parse().unwrap();
            // twelve questions have a whole number of misses
            assert_eq!(calls("process cache"), (12.0 * (100.0 - hits) / 100.0).floor() / 12.0, "{}", case.id);
        }
        let stale = cases.last().unwrap();
        for arm in &stale.arms {
            assert!(arm.error.is_none(), "{}: {:?}", arm.name, arm.error);
            assert!(arm.facts.iter().all(Fact::holds), "{}: {:?}", arm.name, arm.facts);
        }
        let past = stale.arms[1].facts.iter().find(|fact| fact.name == "stale after a write past the layer").unwrap();
        assert_eq!(past.value, 1.0);
    }

    #[test]
    fn misses_have_their_share_everywhere() {
        let load = Load { size: 1, seed: 1 };
        let case = Case::read("aggregate-80", "");
        let misses: Vec<bool> = CacheAside.inputs(&case, &load, 100).iter().map(|input| input["asked_before"] == false).collect();
        assert_eq!(misses.iter().filter(|miss| **miss).count(), 20);
        assert!(misses.chunks(5).all(|five| five.iter().filter(|miss| **miss).count() == 1));
    }
}
