//! Boards: one sorted set each, its members the products' ids as text. A trending board has a second key with its landmark and its
//! newest step; `lua/ranking_add.lua` says what they are.

use super::{Redis, error::store_error};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{Rankings, Result},
    shop::{
        Board, EventId, ProductId, Ranked, Timestamp, TrendingWindow,
        ranking::{self, OLDEST_STEP},
    },
};
use async_trait::async_trait;
use redis::{FromRedisValue, Pipeline, Script, Value, from_redis_value};
use std::{collections::BTreeSet, sync::LazyLock};

static ADD: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/ranking_add.lua")));

/// Scores sent in one command.
const CHUNK: usize = 1_000;
/// A board that was begun and given up vanishes after these seconds.
const ABANDONED: u32 = 60;
/// How long an event is remembered, in seconds.
const REMEMBERED: u32 = 24 * 60 * 60;

/// How the scores of a board that is kept become those that are told.
enum Scale {
    AsIs,
    /// By a power of two, and then cut.
    Trending(i32),
}

impl Scale {
    /// From the text beside a board.
    fn read(board: Board, steps: Option<String>) -> Result<Self> {
        let (Board::Trending(_), Some(steps)) = (board, steps) else {
            return Ok(if board == Board::BestSellers { Self::AsIs } else { Self::Trending(0) });
        };
        let read = |text: &str| {
            let (landmark, newest) = text.split_once(' ')?;
            let drift = landmark.parse::<i64>().ok()?.checked_sub(newest.parse().ok()?)?;
            i32::try_from(drift).ok()
        };
        let wrong = || StoreError::corrupt(Engine::Redis, format_args!("a board's steps are {steps:?}"));
        read(&steps).map(Self::Trending).ok_or_else(wrong)
    }

    /// The score that is told; `None` hides the product.
    fn told(&self, kept: f64) -> Option<f64> {
        match *self {
            Self::AsIs => Some(kept),
            Self::Trending(exponent) => ranking::shown(kept * 2_f64.powi(exponent)),
        }
    }
}

fn read<T: FromRedisValue>(value: Option<Value>) -> Result<T> {
    from_redis_value(value.unwrap_or(Value::Nil)).map_err(|error| store_error(error.into()))
}

impl Redis {
    /// The keys of a board and of its steps; those of a board without steps are never written.
    fn board_keys(&self, board: Board) -> (String, String) {
        let key = self.key(format_args!("board:{}", name(board)));
        let steps = format!("{key}:steps");
        (key, steps)
    }
}

fn name(board: Board) -> &'static str {
    match board {
        Board::BestSellers => "best-sellers",
        Board::Trending(TrendingWindow::Hour) => "trending:hour",
        Board::Trending(TrendingWindow::Day) => "trending:day",
        Board::Trending(TrendingWindow::Week) => "trending:week",
    }
}

#[async_trait]
impl Rankings for Redis {
    async fn ranking_top(&self, board: Board, limit: u32) -> Result<Vec<Ranked>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let (key, steps) = self.board_keys(board);
        // a transaction: the scores of one board with the steps of its successor would be scores that never were
        let mut commands = Pipeline::new();
        commands.atomic().cmd("GET").arg(steps).cmd("ZREVRANGE").arg(key).arg(0).arg(limit - 1).arg("WITHSCORES");
        let (steps, rows): (_, Vec<(String, f64)>) = self.query_all(&commands).await?;
        let scale = Scale::read(board, steps)?;
        let mut ranked = Vec::with_capacity(rows.len());
        for (rank, (member, kept)) in (1..).zip(rows) {
            let wrong = |_| StoreError::corrupt(Engine::Redis, format_args!("a board holds {member:?}, not a product's id"));
            let product_id = member.parse().map_err(wrong)?;
            ranked.extend(scale.told(kept).map(|score| Ranked { product_id, rank, score }));
        }
        Ok(ranked)
    }

    async fn ranking_places(&self, board: Board, products: &[ProductId]) -> Result<Vec<Ranked>> {
        if products.is_empty() {
            return Ok(Vec::new());
        }
        let (key, steps) = self.board_keys(board);
        let products: BTreeSet<_> = products.iter().copied().collect();
        // a transaction: a rank of one board with the score of its successor would be a place that never was
        let mut commands = Pipeline::with_capacity(products.len() + 2);
        commands.atomic().cmd("GET").arg(steps);
        commands.cmd("ZMSCORE").arg(&key).arg(products.iter().map(ToString::to_string).collect::<Vec<_>>());
        for product in &products {
            commands.cmd("ZREVRANK").arg(&key).arg(product.to_string());
        }
        let mut answers = self.query_all::<Vec<Value>>(&commands).await?.into_iter();
        let scale = Scale::read(board, read(answers.next())?)?;
        let scores: Vec<Option<f64>> = read(answers.next())?;
        let mut places = Vec::with_capacity(products.len());
        for ((product_id, kept), rank) in products.into_iter().zip(scores).zip(answers) {
            let rank: Option<u64> = read(Some(rank))?;
            if let (Some(score), Some(rank)) = (kept.and_then(|kept| scale.told(kept)), rank) {
                places.push(Ranked { product_id, rank: rank + 1, score });
            }
        }
        Ok(places)
    }

    async fn ranking_add(&self, event: EventId, board: Board, counts: &[(ProductId, i64)], at: Timestamp) -> Result<()> {
        if counts.is_empty() {
            return Ok(());
        }
        let (key, steps) = self.board_keys(board);
        let mut script = ADD.key(self.key(format_args!("ranked:{event}:{}", name(board))));
        script.key(key).arg(REMEMBERED);
        match board {
            Board::BestSellers => script.arg(0),
            Board::Trending(window) => script.key(steps).arg(window.step_of(at)),
        };
        script.arg(OLDEST_STEP);
        for (product, count) in counts {
            script.arg(product.to_string()).arg(*count);
        }
        self.run(&script).await
    }

    async fn ranking_put(&self, board: Board, scores: &[(ProductId, f64)], at: Timestamp) -> Result<()> {
        if scores.iter().any(|(_, score)| score.is_nan()) {
            return Err(StoreError::new(Engine::Redis, Kind::Conflict, "a score is not a number"));
        }
        let (key, steps) = self.board_keys(board);
        if scores.is_empty() {
            return self.query(redis::cmd("DEL").arg(key).arg(steps)).await;
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
        if let Board::Trending(window) = board {
            let step = window.step_of(at);
            swap.cmd("SET").arg(&steps).arg(format!("{step} {step}")).ignore();
        }
        self.query_all(&swap).await
    }
}
