//! Parses the command line, hands over to a command, prints what went wrong.

use polystore::{
    commands::{self, Cli},
    config::dotenv,
};
use std::{path::Path, process::ExitCode};

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
    runtime.block_on(commands::run(cli)).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}
