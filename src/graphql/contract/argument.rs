//! Compares what clients give: arguments of fields and directives, and fields of input objects.

use super::{
    change::{Changes, Kind},
    deprecation::is_deprecated,
    variance,
};
use async_graphql::{Positioned, parser::types::InputValueDefinition};

/// Whose they are.
#[derive(Clone, Copy)]
pub enum Of<'a> {
    /// `Query.products`, or `@skip`.
    Field(&'a str),
    /// `PlaceOrderInput`.
    Input(&'a str),
}

/// The kinds of a change, by what it happens to.
struct Kinds {
    removed: Kind,
    retyped: Kind,
    required: Kind,
    optional: Kind,
    default: Kind,
}

impl Of<'_> {
    fn kinds(self) -> Kinds {
        match self {
            Self::Field(_) => Kinds {
                removed: Kind::ArgumentRemoved,
                retyped: Kind::ArgumentRetyped,
                required: Kind::RequiredArgumentAdded,
                optional: Kind::OptionalArgumentAdded,
                default: Kind::ArgumentDefaultChanged,
            },
            Self::Input(_) => Kinds {
                removed: Kind::InputFieldRemoved,
                retyped: Kind::InputFieldRetyped,
                required: Kind::RequiredInputFieldAdded,
                optional: Kind::OptionalInputFieldAdded,
                default: Kind::InputFieldDefaultChanged,
            },
        }
    }

    fn place(self, name: &str) -> String {
        match self {
            Self::Field(field) => format!("{field}({name}:)"),
            Self::Input(input) => format!("{input}.{name}"),
        }
    }
}

pub fn compare(changes: &mut Changes, of: Of<'_>, old: &[Positioned<InputValueDefinition>], new: &[Positioned<InputValueDefinition>]) {
    let kinds = of.kinds();
    for before in old.iter().map(|value| &value.node) {
        let place = of.place(&before.name.node);
        let Some(after) = new.iter().map(|value| &value.node).find(|value| value.name.node == before.name.node) else {
            changes.add(kinds.removed, place);
            continue;
        };
        let (from, to) = (&before.ty.node, &after.ty.node);
        if from != to {
            let kind = if variance::takes(from, to) { Kind::Widened } else { kinds.retyped };
            changes.retyped(kind, place.as_str(), from, to);
        }
        default(changes, kinds.default, &place, before, after);
        if !is_deprecated(&before.directives) && is_deprecated(&after.directives) {
            changes.add(Kind::Deprecated, place);
        }
    }
    for added in new.iter().map(|value| &value.node) {
        if !old.iter().any(|value| value.node.name.node == added.name.node) {
            changes.add(if required(added) { kinds.required } else { kinds.optional }, of.place(&added.name.node));
        }
    }
}

fn required(value: &InputValueDefinition) -> bool {
    !value.ty.node.nullable && value.default_value.is_none()
}

/// What was required was always given: a default that it gets is nobody's.
fn default(changes: &mut Changes, kind: Kind, place: &str, before: &InputValueDefinition, after: &InputValueDefinition) {
    let of = |value: &InputValueDefinition| value.default_value.as_ref().map(|value| value.node.clone());
    let (from, to) = (of(before), of(after));
    if from != to && !required(before) {
        let told = |value: Option<async_graphql::Value>| value.map_or_else(|| "nothing".to_owned(), |value| value.to_string());
        changes.retyped(kind, place, told(from), told(to));
    }
}
