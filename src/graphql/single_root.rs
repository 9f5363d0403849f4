//! A subscription has one root field (specification 5.2.3), and its source is made for that field.
//!
//! async-graphql 7.2.1 opens a stream for each root field that it sees, also for two that merge into one, and sees none within a
//! fragment. So fragments at the root are replaced by what is in them, fields of the same key become one, and any second key is refused.
//! This runs behind the guard, so the document is known to be small and its fragments not to go in circles.

use super::{error::Code, guard::Refusal};
use async_graphql::{
    Name, Positioned,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType, Selection,
        SelectionSet,
    },
};
use std::collections::{BTreeSet, HashMap};

/// The name of the root type.
const ROOT: &str = "Subscription";

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Leaves one field at the root of every subscription of the document. What does not belong there at all is left to the library to name.
pub fn settle(document: &mut ExecutableDocument) -> Result<(), Refusal> {
    let mut spread = BTreeSet::new();
    match &mut document.operations {
        DocumentOperations::Single(operation) => settle_one(&mut operation.node, &document.fragments, &mut spread)?,
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                settle_one(&mut operation.node, &document.fragments, &mut spread)?;
            }
        }
    }
    // nothing refers to them any more, and unused fragments are invalid
    document.fragments.retain(|name, _| !spread.contains(name));
    Ok(())
}

fn settle_one(operation: &mut OperationDefinition, fragments: &Fragments, spread: &mut BTreeSet<Name>) -> Result<(), Refusal> {
    if operation.ty != OperationType::Subscription {
        return Ok(());
    }
    let mut found = Vec::new();
    collect(&operation.selection_set.node, fragments, spread, &mut found)?;
    let mut root: Option<Positioned<Field>> = None;
    let mut others = Vec::new();
    for selection in found {
        match (selection.node, &mut root) {
            (Selection::Field(field), _) if field.node.name.node.starts_with("__") => {
                return Err(refusal("a subscription cannot ask about the schema"));
            }
            (Selection::Field(field), None) => root = Some(field),
            (Selection::Field(field), Some(root)) if field.node.response_key().node == root.node.response_key().node => {
                root.node.selection_set.node.items.extend(field.node.selection_set.node.items);
            }
            (Selection::Field(_), Some(_)) => return Err(refusal("a subscription has exactly one root field")),
            (other, _) => others.push(Positioned::new(other, selection.pos)),
        }
    }
    let root = root.map(|field| Positioned::new(Selection::Field(field.clone()), field.pos));
    operation.selection_set.node.items = root.into_iter().chain(others).collect();
    Ok(())
}

fn collect(
    set: &SelectionSet,
    fragments: &Fragments,
    spread: &mut BTreeSet<Name>,
    into: &mut Vec<Positioned<Selection>>,
) -> Result<(), Refusal> {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                unconditional(&field.node.directives)?;
                into.push(selection.clone());
            }
            Selection::InlineFragment(inline) if inline.node.type_condition.as_ref().is_none_or(|of| of.node.on.node == ROOT) => {
                unconditional(&inline.node.directives)?;
                collect(&inline.node.selection_set.node, fragments, spread, into)?;
            }
            Selection::InlineFragment(_) => into.push(selection.clone()),
            Selection::FragmentSpread(name) => {
                unconditional(&name.node.directives)?;
                let name = &name.node.fragment_name.node;
                match fragments.get(name).filter(|fragment| fragment.node.type_condition.node.on.node == ROOT) {
                    Some(fragment) => {
                        spread.insert(name.clone());
                        collect(&fragment.node.selection_set.node, fragments, spread, into)?;
                    }
                    None => into.push(selection.clone()),
                }
            }
        }
    }
    Ok(())
}

/// The library would open the stream whatever `@skip` says.
fn unconditional(directives: &[Positioned<Directive>]) -> Result<(), Refusal> {
    match directives.iter().any(|directive| ["skip", "include"].contains(&directive.node.name.node.as_str())) {
        true => Err(refusal("the root field of a subscription cannot be skipped or included")),
        false => Ok(()),
    }
}

fn refusal(message: &str) -> Refusal {
    Refusal { code: Code::GraphqlValidationFailed, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    /// The fields below the root field, and the fragments that are left.
    fn settled(query: &str) -> Result<(Vec<String>, usize), String> {
        let mut document = parse_query(query).unwrap();
        settle(&mut document).map_err(|refusal| refusal.message)?;
        let (_, operation) = document.operations.iter().next().unwrap();
        let items = &operation.node.selection_set.node.items;
        assert_eq!(items.len(), 1, "{query}");
        let Selection::Field(root) = &items[0].node else { panic!("{query}: the root is no field") };
        let name = |item: &Positioned<Selection>| match &item.node {
            Selection::Field(field) => field.node.name.node.to_string(),
            other => format!("{other:?}"),
        };
        Ok((root.node.selection_set.node.items.iter().map(name).collect(), document.fragments.len()))
    }

    #[test]
    fn fragments_at_the_root_are_replaced_by_what_is_in_them() {
        for (query, below, fragments) in [
            ("subscription { x { a b } }", &["a", "b"][..], 0),
            ("subscription { ...F } fragment F on Subscription { x { a } }", &["a"], 0),
            ("subscription { ...F ...F } fragment F on Subscription { ... on Subscription { x { a } } }", &["a", "a"], 0),
            ("subscription { x { a } ... { x { b } } ...F } fragment F on Subscription { x { c } }", &["a", "b", "c"], 0),
            ("subscription { x { a } } fragment F on Product { id }", &["a"], 1),
            ("subscription { k: x { a } ... on Subscription { k: x { b } } }", &["a", "b"], 0),
        ] {
            let below: Vec<String> = below.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(settled(query), Ok((below, fragments)), "{query}");
        }
    }

    #[test]
    fn a_second_root_field_a_condition_and_introspection_are_refused() {
        for (query, why) in [
            ("subscription { x { a } y { a } }", "exactly one root field"),
            ("subscription { x { a } k: x { a } }", "exactly one root field"),
            ("subscription { x { a } ...F } fragment F on Subscription { y { a } }", "exactly one root field"),
            ("subscription { x @include(if: false) { a } }", "skipped or included"),
            ("subscription { ... @skip(if: true) { x { a } } }", "skipped or included"),
            ("subscription { ...F @skip(if: true) } fragment F on Subscription { x { a } }", "skipped or included"),
            ("subscription { __typename }", "about the schema"),
            ("query A { a b } subscription B { x { a } y { a } }", "exactly one root field"),
        ] {
            assert!(settled(query).is_err_and(|message| message.contains(why)), "{query}");
        }
    }

    #[test]
    fn queries_are_left_as_they_are() {
        let query = "{ ...F b } fragment F on Query { a }";
        let mut document = parse_query(query).unwrap();
        settle(&mut document).unwrap();
        assert_eq!(format!("{document:?}"), format!("{:?}", parse_query(query).unwrap()));
    }
}
