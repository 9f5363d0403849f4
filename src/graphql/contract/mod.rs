//! The schema as a contract: what changed from one schema to another, and whether clients of the old one can live with it.
//!
//! Names and severities are those of the reference implementation (`findBreakingChanges`, `findDangerousChanges`), except that a
//! changed default breaks: who leaves the argument out gets another answer.

pub mod allowed;
mod argument;
mod change;
mod deprecation;
mod directive;
mod kind;
mod read;
#[cfg(test)]
mod tests;
mod variance;

pub use change::{Change, Kind, Severity};
pub use read::Sdl;

use async_graphql::parser::types::TypeDefinition;
use change::Changes;
use std::collections::BTreeMap;

/// All that changed: first what breaks, then what may, then the rest; by name within each.
pub fn compare(old: &Sdl, new: &Sdl) -> Vec<Change> {
    let mut changes = Changes::default();
    for operation in ["query", "mutation", "subscription"] {
        match (old.roots.get(operation), new.roots.get(operation)) {
            (Some(_), None) => changes.add(Kind::RootRemoved, operation),
            (Some(before), Some(after)) if before != after => changes.retyped(Kind::RootChanged, operation, before, after),
            (None, Some(_)) => changes.add(Kind::RootAdded, operation),
            _ => {}
        }
    }
    both(&old.types, &new.types, |name, before, after| match (before, after) {
        (Some(_), None) => changes.add(Kind::TypeRemoved, name),
        (None, Some(_)) => changes.add(Kind::TypeAdded, name),
        (Some(before), Some(after)) => kind::compare(&mut changes, name, before, after),
        (None, None) => {}
    });
    both(&old.directives, &new.directives, |name, before, after| match (before, after) {
        (Some(_), None) => changes.add(Kind::DirectiveRemoved, format!("@{name}")),
        (None, Some(_)) => changes.add(Kind::DirectiveAdded, format!("@{name}")),
        (Some(before), Some(after)) => directive::compare(&mut changes, name, before, after),
        (None, None) => {}
    });
    changes.sorted()
}

/// What is deprecated without a date until which it stays: `@deprecated(reason: "use name (until 2030-01-31)")`.
pub fn deprecated_without_date(sdl: &Sdl) -> Vec<String> {
    sdl.types.iter().flat_map(|(name, definition): (&String, &TypeDefinition)| deprecation::undated(name, definition)).collect()
}

/// Calls `each` with every name of either side.
fn both<'a, T>(old: &'a BTreeMap<String, T>, new: &'a BTreeMap<String, T>, mut each: impl FnMut(&'a str, Option<&'a T>, Option<&'a T>)) {
    for (name, before) in old {
        each(name, Some(before), new.get(name));
    }
    for (name, after) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        each(name, None, Some(after));
    }
}
