//! Counts allocations of polystore's executor; `polystore-bench executor` calls it. A program of its own: its allocator counts, which takes time.

use clap::Parser;
use polystore_bench::executor::{self, Allocated, Options};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::{alloc::System, process::ExitCode};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Counts allocations of polystore's executor, as JSON.
#[derive(Parser)]
#[command(name = "polystore-bench-allocations", version)]
struct Cli {
    #[command(flatten)]
    options: Options,
}

/// Since the program started. What grows in its place is an allocation: on the way there it may be copied.
fn counter() -> Allocated {
    let stats = ALLOCATOR.stats();
    let grown = u64::try_from(stats.bytes_reallocated).unwrap_or_default();
    Allocated { allocations: (stats.allocations + stats.reallocations) as f64, bytes: (stats.bytes_allocated as u64 + grown) as f64 }
}

fn main() -> ExitCode {
    let options = Cli::parse().options;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let counted = runtime.map_err(executor::Failed::from).and_then(|runtime| runtime.block_on(executor::count(&options, counter)));
    match counted {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}
