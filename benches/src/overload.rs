//! What a server does with more than it can do: an open load of multiples of its capacity, over the operations of a shop's front end.
//!
//! What is asked of it (docs/performance.md): at three times the capacity it still does nine tenths of what it can, a refusal takes 20 ms, and
//! when it is over everything is as it was.

use crate::{
    compare::{
        can_pin, operations, process, rounds,
        servers::{Kind, Server},
    },
    load::{Plan, Seen, seconds},
    raw::{Failed, Stores, Urls},
};
use serde_json::Value;
use std::{path::PathBuf, time::Duration};

/// Operations of the mix, and how many of seventeen requests are theirs.
const MIX: [(&str, usize); 5] = [("product", 8), ("trending", 3), ("magazine", 3), ("customer_home", 2), ("order_feed", 1)];
/// Offered loads, in parts of the capacity. The last two show whether it is as before.
const STEPS: [f64; 6] = [0.5, 1.0, 3.0, 10.0, 0.5, 0.9];
/// Connections that find out the capacity: fewer than operations may run at once.
const CLOSED: usize = 32;

/// How to overload a server.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stores: Urls,
    /// The program to measure; by default the one beside this program
    #[arg(long)]
    polystore: Option<PathBuf>,
    /// Seconds of each load
    #[arg(long, default_value = "8")]
    seconds: f64,
    /// Connections of the open loads: each waits for its answers, so there must be more than operations may run at once
    #[arg(long, default_value = "300", value_parser = clap::value_parser!(u16).range(1..=380))]
    connections: u16,
}

/// The `overload` command.
pub async fn run(options: &Options) -> Result<(), Failed> {
    let own = std::env::current_exe()?.with_file_name("polystore");
    let program = options.polystore.clone().unwrap_or(own);
    let stores = Stores::connect(&options.stores).await?;
    let server = Server::start("polystore", Kind::Polystore, &program, can_pin()).await?;
    let requests = mix(&server, &stores).await?;
    let time = seconds("--seconds", options.seconds)?;
    let plan = |connections, rate| Plan { address: server.address, connections, warm_up: Duration::from_secs(1), time, rate };
    println!("load of the machine {}; {} different requests of {MIX:?}", process::load(), requests.len());
    let (closed, ..) = plan(CLOSED, None).run(requests.clone(), || ()).await?;
    let capacity = closed.per_second;
    println!(
        "capacity: {capacity:.0} answers a second over {CLOSED} connections, p50 {:.1} ms, p99 {:.1} ms",
        closed.latency.p50, closed.latency.p99
    );
    println!(
        "{:>8} {:>9} {:>9} {:>7} {:>10} {:>10} {:>9} {:>11} {:>11} {:>10}",
        "offered", "offered/s", "good/s", "of all", "p50 ms", "p99 ms", "refused", "refusal p50", "refusal p99", "other"
    );
    for step in STEPS {
        let (seen, ..) = plan(options.connections.into(), Some(capacity * step)).run(requests.clone(), || ()).await?;
        println!("{}", line(step, capacity, &seen));
    }
    println!("peak memory of the server {} kB", process::peak(server.pid()).unwrap_or_default());
    Ok(())
}

fn line(step: f64, capacity: f64, seen: &Seen) -> String {
    let (good, refusal) = (seen.per_second / capacity * 100.0, &seen.refusal);
    let other = seen.failures - seen.refused + seen.unanswered;
    format!(
        "{step:>7}x {:>9.0} {:>9.0} {good:>6.0}% {:>10.1} {:>10.1} {:>9} {:>11.1} {:>11.1} {other:>10}",
        step * capacity,
        seen.per_second,
        seen.latency.p50,
        seen.latency.p99,
        seen.refused,
        refusal.p50,
        refusal.p99
    )
}

/// The requests of all operations, in turn by their shares.
async fn mix(server: &Server, stores: &Stores) -> Result<Vec<Vec<u8>>, Failed> {
    let mut all: Vec<(usize, Vec<Vec<u8>>)> = Vec::new();
    for (name, share) in MIX {
        for operation in operations::chosen(&[name.to_owned()])? {
            let variables: Vec<Value> = (operation.sample)(stores).await?;
            if variables.is_empty() {
                return Err(format!("there is nothing to ask {name} for: seed the stores first").into());
            }
            all.push((share, rounds::requests(operation, server, &variables)));
        }
    }
    let mut mixed = Vec::new();
    for turn in 0..200 {
        for (share, requests) in &all {
            mixed.extend((0..*share).map(|place| requests[(turn * share + place) % requests.len()].clone()));
        }
    }
    Ok(mixed)
}
