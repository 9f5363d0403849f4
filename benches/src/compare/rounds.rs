//! Round after round: the servers in turn, the order reversed each time, so that what drifts concerns all of them.

use super::{
    calls::{self, Calls, Processes},
    operations::Operation,
    process,
    servers::{CORE, Kind, Server},
};
use crate::{
    load::{Plan, Summary, client::Client, client::request, known},
    raw::{Failed, Stores},
};
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

/// Requests whose answers are compared before anything is measured, and whose calls are counted.
const COMPARED: usize = 40;
/// Where polystore answers.
pub const GRAPH: &str = "/graphql";

/// What one server did in one round.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    pub server: &'static str,
    pub round: usize,
    pub requests: usize,
    pub failures: usize,
    pub unanswered: usize,
    pub per_second: f64,
    /// Milliseconds of CPU for each request: the server's, and that of all stores.
    pub cpu: f64,
    pub stores_cpu: f64,
    pub latency: Summary,
    /// Kilobytes.
    pub peak: u64,
    /// Shares of the server's core: the server's own, what others had, what the host took away.
    pub busy: f64,
    pub foreign: f64,
    pub stolen: f64,
    /// For each request, under load.
    pub calls: Calls,
}

/// The requests of an operation to a server.
pub fn requests(operation: &Operation, server: &Server, variables: &[Value]) -> Vec<Vec<u8>> {
    let (address, document, path) = (server.address, operation.document(), format!("/{}", operation.name));
    let one = |variables: &Value| match server.kind {
        Kind::Raw | Kind::RawEmbedded => request(address, &path, &variables.to_string()),
        Kind::Polystore => request(address, GRAPH, &json!({ "query": document, "variables": variables }).to_string()),
        Kind::Visited => known::by_hash(address, GRAPH, &document, variables),
    };
    variables.iter().map(one).collect()
}

/// What was found out before the first round.
#[derive(Clone, Debug, Serialize)]
pub struct Proof {
    /// Answers that were the same, byte for byte.
    pub equal: usize,
    /// Bytes of an answer, on average.
    pub bytes: usize,
    /// Calls for each request, one at a time, of each server.
    pub calls: Vec<(&'static str, Calls)>,
}

/// Every server gives the same answers, or there is nothing to compare. Without stores, they are within the servers, and nobody counts calls.
pub async fn prove(operation: &Operation, servers: &[Server], variables: &[Value], stores: Option<&Stores>) -> Result<Proof, Failed> {
    let step = variables.len().div_ceil(COMPARED).max(1);
    let asked: Vec<Value> = variables.iter().step_by(step).cloned().collect();
    let mut expected: Vec<Vec<u8>> = Vec::new();
    let mut proof = Proof { equal: asked.len(), bytes: 0, calls: Vec::new() };
    for server in servers {
        let mut client = Client::connect(server.address).await?;
        let before = calls::count(stores).await?;
        for (place, request) in requests(operation, server, &asked).iter().enumerate() {
            let answer = client.ask(request).await?;
            let known = expected.get(place);
            if answer.status != 200 || answer.body.starts_with(b"{\"errors\"") || known.is_some_and(|known| known != answer.body) {
                return Err(different(operation, [server.name, servers[0].name], &asked[place], answer.body, known).into());
            }
            if known.is_none() {
                proof.bytes += answer.body.len();
                expected.push(answer.body.to_vec());
            }
        }
        proof.calls.push((server.name, calls::count(stores).await?.since(before, asked.len())));
    }
    proof.bytes /= asked.len().max(1);
    Ok(proof)
}

fn different(operation: &Operation, [name, first]: [&str; 2], variables: &Value, body: &[u8], known: Option<&Vec<u8>>) -> String {
    let known = known.map(Vec::as_slice).unwrap_or_default();
    let place = body.iter().zip(known).take_while(|(one, other)| one == other).count();
    let around = |bytes: &[u8]| String::from_utf8_lossy(&bytes[place.saturating_sub(60)..(place + 100).min(bytes.len())]).into_owned();
    format!(
        "{name} answers {} with {variables} otherwise than {first}, from byte {place} on:\n  {name}: {}\n  {first}: {}",
        operation.name,
        around(body),
        around(known)
    )
}

/// How long, how much, how often.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub rounds: usize,
    pub time: Duration,
    pub warm_up: Duration,
    pub connections: usize,
    pub rate: Option<f64>,
}

/// All rounds of one operation.
pub async fn measure(
    operation: &Operation,
    servers: &[Server],
    variables: &[Value],
    stores: Option<&Stores>,
    effort: Effort,
) -> Result<Vec<Cell>, Failed> {
    let processes = Processes::find(stores).await;
    let mut cells = Vec::new();
    for round in 0..effort.rounds {
        let mut order: Vec<&Server> = servers.iter().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for server in order {
            cells.push(cell(operation, server, variables, stores, &processes, effort, round).await?);
        }
    }
    Ok(cells)
}

async fn cell(
    operation: &Operation,
    server: &Server,
    variables: &[Value],
    stores: Option<&Stores>,
    processes: &Processes,
    effort: Effort,
    round: usize,
) -> Result<Cell, Failed> {
    let Effort { connections, warm_up, time, rate, .. } = effort;
    let plan = Plan { address: server.address, connections, warm_up, time, rate };
    process::forget_peak(server.pid());
    let asked = calls::count(stores).await?;
    let look = || (process::cpu(server.pid()), process::core(CORE), processes.cpu());
    let (seen, before, after) = plan.run(requests(operation, server, variables), look).await?;
    let calls = calls::count(stores).await?;
    let own = after.0 - before.0;
    let busy = (after.1.busy - before.1.busy).saturating_sub(own);
    let share = |time: Duration| time.as_secs_f64() / seen.seconds;
    let each = |time: Duration| time.as_secs_f64() * 1_000.0 / seen.requests.max(1) as f64;
    // those of the warm-up were counted by the stores, too
    let all = seen.requests as f64 * (warm_up.as_secs_f64() + seen.seconds) / seen.seconds;
    Ok(Cell {
        server: server.name,
        round,
        requests: seen.requests,
        failures: seen.failures,
        unanswered: seen.unanswered,
        per_second: seen.per_second,
        cpu: each(own),
        stores_cpu: each(after.2 - before.2),
        latency: seen.latency,
        peak: process::peak(server.pid()).unwrap_or_default(),
        busy: share(own),
        foreign: share(busy),
        stolen: share(after.1.stolen - before.1.stolen),
        calls: calls.since(asked, all as usize),
    })
}
