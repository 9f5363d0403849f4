//! Writes an answer's data in selection order.
//!
//! async-graphql 7.2.1 puts a field into the answer when it is resolved, so the order of keys differs from request to request.
//! Clients, caches and people expect the order of the selection. Where fragments for several types meet, the order depends on
//! the object's type: such selection sets get a hidden `__typename` before execution, which is left out when writing.

use async_graphql::{
    Name, PathSegment, Pos, Positioned, Value, Variables,
    indexmap::IndexMap,
    parser::types::{Directive, DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// What the aliases that clients may not use begin with.
pub const RESERVED: &str = "__polystore";
/// The alias of the hidden field.
const HIDDEN: &str = "__polystore_type";
/// Types that a fragment may name although no object is of them.
pub const ABSTRACT: [&str; 3] = ["Node", "SearchResult", "Block"];

/// Adds the hidden `__typename` where the order of keys depends on the object's type.
pub fn add_hidden_types(document: &mut ExecutableDocument) {
    match &mut document.operations {
        DocumentOperations::Single(operation) => add_to_set(&mut operation.node.selection_set.node),
        DocumentOperations::Multiple(operations) => {
            operations.values_mut().for_each(|operation| add_to_set(&mut operation.node.selection_set.node));
        }
    }
    document.fragments.values_mut().for_each(|fragment| add_to_set(&mut fragment.node.selection_set.node));
}

fn add_to_set(set: &mut SelectionSet) {
    let mut typed = false;
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => add_to_set(&mut field.node.selection_set.node),
            Selection::InlineFragment(fragment) => {
                typed |= fragment.node.type_condition.is_some();
                add_to_set(&mut fragment.node.selection_set.node);
            }
            Selection::FragmentSpread(_) => typed = true,
        }
    }
    if typed {
        let field = Field {
            alias: Some(Positioned::new(Name::new(HIDDEN), Pos::default())),
            name: Positioned::new(Name::new("__typename"), Pos::default()),
            arguments: Vec::new(),
            directives: Vec::new(),
            selection_set: Positioned::default(),
        };
        set.items.push(Positioned::new(Selection::Field(Positioned::new(field, Pos::default())), Pos::default()));
    }
}

/// Writes `data`, the answer of `operation`, as JSON. `failed` are the paths of the errors: the library leaves out fields that
/// failed, the specification wants them to be null. Only nullable fields can fail: `tests/architecture.rs` sees to that.
pub fn write<'a>(
    data: &Value,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    failed: impl Iterator<Item = &'a [PathSegment]>,
    out: &mut Vec<u8>,
) -> serde_json::Result<()> {
    let mut holes = HashMap::new();
    for path in failed {
        let path: Vec<Step> = path.iter().cloned().map(Step::from).collect();
        for length in 1..=path.len() {
            let here = holes.entry(path[..length].to_vec()).or_insert(Hole::Below);
            if length == path.len() {
                *here = Hole::Here;
            }
        }
    }
    let root = Shape::of(vec![&operation.selection_set.node]);
    let below_root = !holes.is_empty();
    let scope = Scope { document, operation, variables };
    Writer { scope, holes, path: Vec::new(), out }.value(data, &root, below_root)
}

/// A part of a path.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Step {
    Field(String),
    Index(usize),
}

impl From<PathSegment> for Step {
    fn from(segment: PathSegment) -> Self {
        match segment {
            PathSegment::Field(name) => Self::Field(name),
            PathSegment::Index(index) => Self::Index(index),
        }
    }
}

/// Where an error leaves something out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hole {
    /// The field itself.
    Here,
    /// Something below it: it is an object, even if nothing is left of it.
    Below,
}

/// The selections that meet in one object, and the keys that they come to, by the object's type.
struct Shape<'a> {
    sets: Vec<&'a SelectionSet>,
    keys: RefCell<HashMap<Option<String>, Keys<'a>>>,
}

type Keys<'a> = Rc<Vec<(&'a str, Shape<'a>)>>;

impl<'a> Shape<'a> {
    fn of(sets: Vec<&'a SelectionSet>) -> Self {
        Self { sets, keys: RefCell::default() }
    }

    fn has_fields(&self) -> bool {
        self.sets.iter().any(|set| !set.items.is_empty())
    }

