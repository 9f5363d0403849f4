//! Explanations of operations: what is foreseen is what happens, and `extensions.plan` tells it to those who ask where it may be told.

use crate::{
    door::{limited, post, send, send_to},
    operations::samples,
    support::wiring::{self, Wiring, block_on, operation},
};
use axum::http::Request;
use polystore::{
    error::Engine,
    graphql::{
        execute::Operation,
        explain::{Engines, Explained, Level, Measured, explain},
        limits::Limits,
    },
    http::Options,
    receipt::{Call, Receipt},
};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Explains the one operation of a text, and runs it; with the receipt of that run.
fn analyzed(wiring: &Wiring, query: &str, variables: &Value) -> (Explained, Arc<Receipt>) {
    let given = variables.as_object().cloned().unwrap_or_else(Map::new);
    block_on(async {
        let explained = explain(query, given, None, wiring.graph.limits(), Engines::of(&wiring.stores)).await;
        let mut explained = explained.unwrap_or_else(|faults| panic!("{query}: {faults:?}")).remove(0);
        let asked = Operation { operation_name: explained.name.clone(), ..operation(query, variables.clone()) };
        let receipt = wiring.graph.analyze(asked, &mut explained).await.unwrap_or_else(|refused| panic!("{query}: {refused}"));
        (explained, receipt)
    })
}

