//! Measures polystore against RAW, endpoints that were written by hand for the same answers. `scripts/bench` starts the stores and calls it;
//! docs/performance.md says how to read what it prints.

mod compare;
mod grow;
mod load;
mod overload;
mod parts;
mod plot;
mod raw;
mod start;

use clap::Parser;
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};
use tokio::{
    runtime::Builder,
    signal::unix::{SignalKind, signal},
};

/// The allocator of polystore, for both sides.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures polystore against endpoints that were written by hand for the same answers.
#[derive(Parser)]
#[command(name = "polystore-bench", version)]
enum Cli {
    /// Compare polystore with RAW, operation by operation; needs migrated and seeded stores
    Compare(Box<compare::Options>),
    /// The same on the embedded stores, against endpoints over the same database file; seeds a folder the first time
    Embedded(compare::embedded::Options),
    /// Send requests to any server, and tell how long their answers took
    Load(load::Options),
    /// Measure what each part of polystore is worth: a server with it against one without; needs migrated and seeded stores
    Parts(Box<parts::Options>),
    /// Offer a server more than it can do; needs migrated and seeded stores
    Overload(overload::Options),
    /// Measure how cost grows: with nodes, load, clients and depth; needs migrated and seeded stores
    Grow(Box<grow::Options>),
    /// Measure how long a start takes, and how large program and process are; needs migrated and seeded stores
    Start(start::Options),
    /// Measure the executor alone, over stores within this process
    Executor(polystore_bench::executor::Options),
    /// Serve the endpoints that were written by hand
    Raw {
        #[command(flatten)]
        stores: raw::Urls,
        /// Address to serve on
        #[arg(long, default_value = "127.0.0.1:8001")]
        listen: SocketAddr,
    },
    /// The same over the embedded stores of a folder
    RawEmbedded {
        /// The folder, as POLYSTORE_DATA
        #[arg(long)]
        data: PathBuf,
        /// Connections to the file at most
        #[arg(long, env = "POLYSTORE_CONNECTIONS", default_value = "8")]
        store_connections: u32,
        /// Address to serve on
        #[arg(long, default_value = "127.0.0.1:8001")]
        listen: SocketAddr,
    },
}

/// Ends when the terminal, or whoever started the program, wants it to.
async fn told_to_end() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // whoever measures must not take more of the machine than one thread; a server takes all that it is allowed
    let serves = matches!(cli, Cli::Raw { .. } | Cli::RawEmbedded { .. });
    let mut runtime = if serves { Builder::new_multi_thread() } else { Builder::new_current_thread() };
    let outcome = runtime.enable_all().build().map_err(raw::Failed::from).and_then(|runtime| {
        runtime.block_on(async {
            match cli {
                // servers that were started must not outlive the run
                Cli::Compare(options) => tokio::select! {
                    outcome = compare::run(&options) => outcome,
                    () = told_to_end() => Ok(ExitCode::from(130)),
                },
                Cli::Embedded(options) => tokio::select! {
                    outcome = compare::embedded::run(&options) => outcome,
                    () = told_to_end() => Ok(ExitCode::from(130)),
                },
                Cli::Parts(options) => tokio::select! {
                    outcome = parts::run(&options) => outcome,
                    () = told_to_end() => Ok(ExitCode::from(130)),
                },
                Cli::Overload(options) => tokio::select! {
                    outcome = overload::run(&options) => outcome.map(|()| ExitCode::SUCCESS),
                    () = told_to_end() => Ok(ExitCode::from(130)),
                },
                Cli::Grow(options) => tokio::select! {
                    outcome = grow::run(&options) => outcome.map(|()| ExitCode::SUCCESS),
                    () = told_to_end() => Ok(ExitCode::from(130)),
                },
                Cli::Start(options) => tokio::select! {
                    outcome = start::run(&options) => outcome.map(|()| ExitCode::SUCCESS),
                    () = told_to_end() => Ok(ExitCode::from(130)),
                },
                Cli::Executor(options) => Ok(polystore_bench::executor::run(&options).await.map(|()| ExitCode::SUCCESS)?),
                Cli::Load(options) => load::run(&options).await.map(|()| ExitCode::SUCCESS),
                Cli::Raw { stores, listen } => raw::serve(&stores, listen).await.map(|()| ExitCode::SUCCESS),
                Cli::RawEmbedded { data, store_connections, listen } => {
                    raw::embedded::serve(&data, store_connections, listen).await.map(|()| ExitCode::SUCCESS)
                }
            }
        })
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("bench: {error}");
        ExitCode::FAILURE
    })
}
