//! The guard: counts what a parsed document would do, before the library's own, recursive, checks see it.
//!
//! One pass, each fragment counted once and remembered; sums saturate. In async-graphql 7.2.1 nested fragment spreads make
//! validation exponential and `first: -1` makes a list free of cost; neither reaches it from here.

use super::{
    ask::DEFAULT_FIRST,
    cost::{Points, weights},
    error::Code,
    limits::{INTROSPECTION_DEPTH, INTROSPECTION_FIELDS, INTROSPECTION_LISTS, Limits, NESTING},
    query::DEFAULT_REPORT_ROWS,
    selection::RESERVED,
};
use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use std::{cell::Cell, collections::HashMap};

/// Arguments that say how many rows there are.
const ROWS: [&str; 4] = ["first", "last", "limit", "ids"];

/// Why a document is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code for the client.
    pub code: Code,
    /// What was exceeded, and the limit.
    pub message: String,
}

/// What the guard found in a document that it lets pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Whether other variables could come to something else.
    pub by_variables: bool,
    /// What each operation costs.
    pub costs: Costs,
}

/// What a selection set comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    depth: u64,
    introspection_depth: u64,
    introspection_lists: u64,
    introspection_fields: u64,
    complexity: u64,
    points: Points,
    selections: u64,
    aliases: u64,
    /// Fields at this level itself.
    fields: u64,
    /// Fragments within fragments.
    nested: usize,
}

impl Count {
    /// Beside each other.
    fn and(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            introspection_fields: self.introspection_fields.saturating_add(other.introspection_fields),
            complexity: self.complexity.saturating_add(other.complexity),
            points: self.points.and(other.points),
            selections: self.selections.saturating_add(other.selections),
            aliases: self.aliases.saturating_add(other.aliases),
            fields: self.fields.saturating_add(other.fields),
            nested: self.nested.max(other.nested),
        }
    }
}

struct Guard<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    /// Defaults of the operation's variables.
    defaults: HashMap<&'a str, &'a Value>,
    /// `None` while a fragment is being counted: meeting it then is a cycle.
    fragments: HashMap<&'a str, Option<Count>>,
    directives: u64,
    /// Fragments that are being counted: each is a turn of the recursion.
    open: usize,
    /// Most rows of a page.
    first: u32,
    /// Whether the schema may be asked for.
    introspection: bool,
    /// Whether a variable was looked up.
    by_variables: Cell<bool>,
}

/// What each operation of a document costs, in points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Costs(Vec<(Option<Name>, u64)>);

impl Costs {
    /// Of the operation that has this name; without one, of the first.
    pub fn of(&self, name: Option<&str>) -> u64 {
        let named = |(known, _): &&(Option<Name>, u64)| name.is_none() || known.as_deref() == name;
        self.0.iter().find(named).map_or(u64::MAX, |(_, cost)| *cost)
    }

    /// Of all of them, in the order of their names.
    pub fn all(mut self) -> Vec<(Option<Name>, u64)> {
        self.0.sort();
        self.0
    }
}

/// Checks every operation of the document; gives what each costs.
pub fn check(document: &ExecutableDocument, variables: &Variables, limits: &Limits) -> Result<Passed, Refusal> {
    let mut guard = Guard::new(document, variables, limits);
    let mut costs = Costs::default();
    for (name, operation) in document.operations.iter() {
        costs.0.push((name.cloned(), guard.operation(&operation.node, limits)?));
    }
    // the library validates fragments that nothing uses, too
    for name in document.fragments.keys() {
        let count = guard.fragment(name.as_str())?;
        // whether a fragment belongs to introspection shows only where it is used
        bounds(count, guard.directives, &Limits { depth: limits.depth.max(INTROSPECTION_DEPTH), ..*limits })?;
    }
    Ok(Passed { by_variables: guard.by_variables.get(), costs })
}

/// How many rows the fields of an operation are counted with.
pub struct Rows<'a>(Guard<'a>);

impl<'a> Rows<'a> {
    /// Of an operation with these variables.
    pub fn of(document: &'a ExecutableDocument, operation: &'a OperationDefinition, variables: &'a Variables, limits: &Limits) -> Self {
        let mut guard = Guard::new(document, variables, limits);
        guard.enter(operation);
        Self(guard)
    }

    /// The rows below a field, and how many ids it was given, if it takes any.
    pub fn below(&self, field: &Field) -> Result<(u64, Option<u64>), Refusal> {
        self.0.rows(field)
    }
}