    fn keys(&self, type_name: Option<&str>, scope: Scope<'a>) -> Keys<'a> {
        let wanted = type_name.map(str::to_owned);
        if let Some(keys) = self.keys.borrow().get(&wanted) {
            return Rc::clone(keys);
        }
        let mut collected = Vec::new();
        self.sets.iter().for_each(|set| collect(set, type_name, scope, &mut collected));
        let keys: Keys<'a> = Rc::new(collected.into_iter().map(|(key, sets)| (key, Shape::of(sets))).collect());
        self.keys.borrow_mut().insert(wanted, Rc::clone(&keys));
        keys
    }
}

fn collect<'a>(set: &'a SelectionSet, type_name: Option<&str>, scope: Scope<'a>, into: &mut Vec<(&'a str, Vec<&'a SelectionSet>)>) {
    let applies = |condition: &str| type_name.is_none_or(|name| name == condition || ABSTRACT.contains(&condition));
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) if scope.excludes(&field.node.directives) => {}
            Selection::InlineFragment(fragment) if scope.excludes(&fragment.node.directives) => {}
            Selection::FragmentSpread(spread) if scope.excludes(&spread.node.directives) => {}
            Selection::Field(field) => {
                let key = field.node.response_key().node.as_str();
                let below = &field.node.selection_set.node;
                match into.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, sets)) => sets.push(below),
                    None => into.push((key, vec![below])),
                }
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref().map(|condition| condition.node.on.node.as_str());
                if condition.is_none_or(applies) {
                    collect(&fragment.node.selection_set.node, type_name, scope, into);
                }
            }
            Selection::FragmentSpread(spread) => {
                let fragment = scope.document.fragments.get(&spread.node.fragment_name.node);
                if let Some(fragment) = fragment.filter(|fragment| applies(fragment.node.type_condition.node.on.node.as_str())) {
                    collect(&fragment.node.selection_set.node, type_name, scope, into);
                }
            }
        }
    }
}

/// What decides which selections apply.
#[derive(Clone, Copy)]
struct Scope<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
}

impl Scope<'_> {
    /// Whether `@skip` or `@include` leaves a selection out.
    fn excludes(self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let condition = directive.node.get_argument("if").map(|value| &value.node);
            match directive.node.name.node.as_str() {
                "skip" => condition.is_some_and(|value| self.truth(value) == Some(true)),
                "include" => condition.is_some_and(|value| self.truth(value) == Some(false)),
                _ => false,
            }
        })
    }

    fn truth(self, value: &async_graphql_value::Value) -> Option<bool> {
        let given = match value {
            async_graphql_value::Value::Boolean(truth) => return Some(*truth),
            async_graphql_value::Value::Variable(name) => self.variables.get(name).or_else(|| {
                let defined = self.operation.variable_definitions.iter().find(|variable| variable.node.name.node == *name)?;
                defined.node.default_value.as_ref().map(|value| &value.node)
            }),
            _ => None,
        };
        match given {
            Some(Value::Boolean(truth)) => Some(*truth),
            _ => None,
        }
    }
}

struct Writer<'a, 'o> {
    scope: Scope<'a>,
    holes: HashMap<Vec<Step>, Hole>,
    /// Where the writer is; kept only if there are holes.
    path: Vec<Step>,
    out: &'o mut Vec<u8>,
}

