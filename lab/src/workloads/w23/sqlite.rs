//! SQLite: it dies with the process that it lives in.

use super::{Outcome, Victim, child, clients::Account};
use crate::{
    ArmAbout, LabError, Load, Result, Source,
    arm::{Evidence, Tier},
    draw::Draw,
    servers::Ground,
};
use async_trait::async_trait;
use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};
use std::{
    collections::HashSet,
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

/// The victim.
pub struct Sqlite;

/// A child that is gone when this is.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _it_may_have_ended = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// What a child said.
#[derive(Default)]
struct Said {
    settings: Vec<String>,
    committed: Vec<i64>,
}

/// Has a child write for so long, and kills it.
async fn child(file: &Path, synchronous: &str, time: Duration) -> Result<Said> {
    let mut command = child::program(file, synchronous)?;
    // Ctrl-C at the terminal is for the lab
    command.process_group(0);
    let mut child = Killed(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?);
    let out = child.0.stdout.take().ok_or_else(|| LabError::File("a child has no output".to_owned()))?;
    let (tell, heard) = tokio::sync::oneshot::channel();
    let reader = tokio::task::spawn_blocking(move || {
        let (mut said, mut tell) = (Said::default(), Some(tell));
        for line in BufReader::new(out).lines().map_while(std::result::Result::ok) {
            if let Some(settings) = line.strip_prefix(child::SETTINGS) {
                said.settings = settings.split(' ').map(str::to_owned).collect();
            } else if let Some(number) = line.strip_prefix(child::COMMITTED).and_then(|number| number.parse().ok()) {
                said.committed.push(number);
                if let Some(tell) = tell.take() {
                    let _nobody_waits_any_more = tell.send(());
                }
            }
        }
        said
    });
    // a start may be slow; what counts is the time that it writes
    let _began = tokio::time::timeout(Duration::from_secs(20), heard).await;
    tokio::time::sleep(time).await;
    child.0.kill()?;
    drop(child);
    let said = reader.await.map_err(|error| LabError::File(error.to_string()))?;
    if said.settings.len() == 3 { Ok(said) } else { Err(LabError::store("sqlite", "the child that was to write did not begin")) }
}

async fn all(file: &Path) -> Result<HashSet<i64>> {
    let mut connection = SqliteConnectOptions::new().filename(file).disable_statement_logging().connect().await?;
    let numbers: Vec<i64> = sqlx::query_scalar("SELECT number FROM acknowledged").fetch_all(&mut connection).await?;
    Ok(numbers.into_iter().collect())
}

#[async_trait]
impl Victim for Sqlite {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "sqlite", store: "sqlite", model: "rows, one commit each, in a process that is killed", variant: "idiomatic" }
    }

    fn statement(&self, _: Tier) -> Source {
        Source { language: "sql", text: format!("{}{}", include_str!("sqlite_table.sql"), include_str!("sqlite_insert.sql")) }
    }

    async fn suffer(&self, tier: Tier, load: &Load, ground: &Ground) -> Result<Outcome> {
        let synchronous = match tier {
            Tier::D3 => "full",
            Tier::D2 => "normal",
            Tier::D1 => "off",
            _ => {
                return Err(LabError::Unsupported(
                    "a database in memory ends with its process, and there is nothing to look at".to_owned(),
                ));
            }
        };
        let file = ground.folder.join(format!("w23_{synchronous}.db"));
        let mut draw = Draw::new(load.seed, &format!("W23 sqlite {synchronous}"));
        let (mut outcome, mut account) = (Outcome { how: "SIGKILL of the process", clients: 1, ..Outcome::default() }, Account::default());
        for _ in 0..load.size {
            let said = child(&file, synchronous, Duration::from_millis(500).mul_f64(1.0 + draw.share())).await?;
            outcome.evidence = Some(evidence(&said.settings));
            let begin = Instant::now();
            let there = all(&file).await?;
            outcome.recovery.push(begin.elapsed().as_secs_f64());
            outcome.lost.push(account.add(said.committed, &there));
        }
        (outcome.acknowledged, outcome.unasked) = account.close(&all(&file).await?);
        Ok(outcome)
    }
}

/// By the settings that the child read back from its own connection.
fn evidence(settings: &[String]) -> Evidence {
    let of = |at: usize| settings.get(at).map_or("", String::as_str);
    let tier = match (of(0), of(1)) {
        ("wal", "2" | "3") => Tier::D3,
        ("wal", "1") => Tier::D2,
        // what the operating system has survives the process; a power cut may leave a file that cannot be read
        ("wal", "0") => Tier::D1,
        _ => Tier::D0,
    };
    Evidence::new(tier, [("journal_mode", of(0)), ("synchronous", of(1)), ("version", of(2))])
}
