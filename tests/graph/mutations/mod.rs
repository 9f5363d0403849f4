//! Every mutation: what it does, what it refuses, and that it is done once.

mod accounts;
mod articles;
mod audit;
mod catalogue;
mod once;
mod orders;
mod preferences;
mod sessions;
mod told;
mod views;

use crate::support::{mutations::MUTATIONS, shop::Shop};
use async_graphql::parser::{
    parse_schema,
    types::{BaseType, TypeKind, TypeSystemDefinition},
};
use std::sync::LazyLock;

/// The shops of these tests, which change them at the same time: each test makes what it works with.
pub static SHOPS: LazyLock<Vec<Shop>> = LazyLock::new(Shop::open_all);

/// Every mutation of the schema, as it stands there, is one that the tests can send.
#[test]
fn the_tests_know_every_mutation() {
    let schema = parse_schema(polystore::graphql::sdl()).unwrap();
    let fields = schema.definitions.iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(found) if found.node.name.node == "Mutation" => match &found.node.kind {
            TypeKind::Object(object) => Some(&object.fields),
            _ => None,
        },
        _ => None,
    });
    let described = fields.unwrap().iter().map(|field| {
        let argument = |name: &str| field.node.arguments.iter().find(|argument| argument.node.name.node == name);
        let input = argument("input").map(|input| match &input.node.ty.node.base {
            BaseType::Named(name) => name.to_string(),
            BaseType::List(_) => panic!("an input that is a list"),
        });
        (field.node.name.node.to_string(), input, argument("idempotencyKey").is_some())
    });
    let known = MUTATIONS.iter().map(|known| (known.name.to_owned(), known.input.map(str::to_owned), known.keyed));
    assert_eq!(known.collect::<Vec<_>>(), described.collect::<Vec<_>>());
}
