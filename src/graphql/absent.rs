//! Variables that are not given get the value that they count as, so that what they stand in is checked.
//!
//! async-graphql 7.2.1 does not check a literal that holds a variable without a given value: in `{ bogus: 1, inStock: $x }`
//! nobody saw `bogus`. Nor does its `@include(if: $x)` see a default. When it executes, such a variable is its default, or else
//! null; given this value beforehand it is the same in execution, and all checks see it. The specification (3.10) wants the
//! member of a literal object left out where its variable is absent, but taking it out of the document would hide it from the
//! rules on names and on unused variables. So nothing in our schema may tell null from nothing: `tests/graph/variables.rs`.

use async_graphql::{
    Value, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, VariableDefinition},
};
use std::collections::HashMap;

/// Gives the operation's absent variables their values. One pass over the variables of the document.
pub fn complete(document: &ExecutableDocument, operation: &OperationDefinition, variables: &mut Variables) {
    let mut others: HashMap<&str, Vec<&VariableDefinition>> = HashMap::new();
    for (_, other) in document.operations.iter().filter(|(_, other)| !std::ptr::eq(&raw const other.node, operation)) {
        for variable in &other.node.variable_definitions {
            others.entry(&variable.node.name.node).or_default().push(&variable.node);
        }
    }
    for variable in operation.variable_definitions.iter().map(|variable| &variable.node) {
        let name = &variable.name.node;
        let Some(value) = variable.default_value().filter(|_| !variables.contains_key(name)) else { continue };
        let namesakes = others.get(name.as_str()).into_iter().flatten();
        if namesakes.into_iter().all(|other| fits(value, variable, other)) {
            variables.insert(name.clone(), value.clone());
        }
    }
}

/// The library checks fragments with this operation's variables even if only another operation uses them: whether the value
/// may stand wherever that one's variable of the same name may.
fn fits(value: &Value, variable: &VariableDefinition, other: &VariableDefinition) -> bool {
    match value {
        Value::Null => other.var_type.node.nullable && other.default_value.is_none(),
        _ => other.var_type.node.base == variable.var_type.node.base,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{
        EmptyMutation, EmptySubscription, InputObject, Object, Request, Response, Schema,
        futures_util::FutureExt,
        parser::{parse_query, types::DocumentOperations},
        value,
    };

    #[derive(InputObject)]
    struct Given {
        must: i32,
        may: Option<i32>,
        list: Option<Vec<Option<i32>>>,
    }

    struct Query;

    #[Object]
    impl Query {
        async fn echo(&self, given: Given) -> String {
            format!("{} {:?} {:?}", given.must, given.may, given.list)
        }
    }

    /// Executes the first operation by name without any variable given.
    fn answer(query: &str) -> Response {
        let document = parse_query(query).unwrap();
        let mut variables = Variables::default();
        let name = match &document.operations {
            DocumentOperations::Single(operation) => {
                complete(&document, &operation.node, &mut variables);
                None
            }
            DocumentOperations::Multiple(operations) => {
                let (name, operation) = operations.iter().min_by_key(|(name, _)| name.as_str()).unwrap();
                complete(&document, &operation.node, &mut variables);
                Some(name.to_string())
            }
        };
        let mut request = Request::new(query).variables(variables);
        request.operation_name = name;
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        schema.execute(request).now_or_never().unwrap()
    }

    fn refused(query: &str, why: &str) {
        let errors = answer(query).errors;
        assert!(errors.iter().any(|error| error.path.is_empty() && error.message.contains(why)), "{query}: {errors:?}");
    }

    #[test]
    fn members_that_must_be_given_are_missed_whatever_else_is_absent() {
        refused("query($x: Int) { echo(given: { may: $x }) }", "field \"must\" of type \"Int!\" is required");
        refused("query($x: Int = 1) { echo(given: { may: $x }) }", "field \"must\" of type \"Int!\" is required");
        refused("query($x: Int) { echo(given: { must: $x }) }", "expected type \"Int\"");
        refused("query($x: Int = null) { echo(given: { must: $x }) }", "expected type \"Int\"");
        refused("query($x: Int) { echo(given: { must: 1, list: [$x, true] }) }", "expected type \"Int\"");
    }

    #[test]
    fn an_absent_variable_is_its_default_or_null() {
        for (query, echo) in [
            ("query($x: Int) { echo(given: { must: 1, may: $x }) }", "1 None None"),
            ("query($x: Int = 2) { echo(given: { must: $x, may: $x, list: [$x] }) }", "2 Some(2) Some([Some(2)])"),
            ("query($x: Int) { echo(given: { must: 1, list: [3, $x] }) }", "1 None Some([Some(3), None])"),
        ] {
            assert_eq!(answer(query).into_result().unwrap().data, value!({ "echo": echo }), "{query}");
        }
    }

    #[test]
    fn a_fragment_of_another_operation_is_not_checked_with_values_that_only_this_one_may_have() {
        for (here, there) in [("Int", "Int!"), ("Int", "Int = 1"), ("Boolean = true", "Int!")] {
            let own = if here == "Int" { "may: $x" } else { "may: 5" };
            let used = if here == "Int" { "" } else { "@include(if: $x)" };
            let query = format!(
                "query A($x: {here}) {{ echo(given: {{ must: 1, {own} }}) {used} }} query B($x: {there}) {{ ...F }}
                 fragment F on Query {{ echo(given: {{ must: $x }}) }}"
            );
            assert_eq!(answer(&query).errors, [], "{query}");
        }
        let query =
            "query A($x: Int) { echo(given: { must: 1, may: $x, bogus: 1 }) } query B($x: Int) { echo(given: { must: 1, may: $x }) }";
        refused(query, "unknown field \"bogus\"");
    }
}
