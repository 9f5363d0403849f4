//! Sessions in this process: the product's own role.

use super::{session, told_of};
use crate::{engines::memory::Memory, roles::Sessions, shop::TokenHash};
use async_trait::async_trait;
use polystore_lab::{
    ArmAbout, Loaded, Result, Source,
    arm::{Backing, InProcess},
    workloads::w17::{
        arm::Shelf,
        data::{LIFE, Signed},
    },
};
use serde_json::Value;
use std::time::Duration;

/// A bounded map.
#[derive(Default)]
pub struct Process(Memory);

#[async_trait]
impl Shelf for Process {
    fn about(&self) -> ArmAbout {
        ArmAbout {
            name: "in process",
            store: "process",
            model: "the product's bounded map; a read begins a life anew",
            variant: "idiomatic",
        }
    }

    fn statement(&self, _: bool) -> Source {
        let text = include_str!("../../engines/memory/session.rs").split("#[cfg(test)]").next().unwrap_or_default();
        Source { language: "rust", text: text.to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &InProcess
    }

    async fn fill(&self, sessions: &[Signed]) -> Result<Loaded> {
        for one in sessions {
            self.put(one, LIFE).await?;
        }
        Ok(Loaded::default())
    }

    async fn put(&self, one: &Signed, life: Duration) -> Result<()> {
        Ok(self.0.session_put(TokenHash(one.token), &session(one)?, life).await?)
    }

    async fn read(&self, one: &Signed) -> Result<Value> {
        // the role has no other read than one that begins the life anew
        self.touch(one, LIFE).await
    }

    async fn touch(&self, one: &Signed, life: Duration) -> Result<Value> {
        Ok(told_of(self.0.session_get(TokenHash(one.token), life).await?))
    }

    async fn count(&self) -> Result<Option<i64>> {
        Ok(None)
    }

    fn lets_go_within(&self) -> Option<Duration> {
        None
    }
}
