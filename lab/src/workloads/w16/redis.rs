//! The board in Redis: a sorted set.

use super::members;
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::Backing,
    site::Site,
    stores::{RedisCommand, RedisStore},
};
use async_trait::async_trait;
use redis::Pipeline;
use serde_json::json;

/// A board. Scores are kept negative: equal ones are ordered by their members as text, rising, and so rise with the numbers of members.
pub struct Board {
    store: RedisStore,
    rank: RedisCommand,
    top: RedisCommand,
}

/// Digits of one width have the order of numbers.
fn name(member: i64) -> String {
    format!("{member:010}")
}

fn failed(error: impl ToString) -> LabError {
    LabError::store("redis", error)
}

/// A score as the board tells it: whole numbers below 2^53 are exact in Redis's doubles.
fn score(kept: f64) -> i64 {
    -(kept as i64)
}

impl Board {
    /// Takes a range of keys; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        let (rank, top) = (RedisCommand::new(include_str!("redis_rank.txt")), RedisCommand::new(include_str!("redis_top.txt")));
        Ok(RedisStore::make(site, "w16").await?.map(|store| Self { store, rank, top }))
    }

    fn board(&self) -> String {
        self.store.key("board")
    }
}

#[async_trait]
impl Arm for Board {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "redis sorted set", store: "redis", model: "a sorted set", variant: "idiomatic" }
    }

    fn source(&self, case: &Case) -> Source {
        let command = if case.id == "rank" { &self.rank } else { &self.top };
        Source { language: "redis", text: command.text.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        self.store.delete(&[self.board()]).await?;
        for rows in members(load).chunks(5_000) {
            let mut commands = Pipeline::new();
            let add = commands.cmd("ZADD").arg(self.board());
            for row in rows {
                add.arg(-row.score).arg(name(row.member));
            }
            self.store.send(&commands).await?;
        }
        self.store.sizes(&[self.board()]).await
    }

    async fn op(&self, case: &Case, input: &Input) -> Result<Answer> {
        let board = self.board();
        if case.id == "rank" {
            let member = name(input["member"].as_i64().unwrap_or_default());
            let values: [(&str, &[u8]); 2] = [("board", board.as_bytes()), ("member", member.as_bytes())];
            let (rank, kept): (Option<i64>, Option<f64>) = self.store.ask(&self.rank, &values).await?;
            let (Some(rank), Some(kept)) = (rank, kept) else { return Err(failed("no such member")) };
            return Ok(Answer::new(json!({ "score": score(kept), "rank": rank + 1 }), 1));
        }
        let (rows,): (Vec<(String, f64)>,) = self.store.ask(&self.top, &[("board", board.as_bytes())]).await?;
        let count = rows.len();
        let row = |(member, kept): (String, f64)| {
            let member: i64 = member.parse().map_err(failed)?;
            Ok(json!({ "member": member, "score": score(kept) }))
        };
        Ok(Answer::new(json!(rows.into_iter().map(row).collect::<Result<Vec<_>>>()?), count))
    }
}
