//! Plans against the library's executor: the same bytes, with as many store calls or fewer.

mod drawn;

use crate::{
    operations::samples,
    support::wiring::{self, Wiring, block_on, operation},
};
use polystore::{
    actions::AccessKey,
    graphql::{Graph, limits::Limits},
    receipt::Role,
    shop::Viewer,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// How often both are asked again before more calls are a fault. Measured on a question that either side asks of one store after two
/// others: the plan asked it once in 4 to 59 of 100 runs, the library twice in 0 to 40, by the load of the machine.
const ATTEMPTS: usize = 200;

/// The same stores behind two graphs: one compiles queries, the other does not.
pub struct Pair {
    compiled: Graph,
    executed: Graph,
}

/// What a request came to.
pub struct Answer {
    pub body: String,
    /// A plan wrote it.
    pub planned: bool,
    /// Calls of each role.
    pub calls: [u64; 3],
}

impl Pair {
    /// As somebody sees the stores who has not signed in.
    pub fn of(wiring: &Wiring, anonymous: Viewer) -> Self {
        let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
        let graph = || Graph::new(wiring.stores.clone(), limits, anonymous, AccessKey::of("tests"));
        Self { compiled: graph(), executed: graph().with_plans(false) }
    }

    /// Asks both. They must agree.
    pub fn agree(&self, query: &str, variables: &Value) -> Answer {
        // the second finds in the cache of reports what the first one left there
        let executed = ask(&self.executed, query, variables);
        let compiled = ask(&self.compiled, query, variables);
        assert!(!executed.planned, "the library executes it");
        if let Some(difference) = difference(&compiled, &executed) {
            assert!(compiled.body == executed.body && self.is_timing(query, variables), "{difference}\n{query}\n{variables}");
        }
        compiled
    }

    /// Which of two stores answers first decides whether a third one is asked once or twice, on both sides. What a plan always asks
    /// more than the library ever does is no such case.
    fn is_timing(&self, query: &str, variables: &Value) -> bool {
        let (mut fewest, mut most) = ([u64::MAX; 3], [0; 3]);
        (0..ATTEMPTS).any(|_| {
            let (compiled, executed) = (ask(&self.compiled, query, variables), ask(&self.executed, query, variables));
            fewest = std::array::from_fn(|role| compiled.calls[role].min(fewest[role]));
            most = std::array::from_fn(|role| executed.calls[role].max(most[role]));
            fewest.iter().zip(most).all(|(compiled, executed)| *compiled <= executed)
        })
    }
}

fn ask(graph: &Graph, query: &str, variables: &Value) -> Answer {
    let asked = polystore::graphql::execute::Operation { receipt: true, ..operation(query, variables.clone()) };
    let mut reply = block_on(graph.execute(asked));
    let receipt = reply.receipt.take();
    let calls = Role::ALL.map(|role| receipt.as_ref().map_or(0, |receipt| receipt.count(role).calls));
    let planned = reply.planned;
    Answer { body: String::from_utf8(reply.body("test")).unwrap(), planned, calls }
}

/// What is not the same, or worse.
fn difference(compiled: &Answer, executed: &Answer) -> Option<String> {
    if compiled.body != executed.body {
        let at = compiled.body.bytes().zip(executed.body.bytes()).take_while(|(one, other)| one == other).count();
        let around = |body: &str| String::from_utf8_lossy(&body.as_bytes()[at.saturating_sub(60)..(at + 60).min(body.len())]).into_owned();
        return Some(format!("compiled {}\nexecuted {}", around(&compiled.body), around(&executed.body)));
    }
    let more = compiled.calls.iter().zip(executed.calls).any(|(compiled, executed)| *compiled > executed);
    more.then(|| format!("calls: compiled {:?}, executed {:?}", compiled.calls, executed.calls))
}

#[test]
fn every_sample_operation_is_answered_the_same_by_its_plan_and_by_the_library() {
    for wiring in wiring::all() {
        for viewer in [Viewer::Reader, Viewer::Visitor] {
            let pair = Pair::of(wiring, viewer);
            for sample in samples() {
                for size in [1, 10, 100, 10] {
                    let answer = pair.agree(&sample.query, &sample.of_size(size));
                    // the server's own facts are the library's
                    let library = sample.name == "front_page" || answer.body.contains("\"errors\"");
                    assert_ne!(answer.planned, library, "{} for {viewer:?}", sample.name);
                }
            }
        }
    }
}

#[test]
fn what_is_wrong_with_a_request_is_told_the_same() {
    let pair = Pair::of(wiring::embedded(), Viewer::Visitor);
    let query = "query($id: ID, $slug: String, $first: Int, $order: ProductOrder) {
        product(id: $id, slug: $slug) { name } products(first: $first, orderBy: $order) { nodes { id } } }";
    for variables in [
        json!({}),
        json!({ "id": "product_1", "slug": "a" }),
        json!({ "id": "nobody" }),
        json!({ "id": 7 }),
        json!({ "slug": 7 }),
        json!({ "slug": "a", "first": 0 }),
        json!({ "slug": "a", "first": -1 }),
        json!({ "slug": "a", "first": 1_000 }),
        json!({ "slug": "a", "first": "3" }),
        json!({ "slug": "a", "first": 2.5 }),
        json!({ "slug": "a", "first": 3, "order": "SIDEWAYS" }),
        json!({ "slug": "a\u{0}", "first": 3 }),
        json!({ "slug": "x".repeat(101), "first": 3 }),
        json!({ "slug": "nowhere", "first": 3, "order": "NAME_ASC", "other": [1] }),
        json!({ "slug": null, "first": null, "order": null }),
    ] {
        pair.agree(query, &variables);
        pair.agree(query, &variables);
    }
    for query in [
        "{ products { nodes { nope } } }",
        "{ products(sort: 1) { nodes { id } } }",
        "{ products(after: \"zzz\") { nodes { id } } }",
        "{ orders { nodes { id } } customers { nodes { id } } }",
        "query($unused: [Int!]) { categories { id } }",
        "query($flag: Boolean!) { categories { id @include(if: $flag) name @skip(if: $flag) } }",
        "query($where: ProductWhere) { products(where: $where, first: 2) { nodes { id } } }",
        "query($to: DateTime!) { salesReport(from: $to, to: $to, by: DAY) { key } }",
    ] {
        for variables in [
            json!({}),
            json!({ "unused": ["a"], "flag": true, "to": "2026-01-01T00:00:00Z" }),
            json!({ "flag": false, "to": 1, "where": { "inStock": true, "price": { "min": "1.50" } } }),
            json!({ "where": { "inStock": true, "nope": 1 } }),
            json!({ "where": { "price": { "min": "x" } } }),
            json!({ "where": [] }),
        ] {
            pair.agree(query, &variables);
            pair.agree(query, &variables);
        }
    }
}

