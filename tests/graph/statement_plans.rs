//! How the stores go about our statements when there are many rows: by an index, and without sorting on a disk.
//!
//! The plans are those of the statements that ran, with the values that were bound: what `polystore explain --analyze` shows.

use crate::{
    cost::{generator::Generator, names},
    operations::samples,
    support::{
        engines,
        graph::graph,
        wiring::{self, Wiring, block_on, operation},
    },
};
use polystore::{
    engines::postgres::Postgres,
    error::Engine,
    graphql::{
        execute::Operation,
        explain::{Engines, Explained, Level, Measured, explain},
        limits::Limits,
    },
    receipt::statements::Statement,
    roles::Store as _,
    seed::{Plan, Scale},
    shop::Viewer,
    stores::Stores,
};
use serde_json::{Map, Value};
use sqlx::{Connection as _, PgConnection};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

/// 10,000 orders with 30,000 lines, 20,000 events, 1,000 articles.
const SCALE: f64 = 0.2;
/// Operations that are drawn from the schema.
const DRAWN: u32 = 200;
/// What has so many rows that nothing may read all of it for a page. (The 2,000 customers and 400 products of this scale are so few that reading
/// them all is cheaper than looking up a hundred of them.)
const LARGE: [&str; 5] = ["orders", "order_items", "ledger", "activity", "comments"];
/// What reads all there is because it is asked about all there is: a report of the whole time, and what a twentieth of all customers spent.
const OF_EVERYTHING: [&str; 2] = ["sales_report", "customers_total_spent"];
/// The same: how many there are.
const COUNT: &str = "SELECT count(*)";

async fn filled(name: &'static str, stores: Stores) -> Wiring {
    wiring::fill(&stores, &Plan { scale: Scale::new(SCALE).unwrap(), seed: 1 }).await;
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    Wiring { name, graph: graph(stores.clone(), limits, Viewer::Reader), stores }
}

/// The large shop, on the engines that are at hand.
async fn shops() -> Vec<Wiring> {
    let (relational, documents) = tokio::join!(engines::relational(Engine::Sqlite), engines::documents(Engine::Sqlite));
    let mut shops = vec![filled("embedded", Stores::layered(relational, documents, engines::hot(Engine::Memory).await, None)).await];
    if [Engine::Postgres, Engine::Mongodb, Engine::Redis].into_iter().all(engines::at_hand) {
        let url = engines::fresh_url(Engine::Postgres).await;
        let relational = Postgres::connect(&url, &polystore::engines::Limits::default()).await.unwrap();
        relational.migrate().await.unwrap();
        let (documents, hot) = tokio::join!(engines::documents(Engine::Mongodb), engines::hot(Engine::Redis));
        shops.push(filled("real", Stores::layered(Arc::new(relational), documents, hot, None)).await);
        // the server does this by itself, in its own time
        let mut other = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql("ANALYZE").execute(&mut other).await.unwrap();
    }
    shops
}

/// Every statement of a request, with the method that put it.
fn statements(explained: &Explained) -> Vec<(&'static str, Engine, &Statement)> {
    fn of<'m>(method: &'static str, engine: Engine, measured: &'m Measured, into: &mut Vec<(&'static str, Engine, &'m Statement)>) {
        into.extend(measured.statements.iter().map(|statement| (method, engine, statement)));
    }
    fn below<'l>(levels: &'l [Level], into: &mut Vec<(&'static str, Engine, &'l Statement)>) {
        for level in levels {
            for asked in &level.asks {
                if let Some(measured) = &asked.measured {
                    of(asked.asks.method, asked.engine, measured, into);
                }
            }
            below(&level.below, into);
        }
    }
    let mut found = Vec::new();
    below(&explained.levels, &mut found);
    for beside in explained.ran.iter().flat_map(|ran| &ran.beside) {
        of(beside.method, beside.engine, &beside.measured, &mut found);
    }
    found
}

/// The table behind each name in a statement: `FROM orders AS o` is both.
fn tables(text: &str) -> HashMap<String, String> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',')).filter(|word| !word.is_empty()).collect();
    let mut tables = HashMap::new();
    for at in 0..words.len().saturating_sub(1) {
        if !["FROM", "JOIN"].contains(&words[at]) {
            continue;
        }
        let table = words[at + 1].to_owned();
        if words.get(at + 2) == Some(&"AS")
            && let Some(name) = words.get(at + 3)
        {
            tables.insert((*name).to_owned(), table.clone());
        }
        tables.insert(table.clone(), table);
    }
    tables
}

