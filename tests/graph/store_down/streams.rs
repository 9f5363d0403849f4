//! How subscriptions begin during an outage.

use super::{
    door::{Tokens, well_told},
    outage::Outage,
    page::{Outcome, Row, Shown},
    town::{Town, person},
};
use crate::support::{
    shop::As,
    wiring::{block_on, operation},
};
use futures::StreamExt as _;
use polystore::graphql::{Graph, execute::Operation};
use serde_json::Value;
use std::collections::BTreeMap;
use tokio::{runtime::Handle, task::JoinHandle};

/// A subscription, from when it was asked for.
pub struct Stream<'t> {
    pub row: &'t Row,
    pub shown: Shown,
    /// The first answer. One that has begun has none: nothing happens that it would tell.
    first: JoinHandle<Value>,
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        self.first.abort();
    }
}

/// Asks for a subscription.
pub fn begin(graph: &Graph, asked: Operation) -> JoinHandle<Value> {
    let graph = graph.clone();
    let runtime = block_on(async { Handle::current() });
    runtime.spawn(async move {
        let reply = graph.subscribe(asked).next().await.expect("an answer or none yet");
        serde_json::from_slice(&reply.body("stream")).unwrap()
    })
}

/// All of these subscriptions.
pub fn begin_all<'t>(town: &Town, ways: impl Iterator<Item = (&'t Row, Shown)>, tokens: &BTreeMap<As, Tokens>) -> Vec<Stream<'t>> {
    let stream = |(row, shown): (&'t Row, Shown)| {
        let question = town.question(&row.name);
        let mut asked = operation(&question.query, question.variables);
        let tokens = tokens[&person(&row.who)].clone();
        asked.token = (shown != Shown::Nothing).then_some(tokens.session);
        asked.access_token = (shown == Shown::SessionAndAccess).then_some(tokens.access);
        Stream { row, shown, first: begin(&town.graph, asked) }
    };
    ways.map(stream).collect()
}

impl Stream<'_> {
    /// How it began, or what is wrong with that.
    pub fn outcome(mut self, outage: Outage, secrets: &[String]) -> Result<Outcome, String> {
        if !self.first.is_finished() {
            return Ok(Outcome::Opens);
        }
        let answer = block_on(&mut self.first).unwrap();
        let text = answer.to_string();
        let errors = answer["errors"].as_array().filter(|errors| errors.len() == 1).ok_or_else(|| format!("not refused: {text}"))?;
        well_told(&errors[0], outage)?;
        match secrets.iter().find(|secret| text.contains(*secret)) {
            Some(secret) => Err(format!("it names {secret:?}")),
            None => Ok(Outcome::Refused),
        }
    }
}
