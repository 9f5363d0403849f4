//! The board in this process: a sorted list. The physical floor: no store, no wire, no promise.

use super::{TOP, members};
use crate::{
    Answer, Arm, ArmAbout, Case, Counters, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, InProcess},
};
use async_trait::async_trait;
use serde_json::json;
use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// A list in the board's order, and the score of each member.
#[derive(Default)]
pub struct Board {
    rows: RwLock<Rows>,
    looked_at: AtomicU64,
}

#[derive(Default)]
struct Rows {
    order: Vec<(Reverse<i64>, i64)>,
    scores: HashMap<i64, i64>,
}

#[async_trait]
impl Arm for Board {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "in process", store: "process", model: "a sorted list and a map", variant: "idiomatic" }
    }

    fn source(&self, case: &Case) -> Source {
        let text = match &*case.id {
            "rank" => "order.partition_point(|row| *row < (Reverse(scores[member]), member)) + 1",
            _ => "order.iter().take(10)",
        };
        Source { language: "rust", text: text.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &InProcess
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        let members = members(load);
        let mut order: Vec<_> = members.iter().map(|row| (Reverse(row.score), row.member)).collect();
        order.sort_unstable();
        let scores = members.iter().map(|row| (row.member, row.score)).collect();
        let bytes = order.len() * size_of::<(i64, i64)>() * 2;
        *self.rows.write().unwrap_or_else(PoisonError::into_inner) = Rows { order, scores };
        Ok(Loaded { data_bytes: Some(bytes as u64), index_bytes: None })
    }

    async fn op(&self, case: &Case, input: &Input) -> Result<Answer> {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        if case.id == "rank" {
            let member = input["member"].as_i64().unwrap_or_default();
            let score = *rows.scores.get(&member).ok_or_else(|| LabError::store("process", "no such member"))?;
            let mut looked_at = 1;
            let before = rows.order.partition_point(|row| {
                looked_at += 1;
                *row < (Reverse(score), member)
            });
            self.looked_at.fetch_add(looked_at, Ordering::Relaxed);
            return Ok(Answer::new(json!({ "score": score, "rank": before + 1 }), 1));
        }
        let top: Vec<_> =
            rows.order.iter().take(TOP as usize).map(|(score, member)| json!({ "member": member, "score": score.0 })).collect();
        self.looked_at.fetch_add(top.len() as u64, Ordering::Relaxed);
        let count = top.len();
        Ok(Answer::new(json!(top), count))
    }

    async fn counters(&self) -> Result<Counters> {
        Ok(Counters::from([("keys_examined", self.looked_at.load(Ordering::Relaxed) as f64)]))
    }

    async fn unload(&self) -> Result<()> {
        *self.rows.write().unwrap_or_else(PoisonError::into_inner) = Rows::default();
        Ok(())
    }
}
