//! `polystore migrate`: brings the schema of the stores up to date.

use super::Failure;
use crate::{config::Config, error::Engine, receipt::Role, roles::SchemaState};

/// Tells what was missing, applies it.
pub async fn run(config: &Config) -> Result<(), Failure> {
    let connected = super::connected(config).await?;
    super::refuse_newer_schemas(&connected).await?;
    let before = connected.schemas().await?;
    connected.migrate(|_| true).await?;
    connected.close().await;
    let line = |(role, engine, state): (Role, Engine, SchemaState)| match state {
        SchemaState::Behind(missing) => format!("{} ({engine}): applied {}\n", role.name(), missing.join(", ")),
        _ => format!("{} ({engine}): up to date\n", role.name()),
    };
    super::print(&before.map(line).concat())
}
