//! Compares two definitions of one type, kind by kind.

use super::{
    argument::{self, Of},
    change::{Changes, Kind},
    deprecation::is_deprecated,
    variance,
};
use async_graphql::{
    Name, Positioned,
    parser::types::{ConstDirective, EnumType, FieldDefinition, InputObjectType, TypeDefinition, TypeKind},
};
use std::collections::BTreeSet;

pub fn compare(changes: &mut Changes, name: &str, before: &TypeDefinition, after: &TypeDefinition) {
    match (&before.kind, &after.kind) {
        (TypeKind::Scalar, TypeKind::Scalar) => scalar(changes, name, &before.directives, &after.directives),
        (TypeKind::Object(old), TypeKind::Object(new)) => {
            interfaces(changes, name, &old.implements, &new.implements);
            fields(changes, name, &old.fields, &new.fields);
        }
        (TypeKind::Interface(old), TypeKind::Interface(new)) => {
            interfaces(changes, name, &old.implements, &new.implements);
            fields(changes, name, &old.fields, &new.fields);
        }
        (TypeKind::Union(old), TypeKind::Union(new)) => {
            sets(changes, &names(&old.members), &names(&new.members), [Kind::MemberRemoved, Kind::MemberAdded], |member| {
                format!("{name} {member}")
            });
        }
        (TypeKind::Enum(old), TypeKind::Enum(new)) => values(changes, name, old, new),
        (TypeKind::InputObject(old), TypeKind::InputObject(new)) => {
            one_of(changes, name, &before.directives, &after.directives);
            input(changes, name, old, new);
        }
        (old, new) => changes.retyped(Kind::TypeChangedKind, name, word(old), word(new)),
    }
}

fn word(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Scalar => "scalar",
        TypeKind::Object(_) => "type",
        TypeKind::Interface(_) => "interface",
        TypeKind::Union(_) => "union",
        TypeKind::Enum(_) => "enum",
        TypeKind::InputObject(_) => "input",
    }
}

fn scalar(changes: &mut Changes, name: &str, before: &[Positioned<ConstDirective>], after: &[Positioned<ConstDirective>]) {
    let url = |directives: &[Positioned<ConstDirective>]| {
        let found = directives.iter().find(|directive| directive.node.name.node == "specifiedBy");
        found.and_then(|directive| directive.node.get_argument("url").map(|url| url.node.to_string()))
    };
    if let (Some(old), new) = (url(before), url(after))
        && Some(&old) != new.as_ref()
    {
        changes.retyped(Kind::ScalarRespecified, name, old, new.as_deref().unwrap_or("nothing"));
    }
}

fn interfaces(changes: &mut Changes, name: &str, old: &[Positioned<Name>], new: &[Positioned<Name>]) {
    let kinds = [Kind::InterfaceRemoved, Kind::InterfaceAdded];
    sets(changes, &names(old), &names(new), kinds, |interface| format!("{name} {interface}"));
}

fn fields(changes: &mut Changes, name: &str, old: &[Positioned<FieldDefinition>], new: &[Positioned<FieldDefinition>]) {
    for before in old.iter().map(|field| &field.node) {
        let place = format!("{name}.{}", before.name.node);
        let Some(after) = new.iter().map(|field| &field.node).find(|field| field.name.node == before.name.node) else {
            changes.add(Kind::FieldRemoved, place);
            continue;
        };
        let (from, to) = (&before.ty.node, &after.ty.node);
        if from != to {
            let kind = if variance::answers(from, to) { Kind::Widened } else { Kind::FieldRetyped };
            changes.retyped(kind, place.as_str(), from, to);
        }
        if !is_deprecated(&before.directives) && is_deprecated(&after.directives) {
            changes.add(Kind::Deprecated, place.as_str());
        }
        argument::compare(changes, Of::Field(&place), &before.arguments, &after.arguments);
    }
    let known: BTreeSet<_> = old.iter().map(|field| &field.node.name.node).collect();
    for added in new.iter().filter(|field| !known.contains(&field.node.name.node)) {
        changes.add(Kind::FieldAdded, format!("{name}.{}", added.node.name.node));
    }
}

fn values(changes: &mut Changes, name: &str, old: &EnumType, new: &EnumType) {
    let of = |list: &EnumType| list.values.iter().map(|value| value.node.value.node.to_string()).collect();
    sets(changes, &of(old), &of(new), [Kind::ValueRemoved, Kind::ValueAdded], |value| format!("{name}.{value}"));
    let deprecated = |list: &EnumType| -> BTreeSet<String> {
        let values = list.values.iter().filter(|value| is_deprecated(&value.node.directives));
        values.map(|value| value.node.value.node.to_string()).collect()
    };
    for value in deprecated(new).difference(&deprecated(old)) {
        changes.add(Kind::Deprecated, format!("{name}.{value}"));
    }
}

fn one_of(changes: &mut Changes, name: &str, before: &[Positioned<ConstDirective>], after: &[Positioned<ConstDirective>]) {
    let is = |directives: &[Positioned<ConstDirective>]| directives.iter().any(|directive| directive.node.name.node == "oneOf");
    match (is(before), is(after)) {
        (false, true) => changes.add(Kind::BecameOneOf, name),
        (true, false) => changes.add(Kind::NoLongerOneOf, name),
        _ => {}
    }
}

fn input(changes: &mut Changes, name: &str, old: &InputObjectType, new: &InputObjectType) {
    argument::compare(changes, Of::Input(name), &old.fields, &new.fields);
}

fn names(list: &[Positioned<Name>]) -> BTreeSet<String> {
    list.iter().map(|name| name.node.to_string()).collect()
}

/// What is in one of the sets only.
pub fn sets(
    changes: &mut Changes,
    old: &BTreeSet<String>,
    new: &BTreeSet<String>,
    [removed, added]: [Kind; 2],
    place: impl Fn(&str) -> String,
) {
    old.difference(new).for_each(|name| changes.add(removed, place(name)));
    new.difference(old).for_each(|name| changes.add(added, place(name)));
}
