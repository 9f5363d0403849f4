//! W01, the page of one order: a join of four tables, a document that holds it all, or documents that refer to each other.

mod data;
mod mongodb;
mod postgres;
mod process;
mod redis;
mod sqlite;

use crate::{
    Arm, Case, Input, LabError, Load, Result, Workload, WorkloadAbout,
    draw::{Draw, Zipf},
    site::Site,
};
use async_trait::async_trait;
use serde_json::json;
use std::sync::Arc;

/// One order with its customer, its lines, and the names of their products.
pub struct OrderPage;

/// How orders are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    /// Four tables.
    Normalised,
    /// A document for each order that holds copies of all names.
    Document,
}

impl Model {
    const ALL: [Self; 2] = [Self::Normalised, Self::Document];
}

fn id(input: &Input) -> i64 {
    input["id"].as_i64().unwrap_or_default()
}

/// There is an order of each number that is asked for.
fn no_such(store: &'static str) -> LabError {
    LabError::store(store, "there is no such order")
}

#[async_trait]
impl Workload for OrderPage {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W01",
            title: "Order page",
            question: "What does the page of one order cost, joined from four tables, kept as one document, or put together from references?",
            claims: &["C21"],
            would_change: "Names that change: each copy must be found and written again, and pages are stale meanwhile.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        vec![Case::read("order", "One order with all that its page shows")]
    }

    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        let mut arms: Vec<Arc<dyn Arm>> = Vec::new();
        for model in Model::ALL {
            arms.push(Arc::new(sqlite::Orders::make(site, model).await?));
        }
        arms.push(Arc::new(process::Orders::default()));
        for model in Model::ALL {
            if let Some(arm) = postgres::Orders::make(site, model).await? {
                arms.push(Arc::new(arm));
            }
        }
        for model in Model::ALL {
            if let Some(arm) = mongodb::Orders::make(site, model).await? {
                arms.push(Arc::new(arm));
            }
        }
        if let Some(arm) = redis::Orders::make(site).await? {
            arms.push(Arc::new(arm));
        }
        Ok(arms)
    }

    fn size(&self, quick: bool) -> u64 {
        if quick { 10_000 } else { 100_000 }
    }

    fn inputs(&self, case: &Case, load: &Load, count: usize) -> Vec<Input> {
        let (zipf, mut draw) = (Zipf::new(load.size, load.seed), Draw::new(load.seed, &format!("W01 {}", case.id)));
        (0..count).map(|_| json!({ "id": zipf.key(&mut draw) })).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::verify;

    #[tokio::test]
    async fn all_embedded_arms_show_the_same_page() {
        let cases = verify(&OrderPage, 400).await.unwrap();
        let [case] = &cases[..] else { panic!("{} cases", cases.len()) };
        for arm in &case.arms {
            let answers = arm.answers.as_ref().unwrap_or_else(|| panic!("{}: {:?}", arm.name, arm.error));
            assert!(answers.same, "{}: {:?}", arm.name, answers.difference);
            assert!(arm.expected_plan.is_none() || arm.plan.as_ref().map(|plan| plan.class) == arm.expected_plan, "{:?}", arm.plan);
        }
        let rows = |name: &str| case.arms.iter().find(|arm| arm.name == name).unwrap().counters["rows"];
        assert!(rows("sqlite normalised") > 1.0 && rows("sqlite json") == 1.0);
    }

    #[test]
    fn orders_have_a_few_lines_and_some_have_many() {
        let orders = data::orders(&Load { size: 20_000, seed: 2 });
        let lines: Vec<_> = orders.iter().map(|order| order.items.len()).collect();
        let mean = lines.iter().sum::<usize>() as f64 / lines.len() as f64;
        assert!((2.5..3.7).contains(&mean), "{mean}");
        assert!(lines.iter().all(|lines| (1..=40).contains(lines)) && lines.iter().any(|lines| *lines > 15));
        assert!(orders.iter().any(|order| order.note.is_none()) && orders.iter().any(|order| order.note.is_some()));
    }
}
