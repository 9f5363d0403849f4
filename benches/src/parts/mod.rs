//! What each part of polystore is worth: a server with it against a server without it, everything else alike. Both run on the same core over the
//! same stores, give the same answers, and are loaded in turn.

mod list;
mod report;
mod worth;

use crate::{
    compare::{
        How, INCONCLUSIVE, arrangement, calls,
        operations::Operation,
        report::save,
        rounds::{self, GRAPH},
        servers::{Kind, Server},
    },
    load::known,
    raw::{Failed, Stores, Urls},
};
use list::Part;
use report::{Measured, Report};
use serde_json::Value;
use std::process::ExitCode;
use worth::Worth;

/// Names of the servers in a run.
const WITHOUT: &str = "without";
const WITH: &str = "with";

/// Which parts, with which operations.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stores: Urls,
    /// Only this part; may be given several times: nothing, documents, plans, calls, products or answers
    #[arg(long, value_name = "NAME")]
    part: Vec<String>,
    #[command(flatten)]
    how: How,
}

/// The `parts` command.
pub async fn run(options: &Options) -> Result<ExitCode, Failed> {
    let Options { stores: urls, part, how } = options;
    let chosen = list::chosen(part, &how.operation)?;
    let run = how.begin()?;
    let stores = Stores::connect(urls).await?;
    calls::prepare(&stores).await?;
    let mut measured = Vec::new();
    for (part, operations) in &chosen {
        // new servers for each part: nothing is left of what was asked before
        let servers = [
            Server::start_with(WITHOUT, part.kind, &run.polystore, run.pinned, &[part.without()]).await?,
            Server::start_with(WITH, part.kind, &run.polystore, run.pinned, &[part.with()]).await?,
        ];
        for operation in operations {
            let variables = (operation.sample)(&stores).await?;
            introduce(operation, &servers, &variables).await?;
            let proof = rounds::prove(operation, &servers, &variables, Some(&stores)).await?;
            let cells = rounds::measure(operation, &servers, &variables, Some(&stores), run.effort).await?;
            let done = Measured {
                part: part.name,
                operation: operation.name,
                with: part.with(),
                without: part.without(),
                equal: proof.equal,
                worth: Worth::of(&cells, part.with() == part.without(), how.bounds()),
                cells,
            };
            eprintln!("{}", done.line(part));
            measured.push(done);
        }
    }
    let mut sentences = arrangement(&run.effort, run.pinned, &format!("{} connections to each store", urls.store_connections));
    sentences.push(
        "two servers for each part, POLYSTORE_RATE_LIMIT=off: CPU is user and system time for each request, calls are under load"
            .to_owned(),
    );
    sentences.extend(chosen.iter().map(|(part, _)| asked(part)));
    let report = Report::new(sentences, run.machine, measured);
    print!("{}", report.text());
    if let Some(path) = &how.json {
        save(&report, path)?;
    }
    Ok(if report.conclusive { ExitCode::SUCCESS } else { ExitCode::from(INCONCLUSIVE) })
}

/// Tells both servers the document, where it is only named afterwards.
async fn introduce(operation: &Operation, servers: &[Server], variables: &[Value]) -> Result<(), Failed> {
    let first = variables.first().ok_or_else(|| format!("there is nothing to ask {} for: seed the stores first", operation.name))?;
    for server in servers.iter().filter(|server| server.kind == Kind::Visited) {
        let document = operation.document();
        let by_hash = known::by_hash(server.address, GRAPH, &document, first);
        known::introduce(server.address, GRAPH, &document, first, &by_hash).await?;
    }
    Ok(())
}

/// What makes the difference, and how it is asked for, in a sentence.
fn asked(part: &Part) -> String {
    let how = match part.kind {
        Kind::Visited => "GET by the document's hash, anonymous visitors",
        _ => "POST with the document's text, anonymous readers",
    };
    format!("{}: {}; {how}", part.name, part.difference())
}
