//! Compares two definitions of one directive.

use super::{
    argument::{self, Of},
    change::{Changes, Kind},
    kind::sets,
};
use async_graphql::parser::types::DirectiveDefinition;
use std::collections::BTreeSet;

pub fn compare(changes: &mut Changes, name: &str, before: &DirectiveDefinition, after: &DirectiveDefinition) {
    let place = format!("@{name}");
    argument::compare(changes, Of::Field(&place), &before.arguments, &after.arguments);
    match (before.is_repeatable, after.is_repeatable) {
        (true, false) => changes.add(Kind::DirectiveRepeatableRemoved, place.as_str()),
        (false, true) => changes.add(Kind::DirectiveRepeatableAdded, place.as_str()),
        _ => {}
    }
    let locations = |directive: &DirectiveDefinition| -> BTreeSet<String> {
        directive.locations.iter().map(|location| spelled(&format!("{:?}", location.node))).collect()
    };
    let kinds = [Kind::DirectiveLocationRemoved, Kind::DirectiveLocationAdded];
    sets(changes, &locations(before), &locations(after), kinds, |location| format!("{place} {location}"));
}

/// `FieldDefinition` as the schema language writes it: `FIELD_DEFINITION`.
fn spelled(name: &str) -> String {
    let break_before = |(at, letter): (usize, char)| if at > 0 && letter.is_uppercase() { vec!['_', letter] } else { vec![letter] };
    name.chars().enumerate().flat_map(break_before).collect::<String>().to_uppercase()
}
