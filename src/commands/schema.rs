//! `polystore schema`: the graph in GraphQL's schema language, and what changed between two such texts.

use super::Failure;
use crate::graphql::contract::{
    Sdl, Severity,
    allowed::{Verdict, judge},
    compare,
};
use clap::{Args, Subcommand};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What to do with the schema.
#[derive(Args, Clone, Debug)]
pub struct Options {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Tell what changed from one schema to another; exit code 1 if it breaks clients and is not declared
    Check {
        /// The schema that clients know
        old: PathBuf,
        /// The schema that they will meet
        new: PathBuf,
        /// Changes that are meant to break: a line `NAME -- REASON` for each
        #[arg(long, value_name = "FILE")]
        allow: Option<PathBuf>,
    },
}

/// What `graphql/schema.graphql` holds.
pub fn text() -> String {
    let sdl = crate::graphql::sdl();
    format!("# Written by `polystore schema`; a test compares.\n\n{}\n", sdl.trim())
}

/// Prints the schema, or what changed.
pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let Some(Command::Check { old, new, allow }) = &options.command else {
        super::print(&text())?;
        return Ok(ExitCode::SUCCESS);
    };
    let changes = compare(&schema(old)?, &schema(new)?);
    let allowed = allow.as_deref().map_or(Ok(String::new()), read)?;
    let verdict = judge(changes, &allowed);
    super::print(&told(&verdict))?;
    Ok(if verdict.breaking.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::Told(format!("cannot read {}: {error}", path.display())))
}

fn schema(path: &Path) -> Result<Sdl, Failure> {
    Sdl::read(&read(path)?).map_err(|error| Failure::Told(format!("{} is not a schema: {}", path.display(), error.trim())))
}

/// One change a line: what it means, then its stable name, as a file of declared changes takes it.
fn told(verdict: &Verdict) -> String {
    let mut text = String::new();
    let mut line = |what: &str, change: &dyn std::fmt::Display, more: &str| {
        // a String takes everything
        let _ = writeln!(text, "{what:<10} {change}{more}");
    };
    verdict.breaking.iter().for_each(|change| line("breaking", change, ""));
    verdict.stale.iter().for_each(|stale| line("stale", stale, ": declared, but no such change breaks"));
    verdict.declared.iter().for_each(|(change, reason)| line("declared", change, &format!(" -- {reason}")));
    for change in &verdict.others {
        line(if change.severity() == Severity::Dangerous { "dangerous" } else { "safe" }, change, "");
    }
    let (breaking, declared) = (verdict.breaking.len(), verdict.declared.len());
    let dangerous = verdict.others.iter().filter(|change| change.severity() == Severity::Dangerous).count();
    let safe = verdict.others.len() - dangerous;
    let _ = writeln!(text, "{breaking} breaking, {declared} declared, {dangerous} dangerous, {safe} safe");
    text
}