impl<'a> Guard<'a> {
    fn new(document: &'a ExecutableDocument, variables: &'a Variables, limits: &Limits) -> Self {
        let (defaults, fragments) = (HashMap::new(), HashMap::new());
        let by_variables = Cell::new(false);
        let Limits { first, introspection, .. } = *limits;
        Self { document, variables, defaults, fragments, directives: 0, open: 0, first, introspection, by_variables }
    }

    /// Numbers of rows may come from variables, and those from this operation's defaults.
    fn enter(&mut self, operation: &'a OperationDefinition) {
        let default = |variable: &'a Positioned<async_graphql::parser::types::VariableDefinition>| {
            variable.node.default_value.as_ref().map(|value| (variable.node.name.node.as_str(), &value.node))
        };
        self.defaults = operation.variable_definitions.iter().filter_map(default).collect();
    }

    fn operation(&mut self, operation: &'a OperationDefinition, limits: &Limits) -> Result<u64, Refusal> {
        self.enter(operation);
        self.fragments.clear();
        self.directives += operation.directives.len() as u64;
        let count = self.set(&operation.selection_set.node)?;
        bounds(count, self.directives, limits)?;
        if count.fields > limits.root_fields {
            let message = format!("the operation has {} root fields, at most {} are allowed", count.fields, limits.root_fields);
            return Err(Refusal { code: Code::QueryTooComplex, message });
        }
        Ok(count.points.total())
    }

    fn set(&mut self, set: &'a SelectionSet) -> Result<Count, Refusal> {
        let mut sum = Count::default();
        for selection in &set.items {
            let count = match &selection.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::InlineFragment(fragment) => {
                    self.directives += fragment.node.directives.len() as u64;
                    with_self(self.set(&fragment.node.selection_set.node)?)
                }
                Selection::FragmentSpread(spread) => {
                    self.directives += spread.node.directives.len() as u64;
                    with_self(self.fragment(spread.node.fragment_name.node.as_str())?)
                }
            };
            sum = sum.and(count);
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &'a str) -> Result<Count, Refusal> {
        match self.fragments.get(name) {
            Some(Some(count)) => return Ok(*count),
            Some(None) => {
                let message = "fragments refer to one another in a circle".to_owned();
                return Err(Refusal { code: Code::GraphqlValidationFailed, message });
            }
            None => {}
        }
        // an unknown fragment is the validation's to name
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Count::default()) };
        // before the stack is used up, which a chain as long as the limit of tokens allows would do, here or in the library
        let too_deep = || Refusal { code: Code::QueryTooDeep, message: format!("fragments are nested more than {NESTING} deep") };
        if self.open == NESTING {
            return Err(too_deep());
        }
        self.fragments.insert(name, None);
        self.directives += fragment.node.directives.len() as u64;
        self.open += 1;
        let below = self.set(&fragment.node.selection_set.node)?;
        self.open -= 1;
        // those that were counted before are as deep as those that are open
        let count = Count { nested: below.nested + 1, ..below };
        if count.nested > NESTING {
            return Err(too_deep());
        }
        self.fragments.insert(name, Some(count));
        Ok(count)
    }

    fn field(&mut self, field: &'a Field) -> Result<Count, Refusal> {
        self.directives += field.directives.len() as u64;
        if field.alias.as_ref().is_some_and(|alias| alias.node.starts_with(RESERVED)) {
            let message = format!("aliases that begin with {RESERVED} are the server's own");
            return Err(Refusal { code: Code::GraphqlValidationFailed, message });
        }
        if !self.introspection && matches!(field.name.node.as_str(), "__schema" | "__type") {
            let message = "introspection is off here: the schema comes with the documentation of the shop".to_owned();
            return Err(Refusal { code: Code::IntrospectionDisabled, message });
        }
        let (rows, ids) = self.rows(field)?;
        let below = self.set(&field.selection_set.node)?;
        let name = field.name.node.as_str();
        let introspection = name.starts_with("__");
        let listed =
            matches!(name, "types" | "fields" | "args" | "inputFields" | "enumValues" | "possibleTypes" | "interfaces" | "directives");
        Ok(Count {
            // what is below `__schema` counts as introspection, not as depth
            depth: if introspection { 1 } else { below.depth + 1 },
            introspection_depth: if introspection { below.depth.max(below.introspection_depth) + 1 } else { below.introspection_depth },
            introspection_lists: below.introspection_lists + u64::from(listed),
            introspection_fields: below.introspection_fields.saturating_add(u64::from(listed)),
            points: below.points.below(weights::of_field(name, field.selection_set.node.items.is_empty(), ids), rows),
            complexity: rows.saturating_mul(below.complexity).saturating_add(u64::from(!introspection)),
            selections: below.selections.saturating_add(1),
            aliases: below.aliases.saturating_add(u64::from(field.alias.is_some())),
            fields: 1,
            nested: below.nested,
        })
    }

    /// How many rows are below this field, and how many ids it was given, if it takes any; refuses numbers of rows that are out of range.
    fn rows(&self, field: &Field) -> Result<(u64, Option<u64>), Refusal> {
        let mut rows = match field.name.node.as_str() {
            "products" | "orders" | "articles" | "customers" | "comments" | "revisions" | "activity" | "search" => u64::from(DEFAULT_FIRST),
            "trending" | "bestSellers" | "categories" | "blocks" | "comparisons" => 10,
            "children" | "items" | "timeline" => 5,
            "salesReport" => u64::from(DEFAULT_REPORT_ROWS),
            _ => 1,
        };
        let mut given_ids = field.arguments.iter().any(|(name, _)| matches!(name.node.as_str(), "id" | "ids")).then_some(1);
        let numbers = field.arguments.iter().filter(|(name, _)| ROWS.contains(&name.node.as_str()));
        for (name, value) in numbers {
            let Some(value) = self.resolved(&value.node) else { continue };
            match (name.node.as_str(), value) {
                (argument @ ("first" | "last"), Value::Number(number)) => match number.as_u64() {
                    Some(given) if (1..=u64::from(self.first)).contains(&given) => rows = given,
                    _ => {
                        let message = format!("{argument} must be between 1 and {}", self.first);
                        return Err(Refusal { code: Code::BadUserInput, message });
                    }
                },
                ("limit", Value::Number(number)) => rows = number.as_u64().unwrap_or(rows),
                ("ids", Value::List(ids)) => {
                    rows = ids.len() as u64;
                    given_ids = Some(rows);
                }
                _ => {}
            }
        }
        Ok((rows, given_ids))
    }

    /// The value of a number or list argument, variables looked up; `None` for anything else.
    fn resolved(&self, value: &async_graphql_value::Value) -> Option<Value> {
        match value {
            async_graphql_value::Value::Variable(name) => {
                self.by_variables.set(true);
                let given = self.variables.get(name).filter(|value| **value != Value::Null);
                given.or_else(|| self.defaults.get(name.as_str()).copied()).cloned()
            }
            async_graphql_value::Value::Number(number) => Some(Value::Number(number.clone())),
            // only its length matters
            async_graphql_value::Value::List(items) => Some(Value::List(vec![Value::Null; items.len()])),
            _ => None,
        }
    }
}

