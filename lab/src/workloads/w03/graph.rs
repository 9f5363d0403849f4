//! The page through the whole GraphQL server, with its loaders and without them: N+1 as a client of a graph meets it.

use super::data::{customer_name, product_name};
use crate::{
    Answer, Arm, ArmAbout, Case, Counters, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Evidence, InProcess, Tier},
    site::{Graph, Site},
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

/// What is asked; the same text with loaders and without.
const QUERY: &str = include_str!("page.graphql");

/// A graph, asked in one of two ways.
pub struct Orders {
    graph: Arc<dyn Graph>,
    loaders: bool,
    counting: AtomicBool,
    calls: AtomicU64,
}

impl Orders {
    /// Both ways over one graph; none where nobody makes graphs.
    pub async fn make(site: &Site) -> Result<Vec<Self>> {
        let Some(graph) = site.graph("w03 graph").await? else { return Ok(Vec::new()) };
        let arm = |loaders| Self { graph: graph.clone(), loaders, counting: AtomicBool::new(false), calls: AtomicU64::new(0) };
        Ok(vec![arm(true), arm(false)])
    }
}

/// A node of the answer as all arms answer it. The graph has its own ids: whoever makes it puts the shop's numbers into their last bits.
fn order(node: &Value) -> Value {
    let item = |item: &Value| {
        let product = number(&item["product"]["name"]).map(product_name);
        json!({ "line": item["line"], "product": product, "quantity": item["quantity"], "cents": item["cents"] })
    };
    let items: Vec<Value> = node["items"].as_array().into_iter().flatten().map(item).collect();
    let customer = number(&node["customer"]["name"]).map(customer_name);
    json!({ "id": node["number"], "placed": node["placed"], "customer": customer, "items": items })
}

/// The digits of a name, which is decoded and made again: a name that is not one of ours is null and found out.
fn number(name: &Value) -> Option<i64> {
    name.as_str()?.rsplit(' ').next()?.parse().ok()
}

#[async_trait]
impl Arm for Orders {
    fn about(&self) -> ArmAbout {
        let (name, model, variant) = if self.loaders {
            ("graphql loaders", "the server's graph over SQLite, questions in batches", "idiomatic")
        } else {
            ("graphql n+1", "the server's graph over SQLite, each key on its own", "seed")
        };
        ArmAbout { name, store: "sqlite", model, variant }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "graphql", text: QUERY.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &InProcess
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        self.graph.load(load).await?;
        Ok(Loaded::default())
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let answer = self.graph.ask(QUERY, input, self.loaders, self.counting.load(Ordering::Relaxed)).await?;
        self.calls.fetch_add(answer.calls, Ordering::Relaxed);
        let nodes = answer.data["nodes"].as_array().ok_or_else(|| LabError::store("sqlite", "the graph gave no nodes"))?;
        let page: Vec<Value> = nodes.iter().map(order).collect();
        // customers, items and products come as rows of their own; the graph tells how many only when it counts
        let rows = if answer.rows > 0 { answer.rows } else { page.len() as u64 };
        Ok(Answer { value: Value::Array(page), rows })
    }

    async fn counting(&self, on: bool) -> Result<()> {
        self.counting.store(on, Ordering::Relaxed);
        Ok(())
    }

    async fn counters(&self) -> Result<Counters> {
        Ok(Counters::from([("statements", self.calls.load(Ordering::Relaxed) as f64)]))
    }

    async fn tier(&self, _: &Case) -> Result<Evidence> {
        Ok(Evidence::new(Tier::Read, [("loaders", if self.loaders { "on" } else { "off" })]))
    }

    async fn unload(&self) -> Result<()> {
        self.graph.close().await
    }
}
