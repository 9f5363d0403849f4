//! How long an answer may be kept by caches on the way, if everybody without a token would get the same one.
//!
//! The rule is small: whoever asks is a visitor, and every root field stands in the table. What is below a root field does not matter for
//! *who* may see it, since a visitor sees nothing but what is public; it matters for *how old* it may be, so the ages are short: prices and
//! stocks can be reached from everywhere. What is not in the table is nobody's to keep.

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet};
use std::time::Duration;

/// The longest of the ages.
pub const LONGEST: Duration = Duration::from_secs(30);

/// Root fields and seconds.
pub const AGES: [(&str, u64); 9] = [
    // the shape of the shop: changes with a deployment, or by an editor's hand
    ("category", 30),
    ("categories", 30),
    // what editors publish
    ("article", 30),
    ("articles", 30),
    // prices and stocks
    ("product", 10),
    ("products", 10),
    ("search", 10),
    // boards are late by themselves
    ("trending", 10),
    ("bestSellers", 10),
];

/// How long a visitor's answer may be kept; `None` if not at all. Only behind the guard.
pub fn age(document: &ExecutableDocument, operation: &OperationDefinition) -> Option<Duration> {
    if operation.ty != OperationType::Query {
        return None;
    }
    let mut least = None;
    within(document, &operation.selection_set.node, &mut least)?;
    least.map(Duration::from_secs)
}

/// `None` if something is selected that nobody may keep.
fn within(document: &ExecutableDocument, set: &SelectionSet, least: &mut Option<u64>) -> Option<()> {
    set.items.iter().try_for_each(|selection| match &selection.node {
        Selection::Field(field) if field.node.name.node == "__typename" => Some(()),
        Selection::Field(field) => {
            let (_, age) = AGES.iter().find(|(name, _)| *name == field.node.name.node.as_str())?;
            *least = Some(least.map_or(*age, |known| known.min(*age)));
            Some(())
        }
        Selection::InlineFragment(fragment) => within(document, &fragment.node.selection_set.node, least),
        Selection::FragmentSpread(spread) => {
            let fragment = document.fragments.get(&spread.node.fragment_name.node)?;
            within(document, &fragment.node.selection_set.node, least)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    #[test]
    fn an_answer_may_be_kept_as_long_as_its_shortest_root_field_and_not_at_all_with_any_other() {
        for (query, age_of_all) in [
            ("{ categories { id } }", Some(30)),
            ("{ categories { id } products { nodes { id } } }", Some(10)),
            ("{ ...F ... on Query { article(slug: 1) { id } } } fragment F on Query { a: search(text: 1) { __typename } }", Some(10)),
            ("{ ...F } fragment F on Query { me { id } }", None),
            ("{ categories { id } me { id } }", None),
            ("{ categories { id } me @skip(if: true) { id } }", None),
            ("{ __typename }", None),
            ("{ __schema { types { name } } }", None),
            ("{ node(id: 1) { id } }", None),
            ("mutation { categories { id } }", None),
            ("subscription { products { id } }", None),
        ] {
            let document = parse_query(query).unwrap();
            let (_, operation) = document.operations.iter().next().unwrap();
            assert_eq!(age(&document, &operation.node), age_of_all.map(Duration::from_secs), "{query}");
        }
    }

    #[test]
    fn no_age_is_longer_than_the_longest() {
        assert_eq!(AGES.iter().map(|(_, age)| *age).max(), Some(LONGEST.as_secs()));
    }

    #[test]
    fn every_field_of_the_table_is_one_of_the_schema() {
        let sdl = crate::graphql::sdl();
        let query = sdl.split("type Query {").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
        for (name, _) in AGES {
            let named = query.lines().any(|line| line.trim().split(['(', ':']).next() == Some(name));
            assert!(named, "{name}");
        }
    }
}
