//! `polystore import`: loads a user's CSV and NDJSON files.

use super::{Failure, progress::Stderr};
use crate::{config::Config, import};
use clap::Args;
use std::{path::PathBuf, process::ExitCode};

/// What to load, and how.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The mapping: which files, columns and keys (see docs/import.md)
    mapping: PathBuf,
    /// The folder that the mapping's paths start from [default: the mapping's own]
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// Load the good rows although some are bad
    #[arg(long)]
    skip_bad: bool,
}

/// Exit code of an import with rows that could not be loaded.
const BAD_ROWS: u8 = 2;

/// Prints what was read, written, and what is wrong with the rest.
pub async fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    import::check_mapping(&options.mapping)?;
    let connected = super::writable(config).await?;
    let stores = connected.layered();
    let how = import::Options { data: options.files.as_deref(), skip_bad: options.skip_bad };
    let report = import::run(&options.mapping, how, &*stores.relational, &*stores.documents, &*stores.hot, &Stderr::new()).await?;
    connected.close().await;
    super::print(&format!("{report}\n"))?;
    Ok(if report.bad() > 0 || report.broken() { ExitCode::from(BAD_ROWS) } else { ExitCode::SUCCESS })
}
