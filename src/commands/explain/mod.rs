//! `polystore explain`: the plan of an operation, and with `--analyze` what it did on the configured stores.

mod table;
mod text;

use super::{Failure, cost};
use crate::{
    actions::{AccessKey, rebuild_hot},
    config::Config,
    error::Engine,
    graphql::{
        Graph,
        documents::check::Fault,
        execute::Operation,
        explain::{Engines, Explained, explain},
    },
    receipt::Role,
    roles::SchemaState,
    shop::Viewer,
    stores::Connected,
};
use clap::Args;
use serde_json::{Map, Value, json};
use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};
use text::Paint;

/// What `explain` takes.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// A file with GraphQL operations
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only the operation of this name
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
    /// A JSON object of variables [default: NAME.variables.json beside NAME.graphql, if it is there]
    #[arg(long, value_name = "FILE")]
    variables: Option<PathBuf>,
    /// Run each query once on the configured stores, as a reader, and show what it did, with the plans of the statements
    #[arg(long)]
    analyze: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Explains each operation of a file.
pub async fn run(config: &Config, options: &Options) -> Result<(), Failure> {
    let file = &options.file;
    let (text, variables) = (cost::read(file)?, cost::variables(file, options.variables.as_deref())?);
    let engines = Engines { relational: config.relational.engine, documents: config.documents.engine, hot: config.hot.engine };
    let explained = explain(&text, variables.clone(), options.operation.as_deref(), &config.limits, engines).await;
    let mut explained = explained.map_err(|faults| wrong(file, &faults))?;
    if options.analyze {
        analyze(config, file, &text, &variables, &mut explained).await?;
    }
    if options.json {
        let operations: Vec<_> = explained.iter().map(Explained::json).collect();
        let told = json!({ "file": file.display().to_string(), "operations": operations });
        return super::print(&format!("{told:#}\n"));
    }
    let paint = Paint::new(std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()));
    super::print(&explained.iter().map(|explained| text::operation(explained, paint)).collect::<Vec<_>>().join("\n"))
}

/// As compilers write it, so that editors find the place.
fn wrong(file: &Path, faults: &[Fault]) -> Failure {
    let line = |fault: &Fault| match fault.at {
        Some((line, column)) => format!("{}:{line}:{column}: {}", file.display(), fault.message),
        None => format!("{}: {}", file.display(), fault.message),
    };
    Failure::Told(faults.iter().map(line).collect::<Vec<_>>().join("\nerror: "))
}

/// Runs each operation once. Nothing is asked of any store unless all of them are queries.
async fn analyze(
    config: &Config,
    file: &Path,
    text: &str,
    variables: &Map<String, Value>,
    explained: &mut [Explained],
) -> Result<(), Failure> {
    if let Some(other) = explained.iter().find(|explained| explained.kind != "query") {
        let (name, kind) = (other.name.as_deref().unwrap_or("the operation"), other.kind);
        return Err(Failure::Told(format!(
            "{}: {name} is a {kind}, and --analyze runs what it explains: only queries are run (--operation NAME picks one)",
            file.display(),
        )));
    }
    let connected = super::connected(config).await?;
    let done = analyze_on(config, &connected, file, text, variables, explained).await;
    connected.close().await;
    done
}

async fn analyze_on(
    config: &Config,
    connected: &Connected,
    file: &Path,
    text: &str,
    variables: &Map<String, Value>,
    explained: &mut [Explained],
) -> Result<(), Failure> {
    super::refuse_newer_schemas(connected).await?;
    let older = |(role, engine, state)| match state {
        SchemaState::Behind(missing) => {
            Some(format!("the schema of the {} store ({engine}) lacks {}: run `polystore migrate`", Role::name(role), missing.join(", ")))
        }
        _ => None,
    };
    super::all_well(connected.schemas().await?.into_iter().filter_map(older).collect())?;
    let stores = connected.layered();
    if config.hot.engine == Engine::Memory {
        // it is this process' own, and holds nothing yet
        rebuild_hot(&*stores.relational, &*stores.documents, &*stores.hot).await?;
    }
    let key = AccessKey::random().ok_or_else(|| Failure::Told("the system has no random numbers".to_owned()))?;
    // whoever has the passwords of the stores may read what is in them
    let graph = Graph::new(stores, config.limits, Viewer::Reader, key).with_plans(config.plans);
    for explained in explained {
        let operation = Operation {
            query: text.to_owned(),
            operation_name: explained.name.clone(),
            variables: variables.clone(),
            ..Operation::default()
        };
        let ran = graph.analyze(operation, explained).await;
        ran.map_err(|refused| Failure::Told(format!("{}: {refused}", file.display())))?;
    }
    Ok(())
}
