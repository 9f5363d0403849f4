//! Whether the given variables are of their types, by what the schema knows of its inputs. The library looks at all of them, also at those
//! that stand where nothing is executed. What cannot be told here is the library's.

use super::Run;
use crate::graphql::{
    article::ArticleWhere,
    customer::CustomerWhere,
    enums::{ArticleOrder, OrderOrder, ProductOrder, SalesBy, TrendingWindow},
    order::OrderWhere,
    product::ProductWhere,
};
use async_graphql::{
    InputType, Value,
    parser::types::{BaseType, OperationDefinition, Type},
    registry::{MetaType, Registry},
};
use std::sync::LazyLock;

/// The inputs of queries, and all that is within them.
static INPUTS: LazyLock<Registry> = LazyLock::new(|| {
    let mut registry = Registry::default();
    ArticleWhere::create_type_info(&mut registry);
    CustomerWhere::create_type_info(&mut registry);
    OrderWhere::create_type_info(&mut registry);
    ProductWhere::create_type_info(&mut registry);
    ArticleOrder::create_type_info(&mut registry);
    OrderOrder::create_type_info(&mut registry);
    ProductOrder::create_type_info(&mut registry);
    SalesBy::create_type_info(&mut registry);
    TrendingWindow::create_type_info(&mut registry);
    registry
});

/// Whether all variables that are given can be used.
pub fn fit(operation: &OperationDefinition, run: &Run<'_>) -> bool {
    operation.variable_definitions.iter().map(|variable| &variable.node).all(|variable| {
        let given = run.variables.get(&variable.name.node);
        given.is_none_or(|value| fits(&variable.var_type.node, value))
    })
}

fn fits(kind: &Type, value: &Value) -> bool {
    match (&kind.base, value) {
        (_, Value::Null) => kind.nullable,
        (BaseType::List(inner), Value::List(items)) => items.iter().all(|item| fits(inner, item)),
        // a value that stands for a list of one
        (BaseType::List(_), _) => false,
        (BaseType::Named(name), value) => fits_named(name, value),
    }
}

fn fits_named(name: &str, value: &Value) -> bool {
    match (name, value) {
        ("Int", Value::Number(number)) => return number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        ("Float", Value::Number(_)) | ("Boolean", Value::Boolean(_)) | ("String" | "ID", Value::String(_)) => return true,
        _ => {}
    }
    match (INPUTS.types.get(name), value) {
        // whether it can be read is seen when it is used: a scalar has no other rule
        (Some(MetaType::Scalar { .. }), Value::String(_)) => !["Int", "Float", "Boolean"].contains(&name),
        (Some(MetaType::Enum { enum_values, .. }), Value::String(value)) => enum_values.contains_key(value),
        (Some(MetaType::InputObject { input_fields, .. }), Value::Object(given)) => {
            let known = given.keys().all(|key| input_fields.contains_key(key.as_str()));
            known
                && input_fields.values().all(|field| {
                    let Some(kind) = Type::new(&field.ty) else { return false };
                    match given.get(field.name.as_str()) {
                        Some(value) => fits(&kind, value),
                        None => kind.nullable || field.default_value.is_some(),
                    }
                })
        }
        _ => false,
    }
}
