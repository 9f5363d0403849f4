//! The policy of deprecation: a reason, and a date until which the old thing stays.

use async_graphql::{
    Positioned, Value,
    parser::types::{ConstDirective, InputValueDefinition, TypeDefinition, TypeKind},
};
use chrono::NaiveDate;

const MARK: &str = "(until ";

pub fn is_deprecated(directives: &[Positioned<ConstDirective>]) -> bool {
    deprecation(directives).is_some()
}

/// What of a type is deprecated without a date.
pub fn undated(name: &str, definition: &TypeDefinition) -> Vec<String> {
    let mut members: Vec<(String, &[Positioned<ConstDirective>])> = Vec::new();
    match &definition.kind {
        TypeKind::Object(object) => fields(name, &object.fields, &mut members),
        TypeKind::Interface(interface) => fields(name, &interface.fields, &mut members),
        TypeKind::Enum(list) => {
            members.extend(list.values.iter().map(|value| (format!("{name}.{}", value.node.value.node), &value.node.directives[..])));
        }
        TypeKind::InputObject(input) => inputs(&input.fields, |field| format!("{name}.{field}"), &mut members),
        TypeKind::Scalar | TypeKind::Union(_) => {}
    }
    let undated = |directives| deprecation(directives).is_some_and(|reason| until(&reason).is_none());
    members.into_iter().filter(|(_, directives)| undated(directives)).map(|(place, _)| place).collect()
}

type Members<'a> = Vec<(String, &'a [Positioned<ConstDirective>])>;

fn fields<'a>(name: &str, list: &'a [Positioned<async_graphql::parser::types::FieldDefinition>], members: &mut Members<'a>) {
    for field in list.iter().map(|field| &field.node) {
        let place = format!("{name}.{}", field.name.node);
        inputs(&field.arguments, |argument| format!("{place}({argument}:)"), members);
        members.push((place, &field.directives));
    }
}

fn inputs<'a>(list: &'a [Positioned<InputValueDefinition>], place: impl Fn(&str) -> String, members: &mut Members<'a>) {
    members.extend(list.iter().map(|value| (place(&value.node.name.node), &value.node.directives[..])));
}

/// The reason; empty if there is none.
fn deprecation(directives: &[Positioned<ConstDirective>]) -> Option<String> {
    let found = directives.iter().find(|directive| directive.node.name.node == "deprecated")?;
    let reason = found.node.get_argument("reason").map(|reason| &reason.node);
    Some(if let Some(Value::String(reason)) = reason { reason.clone() } else { String::new() })
}

/// The date in `(until 2030-01-31)`, which ends the reason.
fn until(reason: &str) -> Option<NaiveDate> {
    let (why, date) = reason.trim_end().strip_suffix(')')?.rsplit_once(MARK)?;
    let exact = date.len() == "2030-01-31".len() && !why.trim().is_empty();
    exact.then(|| NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()).flatten()
}
