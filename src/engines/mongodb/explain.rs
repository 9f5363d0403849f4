//! The server's own plan of a read: for `polystore explain --analyze`.

use super::{READ, SERVER_FIRST, Source, error};
use crate::{error::Kind, roles::Result};
use mongodb::{
    Database,
    bson::{self, Bson, Document, doc},
    options::FindOptions,
};
use std::future::IntoFuture;

/// What is only between the driver and the server, and no part of the question.
const NOT_EXPLAINED: [&str; 2] = ["batchSize", "maxTimeMS"];

/// A find as a command, and what asks for its plan.
pub(super) fn find(
    database: &Database,
    collection: &str,
    filter: &Document,
    options: &FindOptions,
) -> (String, impl Future<Output = Result<Vec<String>>> + Send + use<>) {
    let mut command = doc! { "find": collection, "filter": filter.clone() };
    let options = bson::serialize_to_document(options).unwrap_or_default();
    command.extend(options.into_iter().filter(|(name, _)| !NOT_EXPLAINED.contains(&name.as_str())));
    explained(database, command)
}

/// The same of an aggregation.
pub(super) fn aggregate(
    database: &Database,
    source: Source<'_>,
    pipeline: &[Document],
    hint: Option<&str>,
) -> (String, impl Future<Output = Result<Vec<String>>> + Send + use<>) {
    let from = match source {
        Source::Documents => Bson::from(1),
        Source::Collection(name) => name.into(),
    };
    let mut command = doc! { "aggregate": from, "pipeline": pipeline.to_vec(), "cursor": {} };
    if let Some(hint) = hint {
        command.insert("hint", hint);
    }
    explained(database, command)
}

fn explained(database: &Database, command: Document) -> (String, impl Future<Output = Result<Vec<String>>> + Send + use<>) {
    let text = serde_json::to_string(&command).unwrap_or_default();
    let database = database.clone();
    let ask = async move {
        let limit = i64::try_from((READ - SERVER_FIRST).as_millis()).unwrap_or(i64::MAX);
        let asked = database.run_command(doc! { "explain": command, "verbosity": "executionStats", "maxTimeMS": limit });
        let late = |_| error::new(Kind::Timeout, "a plan took longer than a read may");
        let answer = tokio::time::timeout(READ, asked.into_future()).await.map_err(late)?.map_err(error::store)?;
        Ok(lines(&answer))
    };
    (text, ask)
}

/// What an answer to `explain` comes to: the stages of the plan that won, and what they looked at.
fn lines(answer: &Document) -> Vec<String> {
    let mut lines = Vec::new();
    if let Ok(stages) = answer.get_array("stages") {
        lines.extend(stages.iter().filter_map(Bson::as_document).filter_map(stage));
    }
    lines.extend(winner(answer));
    if let Ok(stats) = answer.get_document("executionStats") {
        lines.push(looked_at(stats));
    }
    lines
}

/// A stage of a pipeline.
fn stage(stage: &Document) -> Option<String> {
    let (name, inner) = stage.iter().find(|(name, _)| name.starts_with('$'))?;
    let inner = inner.as_document();
    let from = inner.and_then(|inner| inner.get_str("from").or_else(|_| inner.get_str("coll")).ok());
    let mut line = from.map_or_else(|| name.clone(), |from| format!("{name} {from}"));
    if let Some(plan) = inner.and_then(winner) {
        line = format!("{line} {plan}");
    }
    let names = stage.get_array("indexesUsed").into_iter().flatten().filter_map(Bson::as_str).collect::<Vec<_>>();
    if !names.is_empty() {
        line = format!("{line} by {}", names.join(", "));
    }
    if number(stage, "collectionScans").is_some_and(|scans| scans > 0) {
        line.push_str(" by COLLSCAN");
    }
    let stats = inner.and_then(|inner| inner.get_document("executionStats").ok());
    // of a look-up with a pipeline of its own the server counts nothing (6.0): then there is nothing to tell
    let counted = ["totalKeysExamined", "totalDocsExamined"].into_iter().any(|name| number(stage, name).is_some_and(|count| count > 0));
    if let Some(stats) = stats.or_else(|| counted.then_some(stage)) {
        line = format!("{line}: {}", looked_at(stats));
    } else if let Some(rows) = number(stage, "nReturned") {
        line = format!("{line}: {rows} returned");
    }
    Some(line)
}

