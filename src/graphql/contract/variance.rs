//! When a type may take another's place: for answers, and for what clients give.

use async_graphql::parser::types::{BaseType, Type};

/// Whether every answer of the type `new` is one of `old`: it may promise more, such as never to be null. Another name breaks even when
/// the new type is one of the old type's own: a fragment on a sister type would no longer be valid.
pub fn answers(old: &Type, new: &Type) -> bool {
    let inner = match (&old.base, &new.base) {
        (BaseType::Named(old), BaseType::Named(new)) => old == new,
        (BaseType::List(old), BaseType::List(new)) => answers(old, new),
        _ => false,
    };
    inner && (old.nullable || !new.nullable)
}

/// Whether every value, and every variable, of the type `old` may be given for `new`: it may ask for less.
pub fn takes(old: &Type, new: &Type) -> bool {
    let inner = match (&old.base, &new.base) {
        (BaseType::Named(old), BaseType::Named(new)) => old == new,
        (BaseType::List(old), BaseType::List(new)) => takes(old, new),
        _ => false,
    };
    inner && (new.nullable || !old.nullable)
}
