//! What is answered: a point read, the feed of orders, a page of the magazine, and one list of many lengths.

use super::{Failed, Plans, stores};
use polystore::{
    actions::AccessKey,
    graphql::{Graph, execute::Operation, limits::Limits},
    shop::Viewer,
    stores::Stores,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::{path::Path, time::Duration};

/// Rows of the list; each is two nodes.
const ROWS: [u32; 5] = [1, 5, 50, 500, 5_000];
const LIST: &str = "query List($first: Int) { orders(first: $first) { nodes { id status placedAt total { amount currency } } } }";

/// One operation with its variables.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    query: String,
    variables: Map<String, Value>,
}

/// How large an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Objects.
    pub nodes: usize,
    pub bytes: usize,
}

/// The same stores behind two graphs.
pub struct World {
    stores: Stores,
    compiled: Graph,
    executed: Graph,
}

impl World {
    pub async fn open(file: Option<&Path>, scale: f64) -> Result<Self, Failed> {
        let stores = stores::open(file, scale).await?;
        let limits = Limits {
            first: 10_000,
            complexity: 10_000_000,
            time: Duration::from_secs(600),
            document_cache_bytes: 64_000_000,
            ..Limits::default()
        };
        let graph = || Graph::new(stores.clone(), limits, Viewer::Reader, AccessKey::of("bench"));
        let (compiled, executed) = (graph(), graph().with_plans(false));
        Ok(Self { stores, compiled, executed })
    }

    pub async fn close(&self) {
        futures::join!(self.stores.relational.close(), self.stores.documents.close(), self.stores.hot.close());
    }

    /// The body of an answer, and whether a plan wrote it.
    pub async fn answer(&self, case: &Case, plans: Plans) -> (Vec<u8>, bool) {
        let graph = match plans {
            Plans::On => &self.compiled,
            Plans::Off => &self.executed,
        };
        let operation = Operation { query: case.query.clone(), variables: case.variables.clone(), ..Operation::default() };
        let reply = graph.execute(operation).await;
        let planned = reply.planned;
        (reply.body("bench"), planned)
    }

    /// Both give the same answer, each in its own way, or there is nothing to compare.
    pub async fn prove(&self, case: &Case) -> Result<Sizes, Failed> {
        let (compiled, planned) = self.answer(case, Plans::On).await;
        let (executed, not) = self.answer(case, Plans::Off).await;
        if !planned || not {
            let whose = if planned { "the library does not answer without plans" } else { "no plan answers" };
            return Err(format!("{}: {whose}", case.name).into());
        }
        if compiled != executed {
            return Err(format!("{}: the answers differ", case.name).into());
        }
        let answer: Value = serde_json::from_slice(&compiled)?;
        if answer.get("errors").is_some() {
            return Err(format!("{}: {}", case.name, answer["errors"]).into());
        }
        Ok(Sizes { nodes: objects(&answer["data"]).saturating_sub(1), bytes: compiled.len() })
    }

    async fn data(&self, query: &str) -> Result<Value, Failed> {
        let case = Case { name: String::new(), query: query.to_owned(), variables: Map::new() };
        let mut answer: Value = serde_json::from_slice(&self.answer(&case, Plans::Off).await.0)?;
        if let Some(errors) = answer.get("errors") {
            return Err(errors.to_string().into());
        }
        Ok(answer["data"].take())
    }
}

/// Objects within a value, itself included.
fn objects(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(objects).sum::<usize>(),
        Value::Array(list) => list.iter().map(objects).sum(),
        _ => 0,
    }
}

/// The cases that were asked for by name, all if none was; fewer lengths for a first look.
pub async fn chosen(world: &World, names: &[String], quick: bool) -> Result<Vec<Case>, Failed> {
    let found =
        world.data("{ products(first: 1) { nodes { id } } articles(where: { status: PUBLISHED }, first: 1) { nodes { tags } } }").await?;
    let (product, tag) = (&found["products"]["nodes"][0]["id"], &found["articles"]["nodes"][0]["tags"][0]);
    if !product.is_string() || !tag.is_string() {
        return Err("the stores have no product or no article with a tag".into());
    }
    let mut all = vec![
        case("product", include_str!("../../operations/product.graphql"), json!({ "id": product })),
        case("order_feed", include_str!("../../../graphql/operations/order_feed.graphql"), json!({ "first": 50 })),
        case("magazine", include_str!("../../../graphql/operations/magazine.graphql"), json!({ "tag": tag, "first": 20 })),
    ];
    let rows = ROWS.iter().filter(|rows| !quick || !names.is_empty() || matches!(rows, 1 | 50 | 500));
    all.extend(rows.map(|rows| case(&format!("list_{rows}"), LIST, json!({ "first": rows }))));
    if names.is_empty() {
        return Ok(all);
    }
    let known = all.iter().map(|case| case.name.as_str()).collect::<Vec<_>>().join(", ");
    let find = |name: &String| {
        let found = all.iter().find(|case| case.name == *name).cloned();
        found.ok_or_else(|| format!("--case {name}: expected one of {known}").into())
    };
    names.iter().map(find).collect()
}

fn case(name: &str, text: &str, variables: Value) -> Case {
    let query = text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    let variables = if let Value::Object(variables) = variables { variables } else { Map::new() };
    Case { name: name.to_owned(), query, variables }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_case_is_answered_the_same_by_its_plan_and_by_the_library() {
        let world = World::open(None, 0.01).await.unwrap();
        let cases = chosen(&world, &[], true).await.unwrap();
        let mut nodes = Vec::new();
        for case in &cases {
            nodes.push(world.prove(case).await.unwrap().nodes);
        }
        // one product and its price; a page, one order and its total
        assert_eq!((cases.len(), nodes[0], nodes[3]), (6, 2, 3));
        assert!(nodes[5] > 600 && nodes[5] % 2 == 1, "{nodes:?}");
        assert!(chosen(&world, &["nothing".to_owned()], false).await.err().unwrap().to_string().ends_with("list_5000"));
        world.close().await;
    }
}