fn bounds(count: Count, directives: u64, limits: &Limits) -> Result<(), Refusal> {
    let over = |what: &str, is: u64, limit: u64| {
        let message = format!("the operation has {is} {what}, at most {limit} are allowed");
        if is > limit { Err(Refusal { code: Code::QueryTooComplex, message }) } else { Ok(()) }
    };
    over("fields and fragments", count.selections, limits.selections)?;
    over("aliases", count.aliases, limits.aliases)?;
    over("directives", directives, limits.directives)?;
    over("levels of lists in introspection", count.introspection_lists, INTROSPECTION_LISTS)?;
    over("lists in introspection", count.introspection_fields, INTROSPECTION_FIELDS)?;
    for (is, limit) in [(count.depth, limits.depth), (count.introspection_depth, INTROSPECTION_DEPTH)] {
        if is > limit {
            let message = format!("the operation is {is} levels deep, at most {limit} are allowed");
            return Err(Refusal { code: Code::QueryTooDeep, message });
        }
    }
    if count.complexity > limits.complexity {
        let message = format!(
            "the operation has a complexity of {}, at most {} is allowed: ask for fewer rows or fields",
            count.complexity, limits.complexity
        );
        return Err(Refusal { code: Code::QueryTooComplex, message });
    }
    Ok(())
}

/// The fragment itself counts as one selection.
fn with_self(count: Count) -> Count {
    Count { selections: count.selections.saturating_add(1), ..count }
}