#[test]
fn fragments_aliases_and_conditions_are_compiled() {
    let pair = Pair::of(wiring::embedded(), Viewer::Reader);
    for (query, variables) in [
        (
            "{ a: categories { x: id ...F } b: categories { ...F name } } fragment F on Category { name parent { ...G } children { ...G } } fragment G on Category { id __typename }",
            json!({}),
        ),
        ("{ products(first: 3) { nodes { ... on Node { id } ... on Product { name } ... { sku } } } }", json!({})),
        (
            "query($x: Boolean!) { products(first: 3) { totalCount @include(if: $x) nodes { id name @skip(if: $x) category @include(if: $x) { name } } } }",
            json!({ "x": true }),
        ),
        ("query($x: Boolean = false) { products(first: 3) { totalCount @include(if: $x) nodes { id name @skip(if: $x) } } }", json!({})),
        (
            "{ products(first: 3) { edges { cursor node { id } } edges { node { name } } pageInfo { hasNextPage startCursor endCursor hasPreviousPage __typename } __typename } }",
            json!({}),
        ),
        (
            "{ products(last: 3) { nodes { articles(first: 2) { totalCount edges { node { title blocks { __typename ... on Heading { level } ... on ProductEmbed { product { sku } } } } } } } } }",
            json!({}),
        ),
        ("{ __typename me { id } trending { rank score product { name } } }", json!({})),
        ("query A { categories { id } } query B { categories { name } }", json!({})),
        (
            "{ customers(first: 4) { nodes { email tier totalSpent { amount currency } preferences { extra interests notifications { offers } } orders(first: 2) { nodes { balance { amount } items { lineTotal { amount } product { rank views } } } } } } }",
            json!({}),
        ),
    ] {
        let answer = pair.agree(query, &variables);
        assert_eq!(answer.planned, !answer.body.starts_with("{\"errors\""), "{query}");
    }
}

