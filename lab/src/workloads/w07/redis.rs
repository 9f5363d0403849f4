//! The posts in Redis: a sorted set in the order of pages, whose ranks are offsets, and a text for each post.

use super::{
    PAGE, Question, churn,
    data::{Post, posts},
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Fact},
    site::Site,
    stores::{RedisCommand, RedisStore},
};
use async_trait::async_trait;
use redis::Pipeline;
use serde_json::Value;
use std::sync::Mutex;

/// A sorted set of posts.
pub struct Posts {
    page: RedisCommand,
    store: RedisStore,
    /// How many texts there are, to be deleted.
    texts: Mutex<i64>,
}

/// Equal scores are ordered by their members as text: digits of one width make that the order of ids.
fn member(id: i64) -> String {
    format!("{id:010}")
}

fn failed(error: impl ToString) -> LabError {
    LabError::store("redis", error)
}

impl Posts {
    /// Takes a range of keys; `None` without a server.
    pub async fn make(site: &Site) -> Result<Option<Self>> {
        let Some(store) = RedisStore::make(site, "w07").await? else { return Ok(None) };
        Ok(Some(Self { page: RedisCommand::new(include_str!("redis_rank.txt")), store, texts: Mutex::new(0) }))
    }

    fn put(&self, commands: &mut Pipeline, post: &Post) {
        commands.cmd("ZADD").arg(self.store.key("posts")).arg(post.at).arg(member(post.id)).ignore();
        commands.cmd("SET").arg(self.store.key(format_args!("post:{}", member(post.id)))).arg(post.answer().to_string()).ignore();
        let mut texts = self.texts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *texts = (*texts).max(post.id + 1);
    }

    fn keys(&self) -> Vec<String> {
        let texts = *self.texts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let texts = (0..texts).map(|id| self.store.key(format_args!("post:{}", member(id))));
        std::iter::once(self.store.key("posts")).chain(texts).collect()
    }
}

#[async_trait]
impl churn::Pages for Posts {
    async fn make(&self, load: &Load) -> Result<()> {
        Arm::load(self, load).await.map(drop)
    }

    async fn page(&self, case: &Case, input: &Input) -> Result<Answer> {
        self.op(case, input).await
    }

    async fn add(&self, post: &Post) -> Result<()> {
        let mut commands = Pipeline::new();
        self.put(&mut commands, post);
        self.store.send(&commands).await
    }

    async fn take(&self, post: &Post) -> Result<()> {
        let mut commands = Pipeline::new();
        commands.cmd("ZREM").arg(self.store.key("posts")).arg(member(post.id)).ignore();
        commands.cmd("UNLINK").arg(self.store.key(format_args!("post:{}", member(post.id)))).ignore();
        self.store.send(&commands).await
    }
}

#[async_trait]
impl Arm for Posts {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "redis sorted set", store: "redis", model: "a sorted set of ids by rank, a text for each", variant: "idiomatic" }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "redis", text: format!("{}{}", self.page.text, include_str!("redis_texts.txt")) }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, load: &Load) -> Result<Loaded> {
        self.store.delete(&self.keys()).await?;
        *self.texts.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = 0;
        for posts in posts(load).chunks(5_000) {
            let mut commands = Pipeline::with_capacity(posts.len() * 2);
            posts.iter().for_each(|post| self.put(&mut commands, post));
            self.store.send(&commands).await?;
        }
        self.store.sizes(&self.keys()).await
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let asked = Question::of(input);
        let (posts, from, to) = (self.store.key("posts"), asked.offset.to_string(), (asked.offset + PAGE - 1).to_string());
        let values: [(&str, &[u8]); 3] = [("posts", posts.as_bytes()), ("from", from.as_bytes()), ("to", to.as_bytes())];
        let (members,): (Vec<String>,) = self.store.ask(&self.page, &values).await?;
        if members.is_empty() {
            return Ok(Answer::new(Value::Array(Vec::new()), 0));
        }
        // how many keys there are is only known now: this command is shown in redis_texts.txt
        let mut texts = redis::cmd("MGET");
        for member in &members {
            texts.arg(self.store.key(format_args!("post:{member}")));
        }
        let texts: Vec<String> = texts.query_async(&mut self.store.connection()).await?;
        let posts: std::result::Result<Vec<Value>, _> = texts.iter().map(|text| serde_json::from_str(text)).collect();
        Ok(Answer::new(Value::Array(posts.map_err(failed)?), texts.len()))
    }

    async fn probe(&self, case: &Case, load: &Load) -> Result<Vec<Fact>> {
        let facts = churn::walk(self, case, load).await;
        self.load(load).await?;
        facts
    }
}
