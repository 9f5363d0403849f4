//! `graphql/operations/*.graphql`: each keeps the budget of store calls in its first line at 1, 10 and 100 parents, answers
//! the same on all engines, and always in selection order.

use crate::support::wiring::{self, Wiring, block_on, operation};
use polystore::{
    receipt::{self, Caller, Receipt, Role},
    shop::{ArticleFilter, ArticleOrder, Audience, Detail, Window},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

/// A sample operation.
pub struct Sample {
    pub name: String,
    pub query: String,
    variables: Value,
    budget: Budget,
    /// The variable that says how many parents there are.
    size: String,
}

type Budget = BTreeMap<String, usize>;

pub fn samples() -> Vec<Sample> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("graphql/operations");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().filter(|file| file.extension().is_some_and(|end| end == "graphql")).map(sample).collect()
}

fn sample(file: &PathBuf) -> Sample {
    let query = fs::read_to_string(file).unwrap();
    let line = |start: &str| {
        let line = query.lines().find_map(|line| line.strip_prefix(start));
        line.unwrap_or_else(|| panic!("{} has no line {start:?}", file.display())).trim().to_owned()
    };
    let calls = line("# calls:");
    let budget = calls.split_whitespace().map(|part| {
        let (role, calls) = part.split_once('=').unwrap();
        (role.to_owned(), calls.parse().unwrap())
    });
    Sample {
        name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
        budget: budget.collect(),
        size: line("# size:"),
        variables: serde_json::from_str(&fs::read_to_string(file.with_extension("variables.json")).unwrap()).unwrap(),
        query,
    }
}

impl Sample {
    pub fn of_size(&self, size: u32) -> Value {
        let mut variables = self.variables.clone();
        variables[&self.size] = size.into();
        variables
    }
}

/// What a request did beyond its budget.
fn over_budget(budget: &Budget, receipt: &Receipt) -> Vec<String> {
    let mut calls: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for call in receipt.calls() {
        calls.entry(call.role.name()).or_default().push(format!("{} for {}", call.method, call.path));
    }
    let over = calls.into_iter().filter(|(role, calls)| calls.len() > budget.get(*role).copied().unwrap_or(0));
    over.map(|(role, calls)| format!("{role}: {} calls: {}", calls.len(), calls.join(", "))).collect()
}

fn receipt_of(wiring: &Wiring, query: &str, variables: Value) -> Arc<Receipt> {
    let mut operation = operation(query, variables);
    operation.receipt = true;
    let reply = block_on(async { wiring.graph.execute(operation).await });
    assert_eq!(reply.refusal(), None, "{query}");
    reply.receipt.unwrap()
}

#[test]
fn every_operation_keeps_its_budget_at_1_10_and_100_parents() {
    for wiring in wiring::all() {
        for sample in samples() {
            for size in [1, 10, 100] {
                let receipt = receipt_of(wiring, &sample.query, sample.of_size(size));
                let over = over_budget(&sample.budget, &receipt);
                assert!(over.is_empty(), "{} of size {size} on {}: {over:?}", sample.name, wiring.name);
                let errors: Vec<_> = receipt.calls().into_iter().filter(|call| call.error.is_some()).collect();
                assert!(errors.is_empty(), "{} of size {size} on {}: {errors:?}", sample.name, wiring.name);
            }
        }
    }
}

#[test]
fn the_budgets_are_not_larger_than_needed() {
    for sample in samples().iter().filter(|sample| sample.name != "front_page") {
        // a size that no other test asks for: the report's cache must not know it
        let receipt = receipt_of(wiring::embedded(), &sample.query, sample.of_size(11));
        let tighter: Budget = sample.budget.iter().map(|(role, calls)| (role.clone(), calls - 1)).collect();
        let over = over_budget(&tighter, &receipt);
        // the article of the sample may have no comments to look up authors for
        let slack = usize::from(sample.name == "article");
        assert!(over.len() + slack >= sample.budget.len(), "{}: a tighter budget would do: {over:?}", sample.name);
    }
}