/// What was asked where: calls, keys and rows by path and method.
type Asked = BTreeMap<(String, &'static str), [u64; 3]>;

fn measured<'l>(levels: &'l [Level], into: &mut Vec<(&'l Level, &'static str, Engine, &'l Measured)>) {
    for level in levels {
        let known = level.asks.iter().filter_map(|asked| Some((level, asked.asks.method, asked.engine, asked.measured.as_ref()?)));
        into.extend(known);
        measured(&level.below, into);
    }
}

fn by_receipt(calls: &[Call]) -> Asked {
    let mut asked = Asked::new();
    for call in calls {
        let sums = asked.entry((call.path.to_string(), call.method)).or_default();
        sums.iter_mut().zip([1, call.keys as u64, call.rows as u64]).for_each(|(sum, more)| *sum += more);
    }
    asked
}

/// What an explanation says of its calls. They are those that the plan foresaw, and no more often.
fn by_explanation(explained: &Explained, query: &str) -> Asked {
    let mut levels = Vec::new();
    measured(&explained.levels, &mut levels);
    let mut asked = Asked::new();
    for (level, method, engine, measured) in levels {
        assert_eq!(measured.calls, 1, "{query}: {} {method}", level.path);
        let told = !measured.statements.is_empty() && measured.statements.iter().all(|statement| !statement.text.is_empty());
        let planned = measured.statements.iter().all(|statement| match statement.plan.as_slice() {
            [] => engine == Engine::Redis,
            [first, ..] => !first.starts_with("no plan"),
        });
        assert!(engine == Engine::Memory || told && planned, "{query}: {method} on {engine}: {:?}", measured.statements);
        asked.insert((level.path.clone(), method), [measured.calls, measured.keys, measured.rows]);
    }
    let ran = explained.ran.as_ref().unwrap();
    for beside in &ran.beside {
        assert!(!ran.planned || beside.method.starts_with("cache_"), "{query}: {beside:?} was not foreseen");
        let Measured { calls, keys, rows, .. } = beside.measured;
        asked.insert((beside.path.clone(), beside.method), [calls, keys, rows]);
    }
    asked
}

/// The calls of an explanation are those of the receipt of the same run.
fn agree(wiring: &Wiring, query: &str, variables: &Value) -> Explained {
    let (explained, receipt) = analyzed(wiring, query, variables);
    assert_eq!(by_explanation(&explained, query), by_receipt(&receipt.calls()), "{}: {query}", wiring.name);
    explained
}

#[test]
fn what_an_explanation_measures_is_what_the_receipt_says() {
    for wiring in wiring::all() {
        for sample in samples() {
            for size in [1, 10, 100] {
                let explained = agree(wiring, &sample.query, &sample.of_size(size));
                let planned = explained.ran.as_ref().unwrap().planned;
                // the server's own facts are the library's
                assert_eq!((planned, explained.why.is_none()), (sample.name != "front_page", planned), "{}", sample.name);
                assert_eq!(explained.ran.unwrap().errors, Vec::<String>::new(), "{}", sample.name);
            }
        }
    }
}

/// Each question of the loaders that plans put says itself what it asks: all of them are met here, and say the truth.
#[test]
fn each_question_asks_what_it_says() {
    for wiring in wiring::all() {
        let list = wiring.data("{ customers(first: 20) { nodes { id orders(first: 1) { nodes { id } } } } products(first: 1) { nodes { id slug category { id slug } } } articles(first: 1) { nodes { id slug author { id } comments { totalCount } } } }", json!({}));
        let of = |place: &str| list.pointer(place).and_then(Value::as_str).unwrap().to_owned();
        let customers = list["customers"]["nodes"].as_array().unwrap();
        let buyer = customers.iter().find(|customer| customer["orders"]["nodes"][0]["id"].is_string()).unwrap();
        let order = buyer["orders"]["nodes"][0]["id"].as_str().unwrap();
        let mut met = BTreeSet::new();
        for (query, variables) in [
            (
                "{ products(first: 3, orderBy: NAME_ASC) { totalCount nodes { rank views category { parent { name } children { name products(first: 2) { totalCount nodes { name } } } } articles(first: 2) { totalCount nodes { title comments(first: 2) { totalCount nodes { author { name } article { title } } } author { name } products { name } } } } } }",
                json!({}),
            ),
            (
                "query($id: ID, $slug: String) { a: product(id: $id) { name } b: product(slug: $slug) { name } }",
                json!({ "id": of("/products/nodes/0/id"), "slug": of("/products/nodes/0/slug") }),
            ),
            (
                "query($id: ID, $slug: String) { a: category(id: $id) { name } b: category(slug: $slug) { name } categories { name } }",
                json!({ "id": of("/products/nodes/0/category/id"), "slug": of("/products/nodes/0/category/slug") }),
            ),
            (
                "query($id: ID, $slug: String) { a: article(id: $id) { title } b: article(slug: $slug) { blocks { __typename ... on ProductEmbed { product { name } } } } }",
                json!({ "id": of("/articles/nodes/0/id"), "slug": of("/articles/nodes/0/slug") }),
            ),
            (
                "query($id: ID!) { customer(id: $id) { totalSpent { amount } preferences { theme } orders(first: 2) { totalCount nodes { balance { amount } items { product { name } } timeline { kind } customer { name } } } activity(first: 5) { totalCount nodes { kind order { id } product { name } article { title } customer { name } } } articles(first: 2) { totalCount nodes { title } } } }",
                json!({ "id": buyer["id"] }),
            ),
            (
                "query($id: ID!) { customer(id: $id) { articles(first: 2) { totalCount nodes { title } } } }",
                json!({ "id": of("/articles/nodes/0/author/id") }),
            ),
            ("query($id: ID!) { order(id: $id) { status } }", json!({ "id": order })),
            ("{ categories { name products(first: 2) { totalCount nodes { name } } } }", json!({})),
            (
                "{ customers(first: 2) { totalCount nodes { name } } orders(first: 2, orderBy: TOTAL_DESC) { totalCount nodes { id } } articles(first: 2) { totalCount nodes { title } } }",
                json!({}),
            ),
            ("{ search(text: \"a\", first: 4) { __typename ... on Product { name views } ... on Article { title views } } }", json!({})),
            // apart: two boards that are asked for at the same time are one question's two calls
            ("{ trending { rank product { name } } }", json!({})),
            ("{ bestSellers(first: 3) { rank } }", json!({})),
            ("{ salesReport(from: \"2020-01-01T00:00:00Z\", to: \"2030-01-01T00:00:00Z\", by: CATEGORY) { key } }", json!({})),
        ] {
            let explained = agree(wiring, query, &variables);
            assert_eq!((explained.why.clone(), explained.ran.as_ref().map(|ran| ran.planned)), (None, Some(true)), "{query}");
            assert_eq!(explained.ran.as_ref().unwrap().errors, Vec::<String>::new(), "{query}");
            let mut levels = Vec::new();
            measured(&explained.levels, &mut levels);
            met.extend(levels.iter().map(|(_, method, ..)| *method));
        }
        let all = [
            "activity_by_orders",
            "activity_page_by_customers",
            "articles_by_ids",
            "articles_by_slugs",
            "articles_page",
            "articles_page_by_authors",
            "articles_page_by_products",
            "articles_search",
            "categories_by_ids",
            "categories_by_parents",
            "categories_by_slugs",
            "categories_roots",
            "comments_page_by_articles",
            "counters_get",
            "customers_by_ids",
            "customers_page",
            "customers_total_spent",
            "order_balances",
            "order_items_by_orders",
            "orders_by_ids",
            "orders_page",
            "orders_page_by_customers",
            "preferences_by_customers",
            "products_by_ids",
            "products_by_slugs",
            "products_page",
            "products_page_by_categories",
            "products_search",
            "ranking_places",
            "ranking_top",
        ];
        // reports come from the cache, or are asked beside it
        met.remove("sales_report");
        assert_eq!(met.into_iter().collect::<Vec<_>>(), all, "{}", wiring.name);
    }
}

#[test]
fn statements_are_told_as_they_were_run_with_the_plan_that_they_had() {
    for wiring in wiring::all() {
        let (explained, _) = analyzed(wiring, "{ articles(first: 3) { totalCount nodes { views author { name } } } }", &json!({}));
        let mut levels = Vec::new();
        measured(&explained.levels, &mut levels);
        let told = |wanted: &str| {
            let (_, _, engine, measured) = levels.iter().find(|(_, method, ..)| *method == wanted).unwrap();
            let told: Vec<_> = measured.statements.iter().map(|statement| (statement.text.as_str(), statement.plan.join("\n"))).collect();
            (*engine, told)
        };
        let (engine, authors) = told("customers_by_ids");
        let (text, plan) = &authors[0];
        assert!(authors.len() == 1 && text.contains("SELECT") && !text.contains("EXPLAIN"), "{authors:?}");
        match engine {
            Engine::Postgres => assert!(plan.contains("actual rows=") && plan.contains("Execution Time: "), "{plan}"),
            _ => assert!(plan.contains("customers USING"), "{plan}"),
        }
        // the rows, and their number
        let (engine, page) = told("articles_page");
        assert_eq!(page.len(), 2, "{page:?}");
        match engine {
            Engine::Mongodb => {
                assert!(page.iter().any(|(text, plan)| text.contains("\"find\":\"articles\"") && plan.contains("IXSCAN")), "{page:?}");
                assert!(page.iter().all(|(_, plan)| plan.contains("documents examined")), "{page:?}");
            }
            _ => assert!(page.iter().all(|(_, plan)| plan.contains("articles")), "{page:?}"),
        }
        let (engine, views) = told("counters_get");
        match engine {
            Engine::Redis => assert!(views[0].0.starts_with("MGET ") && views[0].0.contains("views:article_"), "{views:?}"),
            _ => assert_eq!(views, [], "memory has no statements"),
        }
    }
}

/// Some columns of products.
const COLUMNS: [&str; 3] = ["name", "price_minor", "sku"];

#[test]
fn of_a_product_no_more_is_read_than_is_shown_by_a_plan_and_by_the_library() {
    for wiring in wiring::all() {
        let first = wiring.data("{ products(first: 1) { nodes { id } } }", json!({}));
        let id = &first["products"]["nodes"][0]["id"];
        for (selected, sent) in [
            ("id name category { slug name } views rank articles(first: 1) { nodes { slug } } __typename", ["name"].as_slice()),
            (
                "id name price { amount } category { slug name } views rank articles(first: 1) { nodes { slug } } __typename",
                &["name", "price_minor"],
            ),
            ("name slug", &COLUMNS),
            ("name ... on Node { ... on Product { n: sku } }", &COLUMNS),
            ("createdAt", &COLUMNS),
            ("name description", &COLUMNS),
        ] {
            // nodes are left to the library
            for field in ["product(id: $id)", "node(id: $id)"] {
                let query = format!("query($id: ID!) {{ {field} {{ ... on Product {{ {selected} }} }} }}");
                let (explained, _) = analyzed(wiring, &query, &json!({ "id": id }));
                let mut levels = Vec::new();
                measured(&explained.levels, &mut levels);
                let beside = explained.ran.iter().flat_map(|ran| &ran.beside).map(|beside| (beside.method, &beside.measured));
                let asked = levels.iter().map(|(_, method, _, measured)| (*method, *measured)).chain(beside);
                let products = asked.filter(|(method, _)| *method == "products_by_ids");
                let texts: Vec<_> = products.flat_map(|(_, measured)| &measured.statements).map(|statement| &*statement.text).collect();
                assert_eq!(texts.len(), 1, "{query}");
                let found: Vec<_> = COLUMNS.into_iter().filter(|column| texts[0].contains(column)).collect();
                assert_eq!(found, sent, "{query}\n{}", texts[0]);
            }
        }
    }
}

#[test]
fn products_that_are_mentioned_beside_lines_are_read_with_them_in_one_call() {
    for wiring in wiring::all() {
        let all = wiring.data("{ products(first: 2) { nodes { id name price { amount } } } }", json!({}));
        let (one, two) = (&all["products"]["nodes"][0], &all["products"]["nodes"][1]);
        let query = "query($one: ID!, $two: ID!) {
            line: product(id: $one) { price { amount } } same: product(id: $one) { name } other: product(id: $two) { name } }";
        let variables = json!({ "one": one["id"], "two": two["id"] });
        let expected = json!({ "line": { "price": one["price"] }, "same": { "name": one["name"] }, "other": { "name": two["name"] } });
        assert_eq!(wiring.data(query, variables.clone()), expected, "{}", wiring.name);
        let (explained, _) = analyzed(wiring, query, &variables);
        let mut levels = Vec::new();
        measured(&explained.levels, &mut levels);
        let texts: Vec<_> = levels.iter().flat_map(|(.., measured)| &measured.statements).map(|statement| &*statement.text).collect();
        assert!(matches!(texts[..], [text] if text.contains("price_minor") && !text.contains("sku")), "{}: {texts:?}", wiring.name);
    }
}

