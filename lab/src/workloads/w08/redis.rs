//! Documents in Redis: a hash with a counter in it, and a JSON text that is read, changed here and written back.
//!
//! Redis tells how many bytes it logs only if it keeps a log, and many do not. Then these arms run on a server of the lab's own that keeps one;
//! where there is no such program they run on the user's, and their bytes are not told.

use super::{
    data::{Shape, VIEWS, told},
    doc,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Counters, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Evidence, Tier},
    servers::{Kind, OwnSite},
    site::Site,
    stores::{RedisCommand, RedisStore},
};
use async_trait::async_trait;
use redis::Pipeline;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::Mutex;

/// How a document is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// A hash of fields.
    Hash,
    /// A JSON text.
    Text,
}

/// A server of the lab's own that keeps a log; `None` where there is no such program.
async fn own(site: &Site, label: &str) -> Result<Option<OwnSite>> {
    match OwnSite::open(site, Kind::Redis, &label.replace(' ', "_"), &[("appendonly", "yes"), ("appendfsync", "everysec")]).await {
        Ok(own) => Ok(Some(own)),
        Err(LabError::Unsupported(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Documents.
pub struct Documents {
    model: Model,
    store: RedisStore,
    change: RedisCommand,
    /// What writes a text back; nothing for a hash.
    write: RedisCommand,
    logs: bool,
    own: Mutex<Option<OwnSite>>,
    size: AtomicI64,
}

impl Documents {
    /// Takes a range of keys; `None` without a server.
    pub async fn make(site: &Site, model: Model) -> Result<Option<Self>> {
        let label = if model == Model::Hash { "w08 hash" } else { "w08 string" };
        let Some(given) = RedisStore::make(site, label).await? else { return Ok(None) };
        let logs = given.evidence(true).await?.tier != Tier::D0;
        let own = if logs { None } else { own(site, label).await? };
        let (store, logs) = match &own {
            None => (given, logs),
            Some(own) => {
                given.close().await;
                let gone = || LabError::store("redis", "the lab's own server is gone");
                (RedisStore::make(own.site(), label).await?.ok_or_else(gone)?, true)
            }
        };
        let (change, write) = match model {
            Model::Hash => (include_str!("redis_hash.txt"), ""),
            Model::Text => (include_str!("redis_get.txt"), include_str!("redis_set.txt")),
        };
        let (change, write) = (RedisCommand::new(change), RedisCommand::new(write));
        Ok(Some(Self { model, store, change, write, logs, own: Mutex::new(own), size: Default::default() }))
    }

    fn key(&self, doc: i64) -> String {
        self.store.key(format_args!("doc:{doc}"))
    }

    async fn touch(&self, doc: i64) -> Result<()> {
        let key = self.key(doc);
        let key = ("key", key.as_bytes());
        if self.model == Model::Hash {
            let (_,): (i64,) = self.store.ask(&self.change, &[key]).await?;
            return Ok(());
        }
        let mut whole = self.text(&[key]).await?;
        whole["views"] = json!(whole["views"].as_i64().unwrap_or_default() + 1);
        let text = whole.to_string();
        let (_,): (String,) = self.store.ask(&self.write, &[key, ("json", text.as_bytes())]).await?;
        Ok(())
    }

    async fn text(&self, values: &[(&str, &[u8])]) -> Result<Value> {
        let (text,): (String,) = self.store.ask(&self.change, values).await?;
        serde_json::from_str(&text).map_err(|error| LabError::store("redis", error))
    }
}

#[async_trait]
impl Arm for Documents {
    fn about(&self) -> ArmAbout {
        let (name, model) = match self.model {
            Model::Hash => ("redis hash", "a field of a hash"),
            Model::Text => ("redis string", "a JSON text, read, changed and written back whole"),
        };
        ArmAbout { name, store: "redis", model, variant: "idiomatic" }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "redis", text: format!("{}{}", self.change.text, self.write.text) }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, _: &Load) -> Result<Loaded> {
        Ok(Loaded::default())
    }

    async fn reset(&self, case: &Case, load: &Load) -> Result<()> {
        let shape = Shape::of(case)?;
        self.size.store(load.size as i64, Ordering::Relaxed);
        for (first, bodies) in shape.pieces(load) {
            let mut commands = Pipeline::new();
            for (id, body) in (first..).zip(bodies) {
                let key = self.key(id);
                commands.cmd("DEL").arg(&key);
                match self.model {
                    Model::Hash => commands.cmd("HSET").arg(key).arg("views").arg(VIEWS).arg("body").arg(body),
                    Model::Text => commands.cmd("SET").arg(key).arg(json!({ "views": VIEWS, "body": body }).to_string()),
                };
            }
            self.store.send(&commands).await?;
        }
        if !shape.first {
            for id in 0..load.size as i64 {
                self.touch(id).await?;
            }
        }
        Ok(())
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        self.touch(doc(input)).await?;
        Ok(Answer::new(json!({ "changed": 1 }), usize::from(self.model == Model::Text)))
    }

    async fn state(&self, _: &Case) -> Result<Option<Value>> {
        let mut documents = Vec::new();
        for id in 0..self.size.load(Ordering::Relaxed) {
            let key = self.key(id);
            let (views, body) = if self.model == Model::Hash {
                redis::cmd("HMGET").arg(&key).arg("views").arg("body").query_async(&mut self.store.connection()).await?
            } else {
                let whole = self.text(&[("key", key.as_bytes())]).await?;
                (whole["views"].as_i64().unwrap_or_default(), whole["body"].as_str().unwrap_or_default().to_owned())
            };
            let (views, body): (i64, String) = (views, body);
            documents.push(told(id, views, &body));
        }
        Ok(Some(documents.into()))
    }

    async fn counters(&self) -> Result<Counters> {
        let mut counters = self.store.counters().await?;
        if !self.logs {
            // no log, and so no number of its bytes: that is not nil
            counters.remove("log_bytes");
        }
        Ok(counters)
    }

    async fn tier(&self, case: &Case) -> Result<Evidence> {
        let mut evidence = self.store.evidence(case.is_write()).await?;
        let whose = if self.own.lock().await.is_some() { "the lab's own" } else { "the user's" };
        evidence.settings.insert("server".to_owned(), whose.to_owned());
        Ok(evidence)
    }

    async fn unload(&self) -> Result<()> {
        self.store.close().await;
        if let Some(own) = self.own.lock().await.take() {
            own.close().await;
        }
        Ok(())
    }
}