/// Why a plan is a bad one for many rows.
fn bad(engine: Engine, statement: &Statement) -> Option<String> {
    let tables = tables(&statement.text);
    let large = |name: &str| LARGE.contains(&tables.get(name).map_or(name, String::as_str));
    statement.plan.iter().map(|line| line.trim().trim_start_matches("->").trim()).find_map(|line| {
        // the store's complaint in the plan's place
        let is_bad = line.starts_with("no plan")
            || match engine {
                Engine::Postgres => {
                    let scan = line.strip_prefix("Seq Scan on ").or_else(|| line.strip_prefix("Parallel Seq Scan on "));
                    scan.is_some_and(|rest| large(rest.split_whitespace().next().unwrap_or_default()))
                        || line.contains("Sort Method: external")
                }
                // without the name of an index behind it
                Engine::Sqlite => line.strip_prefix("SCAN ").is_some_and(|name| !name.contains(' ') && large(name)),
                Engine::Mongodb => line.contains("COLLSCAN"),
                Engine::Redis | Engine::Memory => false,
            };
        is_bad.then(|| line.to_owned())
    })
}

/// Every bad plan of a request, once a method.
fn look(shop: &Wiring, query: &str, variables: &Value, seen: &mut usize, wrong: &mut BTreeSet<String>) {
    let given = variables.as_object().cloned().unwrap_or_else(Map::new);
    let explained = block_on(async {
        let Ok(explained) = explain(query, given, None, shop.graph.limits(), Engines::of(&shop.stores)).await else { return None };
        let mut explained = explained.into_iter().next()?;
        let asked = Operation { operation_name: explained.name.clone(), ..operation(query, variables.clone()) };
        shop.graph.analyze(asked, &mut explained).await.ok()?;
        Some(explained)
    });
    // a drawn operation may be refused
    let Some(explained) = explained else { return };
    for (method, engine, statement) in statements(&explained) {
        *seen += usize::from(!statement.plan.is_empty());
        if let Some(line) = bad(engine, statement).filter(|_| !OF_EVERYTHING.contains(&method) && !statement.text.contains(COUNT)) {
            wrong.insert(format!("{method} on {engine}: {line}\n  {}\n  {}", statement.text, statement.plan.join("\n  ")));
        }
    }
}

#[test]
fn no_statement_reads_all_of_a_large_table_or_sorts_on_a_disk() {
    let shops = block_on(shops());
    for shop in &shops {
        let (mut seen, mut wrong) = (0, BTreeSet::new());
        for sample in samples() {
            for size in [1, 20, 100] {
                look(shop, &sample.query, &sample.of_size(size), &mut seen, &mut wrong);
            }
        }
        let mut generator = Generator::new(names(shop), 23).short(3);
        for _ in 0..DRAWN {
            let (query, variables) = generator.operation();
            look(shop, &query, &variables, &mut seen, &mut wrong);
        }
        println!("{}: {seen} plans", shop.name);
        assert!(seen > 300, "only {seen} plans were looked at on {}", shop.name);
        let wrong: Vec<_> = wrong.into_iter().collect();
        assert!(wrong.is_empty(), "{}: {} bad plans\n{}", shop.name, wrong.len(), wrong.join("\n"));
    }
}

#[test]
fn bad_plans_are_found() {
    let of = |engine, text: &str, line: &str| bad(engine, &Statement { text: text.to_owned(), plan: vec![format!("  ->  {line}")] });
    let orders = "SELECT * FROM orders AS o JOIN categories AS c ON true";
    assert!(of(Engine::Postgres, orders, "Seq Scan on orders o (actual rows=10000 loops=1)").is_some());
    assert!(of(Engine::Postgres, orders, "Seq Scan on categories c (actual rows=40 loops=1)").is_none());
    assert!(of(Engine::Postgres, orders, "Index Scan using orders_pkey on orders o (actual rows=1 loops=1)").is_none());
    assert!(of(Engine::Postgres, orders, "Sort Method: external merge  Disk: 2048kB").is_some());
    assert!(of(Engine::Postgres, orders, "no plan: late").is_some());
    assert!(of(Engine::Sqlite, orders, "SCAN o").is_some());
    assert!(of(Engine::Sqlite, orders, "SCAN c").is_none());
    assert!(of(Engine::Sqlite, orders, "SCAN o USING INDEX orders_placed_at").is_none());
    assert!(of(Engine::Mongodb, "{}", "COLLSCAN").is_some());
    assert!(of(Engine::Mongodb, "{}", "FETCH, IXSCAN slug_1").is_none());
}
