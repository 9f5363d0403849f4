//! Clients that write until their server is gone, and the account of what became of it.

use super::Outcome;
use crate::{
    Load, Result,
    arm::Evidence,
    draw::Draw,
    servers::{Ground, Kind, Server},
};
use async_trait::async_trait;
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

/// Clients that write at once.
pub const CLIENTS: usize = 4;
/// How long they write at least until the server is killed.
const AT_LEAST: Duration = Duration::from_millis(700);
/// How much longer at most: not always at the same moment of whatever the store does at intervals.
const LONGER: Duration = Duration::from_millis(600);
/// Longer than this nobody waits for an answer.
const ANSWER: Duration = Duration::from_secs(5);
/// Numbers of a client's writes begin with its own.
const RANGE: i64 = 100_000_000;

/// A store that numbers are written to.
#[async_trait]
pub trait Book: Send + Sync {
    /// Makes the table.
    async fn make(&self, url: &str) -> Result<()>;

    /// A client with a connection of its own.
    async fn client(&self, url: &str) -> Result<Box<dyn Client>>;

    /// All numbers that are there.
    async fn all(&self, url: &str) -> Result<HashSet<i64>>;

    /// What a write promises, read back.
    async fn evidence(&self, url: &str) -> Result<Evidence>;
}

/// Writes numbers.
#[async_trait]
pub trait Client: Send {
    /// Writes one; it is acknowledged when this returns.
    async fn write(&mut self, number: i64) -> Result<()>;
}

/// Writes, kills and counts.
pub async fn suffer(ground: &Ground, kind: Kind, label: &str, settings: &[(&str, &str)], book: &dyn Book, load: &Load) -> Result<Outcome> {
    let mut server = Server::start(ground, kind, label, settings).await?;
    let url = server.url();
    book.make(&url).await?;
    let evidence = Some(book.evidence(&url).await?);
    let how = if kind == Kind::Postgres { "shut down in mode immediate, in which no process writes anything any more" } else { "SIGKILL" };
    let mut outcome = Outcome { evidence, how, clients: CLIENTS, ..Outcome::default() };
    let mut account = Account::default();
    let mut draw = Draw::new(load.seed, &format!("W23 {label}"));
    for kill in 0..load.size as i64 {
        let mut clients = Vec::new();
        for number in 0..CLIENTS as i64 {
            let client = book.client(&url).await?;
            clients.push(tokio::spawn(until_killed(client, (kill * CLIENTS as i64 + number) * RANGE)));
        }
        tokio::time::sleep(AT_LEAST + LONGER.mul_f64(draw.share())).await;
        server.kill().await?;
        let mut acknowledged = Vec::new();
        for client in clients {
            acknowledged.extend(client.await.unwrap_or_default());
        }
        let begin = Instant::now();
        server.up().await?;
        outcome.recovery.push(begin.elapsed().as_secs_f64());
        outcome.lost.push(account.add(acknowledged, &book.all(&url).await?));
    }
    (outcome.acknowledged, outcome.unasked) = account.close(&book.all(&url).await?);
    server.kill().await?;
    Ok(outcome)
}

async fn until_killed(mut client: Box<dyn Client>, from: i64) -> Vec<i64> {
    let mut acknowledged = Vec::new();
    for number in from..from + RANGE {
        match tokio::time::timeout(ANSWER, client.write(number)).await {
            Ok(Ok(())) => acknowledged.push(number),
            // nobody knows what became of this one
            _ => break,
        }
    }
    acknowledged
}

/// What was acknowledged, and what is gone.
#[derive(Default)]
pub struct Account {
    acknowledged: HashSet<i64>,
    gone: HashSet<i64>,
}

impl Account {
    /// More was acknowledged, and this is there now: how much is newly gone.
    pub fn add(&mut self, acknowledged: impl IntoIterator<Item = i64>, there: &HashSet<i64>) -> u64 {
        self.acknowledged.extend(acknowledged);
        let before = self.gone.len();
        self.gone.extend(self.acknowledged.difference(there));
        (self.gone.len() - before) as u64
    }

    /// How much was acknowledged in all, and how much is there that was not.
    pub fn close(&self, there: &HashSet<i64>) -> (u64, u64) {
        (self.acknowledged.len() as u64, there.difference(&self.acknowledged).count() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_counted_once() {
        let mut account = Account::default();
        assert_eq!(account.add([1, 2, 3], &HashSet::from([1, 2, 9])), 1);
        assert_eq!(account.add([4, 5], &HashSet::from([2, 4, 5, 9])), 1, "what was there after the first kill may go with the second");
        assert_eq!(account.close(&HashSet::from([2, 4, 5, 9])), (5, 1));
    }
}
