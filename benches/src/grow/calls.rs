//! Calls of the stores, against the depth of the question. They are counted by the server's own receipt, so they are exact, and they must not
//! depend on how many rows there are.

use super::{Bench, record::Measured};
use crate::{
    load::client::{Client, request},
    plot::{
        Panel, Plot, Series,
        axis::{Axis, Scale},
    },
    raw::Failed,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _};

/// A chain of relations through all three kinds of stores; `@` is where the next level stands.
const LEVELS: [&str; 8] = [
    "orders(first: $rows) { nodes { id @ } }",
    "items { line @ }",
    "product { id @ }",
    "category { id @ }",
    "products(first: 2) { nodes { id @ } }",
    "articles(first: 2) { nodes { id @ } }",
    "author { id @ }",
    "orders(first: 1) { nodes { id @ } }",
];
/// Rows of the first level. With a single one there may be nothing on a level, and then nobody is asked for what is below.
const ROWS: [u32; 3] = [10, 30, 100];
/// How often each is asked.
const TIMES: usize = 3;

/// One depth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Point {
    depth: usize,
    /// Calls of each role.
    calls: BTreeMap<String, u64>,
    /// The role's methods, in the order in which they began.
    methods: Vec<String>,
    /// The most that the server's plan says.
    predicted: Option<u64>,
}

impl Point {
    fn all(&self) -> u64 {
        self.calls.values().sum()
    }
}

/// What was counted.
#[derive(Serialize)]
pub struct Calls {
    arrangement: String,
    points: Vec<Point>,
}

/// Counts the calls of each depth; it is an error if they differ from one time to the next, or with the number of rows.
pub async fn measure(bench: &Bench) -> Result<Calls, Failed> {
    let server = bench.polystore().await?;
    let mut client = Client::connect(server.address).await?;
    let mut points: Vec<Point> = Vec::new();
    for depth in 1..=LEVELS.len() {
        let query = document(depth);
        let mut first: Option<Point> = None;
        for rows in ROWS.iter().flat_map(|rows| [*rows; TIMES]) {
            let body = json!({ "query": query, "variables": { "rows": rows } }).to_string();
            let answer = client.ask(&request(server.address, "/graphql?receipt=1&plan=1", &body)).await?;
            let point = read(depth, &serde_json::from_slice(answer.body)?)?;
            let known = first.get_or_insert_with(|| point.clone());
            if known.calls != point.calls {
                return Err(format!("depth {depth}: {:?} calls, and with {rows} rows {:?}", known.calls, point.calls).into());
            }
        }
        points.extend(first);
    }
    let arrangement =
        format!("one request at a time, pages of {ROWS:?} orders each asked {TIMES} times: the counts were the same each time");
    Ok(Calls { arrangement, points })
}

/// The question for so many levels.
fn document(depth: usize) -> String {
    let nested = LEVELS[..depth].iter().rev().fold(String::new(), |below, level| level.replace('@', &below));
    format!("query Depth($rows: Int) {{ {nested} }}")
}

/// The receipt of an answer.
fn read(depth: usize, answer: &Value) -> Result<Point, Failed> {
    if let Some(errors) = answer.get("errors") {
        return Err(format!("depth {depth}: {errors}").into());
    }
    let listed = answer["extensions"]["receipt"]["calls"].as_array().ok_or("the answer has no receipt")?;
    let mut calls = BTreeMap::new();
    let mut methods = Vec::new();
    for call in listed {
        let (role, method) = (call["role"].as_str().unwrap_or_default(), call["method"].as_str().unwrap_or_default());
        *calls.entry(role.to_owned()).or_default() += 1;
        methods.push(method.to_owned());
    }
    Ok(Point { depth, calls, methods, predicted: answer["extensions"]["plan"]["calls"].as_u64() })
}

impl Measured for Calls {
    const NAME: &'static str = "calls";

    fn text(&self) -> String {
        let mut text = format!("Store calls with the depth of the question: {}\n", self.arrangement);
        let _ = writeln!(text, "{:>5} {:>5} {:>9}  by role", "depth", "calls", "predicted");
        for point in &self.points {
            let roles = point.calls.iter().map(|(role, count)| format!("{role} {count}")).collect::<Vec<_>>().join(", ");
            let predicted = point.predicted.map_or_else(|| "-".to_owned(), |calls| calls.to_string());
            let last = point.methods.last().map(String::as_str).unwrap_or_default();
            let _ = writeln!(text, "{:>5} {:>5} {predicted:>9}  {roles}; the last is {last}", point.depth, point.all());
        }
        text
    }

    fn plot(&self) -> Plot {
        let of = |count: &dyn Fn(&Point) -> u64| self.points.iter().map(|point| (point.depth as f64, count(point) as f64)).collect();
        let mut series = vec![Series { name: "all, polystore".to_owned(), colour: 0, dashed: false, points: of(&|point| point.all()) }];
        for (role, colour) in [("relational", 1), ("documents", 2), ("hot", 3)] {
            let points: Vec<(f64, f64)> = of(&|point| point.calls.get(role).copied().unwrap_or_default());
            if points.iter().any(|point| point.1 > 0.0) {
                series.push(Series { name: role.to_owned(), colour, dashed: false, points });
            }
        }
        series.push(Series { name: "one for each level".to_owned(), colour: 4, dashed: true, points: of(&|point| point.depth as u64) });
        let axis = |label| Axis { label, scale: Scale::Linear };
        Plot {
            title: "Store calls with the depth of the question",
            panels: vec![Panel { x: axis("levels of relations"), y: axis("calls of a request"), series }],
            notes: vec![self.arrangement.clone()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_stands_within_the_one_above() {
        assert_eq!(document(1), "query Depth($rows: Int) { orders(first: $rows) { nodes { id  } } }");
        assert!(document(3).contains("nodes { id items { line product { id  } } } }"));
        let all = document(LEVELS.len());
        assert!(!all.contains('@') && all.matches('{').count() == all.matches('}').count());
    }

    #[test]
    fn calls_are_read_from_the_receipt() {
        let call = |role: &str, method: &str| json!({ "role": role, "method": method });
        let calls = [call("relational", "orders_page"), call("relational", "products_by_ids"), call("documents", "articles_about")];
        let answer = json!({ "data": {}, "extensions": { "receipt": { "calls": calls }, "plan": { "calls": 4 } } });
        let point = read(3, &answer).unwrap();
        assert_eq!((point.all(), point.calls["relational"], point.predicted), (3, 2, Some(4)));
        assert_eq!(point.methods[2], "articles_about");
        assert!(read(1, &json!({ "data": {} })).is_err());
        assert!(read(1, &json!({ "errors": [{ "message": "no" }] })).err().unwrap().to_string().contains("depth 1"));
    }

    #[test]
    fn roles_that_were_not_asked_have_no_line() {
        let point = Point { depth: 1, calls: BTreeMap::from([("relational".to_owned(), 1)]), methods: Vec::new(), predicted: None };
        let names: Vec<String> =
            Calls { arrangement: String::new(), points: vec![point] }.plot().panels[0].series.iter().map(|one| one.name.clone()).collect();
        assert_eq!(names, ["all, polystore", "relational", "one for each level"]);
    }
}
