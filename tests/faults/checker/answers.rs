//! I8 and I9: answers are of declared kinds and come in time; nothing is left behind at the stores.

use super::{Findings, Harm::*};
use crate::{
    content::Content,
    history::{Answer, History},
};

/// The closed list. `INTERNAL` is declared too, and never right.
const DECLARED: [&str; 19] = [
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "QUERY_TOO_DEEP",
    "QUERY_TOO_COMPLEX",
    "BAD_USER_INPUT",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "NOT_FOUND",
    "CONFLICT",
    "IDEMPOTENCY_KEY_REUSED",
    "IDEMPOTENCY_IN_PROGRESS",
    "UNKNOWN_OUTCOME",
    "RATE_LIMITED",
    "OVERLOADED",
    "SHUTTING_DOWN",
    "STORE_UNAVAILABLE",
    "DEADLINE_EXCEEDED",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
];
/// Kinds of refusals that a payload may carry.
const REFUSALS: [&str; 5] = ["BAD_USER_INPUT", "NOT_FOUND", "CONFLICT", "OUT_OF_STOCK", "UNAUTHENTICATED"];

pub fn check(history: &History, content: &Content, found: &mut Findings) {
    for entry in &history.entries {
        let told = match &entry.answer {
            Answer::Failed(code) if !DECLARED.contains(&&**code) => Some(format!("failed with {code}")),
            Answer::Refused(code) if !REFUSALS.contains(&&**code) => Some(format!("was refused with {code}")),
            Answer::Lost(why) if !may_be_lost(history, entry.sent) => Some(format!("was not answered: {why}")),
            _ if entry.at - entry.sent > history.allowed.patience => Some(format!("took {} ms", (entry.at - entry.sent) / 1_000)),
            _ => None,
        };
        if let Some(told) = told {
            found.add("I8", Other, format_args!("at {} ms {:?} {told}", entry.sent / 1_000, entry.op));
        }
    }
    for write in history.writes() {
        if !write.is_settled() {
            let last = write.entries.last().map(|entry| &entry.answer);
            let times = write.entries.len();
            found.add("I8", Other, format_args!("{:?} was sent {times} times and not settled: {last:?}", write.op));
        }
    }
    let sessions = &content.sessions;
    if sessions.in_transaction > 0 {
        found.add("I9", Other, format_args!("{} sessions were left inside a transaction", sessions.in_transaction));
    }
    for ((store, most), allowed) in ["relational", "documents", "hot"].into_iter().zip(sessions.most).zip(sessions.allowed) {
        if most > allowed {
            found.add("I9", Other, format_args!("the {store} store had {most} connections, allowed are {allowed}"));
        }
    }
}

fn may_be_lost(history: &History, sent: u64) -> bool {
    history.allowed.lost || history.allowed.stops.iter().any(|(from, to)| (*from..=*to).contains(&sent))
}
