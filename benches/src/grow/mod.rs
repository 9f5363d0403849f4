//! How cost grows: with the size of the answer, with the load, with the number of clients, with the depth of the question. Each part writes its
//! numbers as JSON and its picture as SVG; docs/performance.md shows them.

mod calls;
mod load;
mod memory;
mod nodes;
mod record;

use crate::{
    compare::{
        calls::prepare,
        can_pin, polystore,
        servers::{Kind, Server},
        verdict::{POLYSTORE, RAW},
    },
    raw::{Failed, Stores, Urls},
};
use record::{Measured, Record};
use std::path::PathBuf;

/// What the server must allow, so that large answers and many clients are not refused: each of it at its highest.
const SETTINGS: [(&str, &str); 8] = [
    ("POLYSTORE_MAX_FIRST", "1000"),
    ("POLYSTORE_MAX_COMPLEXITY", "1000000"),
    ("POLYSTORE_MAX_DEPTH", "50"),
    ("POLYSTORE_MAX_ALIASES", "10000"),
    ("POLYSTORE_MAX_ROOT_FIELDS", "1000"),
    ("POLYSTORE_MAX_SELECTIONS", "100000"),
    ("POLYSTORE_MAX_SOCKETS", "4000"),
    ("POLYSTORE_REQUEST_TIMEOUT_MS", "60000"),
];

/// What grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// CPU with the nodes of the answer
    Nodes,
    /// Times with the load that is offered
    Load,
    /// Memory with the number of connections
    Memory,
    /// Store calls with the depth of the question
    Calls,
}

/// What to measure.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stores: Urls,
    /// The program to measure; by default the one beside this program
    #[arg(long)]
    polystore: Option<PathBuf>,
    /// The program that serves the endpoints written by hand; by default this one
    #[arg(long)]
    raw: Option<PathBuf>,
    /// Only this part; may be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// A first look: one round of half a second
    #[arg(long)]
    quick: bool,
    /// Folder for the numbers and the plots
    #[arg(long, value_name = "DIR", default_value = "target/grow")]
    out: PathBuf,
}

/// What all parts work with.
struct Bench {
    stores: Stores,
    polystore: PathBuf,
    raw: PathBuf,
    pinned: bool,
    quick: bool,
}

impl Bench {
    async fn polystore(&self) -> Result<Server, Failed> {
        Server::start_with(POLYSTORE, Kind::Polystore, &self.polystore, self.pinned, &SETTINGS).await
    }

    async fn raw(&self) -> Result<Server, Failed> {
        Server::start(RAW, Kind::Raw, &self.raw, self.pinned).await
    }
}

/// The `grow` command.
pub async fn run(options: &Options) -> Result<(), Failed> {
    let raw = options.raw.clone().map_or_else(std::env::current_exe, |raw| raw.canonicalize())?;
    let bench = Bench {
        stores: Stores::connect(&options.stores).await?,
        polystore: polystore(options.polystore.as_ref())?,
        raw,
        pinned: can_pin(),
        quick: options.quick,
    };
    std::fs::create_dir_all(&options.out).map_err(|error| format!("--out {}: {error}", options.out.display()))?;
    prepare(&bench.stores).await?;
    let record = Record::now(bench.pinned, bench.quick);
    println!("{}", record.line());
    let wanted = |part| options.only.is_empty() || options.only.contains(&part);
    // what is exact first: the rest takes minutes
    if wanted(Part::Calls) {
        told(&calls::measure(&bench).await?, &record, options)?;
    }
    if wanted(Part::Memory) {
        told(&memory::measure(&bench).await?, &record, options)?;
    }
    if wanted(Part::Nodes) {
        told(&nodes::measure(&bench).await?, &record, options)?;
    }
    if wanted(Part::Load) {
        told(&load::measure(&bench).await?, &record, options)?;
    }
    Ok(())
}

/// Prints what was measured, and writes its two files.
fn told<M: Measured>(measured: &M, record: &Record, options: &Options) -> Result<(), Failed> {
    let files = record.save(measured, &options.out)?;
    println!("\n{}\n{files}", measured.text().trim_end());
    Ok(())
}
