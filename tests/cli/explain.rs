//! `explain`: what an operation asks, and with `--analyze` what it did.

use crate::home::{Ended, Home};
use serde_json::Value;
use std::path::Path;

fn sample(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("graphql/operations/{name}.graphql")).display().to_string()
}

fn explain(home: &Home, arguments: &[&str]) -> Ended {
    home.run(&[&["explain"], arguments].concat())
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[test]
fn the_plan_of_the_order_feed() {
    let home = Home::new();
    let ended = explain(&home, &[&sample("order_feed")]).ok();
    insta::assert_snapshot!(ended.out);
    ended.is_clean();
    assert_eq!(home.content().len(), 0, "no store is made");
}

#[test]
fn the_plan_of_the_magazine() {
    insta::assert_snapshot!(explain(&Home::new(), &[&sample("magazine")]).ok().out);
}

/// The stores of the settings are named although none of them is asked: there is nobody at these addresses.
#[test]
fn the_plan_names_the_engines_in_force() {
    let urls = [("DATABASE_URL", "postgres://h/d"), ("MONGODB_URL", "mongodb://h"), ("REDIS_URL", "redis://h")];
    let ended = Home::new().run_with(&urls, &["explain", &sample("magazine"), "--json"]).ok();
    let levels = json(&ended)["operations"][0]["levels"].clone();
    assert_eq!(levels[0]["asks"][0]["engine"], "mongodb");
    let below: Vec<_> = levels[0]["below"].as_array().unwrap().iter().map(|level| level["asks"][0]["engine"].as_str().unwrap()).collect();
    assert_eq!(below, ["redis", "postgres", "postgres"]);
}

/// What the command prints and what it says about prices is the same as what `cost` says.
#[test]
fn the_points_are_those_of_cost() {
    let (home, file) = (Home::new(), sample("order_feed"));
    let points = json(&explain(&home, &[&file, "--json"]).ok())["operations"][0]["points"].as_u64().unwrap();
    assert!(home.run(&["cost", &file]).ok().out.ends_with(&format!(" {points}\n")));
}

const SEVERAL: &str = "query One { products(first: 2) { nodes { name category { name } } } }
query Two { node(id: \"product_01h455vb4pex5vsknk084sn02q\") { id } }
mutation Three { signOut { signedOut } }
subscription Four { trendingChanged(window: DAY) { trending { product { name } } } }";

#[test]
fn each_operation_of_a_file_is_explained_and_why_one_has_no_plan() {
    let home = Home::new();
    home.write("several.graphql", SEVERAL);
    let all = explain(&home, &["several.graphql"]).ok().out;
    let heads: Vec<_> = all.lines().filter(|line| line.contains(" · ")).collect();
    assert_eq!(
        heads,
        [
            "One  query · compiled · 2 levels · at most 2 calls · 29 points",
            "Two  query · no plan · 14 points",
            "Three  mutation · no plan · 54 points",
            "Four  subscription · no plan · 50 points",
        ]
    );
    for why in [
        "Query.node is not compiled (at node).",
        "changes are made one after the other, and never planned.",
        "each event of a subscription is an answer of its own.",
    ] {
        assert!(all.contains(why), "{why}: {all}");
    }
    let one = explain(&home, &["several.graphql", "--operation", "One"]).ok().out;
    assert!(all.starts_with(&one) && !one.contains("Two"), "{one}");
    let told = json(&explain(&home, &["several.graphql", "--json"]).ok());
    let compiled: Vec<_> = told["operations"].as_array().unwrap().iter().map(|told| told["compiled"].as_bool().unwrap()).collect();
    assert_eq!(compiled, [true, false, false, false]);
    assert!(all.lines().chain(one.lines()).all(|line| line.chars().count() <= 100), "{all}");
}

#[test]
fn what_cannot_be_explained_is_told_with_its_place() {
    let home = Home::new();
    home.write("several.graphql", SEVERAL);
    home.write("wrong.graphql", "{\n  products { nodes { nmae } }\n}");
    home.write("broken.graphql", "{ products(");
    home.write("much.graphql", "{ products(first: 101) { nodes { name } } }");
    home.write("page.graphql", "query($n: Int!) { products(first: $n) { nodes { name } } }");
    home.write("list.json", "[1]");
    home.write("text.json", "{\"n\": \"two\"}");
    for (arguments, holding) in [
        (vec!["nowhere.graphql"], vec!["cannot read nowhere.graphql"]),
        (vec!["wrong.graphql"], vec!["wrong.graphql:2:22: ", "nmae"]),
        (vec!["broken.graphql"], vec!["broken.graphql:", "cannot be parsed"]),
        (vec!["much.graphql"], vec!["much.graphql: first must be between 1 and 100"]),
        (vec!["page.graphql", "--variables", "list.json"], vec!["list.json is not a JSON object"]),
        (vec!["page.graphql", "--variables", "nowhere.json"], vec!["cannot read nowhere.json"]),
        (vec!["page.graphql", "--variables", "text.json"], vec!["page.graphql:", "Invalid value for argument \"first\""]),
        (vec!["page.graphql", "--operation", "Page"], vec!["there is no operation of the name \"Page\": its operation has no name"]),
        (vec!["several.graphql", "--operation", "Five"], vec!["\"Five\": it has One, Two, Three, Four"]),
    ] {
        explain(&home, &arguments).refused(1, &holding);
    }
    assert_eq!(explain(&home, &[]).code, Some(2));
    // what is missing matters only to those who run it
    explain(&home, &["page.graphql"]).ok();
    assert!(!home.path().join("data").exists(), "no store is made");
}

#[test]
fn only_queries_are_run() {
    let home = Home::new();
    home.write("several.graphql", SEVERAL);
    for (name, kind) in [("Three", "mutation"), ("Four", "subscription")] {
        let refusal = format!("several.graphql: {name} is a {kind}, and --analyze runs what it explains: only queries are run");
        explain(&home, &["several.graphql", "--analyze", "--operation", name]).refused(1, &[&refusal]);
    }
    explain(&home, &["several.graphql", "--analyze"]).refused(1, &["Three is a mutation"]);
    assert!(!home.path().join("data").exists(), "refused before a store is asked");
}

#[test]
fn a_shop_that_is_not_there_is_told_and_none_is_made() {
    let home = Home::new();
    explain(&home, &[&sample("order_feed"), "--analyze"]).refused(1, &["the schema of the relational store (sqlite) lacks 0001_customers"]);
    let urls = [("DATABASE_URL", "postgres://user:hunter2@127.0.0.1:1/d")];
    home.run_with(&urls, &["explain", &sample("order_feed"), "--analyze"]).refused(1, &["the relational store"]);
}

/// One shop for all that is run.
#[test]
fn with_analyze_what_it_did_stands_beside_what_was_foreseen() {
    let home = Home::new();
    home.run(&["seed", "--scale", "0.002"]).ok();
    let ended = explain(&home, &[&sample("order_feed"), "--analyze", "--json"]).ok();
    let told = json(&ended);
    let operation = &told["operations"][0];
    assert_eq!((&operation["ran"]["answeredBy"], &operation["ran"]["errors"]), (&"plan".into(), &Value::Array(Vec::new())));
    assert_eq!(operation["ran"]["otherCalls"], Value::Array(Vec::new()), "all calls are the plan's");
    let mut levels = vec![&operation["levels"][0]];
    let mut seen = 0;
    while let Some(level) = levels.pop() {
        let asked = &level["asks"][0];
        let measured = &asked["measured"];
        let of = |name: &str| measured[name].as_u64().unwrap_or_else(|| panic!("no {name} in {asked}"));
        assert_eq!((of("calls"), level["predicted"]["calls"].as_u64()), (1, Some(1)), "{asked}");
        assert!(of("keys") > 0 && of("rows") > 0 && of("micros") > 0, "{asked}");
        let statement = &measured["statements"][0];
        assert!(statement["text"].as_str().unwrap().contains("SELECT"), "{statement}");
        // by an index, each of them
        let plan = statement["plan"].to_string();
        assert!(plan.contains("USING") && plan.contains("INDEX") || plan.contains("PRIMARY KEY"), "{asked}: {plan}");
        levels.extend(level["below"].as_array().unwrap());
        seen += 1;
    }
    assert_eq!(seen, 5);

    let ended = explain(&home, &[&sample("order_feed"), "--analyze"]).ok();
    assert!(ended.out.contains("\nAnswered by the plan in ") && ended.out.contains("• "), "{}", ended.out);
    assert!(ended.out.lines().all(|line| line.chars().count() <= 100), "{}", ended.out);
    ended.is_clean();

    // the boards of the hot store are this process' own: it fills them first
    let told = json(&explain(&home, &[&sample("trending"), "--analyze", "--json"]).ok());
    let board = &told["operations"][0]["levels"][0];
    assert!(board["asks"][0]["measured"]["rows"].as_u64().unwrap() > 0, "{board}");
    assert_eq!(board["asks"][0]["measured"]["statements"], Value::Array(Vec::new()), "memory has no statements");

    // the library's calls have no level
    home.write("node.graphql", "{ products(first: 1) { nodes { id } } server { name } }");
    let told = json(&explain(&home, &["node.graphql", "--analyze", "--json"]).ok());
    let ran = &told["operations"][0]["ran"];
    assert_eq!((&ran["answeredBy"], &ran["otherCalls"][0]["method"]), (&"library".into(), &"products_page".into()), "{ran}");

    home.write("page.graphql", "query($n: Int!) { products(first: $n) { nodes { name } } }");
    explain(&home, &["page.graphql", "--analyze"]).refused(1, &["page.graphql: the variable $n of type Int! is not given"]);
    let off = home.run(&["--plans", "off", "explain", &sample("trending"), "--analyze"]).ok();
    assert!(off.out.contains("Answered by the library, not by the plan"), "{}", off.out);
}
