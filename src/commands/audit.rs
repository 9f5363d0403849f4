//! `polystore audit`: who changed rights, money or the catalogue.

use super::Failure;
use crate::{
    config::Config,
    roles::{AuditLog, audit::MAX_ENTRIES},
    shop::{AccountRole, AuditEntry, AuditFilter, AuditId, Timestamp, audit::Action},
};
use clap::Args;
use serde_json::json;
use std::cmp::Reverse;

/// Which entries to print.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Not older than this time, as 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Of this action: the mutation's name, or setRole
    #[arg(long, value_name = "NAME")]
    action: Option<String>,
    /// About this customer, product, order or article: its id
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// Those behind this entry, which are older: the id of the last one that was printed
    #[arg(long, value_name = "ID")]
    before: Option<String>,
    /// How many at most, 1 to 1000
    #[arg(long, value_name = "N", default_value = "50")]
    limit: String,
}

/// Prints entries of both durable stores as lines of JSON, newest first.
pub async fn run(config: &Config, options: &Options) -> Result<(), Failure> {
    let (filter, limit) = (filter(options)?, limit(&options.limit)?);
    let connected = super::connected(config).await?;
    let stores = connected.layered();
    let found = page(&*stores.relational, &filter, limit).await;
    // one engine that plays both roles has one log
    let others = if config.relational == config.documents { Ok(Vec::new()) } else { page(&*stores.documents, &filter, limit).await };
    connected.close().await;
    let mut entries = [found?, others?].concat();
    entries.sort_by_key(|entry| Reverse(entry.id));
    entries.truncate(limit as usize);
    super::print(&entries.iter().map(line).collect::<String>())
}

async fn page<S: AuditLog + ?Sized>(store: &S, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, Failure> {
    Ok(store.audit_page(filter, limit).await?)
}

fn filter(options: &Options) -> Result<AuditFilter, Failure> {
    let told = |flag: &str, given: &str, expected: &str| Failure::Told(format!("--{flag}: {given:?} cannot be used: expected {expected}"));
    let since = |text: &String| text.parse::<Timestamp>().map_err(|_| told("since", text, "a time as 2026-01-31T12:00:00Z"));
    let before = |text: &String| {
        text.parse::<AuditId>().map_err(|_| told("before", text, "the id of an entry, as audit_01h455vb4pex5vsknk084sn02q"))
    };
    let action = |text: &String| match Action::from_code(text) {
        Some(_) => Ok(text.clone()),
        None => Err(told("action", text, &Action::ALL.iter().map(|action| action.code()).collect::<Vec<_>>().join(", "))),
    };
    Ok(AuditFilter {
        since: options.since.as_ref().map(since).transpose()?,
        before: options.before.as_ref().map(before).transpose()?,
        action: options.action.as_ref().map(action).transpose()?,
        subject: options.subject.clone(),
    })
}

fn limit(text: &str) -> Result<u32, Failure> {
    let number = text.parse().ok().filter(|number| (1..=MAX_ENTRIES).contains(number));
    number.ok_or_else(|| Failure::Told(format!("--limit: {text:?} cannot be used: expected a number from 1 to {MAX_ENTRIES}")))
}

fn line(entry: &AuditEntry) -> String {
    let line = json!({
        "id": entry.id.to_string(),
        "at": entry.at.to_string(),
        "actor": entry.actor.map(|id| id.to_string()),
        "role": entry.role.map(AccountRole::code),
        "action": entry.action,
        "subject": entry.subject,
        "request": entry.request,
        "client": entry.client,
        "details": entry.details,
    });
    format!("{line}\n")
}
