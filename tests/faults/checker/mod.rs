//! The checker: the clients' own log against what the stores hold. Invariants as `reliability.md` numbers them:
//!
//! - I1: each acknowledged order is there once, with its lines, and as far as it was moved.
//! - I2: one idempotency key made at most one order, and always got the same answer.
//! - I3: no stock is below zero, and what is gone from it is what was ordered.
//! - I4: the ledger is in balance, and says of each order what its status says.
//! - I5: after the outbox has drained every event is in the documents exactly once and in order, and counts were counted once.
//! - I6: no read is older than its bound, nor older than what the same reader saw before.
//! - I7: a session reads its own writes.
//! - I8: only declared codes; nothing hangs; everything is settled in the end.
//! - I9: no session is left inside a transaction; no store has more connections than it may.
//!
//! It knows nothing of the server: given a history and a content it tells what cannot be.

mod answers;
mod events;
mod orders;
mod reads;
mod stock;

use crate::{content::Content, history::History};

/// Something that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `I1` to `I9`.
    pub invariant: &'static str,
    pub harm: Harm,
    pub what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Something acknowledged is gone.
    Lost,
    /// Something was done twice.
    Doubled,
    Other,
}

/// What was found so far.
#[derive(Default)]
pub struct Findings(Vec<Violation>);

impl Findings {
    fn add(&mut self, invariant: &'static str, harm: Harm, what: impl std::fmt::Display) {
        self.0.push(Violation { invariant, harm, what: what.to_string() });
    }
}

/// Everything that is wrong.
pub fn check(history: &History, content: &Content) -> Vec<Violation> {
    let mut found = Findings::default();
    orders::check(history, content, &mut found);
    stock::check(history, content, &mut found);
    events::check(history, content, &mut found);
    reads::check(history, content, &mut found);
    answers::check(history, content, &mut found);
    found.0
}