impl<'a> Writer<'a, '_> {
    /// `below` tells whether something below this value failed.
    fn value(&mut self, data: &Value, shape: &Shape<'a>, below: bool) -> serde_json::Result<()> {
        let empty = IndexMap::new();
        match data {
            // a scalar may be an object, too: then nothing is selected in it
            Value::Object(map) if shape.has_fields() => self.object(map, shape),
            Value::Null if below && shape.has_fields() => self.object(&empty, shape),
            Value::List(items) => {
                self.out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    let below = self.enter(|| Step::Index(index)) == Some(Hole::Below);
                    self.value(item, shape, below)?;
                    self.path.pop();
                }
                self.out.push(b']');
                Ok(())
            }
            leaf => serde_json::to_writer(&mut *self.out, leaf),
        }
    }

    fn object(&mut self, map: &IndexMap<Name, Value>, shape: &Shape<'a>) -> serde_json::Result<()> {
        let type_name = match map.get(HIDDEN) {
            Some(Value::String(name)) => Some(name.as_str()),
            _ => None,
        };
        let mut first = true;
        self.out.push(b'{');
        for (key, below) in shape.keys(type_name, self.scope).iter().filter(|(key, _)| *key != HIDDEN) {
            let hole = self.enter(|| Step::Field((*key).to_owned()));
            let inner = map.get(*key).or(hole.map(|_| &Value::Null));
            if let Some(inner) = inner {
                if !std::mem::take(&mut first) {
                    self.out.push(b',');
                }
                serde_json::to_writer(&mut *self.out, key)?;
                self.out.push(b':');
                self.value(inner, below, hole == Some(Hole::Below))?;
            }
            self.path.pop();
        }
        self.out.push(b'}');
        Ok(())
    }

    fn enter(&mut self, step: impl FnOnce() -> Step) -> Option<Hole> {
        if self.holes.is_empty() {
            return None;
        }
        self.path.push(step());
        self.holes.get(&self.path).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{parser::parse_query, value};

    fn written(query: &str, data: &Value) -> String {
        with_errors(query, data, &[])
    }

    fn with_errors(query: &str, data: &Value, failed: &[&[PathSegment]]) -> String {
        let mut document = parse_query(query).unwrap();
        add_hidden_types(&mut document);
        let (_, operation) = document.operations.iter().next().unwrap();
        let mut out = Vec::new();
        write(data, &document, &operation.node, &Variables::default(), failed.iter().copied(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn keys_stand_in_selection_order_whatever_order_they_came_in() {
        let data = value!({ "c": { "z": 1, "y": [{ "b": 2, "a": null }] }, "a": "x" });
        assert_eq!(
            written("{ a c { y { a b } } ...F } fragment F on Query { c { z } }", &data),
            r#"{"a":"x","c":{"y":[{"a":null,"b":2}],"z":1}}"#
        );
    }

    #[test]
    fn fragments_of_other_types_do_not_change_the_order() {
        let query = "{ search { ... on Product { a b } ... on Article { b a } __typename } }";
        let article = value!({ "search": { "a": 1, "b": 2, "__typename": "Article", "__polystore_type": "Article" } });
        assert_eq!(written(query, &article), r#"{"search":{"b":2,"a":1,"__typename":"Article"}}"#);
        let product = value!({ "search": { "b": 2, "a": 1, "__typename": "Product", "__polystore_type": "Product" } });
        assert_eq!(written(query, &product), r#"{"search":{"a":1,"b":2,"__typename":"Product"}}"#);
    }

    #[test]
    fn what_is_skipped_has_no_place_in_the_order() {
        let query = "query($no: Boolean = false) { name @skip(if: true) ...F @include(if: $no) version name } fragment F on Query { name }";
        assert_eq!(written(query, &value!({ "name": 1, "version": 2 })), r#"{"version":2,"name":1}"#);
    }

    #[test]
    fn free_json_keeps_its_own_order() {
        assert_eq!(written("{ extra }", &value!({ "extra": { "b": 1, "a": { "d": 2 } } })), r#"{"extra":{"b":1,"a":{"d":2}}}"#);
    }

    #[test]
    fn fields_that_failed_are_null_and_not_left_out() {
        let field = |name: &str| PathSegment::Field(name.to_owned());
        let query = "{ a list { b c } d { e } }";
        let data = value!({ "list": [{ "c": 1 }, null], "d": null });
        let failed = [vec![field("a")], vec![field("list"), PathSegment::Index(0), field("b")], vec![field("d"), field("e")]];
        let failed: Vec<&[PathSegment]> = failed.iter().map(Vec::as_slice).collect();
        assert_eq!(with_errors(query, &data, &failed), r#"{"a":null,"list":[{"b":null,"c":1},null],"d":{"e":null}}"#);
        assert_eq!(with_errors("{ a }", &Value::Null, &[&[field("a")]]), r#"{"a":null}"#);
        assert_eq!(written("{ a @skip(if: true) b }", &value!({ "b": 1 })), r#"{"b":1}"#);
    }
}