#[test]
fn what_fails_is_told_and_what_is_refused_is_not_run() {
    let wiring = wiring::embedded();
    let (failing, _) = analyzed(wiring, "{ product(id: \"nobody\") { name } categories { name } }", &json!({}));
    let ran = failing.ran.unwrap();
    assert!(!ran.planned && ran.errors.len() == 1 && ran.errors[0].starts_with("product: "), "{ran:?}");
    let query = "query($id: ID!) { product(id: $id) { name } }";
    let mut explained = block_on(explain(query, Map::new(), None, wiring.graph.limits(), Engines::of(&wiring.stores))).unwrap().remove(0);
    let refused = block_on(wiring.graph.analyze(operation(query, json!({})), &mut explained)).unwrap_err();
    assert!(refused.contains("$id of type ID! is not given") && explained.ran.is_none(), "{refused}");
}

fn plan_of(body: &str) -> Value {
    serde_json::from_str::<Value>(body).unwrap()["extensions"]["plan"].clone()
}

const AUTHORS: &str = r#"{"query":"{ articles(first: 2) { nodes { author { name } } } }"}"#;

#[test]
fn the_plan_comes_by_header_or_parameter_and_not_else() {
    let expected = json!({
        "answeredBy": "plan",
        "why": null,
        "points": 31,
        "calls": 2,
        "levels": [{
            "path": "articles",
            "asks": [{ "role": "documents", "method": "articles_page", "engine": "sqlite", "by": null }],
            "predicted": { "calls": 1, "rows": 2, "points": 16 },
            "below": [{
                "path": "articles.nodes.author",
                "asks": [{ "role": "relational", "method": "customers_by_ids", "engine": "sqlite", "by": "customer id" }],
                "predicted": { "calls": 1, "rows": 2, "points": 14 },
                "below": [],
            }],
        }],
        "asksNothing": [],
    });
    assert_eq!(plan_of(&send(post().header("x-polystore-plan", "1"), AUTHORS).body), expected);
    let by_parameter = Request::post("/graphql?plan=1").header("content-type", "application/json");
    assert_eq!(plan_of(&send(by_parameter, AUTHORS).body), expected);
    let by_get = "/graphql?plan=1&query=%7Barticles(first:2)%7Bnodes%7Bauthor%7Bname%7D%7D%7D%7D";
    assert_eq!(plan_of(&send(Request::get(by_get), "").body), expected);
    for request in [post(), post().header("x-polystore-plan", "0"), post().header("x-polystore-receipt", "1")] {
        assert_eq!(plan_of(&send(request, AUTHORS).body), Value::Null);
    }
    // beside the receipt and the cost
    let all = post().header("x-polystore-plan", "1").header("x-polystore-receipt", "1").header("x-polystore-cost", "1");
    let body = serde_json::from_str::<Value>(&send(all, AUTHORS).body).unwrap();
    let keys: Vec<_> = body["extensions"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["receipt", "cost", "plan"]);
    assert_eq!(body["extensions"]["cost"]["requestedQueryCost"], expected["points"]);
}

