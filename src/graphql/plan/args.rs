//! The arguments of a field: kept as they were written, read when the operation runs, by the same types as the library's.

use super::{Bail, Run};
use crate::{
    graphql::ask::Paging,
    shop::{SortKind, Window},
};
use async_graphql::{
    InputType, Name, Value,
    parser::types::{Field, OperationDefinition, VariableDefinition},
};
use async_graphql_value::Value as Written;
use std::collections::HashMap;

/// What stands in the brackets behind a field's name.
pub struct Args {
    given: Vec<(Name, Written)>,
    defaults: HashMap<Name, Value>,
}

impl Args {
    /// Those of a field.
    pub fn of(field: &Field, operation: &OperationDefinition) -> Self {
        let given: Vec<_> = field.arguments.iter().map(|(name, value)| (name.node.clone(), value.node.clone())).collect();
        let defined = operation.variable_definitions.iter().map(|variable| &variable.node);
        let default = |variable: &VariableDefinition| Some((variable.name.node.clone(), variable.default_value()?.clone()));
        let defaults = if given.is_empty() { HashMap::new() } else { defined.filter_map(default).collect() };
        Self { given, defaults }
    }

    /// One of them, read as the library reads it. Nothing in our schema tells null from nothing.
    pub fn get<T: InputType>(&self, run: &Run<'_>, name: &str) -> Result<T, Bail> {
        let value = self.given.iter().find(|(known, _)| known == name).map(|(_, written)| {
            let variable = |name: Name| Ok(run.variables.get(&name).or_else(|| self.defaults.get(&name)).cloned().unwrap_or_default());
            written.clone().into_const_with(variable)
        });
        T::parse(value.transpose()?).map_err(|_| Bail)
    }

    /// The window that the four arguments of a connection ask for.
    pub fn window(&self, run: &Run<'_>, list: &str, sorted_by: SortKind, total: bool) -> Result<Window, Bail> {
        let paging = Paging {
            first: self.get(run, "first")?,
            after: self.get(run, "after")?,
            last: self.get(run, "last")?,
            before: self.get(run, "before")?,
        };
        paging.within(run.limits, list, sorted_by, total).map_err(|_| Bail)
    }
}
