//! CPU of the server for each request, against the nodes of its answer.

use super::{Bench, record::Measured};
use crate::{
    compare::{
        operations::{Operation, chosen},
        rounds::{self, Cell, Effort},
        servers::{Kind, Server},
        verdict::RAW,
    },
    load::client::Client,
    plot::{
        Panel, Plot, Series,
        axis::{Axis, Scale},
    },
    raw::{Failed, Stores},
};
use futures::{FutureExt as _, future::BoxFuture};
use serde::Serialize;
use serde_json::{Value, json};
use std::{fmt::Write as _, time::Duration};

/// Different requests of one size: all are asked once to count their nodes.
const SAMPLES: usize = 40;
/// Rows of a page. An order has about eighteen nodes, itself included, so the last is about 10,000.
const ORDERS: [u32; 9] = [1, 2, 5, 10, 20, 50, 100, 200, 560];
const PRODUCTS: [u32; 7] = [1, 3, 10, 30, 100, 300, 1_000];

/// A flat list, the other extreme: a node is a few columns of one row.
static FLAT: Operation =
    Operation::alone("products", "query Products($first: Int) { products(first: $first) { nodes { id name stock } } }", products);

fn products(_: &Stores) -> BoxFuture<'_, Result<Vec<Value>, Failed>> {
    async { Ok(vec![json!({})]) }.boxed()
}

/// Operation and server.
#[derive(Serialize)]
struct Line {
    name: String,
    operation: &'static str,
    server: &'static str,
    points: Vec<Point>,
}

/// One size.
#[derive(Clone, Debug, Serialize)]
struct Point {
    /// `first` of the request; none for the one product.
    rows: Option<u32>,
    /// Objects in the answer, on average.
    nodes: f64,
    /// Bytes of the answer, on average.
    bytes: usize,
    /// Milliseconds of the server's CPU for each request, the lower of the rounds.
    cpu: f64,
    /// Microseconds of it for each node.
    each: f64,
    /// Milliseconds of all stores' CPU for each request.
    stores_cpu: f64,
    requests: usize,
    failures: usize,
}

/// What was measured.
#[derive(Serialize)]
pub struct Nodes {
    arrangement: String,
    lines: Vec<Line>,
}

/// Measures both servers on pages of orders, which grow, and polystore on a flat list.
pub async fn measure(bench: &Bench) -> Result<Nodes, Failed> {
    let (rounds, time, warm_up) = if bench.quick { (1, 0.5, 0.2) } else { (3, 2.0, 0.5) };
    let seconds = Duration::from_secs_f64;
    let effort = Effort { rounds, time: seconds(time), warm_up: seconds(warm_up), connections: 8, rate: None };
    let servers = [bench.raw().await?, bench.polystore().await?];
    let mut lines: Vec<Line> = Vec::new();
    let own = chosen(&["product".to_owned(), "order_feed".to_owned()])?;
    let [product, feed] = own[..] else { return Err("the operations are gone".into()) };
    let sizes = |all: &[u32]| all.iter().copied().map(Some).collect::<Vec<_>>();
    let asked = [(product, vec![None], &servers[..]), (feed, sizes(&ORDERS), &servers[..]), (&FLAT, sizes(&PRODUCTS), &servers[1..])];
    for (operation, sizes, servers) in asked {
        let all = (operation.sample)(&bench.stores).await?;
        let step = all.len().div_ceil(SAMPLES).max(1);
        let mut measured: Vec<Line> = servers.iter().map(|server| line(operation, server)).collect();
        for rows in sizes {
            let variables: Vec<Value> = all.iter().step_by(step).map(|one| of_size(one, rows)).collect();
            if variables.is_empty() {
                return Err(format!("there is nothing to ask {} for: seed the stores first", operation.name).into());
            }
            rounds::prove(operation, servers, &variables, Some(&bench.stores)).await?;
            let (nodes, bytes) = answered(operation, &servers[servers.len() - 1], &variables).await?;
            let cells = rounds::measure(operation, servers, &variables, Some(&bench.stores), effort).await?;
            for (line, server) in measured.iter_mut().zip(servers) {
                let own: Vec<&Cell> = cells.iter().filter(|cell| cell.server == server.name).collect();
                line.points.push(point(rows, nodes, bytes, &own));
                eprintln!("bench: {}", shown(&line.name, &line.points[line.points.len() - 1]));
            }
        }
        lines.extend(measured);
    }
    let arrangement = format!(
        "{rounds} rounds of {time} s after {warm_up} s of warm-up, servers in turn, 8 connections, the lower of the rounds; \
         a node is an object of the answer"
    );
    Ok(Nodes { arrangement, lines })
}

fn line(operation: &Operation, server: &Server) -> Line {
    let name = match operation.name {
        "order_feed" => "orders",
        other => other,
    };
    Line { name: format!("{name}, {}", server.name), operation: operation.name, server: server.name, points: Vec::new() }
}

/// The same request for so many rows.
fn of_size(variables: &Value, rows: Option<u32>) -> Value {
    let mut variables = variables.clone();
    if let Some(rows) = rows {
        variables["first"] = rows.into();
    }
    variables
}

