//! W09, the sales report: five questions over all orders of some months, with windows, as rows and as documents.

mod answer;
mod data;
mod mongodb;
mod postgres;
mod process;
mod sqlite;

use crate::{Arm, Case, Input, Load, Result, Workload, WorkloadAbout, draw::Draw, site::Site};
use async_trait::async_trait;
use serde_json::json;
use std::sync::Arc;

/// Reports over orders and events.
pub struct SalesReport;

/// How orders and events are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    /// Tables of orders, lines, products, categories and events.
    Rows,
    /// A document for each order and event.
    Documents,
}

impl Model {
    const ALL: [Self; 2] = [Self::Rows, Self::Documents];
}

/// From and to, the end not included, in milliseconds since 1970.
fn range(input: &Input) -> [i64; 2] {
    ["from", "to"].map(|name| input[name].as_i64().unwrap_or_default())
}

#[async_trait]
impl Workload for SalesReport {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W09",
            title: "Sales report",
            question: "What does a report over many orders cost, with SQL's windows over rows, over documents, or as an aggregation pipeline?",
            claims: &["C7", "C15", "C34", "C35"],
            would_change: "A report that is read often: a table of daily sums, kept up to date as orders come, beats all of these.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        vec![
            Case::read("months", "Revenue by month, with the month before and the sum so far"),
            Case::read("categories", "Categories by revenue, with their places"),
            Case::read("products", "The three best products of each category"),
            Case::read("tiers", "Customers by what they spent"),
            Case::read("events", "Views, carts and buys by day, with the day before"),
        ]
    }

    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        let mut arms: Vec<Arc<dyn Arm>> = Vec::new();
        for model in Model::ALL {
            arms.push(Arc::new(sqlite::Reports::make(site, model).await?));
        }
        arms.push(Arc::new(process::Reports::default()));
        for model in Model::ALL {
            if let Some(arm) = postgres::Reports::make(site, model).await? {
                arms.push(Arc::new(arm));
            }
        }
        if let Some(arm) = mongodb::Reports::make(site).await? {
            arms.push(Arc::new(arm));
        }
        Ok(arms)
    }

    fn size(&self, quick: bool) -> u64 {
        if quick { 3_000 } else { 50_000 }
    }

    fn inputs(&self, case: &Case, load: &Load, count: usize) -> Vec<Input> {
        let mut draw = Draw::new(load.seed, &format!("W09 {}", case.id));
        // half a year of two, anywhere, so that no arm can keep an answer
        let span = data::DAYS * data::DAY / 4;
        let question = |_| {
            let from = data::BEGIN + draw.below((data::DAYS * data::DAY - span) as u64) as i64;
            json!({ "from": from, "to": from + span })
        };
        (0..count).map(question).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::verify;

    #[tokio::test]
    async fn all_embedded_arms_give_the_same_reports() {
        let cases = verify(&SalesReport, 600).await.unwrap();
        assert_eq!(cases.len(), 5);
        for case in cases {
            assert_eq!(case.arms.len(), 3);
            for arm in &case.arms {
                let answers = arm.answers.as_ref().unwrap_or_else(|| panic!("{} {}: {:?}", case.id, arm.name, arm.error));
                assert!(answers.same, "{} {}: {:?}", case.id, arm.name, answers.difference);
                assert!(answers.rows > 20, "{}: {} rows in {} answers", case.id, answers.rows, answers.draws);
            }
        }
    }

    #[test]
    fn orders_and_events_fill_their_two_years() {
        let load = Load { size: 1_000, seed: 4 };
        let (orders, events) = (data::orders(&load), data::events(&load));
        let end = data::BEGIN + data::DAYS * data::DAY;
        assert!(orders.iter().all(|order| (data::BEGIN..end).contains(&order.placed)));
        assert!(events.iter().all(|event| (data::BEGIN..end).contains(&event.at)));
        assert!(end - orders[999].placed < 2 * data::DAY && events.len() == 3_000);
    }
}
