//! From the selections of a document to compiled sets.

use super::{
    args::Args,
    conditions::Conditions,
    json,
    object::{Field, Set},
    unplanned::{FirstUnknown, Unknown},
};
use crate::{
    graphql::{
        ask,
        selection::{ABSTRACT, RESERVED},
    },
    shop::Detail,
};
use async_graphql::parser::types::{self, ExecutableDocument, OperationDefinition, Selection, SelectionSet};

/// What can be selected on.
pub trait Planned: Sized + Send + Sync + 'static {
    /// The type's name in the schema.
    const NAME: &'static str;

    /// Compiles one of its fields; `None` if that is the library's business.
    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>>;
}

/// Compiles one operation.
#[derive(Clone, Copy)]
pub struct Compiler<'d> {
    pub document: &'d ExecutableDocument,
    pub operation: &'d OperationDefinition,
    pub conditions: &'d Conditions,
    /// The first field that it does not know.
    pub unknown: &'d FirstUnknown,
}

/// A field of the document, with all selections that meet in it.
pub struct Asked<'c, 'd> {
    pub compiler: &'c Compiler<'d>,
    /// Its name in the schema.
    pub name: &'d str,
    /// Where it stands: keys of the answer with points between them.
    pub path: String,
    field: &'d types::Field,
    sets: Vec<&'d SelectionSet>,
}

/// Fields by their keys, in the order of the answer.
type Collected<'d> = Vec<(&'d str, &'d types::Field, Vec<&'d SelectionSet>)>;

impl<'d> Compiler<'d> {
    /// The selections that meet in objects of a type.
    pub fn set<T: Planned>(&self, sets: &[&'d SelectionSet], path: &str) -> Option<Set<T>> {
        Some(Set::new(self.fields(T::NAME, sets, path, T::field)?))
    }

    /// Their fields, each compiled; `__typename` is known of every type.
    pub fn fields<T>(
        &self,
        type_name: &'static str,
        sets: &[&'d SelectionSet],
        path: &str,
        compile: impl Fn(&Asked<'_, 'd>) -> Option<Field<T>>,
    ) -> Option<Vec<(String, Field<T>)>> {
        let field = |(key, asked): (&'d str, Asked<'_, 'd>)| {
            let compiled = match asked.name {
                "__typename" => Field::Leaf(Box::new(move |_: &T, _, out: &mut Vec<u8>| json::quoted(type_name, out))),
                _ => compile(&asked).or_else(|| {
                    // what is below was met, and noted, before
                    let _known_better = self.unknown.set(Unknown { on: type_name, field: asked.name.to_owned(), path: asked.path.clone() });
                    None
                })?,
            };
            Some((key.to_owned(), compiled))
        };
        self.asked(type_name, sets, path)?.into_iter().map(field).collect()
    }

    /// The fields below a field that is compiled by hand, under their keys.
    pub fn parts<'c>(&'c self, asked: &Asked<'c, 'd>, type_name: &str) -> Option<Vec<(&'d str, Asked<'c, 'd>)>> {
        self.asked(type_name, &asked.sets, &asked.path)
    }

    fn asked<'c>(&'c self, type_name: &str, sets: &[&'d SelectionSet], path: &str) -> Option<Vec<(&'d str, Asked<'c, 'd>)>> {
        let mut collected = Vec::new();
        for set in sets {
            self.collect(set, type_name, &mut collected)?;
        }
        let asked = |(key, field, sets): (&'d str, &'d types::Field, Vec<&'d SelectionSet>)| {
            let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            (key, Asked { compiler: self, name: &field.name.node, path, field, sets })
        };
        Some(collected.into_iter().map(asked).collect())
    }

    fn collect(&self, set: &'d SelectionSet, type_name: &str, into: &mut Collected<'d>) -> Option<()> {
        let applies = |condition: &str| condition == type_name || ABSTRACT.contains(&condition);
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    if key.starts_with(RESERVED) || self.conditions.exclude(&field.node.directives)? {
                        continue;
                    }
                    let below = &field.node.selection_set.node;
                    match into.iter_mut().find(|(known, ..)| *known == key) {
                        Some((_, _, sets)) => sets.push(below),
                        None => into.push((key, &field.node, vec![below])),
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref().map(|condition| condition.node.on.node.as_str());
                    if !self.conditions.exclude(&fragment.node.directives)? && condition.is_none_or(applies) {
                        self.collect(&fragment.node.selection_set.node, type_name, into)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = &self.document.fragments.get(&spread.node.fragment_name.node)?.node;
                    if !self.conditions.exclude(&spread.node.directives)? && applies(&fragment.type_condition.node.on.node) {
                        self.collect(&fragment.selection_set.node, type_name, into)?;
                    }
                }
            }
        }
        Some(())
    }
}

