//! What operations are predicted to cost is at least what they do cost, and not absurdly more.

pub mod generator;

use crate::{
    operations::samples,
    support::wiring::{self, Wiring, block_on, operation},
};
use generator::{Generator, Names};
use polystore::graphql::{cost::weights, execute::Operation};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Predicted and actual cost; `None` if the guard refuses it.
fn cost(wiring: &Wiring, query: &str, variables: Value) -> Option<(u64, u64)> {
    let asked = Operation { cost: true, ..operation(query, variables) };
    let reply = block_on(async { wiring.graph.execute(asked).await });
    let told = reply.cost.map(|told| (told.requested_query_cost, told.actual_query_cost));
    match reply.refusal() {
        Some("QUERY_TOO_COMPLEX" | "QUERY_TOO_DEEP") => None,
        Some(_) => panic!("{query}: {}", String::from_utf8_lossy(&reply.body("test"))),
        None => told,
    }
}

/// The distribution of predicted costs in parts of the actual ones.
#[expect(clippy::print_stdout, reason = "figures of a test")]
fn print(what: &str, mut costs: Vec<(u64, u64)>) {
    costs.sort_by_key(|(predicted, actual)| predicted * 1_000 / actual);
    let at = |percent: usize| {
        let (predicted, actual) = costs[(costs.len() - 1) * percent / 100];
        format!("{}.{:01}", predicted / actual, predicted * 10 / actual % 10)
    };
    println!(
        "{what}: {} operations, predicted/actual {} {} {} {} {} (0 10 50 90 100 %)",
        costs.len(),
        at(0),
        at(10),
        at(50),
        at(90),
        at(100)
    );
}

#[test]
fn no_sample_operation_costs_more_than_was_predicted() {
    for wiring in wiring::all() {
        let mut costs = Vec::new();
        for sample in samples() {
            for size in [1, 10, 100] {
                let (predicted, actual) = cost(wiring, &sample.query, sample.of_size(size)).unwrap();
                assert!(predicted >= actual, "{} of size {size} on {}: {predicted} < {actual}", sample.name, wiring.name);
                costs.push((predicted, actual));
            }
        }
        print(wiring.name, costs);
    }
}

#[test]
fn no_generated_operation_costs_more_than_was_predicted() {
    let wiring = wiring::embedded();
    let (mut generator, mut costs, mut drawn) = (Generator::new(names(wiring), 4), Vec::new(), 0);
    while costs.len() < 1_000 {
        drawn += 1;
        assert!(drawn < 20_000, "only {} of {drawn} operations are within the limits", costs.len());
        let (query, variables) = generator.operation();
        let Some((predicted, actual)) = cost(wiring, &query, variables.clone()) else { continue };
        assert!(predicted >= actual, "{predicted} < {actual}: {query} {variables}");
        costs.push((predicted, actual));
    }
    let stores = costs.iter().filter(|(_, actual)| *actual > 1).count();
    assert!(stores > 700, "only {stores} operations ask a store");
    costs.retain(|(_, actual)| *actual > 1);
    print("generated", costs);
}

/// Ids of everything that has one.
pub fn names(wiring: &Wiring) -> Names {
    let lists = "{ products(first: 30) { nodes { id } } categories { id } articles(first: 30) { nodes { id } }
        customers(first: 30) { nodes { id } } orders(first: 30) { nodes { id } } }";
    let data = wiring.data(lists, json!({}));
    let ids = |list: &Value| {
        let rows = list.as_array().or_else(|| list["nodes"].as_array()).unwrap();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let of = |(kind, list): (&'static str, &str)| (kind, ids(&data[list]));
    let lists =
        [("product", "products"), ("category", "categories"), ("article", "articles"), ("customer", "customers"), ("order", "orders")];
    HashMap::from(lists.map(of))
}

/// A new field at the beginning of operations must be given a weight.
#[test]
fn every_way_into_the_graph_has_a_weight() {
    let free = ["accessToken", "server", "rateLimit"];
    let sdl = include_str!("../../../graphql/schema.graphql");
    for kind in ["Query", "Mutation", "Subscription"] {
        let body = sdl.split(&format!("\ntype {kind} {{\n")).nth(1).unwrap().split("\n}").next().unwrap();
        let fields = body.lines().filter_map(|line| line.strip_prefix('\t')?.split(['(', ':']).next());
        for field in fields.filter(|field| field.chars().all(|letter| letter.is_ascii_alphanumeric()) && !field.is_empty()) {
            let weight = weights::of_field(field, false, Some(1));
            assert_eq!(weight.call == 0, free.contains(&field), "{kind}.{field}");
        }
    }
}

#[test]
fn the_cost_is_told_to_those_who_ask_and_counts_without_a_receipt() {
    let query = "{ products(first: 3) { nodes { views category { name } } } }";
    let ask = |cost, receipt| {
        let asked = Operation { cost, receipt, ..operation(query, json!({})) };
        let body = block_on(async { wiring::embedded().graph.execute(asked).await.body("test") });
        serde_json::from_slice::<Value>(&body).unwrap()["extensions"].take()
    };
    assert_eq!(ask(false, false), Value::Null);
    let (alone, with) = (ask(true, false), ask(true, true));
    assert_eq!(alone["receipt"], Value::Null);
    assert_eq!(alone["cost"], with["cost"]);
    // three calls: two of ten points and one of four; three products and three counters; one or more categories
    let rows = &with["receipt"]["totals"][0]["rows"].as_u64().unwrap();
    let cost = json!({ "requestedQueryCost": 1 + 24 + 3 * (2 + 1 + 2), "actualQueryCost": 1 + 24 + rows * 2 + 3, "throttleStatus": null });
    assert_eq!(alone["cost"], cost);
}
