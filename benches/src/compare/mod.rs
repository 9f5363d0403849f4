//! The comparison: the same answers from both, proved first; then what each of them takes.

pub mod calls;
pub mod embedded;
pub mod operations;
pub mod process;
pub mod report;
pub mod rounds;
pub mod samples;
pub mod servers;
pub mod verdict;

use crate::{
    load,
    raw::{Failed, Stores, Urls},
};
use operations::Operation;
use report::{Measured, Report};
use rounds::Effort;
use serde_json::Value;
use servers::{CORE, Kind, OTHERS, Server};
use std::{
    collections::HashMap,
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
    time::Duration,
};
use verdict::{AGAIN, Bounds, POLYSTORE, RAW, Verdict};

/// The exit code of a run from which nothing follows.
pub const INCONCLUSIVE: u8 = 3;

/// What to compare.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stores: Urls,
    #[command(flatten)]
    how: How,
}

/// Which operations, and how thoroughly.
#[derive(Clone, Debug, clap::Args)]
pub struct How {
    /// The program to measure; by default the one beside this program
    #[arg(long)]
    polystore: Option<PathBuf>,
    /// Only this operation; may be given several times
    #[arg(long, value_name = "NAME")]
    pub operation: Vec<String>,
    /// How often each server has its turn
    #[arg(long, default_value = "4", value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
    /// Seconds of a turn that are measured
    #[arg(long, default_value = "4")]
    seconds: f64,
    /// Seconds before that
    #[arg(long, default_value = "1")]
    warm_up: f64,
    /// A first look: two rounds of one second
    #[arg(long, conflicts_with_all = ["rounds", "seconds"])]
    quick: bool,
    /// Connections that are kept alive
    #[arg(long, default_value = "32", value_parser = clap::value_parser!(u16).range(1..=1000))]
    connections: u16,
    /// Requests a second, due at constant intervals; without it each connection sends the next when it has the last answer
    #[arg(long, value_name = "RATE")]
    open: Option<f64>,
    /// How far RAW, or one of two equal servers, may be from itself, in percent, for the run to be believed
    #[arg(long, value_name = "PERCENT", default_value = "5")]
    noise: f64,
    /// What others may have of the server's core, in percent
    #[arg(long, value_name = "PERCENT", default_value = "20")]
    foreign: f64,
    /// Write everything that was measured to this file, too
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

impl How {
    fn effort(&self) -> Result<Effort, Failed> {
        let (rounds, time, warm_up) = if self.quick { (2, 1.0, 0.3) } else { (self.rounds.into(), self.seconds, self.warm_up) };
        let time = load::seconds("--seconds", time)?;
        if time < Duration::from_millis(100) {
            return Err("--seconds: expected at least 0.1: the kernel counts CPU time in hundredths of a second".into());
        }
        let warm_up = load::seconds("--warm-up", warm_up)?;
        Ok(Effort { rounds, time, warm_up, connections: self.connections.into(), rate: self.open.map(load::rate).transpose()? })
    }
}

/// The program to measure: the one that was given, or the one beside this program.
pub fn polystore(given: Option<&PathBuf>) -> Result<PathBuf, Failed> {
    let beside = std::env::current_exe()?.with_file_name("polystore");
    let program = given.cloned().unwrap_or(beside);
    Ok(program.canonicalize().map_err(|error| format!("--polystore {}: {error}", program.display()))?)
}

/// Whether processes can be held on one core each: there are two, and the tool for it.
pub fn can_pin() -> bool {
    let run = |arguments: &[&str]| Command::new("taskset").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    [CORE, OTHERS].iter().all(|core| run(&["-c", &core.to_string(), "true"]).is_ok_and(|status| status.success()))
}

/// The `compare` command.
pub async fn run(options: &Options) -> Result<ExitCode, Failed> {
    let Options { stores: urls, how } = options;
    let run = how.begin()?;
    let stores = Stores::connect(urls).await?;
    calls::prepare(&stores).await?;
    let servers = [
        Server::start(RAW, Kind::Raw, &run.own, run.pinned).await?,
        Server::start(POLYSTORE, Kind::Polystore, &run.polystore, run.pinned).await?,
        Server::start(AGAIN, Kind::Raw, &run.own, run.pinned).await?,
    ];
    let mut asked = Vec::new();
    for operation in operations::chosen(&how.operation)? {
        asked.push((operation, (operation.sample)(&stores).await?));
    }
    let connections = format!("{} connections to each store", urls.store_connections);
    run.compare(&servers, asked, Some(&stores), connections).await
}

/// A comparison that begins.
pub struct Run<'a> {
    pub how: &'a How,
    pub effort: Effort,
    pub machine: HashMap<&'static str, String>,
    pub pinned: bool,
    /// The program that serves RAW.
    own: PathBuf,
    pub polystore: PathBuf,
}

