//! Whole answers that every visitor gets alike, kept in this process: what any cache on the way may do ([`super::cacheable`]), done here, so that
//! a popular page costs no store call.
//!
//! Off by default. An answer is kept no longer than its `max-age`, and goes out with what is left of that: whoever is behind another cache sees
//! nothing older than without this one. What is answered from here is not counted by rate limits: it cost nothing.

use super::{
    documents::hash::Sha,
    reply::{Data, Reply},
};
use async_graphql::Variables;
use sha2::{Digest as _, Sha256};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// What an answer costs beside its bytes (an estimate).
const OVERHEAD: usize = 256;

/// The answers that are kept.
pub struct Answers(moka::sync::Cache<Sha, Arc<Kept>>);

/// An answer.
struct Kept {
    data: Data,
    planned: bool,
    until: Instant,
}

impl Answers {
    /// Room for so many bytes; `None` if there is none.
    pub fn new(bytes: u64) -> Option<Self> {
        let weight = |_: &Sha, kept: &Arc<Kept>| u32::try_from(kept.data.json().len() + OVERHEAD).unwrap_or(u32::MAX);
        (bytes > 0)
            .then(|| Self(moka::sync::Cache::builder().max_capacity(bytes).weigher(weight).time_to_live(super::cacheable::LONGEST).build()))
    }

    /// Where the answer to an operation of a document is kept.
    pub fn place(document: Sha, operation: Option<&str>, variables: &Variables) -> Option<Sha> {
        let variables = serde_json::to_vec(variables).ok()?;
        // no name holds a zero
        let hash = Sha256::new().chain_update(document.bytes()).chain_update(operation.unwrap_or_default()).chain_update([0]);
        Some(Sha::from(<[u8; 32]>::from(hash.chain_update(variables).finalize())))
    }

    /// The answer, if it is kept.
    pub fn get(&self, place: &Sha) -> Option<Reply> {
        let kept = self.0.get(place)?;
        let age = kept.until.checked_duration_since(Instant::now()).filter(|left| left.as_secs() > 0)?;
        let mut reply = Reply::planned(kept.data.clone());
        reply.planned = kept.planned;
        reply.age = Some(age);
        Some(reply)
    }

    /// Keeps an answer, if it is whole.
    pub fn keep(&self, place: Sha, reply: &Reply, age: Duration) {
        if let Some(data) = reply.whole() {
            self.0.insert(place, Arc::new(Kept { data: data.clone(), planned: reply.planned, until: Instant::now() + age }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::{error::Code, reply::Problem};
    use serde_json::json;

    fn place(document: &str, operation: Option<&str>, variables: serde_json::Value) -> Sha {
        Answers::place(Sha::of(document), operation, &Variables::from_json(variables)).unwrap()
    }

    fn reply(json: &str) -> Reply {
        let mut data = Data::with_room(json.len());
        data.out().extend_from_slice(json.as_bytes());
        Reply::planned(data)
    }

    #[test]
    fn an_answer_is_found_by_document_operation_and_variables_until_its_time_is_over() {
        let answers = Answers::new(100_000).unwrap();
        let here = place("{ a }", Some("A"), json!({ "x": 1 }));
        answers.keep(here, &reply("{}"), Duration::from_secs(10));
        let found = answers.get(&place("{ a }", Some("A"), json!({ "x": 1 }))).unwrap();
        assert_eq!(found.whole().map(Data::json), Some(&b"{}"[..]));
        assert!(found.age.is_some_and(|age| age <= Duration::from_secs(10) && age > Duration::from_secs(8)));
        for elsewhere in [
            place("{ b }", Some("A"), json!({ "x": 1 })),
            place("{ a }", None, json!({ "x": 1 })),
            place("{ a }", Some("A"), json!({ "x": 2 })),
            place("{ a }", Some("A"), json!({})),
        ] {
            assert!(answers.get(&elsewhere).is_none());
        }
        // less than a second is left: nobody could keep it
        answers.keep(here, &reply("{}"), Duration::from_millis(900));
        assert!(answers.get(&here).is_none());
    }

    #[test]
    fn refusals_are_not_kept_and_the_room_is_bounded() {
        let answers = Answers::new(10_000).unwrap();
        let here = place("{ a }", None, json!({}));
        answers.keep(here, &Reply::refused(Problem::new(Code::Internal, "no")), Duration::from_secs(10));
        assert!(answers.get(&here).is_none());
        for n in 0..100 {
            answers.keep(place("{ a }", None, json!({ "n": n })), &reply(&" ".repeat(1_000)), Duration::from_secs(10));
        }
        answers.0.run_pending_tasks();
        assert!(answers.0.weighted_size() <= 10_000, "{}", answers.0.weighted_size());
        assert!(Answers::new(0).is_none());
    }
}
