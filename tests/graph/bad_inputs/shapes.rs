//! Inputs of another shape than the schema's: fields that do not exist, that are missing, of another type, of two kinds at once.

use super::{Expected, Row, World};
use crate::support::mutations::{MUTATIONS, Mutation};
use async_graphql::parser::{
    parse_schema,
    types::{BaseType, InputValueDefinition, TypeKind, TypeSystemDefinition},
};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The fields of every input type: name, type, and whether it must be given.
fn inputs() -> HashMap<String, Vec<(String, String, bool)>> {
    let schema = parse_schema(polystore::graphql::sdl()).unwrap();
    let field = |field: &InputValueDefinition| {
        let named = match &field.ty.node.base {
            BaseType::Named(name) => name.to_string(),
            BaseType::List(_) => "a list".to_owned(),
        };
        (field.name.node.to_string(), named, !field.ty.node.nullable && field.default_value.is_none())
    };
    let types = schema.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(found) => match found.node.kind {
            TypeKind::InputObject(input) => {
                Some((found.node.name.node.to_string(), input.fields.iter().map(|given| field(&given.node)).collect()))
            }
            _ => None,
        },
        _ => None,
    });
    types.collect()
}

pub fn rows(world: &World) -> Vec<Row> {
    let inputs = inputs();
    let mut rows = Vec::new();
    // an object is looked into by the validation; what stands there instead of one, by the field
    let (invalid, unread) = (Expected::Error("GRAPHQL_VALIDATION_FAILED"), Expected::Error("BAD_USER_INPUT"));
    for Mutation { name, input, .. } in &MUTATIONS {
        let Some(input) = input else { continue };
        let (who, good) = world.good(name);
        let mut add = |what: &str, input: Value, expected: Expected| {
            let row = Row { what: format!("{name}: {what}"), who, mutation: name, input, key: super::Key::None, expected };
            rows.push(row);
        };
        add("null", Value::Null, Expected::Error("BAD_USER_INPUT"));
        for value in [json!("x"), json!(1), json!(true), json!([]), json!([good])] {
            add(&value.to_string(), value, unread.clone());
        }
        for bogus in ["bogus", "Id", "__proto__", "__typename", "$where", "a.b", "", "idempotencyKey", "customerId", "role"] {
            let mut input = good.clone();
            input[bogus] = json!(1);
            add(&format!("an unknown field {bogus:?}"), input, invalid.clone());
        }
        for (field, of_type, required) in &inputs[*input] {
            let changed = |value: Option<Value>| {
                let mut input = good.clone();
                let map = input.as_object_mut().unwrap();
                map.remove(field);
                map.extend(value.map(|value| (field.clone(), value)));
                input
            };
            if *required {
                add(&format!("{field} is missing"), changed(None), invalid.clone());
                // JSON may be null as far as the schema goes
                let expected = if of_type == "JSON" { super::refused("BAD_USER_INPUT", field) } else { invalid.clone() };
                if of_type != "JSON" {
                    add(&format!("{field} is null"), changed(Some(Value::Null)), expected);
                }
            }
            if of_type == "String" {
                for value in [json!(1), json!(true), json!({ "$ne": null }), json!(["a"]), json!([])] {
                    add(&format!("{field} = {value}"), changed(Some(value)), invalid.clone());
                }
            }
            if of_type == "a list" {
                for value in [json!([null]), json!({ "0": null })] {
                    add(&format!("{field} = {value}"), changed(Some(value)), invalid.clone());
                }
            }
        }
    }
    rows.extend(one_of(world));
    rows
}

/// Exactly one kind each.
fn one_of(world: &World) -> Vec<Row> {
    let invalid = Expected::Error("GRAPHQL_VALIDATION_FAILED");
    let text = json!({ "text": "x" });
    let blocks = [
        json!({}),
        json!(null),
        json!({ "video": { "url": "x" } }),
        json!({ "paragraph": text, "quote": text }),
        json!({ "paragraph": text, "quote": null }),
        json!({ "paragraph": null }),
        json!({ "paragraph": {} }),
        json!({ "paragraph": { "text": null } }),
        json!({ "paragraph": { "text": "x", "level": 1 } }),
        json!({ "heading": text }),
        json!({ "type": "PARAGRAPH", "text": "x" }),
        json!({ "image": { "url": "x" } }),
        json!({ "productEmbed": { "note": "x" } }),
        json!({ "__proto__": text }),
    ];
    let mut rows: Vec<_> = ["createArticle", "updateArticle"]
        .into_iter()
        .flat_map(|mutation| blocks.iter().map(move |block| (mutation, block.clone())))
        .map(|(mutation, block)| Row::at(world, mutation, "blocks.0", block, invalid.clone()))
        .collect();
    for mutation in ["createArticle", "updateArticle"] {
        for blocks in [json!([[]]), json!(1), json!(["text"]), json!([{ "paragraph": "x" }]), json!([{ "paragraph": [text] }])] {
            rows.push(Row::at(world, mutation, "blocks", blocks, Expected::Error("BAD_USER_INPUT")));
        }
        // one that stands for a list of one
        rows.push(Row::at(world, mutation, "productIds", json!(1), super::refused("BAD_USER_INPUT", "productIds.0")));
        let many = vec![json!({ "paragraph": text }); 1_001];
        rows.push(Row::bad(world, mutation, "blocks", json!(many)));
        let large = json!([{ "code": { "language": "c", "source": "x".repeat(1 << 20) } }]);
        rows.push(Row::bad(world, mutation, "blocks", large));
        rows.push(Row::bad(world, mutation, "productIds", json!(vec!["product_00000000000000000000000000"; 101])));
        let twice = json!(["product_00000000000000000000000000", "product_00000000000000000000000000"]);
        rows.push(Row::at(world, mutation, "productIds", twice, super::refused("BAD_USER_INPUT", "productIds.1")));
    }
    for value in [json!([[]]), json!(1), json!("x")] {
        rows.push(Row::at(world, "placeOrder", "items", value, Expected::Error("BAD_USER_INPUT")));
    }
    let product = &world.product;
    for input in [
        json!({}),
        json!({ "productId": product, "articleId": world.article }),
        json!({ "productId": product, "articleId": null }),
        json!({ "productId": null }),
        json!({ "orderId": world.order }),
    ] {
        let (who, what) = (crate::support::shop::As::Visitor, format!("recordView: {input}"));
        rows.push(Row { what, who, mutation: "recordView", input, key: super::Key::None, expected: invalid.clone() });
    }
    rows
}
