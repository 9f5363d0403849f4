//! The child of `polystore compare` that is killed with its database: see [`polystore_lab::workloads::w23`].

use super::Failure;
use clap::Args;
use std::path::PathBuf;

/// What it writes to.
#[derive(Debug, Args)]
pub struct Options {
    /// The file
    file: PathBuf,
    /// How soon a commit is on the disk: full, normal or off
    synchronous: String,
}

/// Writes until it is killed.
pub async fn run(options: &Options) -> Result<(), Failure> {
    polystore_lab::workloads::w23::child::write(&options.file, &options.synchronous).await.map_err(|error| Failure::Told(error.to_string()))
}
