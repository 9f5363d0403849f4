//! `polystore outbox`: what was committed and not told yet, and what was given up.

use super::Failure;
use crate::{
    config::Config,
    roles::Outbox,
    shop::{EventId, Parked, Timestamp},
};
use clap::Args;
use std::fmt::Write as _;

/// Most parked events that are listed.
const SHOWN: u32 = 100;

/// What to do with the outbox.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Let parked events be told again: their ids, or `all`
    #[arg(long, value_name = "ID", num_args = 1..)]
    retry: Vec<String>,
}

/// Shows depth, oldest age and parked events of both outboxes; retries what was asked for.
pub async fn run(config: &Config, options: &Options) -> Result<(), Failure> {
    let ids = ids(&options.retry)?;
    let connected = super::connected(config).await?;
    let stores = connected.layered();
    let mut text = String::new();
    // one engine that plays both roles has one outbox
    let one = config.relational == config.documents;
    text += &tell("relational", &*stores.relational, ids.as_deref()).await?;
    if !one {
        text += &tell("documents", &*stores.documents, ids.as_deref()).await?;
    }
    connected.close().await;
    super::print(&text)
}

/// `None` if nothing is to be retried; an empty list stands for all.
fn ids(given: &[String]) -> Result<Option<Vec<EventId>>, Failure> {
    match given {
        [] => Ok(None),
        [all] if all == "all" => Ok(Some(Vec::new())),
        ids => {
            let id =
                |text: &String| text.parse().map_err(|_| Failure::Told(format!("--retry: {text:?} is not the id of an event, or \"all\"")));
            ids.iter().map(id).collect::<Result<_, _>>().map(Some)
        }
    }
}

async fn tell<O: Outbox + ?Sized>(name: &str, outbox: &O, retry: Option<&[EventId]>) -> Result<String, Failure> {
    let mut text = String::new();
    if let Some(ids) = retry {
        let _ = writeln!(text, "{name}: {} parked events are told again", outbox.outbox_retry(ids).await?);
    }
    let state = outbox.outbox_state().await?;
    let age = state.oldest.map_or_else(String::new, |oldest| {
        let seconds = Timestamp::now().millis().saturating_sub(oldest.millis()) / 1_000;
        format!(", the oldest for {seconds} s")
    });
    let _ = writeln!(text, "{name}: {} waiting{age}, {} parked", state.waiting, state.parked);
    for Parked { event, tries, error } in outbox.outbox_parked(SHOWN).await? {
        let _ = writeln!(text, "  {} {} of {} at {}, {tries} tries: {error}", event.id, kind(&event.fact), event.aggregate, event.at);
    }
    Ok(text)
}

fn kind(fact: &crate::shop::Fact) -> String {
    let json = serde_json::to_value(fact).unwrap_or_default();
    json.get("kind").and_then(serde_json::Value::as_str).unwrap_or("event").to_owned()
}