impl<'d> Asked<'_, 'd> {
    /// The selections below the field, as a set on objects of a type.
    pub fn below<T: Planned>(&self) -> Option<Set<T>> {
        self.compiler.set(&self.sets, &self.path)
    }

    /// The fields below it, each compiled.
    pub fn fields<T>(
        &self,
        type_name: &'static str,
        compile: impl Fn(&Asked<'_, 'd>) -> Option<Field<T>>,
    ) -> Option<Vec<(String, Field<T>)>> {
        self.compiler.fields(type_name, &self.sets, &self.path, compile)
    }

    /// Its arguments.
    pub fn args(&self) -> Args {
        Args::of(self.field, self.compiler.operation)
    }

    /// Whether the document gives it this argument.
    pub fn gives(&self, argument: &str) -> bool {
        self.field.arguments.iter().any(|(name, _)| name.node == argument)
    }

    /// How much of the articles of a connection is read.
    pub fn detail_of_articles(&self) -> Option<Detail> {
        let nodes = self.selects_below(&["ArticleConnection", "nodes"], ("Article", "blocks"))?;
        Some(ask::detail(nodes || self.selects_below(&["ArticleConnection", "edges", "ArticleEdge", "node"], ("Article", "blocks"))?))
    }

    /// How much of a product is read.
    pub fn detail_of_product(&self) -> Option<Detail> {
        Some(ask::shown_of_product(self.selected("Product")?.iter().map(|(_, field, _)| field.name.node.as_str())))
    }

    /// The same for the products of a connection.
    pub fn detail_of_products(&self) -> Option<Detail> {
        let nodes = self.selects_below(&["ProductConnection", "nodes"], ("Product", "description"))?;
        Some(ask::detail(nodes || self.selects_below(&["ProductConnection", "edges", "ProductEdge", "node"], ("Product", "description"))?))
    }

    /// Whether a field of this name is selected below it, on objects of this type.
    pub fn selects(&self, type_name: &str, name: &str) -> Option<bool> {
        Some(self.selected(type_name)?.iter().any(|(_, field, _)| field.name.node == name))
    }

    /// The same, further down: `way` are types and fields in turn.
    fn selects_below(&self, way: &[&str], (type_name, wanted): (&str, &str)) -> Option<bool> {
        let mut sets = self.sets.clone();
        for step in way.chunks_exact(2) {
            let mut found = Vec::new();
            for set in sets {
                self.compiler.collect(set, step[0], &mut found)?;
            }
            sets = found.into_iter().filter(|(_, field, _)| field.name.node == step[1]).flat_map(|(_, _, sets)| sets).collect();
        }
        let mut found = Vec::new();
        for set in sets {
            self.compiler.collect(set, type_name, &mut found)?;
        }
        Some(found.iter().any(|(_, field, _)| field.name.node == wanted))
    }

    fn selected(&self, type_name: &str) -> Option<Collected<'d>> {
        let mut found = Vec::new();
        for set in &self.sets {
            self.compiler.collect(set, type_name, &mut found)?;
        }
        Some(found)
    }
}
