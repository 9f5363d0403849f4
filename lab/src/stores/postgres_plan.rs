//! What kind of plan PostgreSQL told.

use crate::arm::PlanClass;
use serde_json::Value;

/// A scan of any table makes the whole a scan; else a scan of a whole index; else an index.
pub(super) fn class(tree: &Value) -> PlanClass {
    let (mut scans, mut index_scans, mut searches) = (false, false, false);
    walk(tree, &mut |node| {
        let has_condition = ["Index Cond", "Recheck Cond", "TID Cond"].iter().any(|name| node.get(*name).is_some());
        match node["Node Type"].as_str().unwrap_or_default() {
            "Seq Scan" | "Sample Scan" => scans = true,
            "Index Scan" | "Index Only Scan" | "Bitmap Index Scan" | "Tid Scan" => {
                if has_condition {
                    searches = true;
                } else {
                    index_scans = true;
                }
            }
            _ => {}
        }
    });
    match (scans, index_scans, searches) {
        (true, ..) => PlanClass::Scan,
        (_, true, _) => PlanClass::IndexScan,
        (.., true) => PlanClass::Index,
        _ => PlanClass::Other,
    }
}

fn walk(tree: &Value, see: &mut impl FnMut(&Value)) {
    match tree {
        Value::Array(entries) => entries.iter().for_each(|entry| walk(entry, see)),
        Value::Object(fields) => {
            if fields.contains_key("Node Type") {
                see(tree);
            }
            fields.values().for_each(|field| walk(field, see));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plans_are_told_apart() {
        let plan = |nodes: Value| json!([{ "Plan": { "Node Type": "Limit", "Plans": nodes } }]);
        let search = json!({ "Node Type": "Index Scan", "Index Cond": "(id = 1)" });
        let all = json!({ "Node Type": "Index Only Scan" });
        let scan = json!({ "Node Type": "Seq Scan", "Filter": "(a = 1)" });
        let bitmap = json!({ "Node Type": "Bitmap Heap Scan", "Plans": [{ "Node Type": "Bitmap Index Scan", "Index Cond": "(a = 1)" }] });
        for (nodes, expected) in [
            (json!([search]), PlanClass::Index),
            (json!([bitmap]), PlanClass::Index),
            (json!([search, all]), PlanClass::IndexScan),
            (json!([search, all, scan]), PlanClass::Scan),
            (json!([{ "Node Type": "Function Scan" }]), PlanClass::Other),
        ] {
            assert_eq!(class(&plan(nodes)), expected);
        }
    }
}
