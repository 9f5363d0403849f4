//! The prediction field by field: what each adds to the price of its operation.

use super::weights;
use crate::graphql::{guard::Rows, limits::Limits};
use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use serde::Serialize;

/// What a field is predicted to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Predicted {
    /// The rows that it leads to, all together.
    pub rows: u64,
    /// What it adds to the price.
    pub points: u64,
}

/// What each field adds to the price of an operation, by its path in the answer, in the order of the document; fields that cost nothing are left
/// out. All of them and [`super::BASE`] are the price. Only behind the guard, which bounds how far fragments unfold.
pub fn by_path(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
) -> Vec<(String, Predicted)> {
    let mut walk = Walk { document, rows: Rows::of(document, operation, variables, limits), above: Vec::new(), found: Vec::new() };
    walk.set(&operation.selection_set.node, "");
    walk.found
}

/// A field that others are below.
struct Above {
    rows: u64,
    /// Whether it makes a call.
    asks: bool,
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    rows: Rows<'a>,
    /// The fields round the one that is looked at, outermost first.
    above: Vec<Above>,
    found: Vec<(String, Predicted)>,
}

impl<'a> Walk<'a> {
    fn set(&mut self, set: &'a SelectionSet, path: &str) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(&field.node, path),
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set.node, path),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        self.set(&fragment.node.selection_set.node, path);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &'a Field, path: &str) {
        let key = &field.response_key().node;
        let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        // what is out of range was refused by the guard
        let (rows, ids) = self.rows.below(field).unwrap_or((1, None));
        let weight = weights::of_field(&field.name.node, field.selection_set.node.items.is_empty(), ids);
        if weight.call > 0 || weight.row > 0 {
            let all = self.above.iter().fold(rows, |all, above| all.saturating_mul(above.rows));
            let points = weight.call.saturating_mul(self.calls()).saturating_add(weight.row.saturating_mul(all));
            match self.found.iter_mut().find(|(known, _)| *known == path) {
                // written twice, counted twice
                Some((_, predicted)) => {
                    predicted.rows = predicted.rows.saturating_add(all);
                    predicted.points = predicted.points.saturating_add(points);
                }
                None => self.found.push((path.clone(), Predicted { rows: all, points })),
            }
        }
        self.above.push(Above { rows, asks: weight.call > 0 });
        self.set(&field.selection_set.node, &path);
        self.above.pop();
    }

    /// How often a call here is counted: see [`super::Points`].
    fn calls(&self) -> u64 {
        let (mut below_one, mut below_many) = (1_u64, 1_u64);
        for above in self.above.iter().rev() {
            if above.rows > 1 {
                below_one = below_many;
            }
            below_many = below_many.saturating_add(u64::from(above.asks));
        }
        below_one
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::{cost::BASE, documents::document::Document};
    use async_graphql::Value;

    fn prices(text: &str, variables: &Variables) -> Vec<(Vec<(String, Predicted)>, u64)> {
        let limits = Limits { depth: 30, complexity: u64::MAX, ..Limits::default() };
        let document = Document::parse(text, None, &limits).unwrap();
        let costs = document.guarded(variables, &limits).unwrap();
        let operations = document.written().operations.iter();
        let price = |(name, operation): (Option<&async_graphql::Name>, &'_ async_graphql::Positioned<OperationDefinition>)| {
            (by_path(document.written(), &operation.node, variables, &limits), costs.of(name.map(|name| name.as_str())))
        };
        operations.map(price).collect()
    }

    #[test]
    fn the_fields_add_up_to_the_price() {
        let mut texts: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/graphql/operations"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "graphql"))
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        assert!(texts.len() > 10);
        texts.extend(
            [
                "{ __typename }",
                "query($n: Int = 7) { products(first: $n) { nodes { id category { parent { parent { children { products { nodes { rank views } } } } } } } } }",
                "{ a: products { nodes { ...P ...P } } b: products(last: 3) { edges { node { ...P } } } } fragment P on Product { views category { name parent { name } } }",
                "{ nodes(ids: [\"a\", \"b\", \"c\"]) { ... on Order { items { product { category { name } } } } } search(text: \"x\", first: 5) { ... on Product { category { name } } } }",
                "{ products { nodes { category { name } } } products { nodes { category { parent { name } } views } } }",
                "mutation { signOut { signedOut } a: signOut { signedOut } }",
            ]
            .map(str::to_owned),
        );
        let mut variables = Variables::default();
        variables.insert(async_graphql::Name::new("first"), Value::from(30));
        for text in texts {
            for (fields, price) in prices(&text, &variables) {
                let sum: u64 = fields.iter().map(|(_, predicted)| predicted.points).sum();
                assert_eq!(BASE + sum, price, "{text}: {fields:?}");
            }
        }
    }

    #[test]
    fn rows_multiply_along_the_path() {
        let text = "{ orders(first: 10) { nodes { customer { name } items { product { name } } } } }";
        let (fields, _) = prices(text, &Variables::default()).remove(0);
        let rows: Vec<_> = fields.iter().map(|(path, predicted)| (path.as_str(), predicted.rows)).collect();
        let expected = [("orders", 10), ("orders.nodes.customer", 10), ("orders.nodes.items", 50), ("orders.nodes.items.product", 50)];
        assert_eq!(rows, expected);
    }
}