#[test]
fn a_description_is_there_wherever_it_is_selected() {
    let pair = Pair::of(wiring::embedded(), Viewer::Reader);
    let first = ask(&pair.executed, "{ products(first: 1) { nodes { id } } }", &json!({})).body;
    let id = first.split('"').find(|part| part.starts_with("product_")).unwrap().to_owned();
    for query in [
        "query($id: ID) { product(id: $id) { d: description } }",
        "query($id: ID!) { node(id: $id) { ... on Product { d: description } } }",
        "query($id: ID!) { nodes(ids: [$id]) { ... on Product { ...F } } } fragment F on Product { d: description }",
        "{ products(first: 3) { nodes { ...F } } } fragment F on Product { d: description }",
        "{ products(first: 3) { edges { node { ... { d: description } } } } }",
        "{ categories { children { products(first: 2) { nodes { d: description } } } } }",
        "{ orders(first: 3) { nodes { items { product { d: description } } } } }",
        "{ orders(first: 3) { nodes { items { product { name } } items { product { ... on Node { id } d: description } } } } }",
        "{ articles(first: 20) { nodes { products { d: description } blocks { ... on ProductEmbed { product { d: description } } } } } }",
        "{ trending { product { d: description } } bestSellers { product { name } } }",
    ] {
        let body = pair.agree(query, &json!({ "id": id })).body;
        assert!(body.contains("\"d\":\"") && !body.contains("\"d\":\"\""), "{query}\n{body}");
    }
}

/// Each field of a product, as it is selected.
const PRODUCT: [&str; 13] = [
    "id",
    "sku",
    "slug",
    "name",
    "description",
    "price { amount currency }",
    "stock",
    "version",
    "createdAt",
    "category { id slug name }",
    "articles(first: 2) { nodes { slug } edges { cursor node { createdAt } } }",
    "views",
    "rank",
];

/// Compares all values under the keys `one` and `all`; tells how many there were.
fn compared(value: &Value, query: &str) -> usize {
    match value {
        Value::Object(map) => {
            let pair = map.get("one").zip(map.get("all"));
            if let Some((one, all)) = pair {
                let fields = |value: &Value| match value {
                    Value::Array(rows) => rows.iter().map(|row| row["f"].clone()).collect(),
                    row => vec![row["f"].clone()],
                };
                assert_eq!(fields(one), fields(all), "{query}");
            }
            map.values().map(|value| compared(value, query)).sum::<usize>() + usize::from(pair.is_some_and(|(one, _)| !one.is_null()))
        }
        Value::Array(items) => items.iter().map(|item| compared(item, query)).sum(),
        _ => 0,
    }
}

