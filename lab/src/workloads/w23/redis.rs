//! Redis: a log that is synced with each command, with each second, and none.

use super::{Outcome, Victim, clients};
use crate::{
    ArmAbout, LabError, Load, Result, Source,
    arm::{Evidence, Tier},
    servers::{Ground, Kind},
    stores::RedisCommand,
};
use async_trait::async_trait;
use redis::{AsyncConnectionConfig, aio::MultiplexedConnection};
use std::{collections::HashSet, time::Duration};

/// The victim.
pub struct Redis;

const ADD: &str = include_str!("redis_add.txt");

struct Book;

struct Client {
    connection: MultiplexedConnection,
    add: RedisCommand,
}

async fn connect(url: &str) -> Result<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(30)));
    Ok(redis::Client::open(url)?.get_multiplexed_async_connection_with_config(&config).await?)
}

#[async_trait]
impl clients::Client for Client {
    async fn write(&mut self, number: i64) -> Result<()> {
        let number = number.to_string();
        let (_,): (i64,) = self.add.bind(&[("number", number.as_bytes())])?.query_async(&mut self.connection).await?;
        Ok(())
    }
}

#[async_trait]
impl clients::Book for Book {
    async fn make(&self, _: &str) -> Result<()> {
        Ok(())
    }

    async fn client(&self, url: &str) -> Result<Box<dyn clients::Client>> {
        Ok(Box::new(Client { connection: connect(url).await?, add: RedisCommand::new(ADD) }))
    }

    async fn all(&self, url: &str) -> Result<HashSet<i64>> {
        Ok(redis::cmd("SMEMBERS").arg("acknowledged").query_async(&mut connect(url).await?).await?)
    }

    async fn evidence(&self, url: &str) -> Result<Evidence> {
        let mut connection = connect(url).await?;
        let mut settings = Vec::new();
        for name in ["appendonly", "appendfsync", "save"] {
            let pair: Vec<String> = redis::cmd("CONFIG").arg("GET").arg(name).query_async(&mut connection).await?;
            settings.push((name, pair.into_iter().nth(1).unwrap_or_default()));
        }
        let tier = match (settings[0].1.as_str(), settings[1].1.as_str()) {
            ("yes", "always") => Tier::D3,
            ("yes", "everysec") => Tier::D2,
            ("yes", _) => Tier::D1,
            _ => Tier::D0,
        };
        Ok(Evidence::new(tier, settings))
    }
}

#[async_trait]
impl Victim for Redis {
    fn about(&self) -> ArmAbout {
        ArmAbout { name: "redis", store: "redis", model: "members of a set, one command each", variant: "idiomatic" }
    }

    fn statement(&self, _: Tier) -> Source {
        Source { language: "redis", text: ADD.to_owned() }
    }

    async fn suffer(&self, tier: Tier, load: &Load, ground: &Ground) -> Result<Outcome> {
        let (label, settings): (_, &[(&str, &str)]) = match tier {
            Tier::D3 => ("w23_always", &[("appendonly", "yes"), ("appendfsync", "always")]),
            Tier::D2 => ("w23_everysec", &[("appendonly", "yes"), ("appendfsync", "everysec")]),
            Tier::D0 => ("w23_nothing", &[("appendonly", "no")]),
            _ => return Err(LabError::Unsupported("Redis has its log written before it answers, or keeps none".to_owned())),
        };
        clients::suffer(ground, Kind::Redis, label, settings, &Book, load).await
    }
}
