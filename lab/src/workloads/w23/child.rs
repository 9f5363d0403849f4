//! The process that SQLite is killed with: it commits numbers to a file and says each on its standard output, until somebody ends it.

use crate::{LabError, Result};
use sqlx::{
    ConnectOptions as _,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    io::Write as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// What it is called by on this program's command line.
pub const COMMAND: &str = "lab-writer";
/// What a line begins with that says the settings.
pub const SETTINGS: &str = "settings ";
/// What a line begins with that says a number which was committed.
pub const COMMITTED: &str = "committed ";
/// A child whose parent forgot it ends by itself.
const LONGEST: Duration = Duration::from_secs(60);

/// Commits numbers until it is killed. `synchronous` is `full`, `normal` or `off`.
pub async fn write(file: &Path, synchronous: &str) -> Result<()> {
    let synchronous = match synchronous {
        "full" => SqliteSynchronous::Full,
        "normal" => SqliteSynchronous::Normal,
        "off" => SqliteSynchronous::Off,
        other => return Err(LabError::Refused(format!("synchronous is full, normal or off, and not {other}"))),
    };
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    let mut connection = options.synchronous(synchronous).disable_statement_logging().connect().await?;
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut connection).await?;
    let level: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut connection).await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await?;
    sqlx::raw_sql(include_str!("sqlite_table.sql")).execute(&mut connection).await?;
    let last: i64 = sqlx::query_scalar("SELECT coalesce(max(number), 0) FROM acknowledged").fetch_one(&mut connection).await?;
    // a line of somebody else may stand there unended
    say(&format!("\n{SETTINGS}{journal} {level} {version}"))?;
    let begin = Instant::now();
    // a hole for what was lost: a number is never used again
    for number in last + 1_000_000.. {
        sqlx::query(include_str!("sqlite_insert.sql")).bind(number).execute(&mut connection).await?;
        // fails when nobody listens any more
        say(&format!("{COMMITTED}{number}"))?;
        if begin.elapsed() > LONGEST {
            break;
        }
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// This program as such a child.
#[cfg(not(test))]
pub fn program(file: &Path, synchronous: &str) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(COMMAND).arg(file).arg(synchronous);
    Ok(command)
}

/// The tests' program has no command line of this program's: one of its tests is the child.
#[cfg(test)]
pub fn program(file: &Path, synchronous: &str) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--exact", "workloads::w23::child::tests::a_child_writes_until_it_is_killed", "--nocapture"]);
    command.env("POLYSTORE_LAB_CHILD_FILE", file).env("POLYSTORE_LAB_CHILD_SYNC", synchronous);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_child_writes_until_it_is_killed() {
        match (std::env::var_os("POLYSTORE_LAB_CHILD_FILE"), std::env::var("POLYSTORE_LAB_CHILD_SYNC")) {
            (Some(file), Ok(synchronous)) => write(Path::new(&file), &synchronous).await.unwrap(),
            _ => assert!(write(Path::new("/nowhere/at/all.db"), "full").await.is_err()),
        }
    }
}