#[test]
fn a_field_of_a_product_is_the_same_whatever_is_selected_beside_it() {
    let pair = Pair::of(wiring::embedded(), Viewer::Reader);
    let of_type = ask(&pair.executed, "{ __type(name: \"Product\") { fields { name } } }", &json!({})).body;
    let of_type: Value = serde_json::from_str(&of_type).unwrap();
    let names = of_type["data"]["__type"]["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap());
    let selected = PRODUCT.iter().map(|field| field.split([' ', '(']).next().unwrap());
    assert_eq!(names.collect::<BTreeSet<_>>(), selected.collect::<BTreeSet<_>>(), "the list above is that of the schema");
    let first = ask(&pair.executed, "{ products(first: 1) { nodes { id } } }", &json!({})).body;
    let id = first.split('"').find(|part| part.starts_with("product_")).unwrap().to_owned();
    let places = [
        "query($id: ID) { one: product(id: $id) ONE all: product(id: $id) ALL }",
        "{ orders(first: 3) { nodes { items { one: product ONE all: product ALL } } } }",
        "{ articles(first: 20) { nodes { one: products ONE all: products ALL } } }",
        "{ articles(first: 20) { nodes { blocks { ... on ProductEmbed { one: product ONE all: product ALL } } } } }",
        "{ trending { one: product ONE all: product ALL } }",
        "{ customers(first: 9) { nodes { activity(first: 5) { nodes { one: product ONE all: product ALL } } } } }",
    ];
    // what a plan leaves to the library
    let nodes = [
        "query($id: ID!) { one: node(id: $id) { ... on Product ONE } all: node(id: $id) { ... on Product ALL } }",
        "query($id: ID!) { one: nodes(ids: [$id]) { ... on Article { blocks { __typename } } ... on Product ONE } all: nodes(ids: [$id]) { ... on Product ALL } }",
    ];
    for field in PRODUCT {
        let ways = [
            format!("{{ f: {field} }}"),
            format!("{{ id name f: {field} price {{ amount }} category {{ id }} __typename }}"),
            format!("{{ ... on Node {{ id }} ... on Product {{ ... @include(if: true) {{ f: {field} }} }} sku @skip(if: true) }}"),
        ];
        for (place, way) in places.iter().chain(&nodes).flat_map(|place| ways.iter().map(move |way| (place, way))) {
            let query = place.replace("ONE", way).replace("ALL", &format!("{{ f: {field} description slug }}"));
            let answer = pair.agree(&query, &json!({ "id": id }));
            assert_eq!(answer.planned, !nodes.contains(place), "{query}");
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(body.get("errors"), None, "{query}");
            assert!(compared(&body, &query) > 0, "{query}\n{body}");
        }
    }
}

#[test]
fn a_planted_difference_is_found() {
    let pair = Pair::of(wiring::embedded(), Viewer::Reader);
    let of = |graph: &Graph, query: &str| ask(graph, query, &json!({}));
    let executed = of(&pair.executed, "{ products(first: 3) { nodes { id name } } }");
    assert!(difference(&of(&pair.compiled, "{ products(first: 3) { nodes { id name } } }"), &executed).is_none());
    for planted in [
        "{ products(first: 3) { nodes { name id } } }",
        "{ products(first: 3) { nodes { id name: sku } } }",
        "{ products(first: 2) { nodes { id name } } }",
    ] {
        assert!(difference(&of(&pair.compiled, planted), &executed).is_some(), "{planted}");
    }
    let mut dearer = of(&pair.compiled, "{ products(first: 3) { nodes { id name } } }");
    dearer.calls[0] += 1;
    assert!(difference(&dearer, &executed).is_some(), "a call more");
    let dearer = Pair { compiled: pair.compiled.with_loaders(false), executed: pair.executed };
    assert!(!dearer.is_timing("{ products(first: 3) { nodes { category { name } } } }", &json!({})), "always calls more");
}

#[test]
fn many_requests_at_once_share_a_plan() {
    let pair = Arc::new(Pair::of(wiring::embedded(), Viewer::Reader));
    let query = "query($first: Int) { products(first: $first) { nodes { id category { name } } } }";
    let expected: Vec<String> = (1..=20).map(|first| ask(&pair.executed, query, &json!({ "first": first })).body).collect();
    let graph = &pair.compiled;
    let answers = block_on(futures::future::join_all((1..=20).map(|first| async move {
        let reply = graph.execute(operation(query, json!({ "first": first }))).await;
        (reply.planned, String::from_utf8(reply.body("test")).unwrap())
    })));
    for ((planned, body), expected) in answers.into_iter().zip(expected) {
        assert!(planned);
        assert_eq!(body, expected);
    }
}
