//! Boards: one sorted set each, its members the products' ids as text.

use super::{Redis, error::store_error};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{Rankings, Result},
    shop::{Board, ProductId, Ranked, TrendingWindow},
};
use async_trait::async_trait;
use redis::{Pipeline, Value, from_redis_value};
use std::collections::BTreeSet;

/// Scores sent in one command.
const CHUNK: usize = 1_000;
/// A board that was begun and given up vanishes after these seconds.
const ABANDONED: u32 = 60;

impl Redis {
    fn board_key(&self, board: Board) -> String {
        self.key(match board {
            Board::BestSellers => "board:best-sellers",
            Board::Trending(TrendingWindow::Hour) => "board:trending:hour",
            Board::Trending(TrendingWindow::Day) => "board:trending:day",
            Board::Trending(TrendingWindow::Week) => "board:trending:week",
        })
    }
}

#[async_trait]
impl Rankings for Redis {
    async fn ranking_top(&self, board: Board, limit: u32) -> Result<Vec<Ranked>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut command = redis::cmd("ZREVRANGE");
        command.arg(self.board_key(board)).arg(0).arg(limit - 1).arg("WITHSCORES");
        let rows: Vec<(String, f64)> = self.query(&command).await?;
        let ranked = |(rank, (member, score)): (u64, (String, f64))| match member.parse() {
            Ok(product_id) => Ok(Ranked { product_id, rank, score }),
            Err(_) => Err(StoreError::corrupt(Engine::Redis, format_args!("a board holds {member:?}, not a product's id"))),
        };
        (1..).zip(rows).map(ranked).collect()
    }

    async fn ranking_places(&self, board: Board, products: &[ProductId]) -> Result<Vec<Ranked>> {
        if products.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.board_key(board);
        let products: BTreeSet<_> = products.iter().copied().collect();
        // a transaction: a rank of one board with the score of its successor would be a place that never was
        let mut commands = Pipeline::with_capacity(products.len() + 1);
        commands.atomic().cmd("ZMSCORE").arg(&key).arg(products.iter().map(ToString::to_string).collect::<Vec<_>>());
        for product in &products {
            commands.cmd("ZREVRANK").arg(&key).arg(product.to_string());
        }
        let mut answers = self.query_all::<Vec<Value>>(&commands).await?.into_iter();
        let scores: Vec<Option<f64>> = from_redis_value(answers.next().unwrap_or(Value::Nil)).map_err(|error| store_error(error.into()))?;
        let mut places = Vec::with_capacity(products.len());
        for ((product_id, score), rank) in products.into_iter().zip(scores).zip(answers) {
            let rank: Option<u64> = from_redis_value(rank).map_err(|error| store_error(error.into()))?;
            if let (Some(score), Some(rank)) = (score, rank) {
                places.push(Ranked { product_id, rank: rank + 1, score });
            }
        }
        Ok(places)
    }

    async fn ranking_put(&self, board: Board, scores: &[(ProductId, f64)], _at: crate::shop::Timestamp) -> Result<()> {
        if scores.iter().any(|(_, score)| score.is_nan()) {
            return Err(StoreError::new(Engine::Redis, Kind::Conflict, "a score is not a number"));
        }
        let key = self.board_key(board);
        if scores.is_empty() {
            return self.query(redis::cmd("DEL").arg(key)).await;
        }
        // written beside the old board, then put in its place by one command
        let next = format!("{key}:{}", uuid::Uuid::now_v7());
        for chunk in scores.chunks(CHUNK) {
            let mut commands = Pipeline::new();
            let add = commands.cmd("ZADD").arg(&next);
            for (product, score) in chunk {
                add.arg(*score).arg(product.to_string());
            }
            commands.ignore().cmd("EXPIRE").arg(&next).arg(ABANDONED).ignore();
            self.query_all::<()>(&commands).await?;
        }
        let mut swap = Pipeline::new();
        swap.atomic().cmd("PERSIST").arg(&next).ignore().cmd("RENAME").arg(&next).arg(&key).ignore();
        self.query_all(&swap).await
    }
}
