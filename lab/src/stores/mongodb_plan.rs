//! What kind of plan MongoDB told, and a text of it that a person can read: the whole answer has hundreds of lines.

use crate::arm::PlanClass;
use mongodb::bson::{Bson, Document};
use std::fmt::Write as _;

/// A scan of a collection makes the whole a scan; else a scan of a whole index; else an index.
pub(super) fn class(told: &Document) -> PlanClass {
    let (mut scans, mut index_scans, mut searches) = (false, false, false);
    winning(told, &mut |plan| {
        stages(plan, 0, &mut |stage, _| match stage.get_str("stage").unwrap_or_default() {
            "COLLSCAN" => scans = true,
            "IXSCAN" | "ixseek" | "DISTINCT_SCAN" if is_whole(stage) => index_scans = true,
            "IXSCAN" | "DISTINCT_SCAN" | "COUNT_SCAN" | "IDHACK" | "CLUSTERED_IXSCAN" => searches = true,
            "EQ_LOOKUP" if stage.get_str("strategy").is_ok_and(|how| how == "NestedLoopJoin") => scans = true,
            "EQ_LOOKUP" => searches = true,
            name if name.starts_with("EXPRESS") => searches = true,
            _ => {}
        });
    });
    match (scans, index_scans, searches) {
        (true, ..) => PlanClass::Scan,
        (_, true, _) => PlanClass::IndexScan,
        (.., true) => PlanClass::Index,
        _ => PlanClass::Other,
    }
}

/// Whether an index is read from end to end.
fn is_whole(stage: &Document) -> bool {
    let Ok(bounds) = stage.get_document("indexBounds") else { return false };
    let all = |bound: &Bson| bound.as_str().is_some_and(|text| matches!(text, "[MinKey, MaxKey]" | "[MaxKey, MinKey]"));
    !bounds.is_empty() && bounds.values().all(|bound| bound.as_array().is_some_and(|list| list.len() == 1 && list.iter().all(all)))
}

/// The plans that won, wherever the answer of this version and command has them.
fn winning<'a>(told: &'a Document, see: &mut impl FnMut(&'a Document)) {
    for (name, value) in told {
        match value {
            Bson::Document(inner) if name == "winningPlan" => see(inner.get_document("queryPlan").unwrap_or(inner)),
            Bson::Document(inner) if name != "rejectedPlans" && name != "command" => winning(inner, see),
            Bson::Array(entries) if name != "rejectedPlans" => {
                entries.iter().filter_map(Bson::as_document).for_each(|inner| winning(inner, see));
            }
            _ => {}
        }
    }
}

fn stages<'a>(plan: &'a Document, depth: usize, see: &mut impl FnMut(&'a Document, usize)) {
    see(plan, depth);
    for value in plan.values() {
        match value {
            Bson::Document(inner) if inner.contains_key("stage") => stages(inner, depth + 1, see),
            Bson::Array(entries) => {
                let inner = entries.iter().filter_map(Bson::as_document).filter(|inner| inner.contains_key("stage"));
                inner.for_each(|inner| stages(inner, depth + 1, see));
            }
            _ => {}
        }
    }
}

/// Stages with their indexes, and what a run of them looked at.
pub(super) fn text(told: &Document) -> String {
    let mut text = String::new();
    winning(told, &mut |plan| {
        stages(plan, 0, &mut |stage, depth| {
            // writing into a string does not fail
            let _ = write!(text, "{}{}", "  ".repeat(depth), stage.get_str("stage").unwrap_or("?"));
            for name in ["indexName", "keyPattern", "direction", "indexBounds", "filter", "foreignCollection", "strategy"] {
                if let Some(value) = stage.get(name) {
                    let _ = write!(text, " {name} {value}");
                }
            }
            text.push('\n');
        });
    });
    figures(told, &mut text);
    text.trim_end().to_owned()
}

/// Figures of the run, of each stage of a pipeline.
fn figures(told: &Document, text: &mut String) {
    if let Ok(stats) = told.get_document("executionStats") {
        let figures = ["nReturned", "totalKeysExamined", "totalDocsExamined"];
        let figures: Vec<_> = figures.iter().filter_map(|name| Some(format!("{name} {}", stats.get(*name)?))).collect();
        let _ = writeln!(text, "{}", figures.join(", "));
    }
    for stage in told.get_array("stages").into_iter().flatten().filter_map(Bson::as_document) {
        if let Some((name, inner)) = stage.iter().find(|(name, _)| name.starts_with('$')) {
            let of_run = ["nReturned", "totalKeysExamined", "totalDocsExamined", "collectionScans", "indexesUsed", "usedDisk"];
            let of_run: Vec<_> = of_run.iter().filter_map(|name| Some(format!("{name} {}", stage.get(*name)?))).collect();
            let _ = writeln!(text, "{name} {}", of_run.join(", "));
            if let Some(inner) = inner.as_document() {
                figures(inner, text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mongodb::bson::doc;

    fn told(plan: Document) -> Document {
        doc! { "queryPlanner": { "winningPlan": plan, "rejectedPlans": [{ "stage": "COLLSCAN" }] }, "command": { "winningPlan": { "stage": "COLLSCAN" } },
        "executionStats": { "nReturned": 1, "totalKeysExamined": 2, "totalDocsExamined": 3 } }
    }

    #[test]
    fn plans_are_told_apart() {
        let search = doc! { "stage": "IXSCAN", "indexName": "a_1", "indexBounds": { "a": ["[1, 1]"], "b": ["[MinKey, MaxKey]"] } };
        let whole = doc! { "stage": "IXSCAN", "indexName": "a_1", "indexBounds": { "a": ["[MinKey, MaxKey]"] } };
        for (plan, expected) in [
            (doc! { "stage": "IDHACK" }, PlanClass::Index),
            (doc! { "stage": "LIMIT", "inputStage": { "stage": "FETCH", "inputStage": search.clone() } }, PlanClass::Index),
            (doc! { "queryPlan": { "stage": "FETCH", "inputStage": whole.clone() }, "slotBasedPlan": {} }, PlanClass::IndexScan),
            (doc! { "stage": "OR", "inputStages": [search, { "stage": "COLLSCAN" }] }, PlanClass::Scan),
            (doc! { "stage": "EOF" }, PlanClass::Other),
        ] {
            assert_eq!(class(&told(plan.clone())), expected, "{plan}");
        }
    }

    #[test]
    fn the_text_has_stages_indexes_and_what_was_looked_at() {
        let plan = doc! { "stage": "FETCH", "inputStage": { "stage": "IXSCAN", "indexName": "by_a", "indexBounds": { "a": ["[1, 1]"] } } };
        let text = text(&told(plan));
        assert!(text.starts_with("FETCH\n  IXSCAN indexName \"by_a\""), "{text}");
        assert!(text.ends_with("nReturned 1, totalKeysExamined 2, totalDocsExamined 3"), "{text}");
    }
}