#[test]
fn the_plan_says_when_and_why_the_library_answered() {
    let ask = |query: &str| plan_of(&send(post().header("x-polystore-plan", "1"), json!({ "query": query }).to_string()).body);
    let told = |query: &str| {
        let plan = ask(query);
        (plan["answeredBy"].as_str().unwrap().to_owned(), plan["why"].as_str().unwrap_or_default().to_owned())
    };
    let library = |why: &str| ("library".to_owned(), why.to_owned());
    assert_eq!(told("{ server { name } }"), library("Query.server is not compiled (at server)"));
    let revisions = "{ articles(first: 1) { edges { node { old: revisions { nodes { version } } } } } }";
    assert_eq!(told(revisions), library("Article.revisions is not compiled (at articles.edges.node.old)"));
    let usual = "something in this request is not as usual, and the library knows what to say";
    assert_eq!(told("{ product(id: \"nobody\") { name } }"), library(usual));
    // refused, or no query: there is none
    for query in ["{ nope }", "{ products(first: 101) { nodes { id } } }", "mutation { signOut { signedOut } }"] {
        assert_eq!(ask(query), Value::Null, "{query}");
    }
    let off = limited(Limits::default()).with_plans(false);
    let plan = plan_of(&send_to(off, Options::default(), post().header("x-polystore-plan", "1"), AUTHORS).body);
    assert_eq!((&plan["answeredBy"], &plan["why"]), (&json!("library"), &json!("plans are off (POLYSTORE_PLANS)")));
}

#[test]
fn a_server_that_does_not_show_its_schema_does_not_show_plans() {
    for (introspection, shown) in [(true, true), (false, false)] {
        let graph = limited(Limits { introspection, ..Limits::default() });
        let request = Request::post("/graphql?plan=1").header("content-type", "application/json").header("x-polystore-plan", "1");
        let answer = send_to(graph, Options::default(), request, AUTHORS);
        assert_eq!((answer.status, answer.body.contains("articles_page")), (200, shown), "{}", answer.body);
    }
}
