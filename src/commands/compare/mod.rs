//! `polystore compare`: the comparison lab on the command line.

pub mod claims;
mod files;
mod graph;
mod session;

use super::Failure;
use crate::config::Config;
use clap::{Args, Subcommand};
use polystore_lab::LabError;
use std::{path::PathBuf, process::ExitCode};

/// What to compare, or what to do with a result. Without a command all workloads are run.
#[derive(Args, Debug)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    run: RunOptions,
}

/// How a session is run.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Sessions")]
pub struct RunOptions {
    /// The short suite, which ends within a minute
    #[arg(long, global = true)]
    quick: bool,
    /// Sweep over sizes, in the short suite, too
    #[arg(long, global = true)]
    sweep: bool,
    /// Rows of every workload [default: each workload's own]
    #[arg(long, value_name = "N", global = true)]
    size: Option<String>,
    /// What data, questions and orders follow from [default: 1]
    #[arg(long, value_name = "N", global = true)]
    seed: Option<String>,
    /// Where the result goes [default: DATA/lab/SESSION.json]
    #[arg(long, value_name = "FILE", global = true)]
    out: Option<PathBuf>,
    /// Servers on other machines are mine to load
    #[arg(long = "i-own-this", global = true)]
    own_this: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Run these workloads
    Run {
        /// As W16; `polystore compare list` prints them
        #[arg(required = true, value_name = "WORKLOAD")]
        names: Vec<String>,
    },
    /// Print the workloads
    List,
    /// Make every verdict of a result anew from its raw blocks
    Check {
        /// A result
        file: PathBuf,
    },
    /// Compare two results: ratios and counters, not times
    Diff {
        /// A result
        one: PathBuf,
        /// Another one
        other: PathBuf,
    },
    /// Print what course texts claim, and what results say to it
    Claims {
        /// A result [default: the results of this machine in DATA/lab, for each workload the newest full one]
        file: Option<PathBuf>,
    },
    /// Plant faults and print which are found
    Selftest,
    /// Print a result, or write it as a page or as Markdown
    Report {
        /// A result
        file: PathBuf,
        /// Write a page that needs nothing else
        #[arg(long, value_name = "OUT")]
        html: Option<PathBuf>,
        /// Write Markdown
        #[arg(long, value_name = "OUT")]
        markdown: Option<PathBuf>,
    },
    /// Print the JSON schema of results
    Schema,
}

/// Does what was asked for.
pub async fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    match &options.what {
        None => session::run(config, &options.run, &[]).await,
        Some(What::Run { names }) => session::run(config, &options.run, names).await,
        Some(What::List) => files::list(),
        Some(What::Check { file }) => files::check(file),
        Some(What::Diff { one, other }) => files::diff(one, other),
        Some(What::Claims { file }) => claims::run(config, file.as_deref()),
        Some(What::Selftest) => session::selftest(config, &options.run).await,
        Some(What::Report { file, html, markdown }) => files::report(file, html.as_deref(), markdown.as_deref()),
        Some(What::Schema) => files::schema(),
    }
}

impl From<LabError> for Failure {
    fn from(error: LabError) -> Self {
        Self::Told(error.to_string())
    }
}