/// The mistake that the budgets are there for: a look-up for each row instead of one for all.
#[test]
fn a_planted_n_plus_1_breaks_the_budget() {
    let wiring = wiring::embedded();
    let receipt = Arc::new(Receipt::default());
    let caller = Caller { receipt: Arc::clone(&receipt), path: "articles.edges.node.author".into() };
    block_on(receipt::on_account_of(Some(caller), async {
        let (filter, window) = (ArticleFilter::default(), Window::first(20));
        let page = wiring
            .stores
            .documents
            .articles_page(&filter, ArticleOrder::CreatedDesc, &window, Detail::Summary, Audience::Everything)
            .await
            .unwrap();
        for article in page.items {
            wiring.stores.relational.customers_by_ids(&[article.author_id]).await.unwrap();
        }
    }));
    let budget = samples().into_iter().find(|sample| sample.name == "magazine").unwrap().budget;
    let over = over_budget(&budget, &receipt);
    assert!(over.len() == 1 && over[0].starts_with("relational: 20 calls"), "{over:?}");
}

#[test]
fn a_magazine_of_20_and_of_100_articles_takes_the_same_four_calls() {
    let magazine = samples().into_iter().find(|sample| sample.name == "magazine").unwrap();
    for wiring in wiring::all() {
        for size in [20, 100] {
            let receipt = receipt_of(wiring, &magazine.query, magazine.of_size(size));
            let calls = receipt.calls();
            let of = |role: Role| calls.iter().filter(|call| call.role == role).count();
            assert_eq!([of(Role::Documents), of(Role::Relational), of(Role::Hot)], [1, 2, 1], "{} of {size}", wiring.name);
            let articles = calls.iter().find(|call| call.role == Role::Documents).unwrap();
            assert_eq!(articles.rows, usize::try_from(size).unwrap(), "the data has too few articles");
        }
    }
}

#[test]
fn every_operation_answers_the_same_on_all_engines() {
    let Some(real) = wiring::real() else { return };
    for sample in samples() {
        for size in [1, 10, 100] {
            let variables = sample.of_size(size);
            let (expected, found) = (wiring::embedded().body(&sample.query, variables.clone()), real.body(&sample.query, variables));
            assert_eq!(found, expected, "{} of size {size}", sample.name);
            assert!(!found.contains("\"errors\""), "{} of size {size}: {found}", sample.name);
        }
    }
}

#[test]
fn answers_are_what_they_were() {
    for sample in samples() {
        let data = wiring::embedded().data(&sample.query, sample.of_size(2));
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(sample.name.clone(), serde_json::to_string_pretty(&data).unwrap());
        });
    }
}

#[test]
fn one_operation_asked_100_times_gives_100_identical_bodies() {
    let front = samples().into_iter().find(|sample| sample.name == "front_page").unwrap();
    for wiring in wiring::all() {
        let first = wiring.body(&front.query, front.variables.clone());
        for _ in 0..100 {
            assert_eq!(wiring.body(&front.query, front.variables.clone()), first, "{}", wiring.name);
        }
        let places: Vec<_> = ["\"server\"", "\"categories\"", "\"trending\"", "\"bestSellers\"", "\"articles\""]
            .iter()
            .map(|key| first.find(key).unwrap())
            .collect();
        assert!(places.is_sorted(), "{first}");
    }
}

#[test]
fn the_receipt_tells_what_each_field_cost() {
    let mut asked = operation("{ products(first: 3) { nodes { views category { name } } } }", json!({}));
    asked.receipt = true;
    let body = block_on(async { wiring::embedded().graph.execute(asked).await.body("test") });
    let answer: Value = serde_json::from_slice(&body).unwrap();
    let calls = answer["extensions"]["receipt"]["calls"].as_array().unwrap();
    let lines: Vec<_> = calls.iter().map(|call| format!("{} {} {}", call["role"], call["method"], call["path"]).replace('"', "")).collect();
    let mut sorted = lines.clone();
    sorted.sort();
    let expected = [
        "hot counters_get products.nodes.views",
        "relational categories_by_ids products.nodes.category",
        "relational products_page products",
    ];
    assert_eq!(sorted, expected);
    assert_eq!(lines[0], expected[2], "calls come in the order in which they were started");
    let views = calls.iter().find(|call| call["role"] == "hot").unwrap();
    assert_eq!((&views["engine"], &views["keys"], &views["rows"], &views["error"]), (&json!("memory"), &json!(3), &json!(3), &Value::Null));
    assert!(calls.iter().all(|call| call["startMicros"].as_u64() <= call["endMicros"].as_u64()));
    let totals = answer["extensions"]["receipt"]["totals"].as_array().unwrap();
    assert_eq!((&totals[0]["role"], &totals[0]["calls"]), (&json!("relational"), &json!(2)));
    assert_eq!(wiring::embedded().answer("{ __typename }", json!({})).get("extensions"), None, "no receipt unless asked for");
}