impl How {
    /// Looks at the machine and at the programs.
    pub fn begin(&self) -> Result<Run<'_>, Failed> {
        if !cfg!(target_os = "linux") {
            return Err("the bench reads /proc, which only Linux has".into());
        }
        let (own, polystore) = (std::env::current_exe()?, polystore(self.polystore.as_ref())?);
        Ok(Run { how: self, effort: self.effort()?, machine: process::machine(), pinned: can_pin(), own, polystore })
    }

    /// How much noise is too much.
    pub fn bounds(&self) -> Bounds {
        Bounds { same: self.noise / 100.0, foreign: self.foreign / 100.0 }
    }
}

impl Run<'_> {
    /// Compares the operations, each with the variables of its requests; prints and saves what was found.
    async fn compare(
        self,
        servers: &[Server],
        asked: Vec<(&'static Operation, Vec<Value>)>,
        stores: Option<&Stores>,
        connections: String,
    ) -> Result<ExitCode, Failed> {
        let Self { how, effort, machine, pinned, .. } = self;
        let bounds = how.bounds();
        let mut measured = Vec::new();
        for (operation, variables) in asked {
            if variables.is_empty() {
                return Err(format!("there is nothing to ask {} for: seed the stores first", operation.name).into());
            }
            let proof = rounds::prove(operation, servers, &variables, stores).await?;
            let cells = rounds::measure(operation, servers, &variables, stores, effort).await?;
            let verdict = Verdict::of(&cells, bounds);
            let goal = if stores.is_some() { operation.goal } else { Some(embedded::GOAL) };
            let done = Measured { operation: operation.name, goal, proof, verdict, cells };
            eprintln!("{}", done.line(operation));
            measured.push(done);
        }
        let mut arrangement = arrangement(&effort, pinned, &connections);
        arrangement.extend([
            "polystore: POST with the document's text and variables, POLYSTORE_RATE_LIMIT=off, anonymous readers; RAW: POST with the variables"
                .to_owned(),
            "CPU is the server's user and system time for each request, the lower of the rounds; calls are counted one request at a time"
                .to_owned(),
        ]);
        let report = Report::new(arrangement, machine, measured);
        print!("{}", report.text());
        if let Some(path) = &how.json {
            report::save(&report, path)?;
        }
        Ok(if report.conclusive { ExitCode::SUCCESS } else { ExitCode::from(INCONCLUSIVE) })
    }
}

/// What the numbers hold for, in sentences.
pub fn arrangement(effort: &Effort, pinned: bool, store_connections: &str) -> Vec<String> {
    let Effort { rounds, time, warm_up, connections, rate } = effort;
    let load = match rate {
        None => format!("{connections} connections, each asks when it has its answer"),
        Some(rate) => format!("{rate} requests a second over {connections} connections, times from when they were due"),
    };
    let cores = if pinned {
        format!("servers on core {CORE}, stores and load generator on core {OTHERS} if scripts/bench started them")
    } else {
        "nothing is held on a core of its own: taskset or a second core is missing".to_owned()
    };
    vec![
        format!("{rounds} rounds of {:.1} s after {:.1} s of warm-up; {load}", time.as_secs_f64(), warm_up.as_secs_f64()),
        format!("{cores}; {store_connections}"),
    ]
}
