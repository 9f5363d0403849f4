//! Parses the command line, hands over to a command, prints what went wrong.

use polystore::{
    commands::{self, Cli},
    config::dotenv,
};
use std::{path::Path, process::ExitCode};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::print_stderr, reason = "errors of the command line belong there")]
fn main() -> ExitCode {
    if let Err(error) = dotenv::load(Path::new(".env")) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let cli = Cli::read();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(commands::run(cli)).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    });
    // what still runs ends with the process. The runtime would drop its tasks one after the other, and the driver of MongoDB panics when one
    // of its own goes before another that asks it
    std::mem::forget(runtime);
    code
}
