//! `@skip` and `@include`: which fields are left depends on variables, so each combination that is met has a plan of its own.

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{Directive, DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use std::collections::BTreeMap;

/// The truth of every variable that a condition of the document names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Conditions(BTreeMap<Name, bool>);

impl Conditions {
    /// Most conditions that are looked at.
    const MOST: usize = 8;

    /// The variables that conditions of a document name.
    pub fn names(document: &ExecutableDocument) -> Vec<Name> {
        let mut names = Vec::new();
        match &document.operations {
            DocumentOperations::Single(operation) => named(&operation.node.selection_set.node, &mut names),
            DocumentOperations::Multiple(operations) => {
                operations.values().for_each(|operation| named(&operation.node.selection_set.node, &mut names));
            }
        }
        document.fragments.values().for_each(|fragment| named(&fragment.node.selection_set.node, &mut names));
        names.into_iter().cloned().collect()
    }

    /// Those of an operation with these variables; `None` where one has no truth, or there are too many.
    pub fn of(names: &[Name], operation: &OperationDefinition, variables: &Variables) -> Option<Self> {
        let mut truths = BTreeMap::new();
        for name in names {
            let Some(defined) = operation.variable_definitions.iter().find(|variable| variable.node.name.node == *name) else {
                // another operation's
                continue;
            };
            let truth = match variables.get(name).or_else(|| defined.node.default_value()) {
                Some(Value::Boolean(truth)) => *truth,
                _ => return None,
            };
            truths.insert(name.clone(), truth);
        }
        (truths.len() <= Self::MOST).then_some(Self(truths))
    }

    /// Whether directives leave a selection out; `None` if they are others than the two.
    pub fn exclude(&self, directives: &[Positioned<Directive>]) -> Option<bool> {
        let mut out = false;
        for directive in directives {
            let condition = match &directive.node.get_argument("if")?.node {
                async_graphql_value::Value::Boolean(truth) => *truth,
                async_graphql_value::Value::Variable(name) => *self.0.get(name)?,
                _ => return None,
            };
            match directive.node.name.node.as_str() {
                "skip" => out |= condition,
                "include" => out |= !condition,
                _ => return None,
            }
        }
        Some(out)
    }
}

fn named<'d>(set: &'d SelectionSet, into: &mut Vec<&'d Name>) {
    for selection in &set.items {
        let (directives, below) = match &selection.node {
            Selection::Field(field) => (&field.node.directives, Some(&field.node.selection_set.node)),
            Selection::InlineFragment(fragment) => (&fragment.node.directives, Some(&fragment.node.selection_set.node)),
            Selection::FragmentSpread(spread) => (&spread.node.directives, None),
        };
        for directive in directives {
            if let Some(async_graphql_value::Value::Variable(name)) = directive.node.get_argument("if").map(|value| &value.node) {
                into.push(name);
            }
        }
        below.into_iter().for_each(|below| named(below, into));
    }
}
