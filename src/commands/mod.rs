//! The commands of the program, one file each.

pub mod account;
pub mod advise;
pub mod api_keys;
pub mod audit;
pub mod compare;
pub mod config;
pub mod cost;
pub mod documents;
pub mod explain;
pub mod import;
pub mod lab_writer;
pub mod migrate;
pub mod outbox;
pub mod progress;
pub mod rebuild;
pub mod schema;
pub mod seed;
pub mod serve;

use crate::{
    config::{BadSetting, Config, Settings},
    error::StoreError,
    import::ImportError,
    receipt::Role,
    roles::SchemaState,
    seed::SeedError,
    stores::{ConnectError, Connected},
};
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, parser::ValueSource};
use std::{
    io::{ErrorKind, Write},
    process::ExitCode,
    time::Duration,
};

/// Time between two tries of `--wait`.
const RETRY: Duration = Duration::from_secs(1);

/// One GraphQL graph over PostgreSQL, MongoDB and Redis, or over SQLite and memory with no servers at all.
///
/// Without a command it serves. Settings may be given as flags, in the environment, or in a file `.env`, in this order.
#[derive(Debug, Parser)]
#[command(name = "polystore", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

impl Cli {
    /// Reads the command line and the environment, or ends the program with what is wrong with them.
    pub fn read() -> Self {
        let matches = Self::command().get_matches();
        let mut cli = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        cli.settings.flags_win(|name| given_as_flag(&matches, name));
        cli
    }
}

/// Whether a flag stands on the command line, before or behind the command.
fn given_as_flag(matches: &ArgMatches, name: &str) -> bool {
    let here = matches.try_contains_id(name).is_ok() && matches.value_source(name) == Some(ValueSource::CommandLine);
    here || matches.subcommand().is_some_and(|(_, below)| given_as_flag(below, name))
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the graph (the default command)
    Serve,
    /// Bring the schema of the stores up to date
    Migrate,
    /// Fill the stores with fictional data
    Seed(seed::Options),
    /// Load CSV and NDJSON files by a mapping
    Import(import::Options),
    /// Show what was committed and not told to the other stores yet, and what was given up
    Outbox(outbox::Options),
    /// Print the audit log: who changed rights, money or the catalogue, newest first
    Audit(audit::Options),
    /// Give an account a role: customer, editor or admin
    Account(account::Options),
    /// Make API keys for programs, or list them
    ApiKeys(api_keys::Options),
    /// Make the manifest of trusted documents
    Documents(documents::Options),
    /// Make the boards and view counters of the hot store anew from the owners of the facts
    Rebuild,
    /// Compare stores and data models on this machine, with equal answers proved first
    Compare(compare::Options),
    /// Ask five questions and write down which store, by which evidence, and until when
    Advise(advise::Options),
    /// Write to a file until killed: `compare` does so to itself
    #[command(hide = true)]
    LabWriter(lab_writer::Options),
    /// Print what operations are predicted to cost
    Cost(cost::Options),
    /// Show how an operation is answered: its plan, and with --analyze what it did
    Explain(explain::Options),
    /// Print the GraphQL schema, or compare two schemas
    Schema(schema::Options),
    /// Print the settings in force, without secrets
    Config,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A setting cannot be used.
    #[error(transparent)]
    Setting(#[from] BadSetting),
    /// Stores cannot be reached.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\nerror: "))]
    Connect(Vec<ConnectError>),
    /// A store failed.
    #[error("{}", store_detail(.0))]
    Store(#[from] StoreError),
    /// Seeding failed.
    #[error("{}", seed_text(.0))]
    Seed(#[from] SeedError),
    /// Importing failed.
    #[error("{}", import_text(.0))]
    Import(#[from] ImportError),
    /// Anything else that the message tells.
    #[error("{0}")]
    Told(String),
}

fn store_detail(error: &StoreError) -> String {
    format!("{error}: {}", error.detail())
}

fn seed_text(error: &SeedError) -> String {
    match error {
        SeedError::Store(store) => format!("{error}: {}", store_detail(store)),
        SeedError::Document(document) => format!("{error}: {document}"),
    }
}

fn import_text(error: &ImportError) -> String {
    match error {
        ImportError::Store(store) => format!("{error}: {}", store_detail(store)),
        ImportError::Mapping(..) => error.to_string(),
    }
}

/// Runs the command that was asked for.
pub async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let config = Config::try_from(cli.settings)?;
    crate::telemetry::start(&config.log).map_err(Failure::Told)?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(config).await?,
        Command::Migrate => migrate::run(&config).await?,
        Command::Seed(options) => seed::run(&config, &options).await?,
        Command::Import(options) => return import::run(&config, &options).await,
        Command::Outbox(options) => outbox::run(&config, &options).await?,
        Command::Audit(options) => audit::run(&config, &options).await?,
        Command::Account(options) => account::run(&config, options).await?,
        Command::ApiKeys(options) => api_keys::run(&config, options)?,
        Command::Documents(options) => return documents::run(&config, &options).await,
        Command::Rebuild => rebuild::run(&config).await?,
        Command::Advise(options) => advise::run(&config, &options)?,
        Command::Compare(options) => return compare::run(&config, &options).await,
        Command::LabWriter(options) => lab_writer::run(&options).await?,
        Command::Cost(options) => return cost::run(&config, &options),
        Command::Explain(options) => explain::run(&config, &options).await?,
        Command::Schema(options) => return schema::run(&options),
        Command::Config => print(&config::text(&config))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Connects to all stores; with `--wait` as often as it takes.
async fn connected(config: &Config) -> Result<Connected, Failure> {
    config.stores_are_named()?;
    loop {
        match crate::stores::connect(config).await {
            Ok(connected) => return Ok(connected),
            Err(errors) if config.wait && errors.iter().all(ConnectError::may_pass) => {
                errors.iter().for_each(|error| tracing::warn!("{error}; trying again"));
                tokio::time::sleep(RETRY).await;
            }
            Err(errors) => return Err(Failure::Connect(errors)),
        }
    }
}

/// Connects and migrates: for the commands that write.
async fn writable(config: &Config) -> Result<Connected, Failure> {
    let connected = connected(config).await?;
    refuse_newer_schemas(&connected).await?;
    connected.migrate(|_| true).await?;
    Ok(connected)
}

/// A schema that a newer program made is never touched.
async fn refuse_newer_schemas(connected: &Connected) -> Result<(), Failure> {
    let refusal = |(role, engine, state)| match state {
        SchemaState::Ahead(unknown) => Some(format!(
            "the schema of the {} store ({engine}) has {}, which this program does not know: use the program that made it, or a newer one",
            Role::name(role),
            unknown.join(", "),
        )),
        _ => None,
    };
    all_well(connected.schemas().await?.into_iter().filter_map(refusal).collect())
}

/// One failure for all that is wrong.
fn all_well(wrong: Vec<String>) -> Result<(), Failure> {
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Told(wrong.join("\nerror: "))) }
}

/// Prints what a command is for. A reader that has gone away (`polystore schema | head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Told(format!("cannot write to stdout: {error}"))),
        _ => Ok(()),
    }
}
