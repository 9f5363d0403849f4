//! The parts that can be left out, and by which setting.

use crate::compare::{operations, operations::Operation, servers::Kind};

/// One part of polystore.
pub struct Part {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
    setting: &'static str,
    /// The setting's values with the part and without it; the empty one is the default.
    with: &'static str,
    without: &'static str,
    /// How both servers are asked.
    pub kind: Kind,
}

/// The empty value, which is as if the setting were not there: one of the environment must not make both servers alike.
const DEFAULT: &str = "";

/// All of them; the first is none, and shows what noise alone does.
static ALL: [Part; 6] = [
    Part { name: "nothing", what: "two equal servers", setting: "POLYSTORE_LOG", with: "warn", without: "warn", kind: Kind::Polystore },
    Part {
        name: "documents",
        what: "parsed documents",
        setting: "POLYSTORE_DOCUMENT_CACHE_BYTES",
        with: DEFAULT,
        without: "0",
        kind: Kind::Polystore,
    },
    Part { name: "plans", what: "compiled queries", setting: "POLYSTORE_PLANS", with: DEFAULT, without: "off", kind: Kind::Polystore },
    Part { name: "calls", what: "common calls", setting: "POLYSTORE_COALESCE", with: DEFAULT, without: "off", kind: Kind::Polystore },
    Part {
        name: "products",
        what: "cached products",
        setting: "POLYSTORE_ENTITY_CACHE",
        with: "on",
        without: DEFAULT,
        kind: Kind::Polystore,
    },
    Part {
        name: "answers",
        what: "whole answers",
        setting: "POLYSTORE_ANSWER_CACHE_BYTES",
        with: "50000000",
        without: DEFAULT,
        kind: Kind::Visited,
    },
];

/// The operations that are asked for if none is named.
const OPERATIONS: [&str; 4] = ["product", "order_feed", "magazine", "trending"];
/// Those that a visitor may ask for, and everybody gets alike.
const PUBLIC: [&str; 4] = ["product", "magazine", "trending", "best_sellers"];

impl Part {
    /// The setting with the part, and without it.
    pub fn with(&self) -> (&'static str, &'static str) {
        (self.setting, self.with)
    }

    pub fn without(&self) -> (&'static str, &'static str) {
        (self.setting, self.without)
    }

    /// What makes the difference, for the table.
    pub fn difference(&self) -> String {
        let value = |value| if value == DEFAULT { "default" } else { value };
        if self.with == self.without {
            return self.what.to_owned();
        }
        format!("{}: {} is {} with it, {} without", self.what, self.setting, value(self.with), value(self.without))
    }

    /// Whether an operation can show what the part is worth.
    fn fits(&self, operation: &Operation) -> bool {
        self.kind != Kind::Visited || PUBLIC.contains(&operation.name)
    }
}

/// The parts that were asked for by name, all if none was, each with the operations that were, as far as they fit.
pub fn chosen(parts: &[String], operations: &[String]) -> Result<Vec<(&'static Part, Vec<&'static Operation>)>, String> {
    let known = || ALL.iter().map(|part| part.name).collect::<Vec<_>>().join(", ");
    let find =
        |name: &String| ALL.iter().find(|part| part.name == name).ok_or_else(|| format!("--part {name}: expected one of {}", known()));
    let parts: Vec<&Part> = if parts.is_empty() { ALL.iter().collect() } else { parts.iter().map(find).collect::<Result<_, _>>()? };
    let operations = if operations.is_empty() { OPERATIONS.map(str::to_owned).to_vec() } else { operations.to_vec() };
    let operations = operations::chosen(&operations)?;
    let fitting = |part: &'static Part| (part, operations.iter().copied().filter(|operation| part.fits(operation)).collect::<Vec<_>>());
    let chosen: Vec<_> = parts.into_iter().map(fitting).filter(|(_, operations)| !operations.is_empty()).collect();
    if chosen.is_empty() {
        return Err(format!("a visitor can ask for none of these operations, only for {}", PUBLIC.join(", ")));
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(parts: &[&str], operations: &[&str]) -> Result<Vec<(&'static str, Vec<&'static str>)>, String> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let chosen = chosen(&owned(parts), &owned(operations))?;
        Ok(chosen
            .into_iter()
            .map(|(part, operations)| (part.name, operations.into_iter().map(|operation| operation.name).collect()))
            .collect())
    }

    #[test]
    fn an_unknown_part_or_operation_is_refused_with_the_names_that_there_are() {
        let refusal = names(&["documents", "luck"], &[]).unwrap_err();
        assert_eq!(refusal, "--part luck: expected one of nothing, documents, plans, calls, products, answers");
        assert!(names(&[], &["luck"]).unwrap_err().starts_with("--operation luck: expected one of product, "));
    }

    #[test]
    fn every_part_is_measured_unless_some_are_named_and_whole_answers_only_where_visitors_may_ask() {
        let all = names(&[], &[]).unwrap();
        assert_eq!(all.len(), ALL.len());
        assert_eq!(all[1], ("documents", OPERATIONS.to_vec()));
        assert_eq!(all[5], ("answers", vec!["product", "magazine", "trending"]));
        assert_eq!(names(&["plans"], &["customer_home"]).unwrap(), [("plans", vec!["customer_home"])]);
        assert_eq!(names(&[], &["order_feed"]).unwrap().len(), ALL.len() - 1);
        assert!(names(&["answers"], &["order_feed"]).unwrap_err().contains("a visitor can ask for none"));
    }

    #[test]
    fn a_part_differs_from_its_absence_by_one_setting() {
        assert!(ALL[1..].iter().all(|part| part.with != part.without && part.setting.starts_with("POLYSTORE_")));
        assert_eq!(ALL[2].difference(), "compiled queries: POLYSTORE_PLANS is default with it, off without");
        assert_eq!(ALL[0].difference(), "two equal servers");
    }
}
