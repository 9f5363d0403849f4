//! Fields that share a response key must be the same field with the same arguments, or the answer would hold one of them, or a
//! mixture (specification, "Field Selection Merging").
//!
//! The library has this rule, but does not compare fields inside and outside of a fragment, nor what merged fields select;
//! it then merges whatever comes first. This check runs behind the guard, so the document is known to be small.

use super::{error::Code, guard::Refusal, selection::ABSTRACT};
use async_graphql::parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet};
use std::collections::{BTreeSet, HashMap};

/// A field, and the object type that the fragments round it ask for.
struct Occurrence<'a> {
    field: &'a Field,
    object_type: Option<&'a str>,
}

/// Refuses an operation with fields that cannot be merged.
pub fn check(document: &ExecutableDocument, operation: &OperationDefinition) -> Result<(), Refusal> {
    sets(document, &[&operation.selection_set.node])
}

/// The sets all apply to one object.
fn sets(document: &ExecutableDocument, sets_of_object: &[&SelectionSet]) -> Result<(), Refusal> {
    let mut order = Vec::new();
    let mut by_key: HashMap<&str, Vec<Occurrence>> = HashMap::new();
    for set in sets_of_object {
        collect(document, set, None, &mut |key, occurrence| {
            let known = by_key.entry(key).or_insert_with(|| {
                order.push(key);
                Vec::new()
            });
            known.push(occurrence);
        });
    }
    for key in order {
        let occurrences = &by_key[key];
        let types: BTreeSet<_> = occurrences.iter().filter_map(|occurrence| occurrence.object_type).collect();
        // fields of different object types never meet in one object; those of no particular type meet all others
        let groups: Vec<Option<&str>> = if types.is_empty() { vec![None] } else { types.into_iter().map(Some).collect() };
        for object_type in groups {
            let meets = |occurrence: &&Occurrence| occurrence.object_type.is_none() || occurrence.object_type == object_type;
            let fields: Vec<&Field> = occurrences.iter().filter(meets).map(|occurrence| occurrence.field).collect();
            same(key, &fields)?;
            let below: Vec<&SelectionSet> =
                fields.iter().map(|field| &field.selection_set.node).filter(|set| !set.items.is_empty()).collect();
            if !below.is_empty() {
                sets(document, &below)?;
            }
        }
    }
    Ok(())
}

fn collect<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    object_type: Option<&'a str>,
    found: &mut impl FnMut(&'a str, Occurrence<'a>),
) {
    let narrowed = |condition: &'a str| if ABSTRACT.contains(&condition) { object_type } else { Some(condition) };
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => found(field.node.response_key().node.as_str(), Occurrence { field: &field.node, object_type }),
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref().map(|condition| condition.node.on.node.as_str());
                collect(document, &fragment.node.selection_set.node, condition.map_or(object_type, narrowed), found);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    let condition = fragment.node.type_condition.node.on.node.as_str();
                    collect(document, &fragment.node.selection_set.node, narrowed(condition), found);
                }
            }
        }
    }
}

fn same(key: &str, fields: &[&Field]) -> Result<(), Refusal> {
    let arguments = |field: &Field| {
        let pairs = field.arguments.iter().map(|(name, value)| (name.node.to_string(), value.node.to_string()));
        pairs.collect::<BTreeSet<_>>()
    };
    for pair in fields.windows(2) {
        if pair[0].name.node != pair[1].name.node || arguments(pair[0]) != arguments(pair[1]) {
            let key: String = key.chars().take(60).collect();
            let message = format!("{key:?} is selected twice, as different fields or with different arguments: give one of them an alias");
            return Err(Refusal { code: Code::GraphqlValidationFailed, message });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn allowed(query: &str) -> bool {
        let document = parse_query(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        check(&document, &operation.node).is_ok()
    }

    #[test]
    fn different_fields_do_not_share_a_key_in_one_object() {
        for query in [
            "{ a: products { nodes { id } } ... on Query { a: customers { nodes { id } } } }",
            "{ products(first: 1) { nodes { id } } ...F } fragment F on Query { products(first: 3) { nodes { id } } }",
            "{ server { a: name } server { a: version } }",
            "{ node(id: 1) { ... on Product { x: name } ... on Node { x: id } } }",
            "{ articles { nodes { author { x: id } } } ... on Query { articles { nodes { author { x: name } } } } }",
        ] {
            assert!(!allowed(query), "{query}");
        }
    }

    #[test]
    fn equal_fields_and_fields_of_different_types_may() {
        for query in [
            "{ a: products(first: 1, after: $x) { nodes { id } } ... on Query { a: products(after: $x, first: 1) { nodes { name } } } }",
            "{ search(text: 1) { ... on Product { x: name } ... on Article { x: title } } }",
            "{ search(text: 1) { ... on Product { x: category { id } } ... on Article { x: author { id: name } } id } }",
        ] {
            assert!(allowed(query), "{query}");
        }
    }
}