/// The stages of the plan that won, the last one first.
fn winner(explained: &Document) -> Option<String> {
    let plan = explained.get_document("queryPlanner").ok()?.get_document("winningPlan").ok()?;
    // an engine that turns stages into steps of its own keeps them here
    Some(stages(plan.get_document("queryPlan").unwrap_or(plan)))
}

fn stages(plan: &Document) -> String {
    let name = plan.get_str("stage").unwrap_or("?");
    let line = plan.get_str("indexName").map_or_else(|_| name.to_owned(), |index| format!("{name} {index}"));
    if let Ok(input) = plan.get_document("inputStage") {
        return format!("{line} < {}", stages(input));
    }
    match plan.get_array("inputStages") {
        Ok(inputs) => {
            let inputs: Vec<_> = inputs.iter().filter_map(Bson::as_document).map(stages).collect();
            format!("{line} < ({})", inputs.join(", "))
        }
        Err(_) => line,
    }
}

fn looked_at(stats: &Document) -> String {
    let of = |name: &str| number(stats, name).unwrap_or_default();
    let (keys, documents) = (of("totalKeysExamined"), of("totalDocsExamined"));
    format!("{keys} keys and {documents} documents examined, {} returned", of("nReturned"))
}

/// A number, of whichever kind the server took.
fn number(document: &Document, name: &str) -> Option<i64> {
    match document.get(name)? {
        Bson::Int32(number) => Some(i64::from(*number)),
        Bson::Int64(number) => Some(*number),
        #[expect(clippy::cast_possible_truncation, reason = "a count")]
        Bson::Double(number) => Some(*number as i64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_of_all_kinds_of_reads_are_told_in_lines() {
        let scan = doc! { "stage": "IXSCAN", "indexName": "status_createdAt", "direction": "backward" };
        let stats = doc! { "nReturned": 20_i64, "totalKeysExamined": 21, "totalDocsExamined": 20.0 };
        let limit = doc! { "stage": "LIMIT", "inputStage": { "stage": "FETCH", "inputStage": scan.clone() } };
        let find = doc! { "queryPlanner": { "winningPlan": limit }, "executionStats": stats.clone() };
        let looked = "21 keys and 20 documents examined, 20 returned";
        assert_eq!(lines(&find), ["LIMIT < FETCH < IXSCAN status_createdAt", looked]);
        let merge = doc! { "stage": "SORT_MERGE", "inputStages": [scan.clone(), { "stage": "COLLSCAN" }] };
        let other_engine = doc! { "queryPlanner": { "winningPlan": { "queryPlan": merge, "slotBasedPlan": {} } } };
        assert_eq!(lines(&other_engine), ["SORT_MERGE < (IXSCAN status_createdAt, COLLSCAN)"]);
        let cursor = doc! { "$cursor": { "queryPlanner": { "winningPlan": scan }, "executionStats": stats }, "nReturned": 20_i64 };
        let lookup = doc! {
            "$lookup": { "from": "comments", "as": "row" },
            "totalDocsExamined": 4_i64, "totalKeysExamined": 5_i64, "indexesUsed": ["articleId_createdAt"], "nReturned": 3_i64,
        };
        let uncounted = doc! {
            "$lookup": { "from": "articles" }, "indexesUsed": [], "totalDocsExamined": 0_i64, "totalKeysExamined": 0_i64, "nReturned": 4_i64,
        };
        let scanned = doc! { "$lookup": { "from": "audit" }, "totalDocsExamined": 9_i64, "collectionScans": 1_i64, "nReturned": 4_i64 };
        let aggregation =
            doc! { "stages": [cursor, lookup, uncounted, scanned, { "$unwind": { "path": "$row" }, "nReturned": 9_i64 }], "ok": 1 };
        let expected = [
            format!("$cursor IXSCAN status_createdAt: {looked}"),
            "$lookup comments by articleId_createdAt: 5 keys and 4 documents examined, 3 returned".to_owned(),
            "$lookup articles: 4 returned".to_owned(),
            "$lookup audit by COLLSCAN: 0 keys and 9 documents examined, 4 returned".to_owned(),
            "$unwind: 9 returned".to_owned(),
        ];
        assert_eq!(lines(&aggregation), expected);
    }
}
