//! W08, one field of a document: how many bytes does the store write for the one number that changed?
//!
//! Nothing is timed. The bytes of the log say it all, and are the same on a busy machine. Two things decide as much as the store: what the body
//! consists of (PostgreSQL and SQLite's file compress or do not), and whether the change is the first since a checkpoint (PostgreSQL writes the
//! whole page to the log then). Both are cases.

mod data;
mod mongodb;
mod postgres;
mod redis;
mod sqlite;

use crate::{Arm, Case, Input, Load, Result, Workload, WorkloadAbout, site::Site};
use async_trait::async_trait;
use data::Shape;
use serde_json::json;
use std::sync::Arc;

/// A counter in a document of 2 to 128 KiB.
pub struct ChangeOneField;

#[async_trait]
impl Workload for ChangeOneField {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W08",
            title: "Change one field",
            question: "How many bytes does a store write to its log when one number in a document of 2 to 128 KiB changes?",
            claims: &["C15", "C40"],
            would_change: "A field that changes often can be a column, a row or a key of its own beside the document; then the size of the document \
                           no longer matters.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        Shape::all().map(Shape::case).collect()
    }

    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        let mut arms: Vec<Arc<dyn Arm>> = vec![
            Arc::new(sqlite::Documents::make(site, sqlite::Model::Column).await?),
            Arc::new(sqlite::Documents::make(site, sqlite::Model::Json).await?),
        ];
        for model in [postgres::Model::Column, postgres::Model::Jsonb] {
            arms.extend(postgres::Documents::make(site, model).await?.map(|arm| Arc::new(arm) as Arc<dyn Arm>));
        }
        for model in [mongodb::Model::Set, mongodb::Model::Replace] {
            arms.extend(mongodb::Documents::make(site, model).await?.map(|arm| Arc::new(arm) as Arc<dyn Arm>));
        }
        for model in [redis::Model::Hash, redis::Model::Text] {
            arms.extend(redis::Documents::make(site, model).await?.map(|arm| Arc::new(arm) as Arc<dyn Arm>));
        }
        Ok(arms)
    }

    fn size(&self, quick: bool) -> u64 {
        if quick { 12 } else { 60 }
    }

    /// Each document in its turn, and at most once where the first change is meant.
    fn inputs(&self, case: &Case, load: &Load, count: usize) -> Vec<Input> {
        let once = Shape::of(case).is_ok_and(|shape| shape.first);
        let count = if once { count.min(load.size as usize) } else { count };
        (0..count as u64).map(|number| json!({ "doc": number % load.size.max(1) })).collect()
    }
}

/// The document that an input names.
fn doc(input: &Input) -> i64 {
    input["doc"].as_i64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::verify;

    #[tokio::test]
    async fn embedded_arms_end_with_the_same_documents_and_count_what_they_wrote() {
        let cases = verify(&ChangeOneField, 6).await.unwrap();
        assert_eq!(cases.len(), 12);
        for case in cases {
            assert_eq!(case.arms.len(), 2, "{}", case.id);
            for arm in case.arms {
                let answers = arm.answers.unwrap_or_else(|| panic!("{} {}: {:?}", case.id, arm.name, arm.error));
                assert!(answers.same, "{} {}: {:?}", case.id, arm.name, answers.difference);
                // a page and its head at least
                assert!(arm.counters["log_bytes"] >= 4_096.0, "{} {}: {:?}", case.id, arm.name, arm.counters);
            }
        }
    }
}
