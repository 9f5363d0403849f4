//! `polystore cost`: what operations are predicted to cost, for the checks of a front end. Asks no store.

use super::{Failure, print};
use crate::{config::Config, graphql::cost::predict};
use clap::Args;
use serde_json::{Map, Value};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What `cost` takes.
#[derive(Args, Debug)]
pub struct Options {
    /// Files with GraphQL operations
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Fail if an operation costs more
    #[arg(long, value_name = "POINTS")]
    max: Option<u64>,
    /// A JSON object of variables for all operations [default: NAME.variables.json beside NAME.graphql, if it is there]
    #[arg(long, value_name = "FILE")]
    variables: Option<PathBuf>,
}

/// Prints a line for each operation: file, name, points. Fails if one is over the bound, or would be refused.
pub fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    let mut well = true;
    for file in &options.files {
        let document = read(file)?;
        let variables = variables(file, options.variables.as_deref())?;
        match predict(&document, variables, &config.limits) {
            Ok(costs) => {
                for (name, cost) in costs {
                    let over = options.max.filter(|max| cost > *max);
                    well &= over.is_none();
                    let over = over.map(|max| format!(" over {max}")).unwrap_or_default();
                    print(&format!("{} {} {cost}{over}\n", file.display(), name.as_deref().unwrap_or("-")))?;
                }
            }
            Err(reason) => {
                well = false;
                print(&format!("{} refused: {reason}\n", file.display()))?;
            }
        }
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The variables of a file: those of the flag, or those beside it.
pub(super) fn variables(file: &Path, given: Option<&Path>) -> Result<Map<String, Value>, Failure> {
    let beside = file.with_extension("variables.json");
    match given {
        Some(given) => object(given),
        None if beside.is_file() => object(&beside),
        None => Ok(Map::new()),
    }
}

pub(super) fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| Failure::Told(format!("cannot read {}: {error}", file.display())))
}

fn object(file: &Path) -> Result<Map<String, Value>, Failure> {
    serde_json::from_str(&read(file)?).map_err(|error| Failure::Told(format!("{} is not a JSON object: {error}", file.display())))
}