/// Nodes and bytes of the answers, on average.
async fn answered(operation: &Operation, server: &Server, variables: &[Value]) -> Result<(f64, usize), Failed> {
    debug_assert_eq!(server.kind, Kind::Polystore);
    let mut client = Client::connect(server.address).await?;
    let (mut nodes, mut bytes) = (0, 0);
    for request in rounds::requests(operation, server, variables) {
        let body = client.ask(&request).await?.body;
        let answer: Value = serde_json::from_slice(body)?;
        if let Some(errors) = answer.get("errors") {
            return Err(format!("{}: {errors}", operation.name).into());
        }
        nodes += objects(&answer["data"]).saturating_sub(1);
        bytes += body.len();
    }
    let count = variables.len().max(1);
    Ok((nodes as f64 / count as f64, bytes / count))
}

/// Objects within a value, itself included.
fn objects(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(objects).sum::<usize>(),
        Value::Array(list) => list.iter().map(objects).sum(),
        _ => 0,
    }
}

fn point(rows: Option<u32>, nodes: f64, bytes: usize, cells: &[&Cell]) -> Point {
    let least = |of: fn(&Cell) -> f64| cells.iter().map(|cell| of(cell)).fold(f64::INFINITY, f64::min);
    let cpu = least(|cell| cell.cpu);
    Point {
        rows,
        nodes,
        bytes,
        cpu,
        each: cpu * 1_000.0 / nodes.max(1.0),
        stores_cpu: least(|cell| cell.stores_cpu),
        requests: cells.iter().map(|cell| cell.requests).sum(),
        failures: cells.iter().map(|cell| cell.failures).sum(),
    }
}

fn shown(name: &str, point: &Point) -> String {
    let rows = point.rows.map_or_else(|| "-".to_owned(), |rows| rows.to_string());
    format!(
        "{name:<22} {rows:>6} {:>9.1} {:>10} {:>10.4} {:>9.2} {:>10.3} {:>9} {:>9}",
        point.nodes, point.bytes, point.cpu, point.each, point.stores_cpu, point.requests, point.failures
    )
}

impl Measured for Nodes {
    const NAME: &'static str = "nodes";

    fn text(&self) -> String {
        let mut text = format!("CPU with the nodes of the answer: {}\n", self.arrangement);
        let _ = writeln!(
            text,
            "{:<22} {:>6} {:>9} {:>10} {:>10} {:>9} {:>10} {:>9} {:>9}",
            "", "rows", "nodes", "bytes", "CPU ms", "us/node", "stores ms", "requests", "failed"
        );
        for line in &self.lines {
            for point in &line.points {
                let _ = writeln!(text, "{}", shown(&line.name, point));
            }
        }
        text
    }

    fn plot(&self) -> Plot {
        let panel = |label, of: fn(&Point) -> f64| {
            // a line of one point says nothing that the table does not
            let drawn = self.lines.iter().filter(|line| line.points.len() > 1);
            let series = drawn.map(|line| Series {
                name: line.name.clone(),
                colour: if line.operation == FLAT.name { 2 } else { usize::from(line.server == RAW) },
                dashed: false,
                points: line.points.iter().map(|point| (point.nodes, of(point))).collect(),
            });
            let axis = |label| Axis { label, scale: Scale::Log };
            Panel { x: axis("nodes of the answer"), y: axis(label), series: series.collect() }
        };
        Plot {
            title: "CPU with the size of the answer",
            panels: vec![panel("server CPU for a request, ms", |point| point.cpu), panel("server CPU for a node, µs", |point| point.each)],
            notes: vec![self.arrangement.clone()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_the_objects_of_the_answer() {
        let answer = json!({ "orders": { "nodes": [{ "id": 1, "total": { "amount": "1" } }, { "id": 2, "total": null, "tags": ["a"] }] } });
        // the page, two orders, one amount
        assert_eq!(objects(&answer) - 1, 4);
        assert_eq!(objects(&json!([1, "a", null])), 0);
    }

    #[test]
    fn a_request_is_made_larger_by_its_rows_alone() {
        let page = json!({ "first": 50, "after": "x" });
        assert_eq!(of_size(&page, Some(7)), json!({ "first": 7, "after": "x" }));
        assert_eq!(of_size(&page, None), page);
    }

    #[test]
    fn the_cost_of_a_node_is_that_of_the_request_over_all_of_them() {
        let points = [(1.0, 0.1), (1_000.0, 2.0)].map(|(nodes, cpu)| Point {
            rows: Some(1),
            nodes,
            bytes: 1,
            cpu,
            each: cpu * 1_000.0 / nodes,
            stores_cpu: 0.0,
            requests: 1,
            failures: 0,
        });
        assert_eq!(points.each_ref().map(|point| point.each), [100.0, 2.0]);
        let line = Line { name: "orders, polystore".to_owned(), operation: "order_feed", server: "polystore", points: points.to_vec() };
        let nodes = Nodes { arrangement: String::new(), lines: vec![line] };
        assert_eq!(nodes.plot().panels[1].series[0].points, [(1.0, 100.0), (1_000.0, 2.0)]);
        assert!(nodes.text().contains("1000.0"));
    }
}
