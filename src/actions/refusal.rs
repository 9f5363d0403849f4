//! Why something was not done.

use crate::{
    error::StoreError,
    shop::{Written, rules::Checked},
};
use std::{fmt::Display, time::Duration};

/// The kinds of refusals that a client is expected to handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    /// A value is not acceptable.
    BadUserInput,
    /// What the input names does not exist, or is not the viewer's.
    NotFound,
    /// It does not fit what is there now: a taken name, another version, another status.
    Conflict,
    /// There are fewer pieces than asked for.
    OutOfStock,
    /// E-mail or password is wrong.
    Unauthenticated,
}

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its kind.
    pub code: RefusalCode,
    /// The input field, as a path: `items.0.quantity`.
    pub field: Option<String>,
    /// For people.
    pub message: String,
}

/// Why an action was not done.
#[derive(Clone, Debug)]
pub enum ActionError {
    /// Expected refusals; nothing changed.
    Refused(Vec<Refusal>),
    /// Only for those who signed in.
    Unauthenticated,
    /// Not for this viewer.
    Forbidden(&'static str),
    /// The idempotency key was used for another request.
    KeyReused,
    /// The same request is being done at this moment.
    InProgress,
    /// Too often; not before this time.
    Limited(Duration),
    /// Too much at once.
    Overloaded,
    /// The request as a whole cannot be used (a bad idempotency key).
    BadRequest(String),
    /// A store failed while it was only read: nothing changed.
    Store(StoreError),
    /// A store failed while it was written: [`crate::error::Kind::Timeout`] means that nobody knows whether it was done.
    Write(StoreError),
    /// A mistake of this program.
    Internal,
}

/// What an action gives.
pub type Outcome<T> = Result<T, ActionError>;

impl From<StoreError> for ActionError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Refusal {
    /// A refusal of a field.
    pub fn of(code: RefusalCode, field: impl Into<String>, message: impl Display) -> Self {
        Self { code, field: Some(field.into()), message: message.to_string() }
    }
}

impl From<Refusal> for ActionError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

/// Collects what is wrong with an input, so that all of it is told at once.
#[derive(Default)]
pub(super) struct Faults(Vec<Refusal>);

impl Faults {
    /// The value, or a note of what is wrong with the field, or with a part of it.
    pub(super) fn check<T>(&mut self, field: &str, checked: Checked<T>) -> Option<T> {
        match checked {
            Ok(value) => Some(value),
            Err(broken) => {
                let part = broken.place.as_ref().map(|place| format!("{field}.{place}"));
                self.add(part.unwrap_or_else(|| field.to_owned()), broken);
                None
            }
        }
    }

    /// The same for a field that may be left out: `Some(None)` if it was.
    pub(super) fn check_optional<T, U>(&mut self, field: &str, given: Option<T>, check: impl FnOnce(T) -> Checked<U>) -> Option<Option<U>> {
        match given {
            None => Some(None),
            Some(given) => self.check(field, check(given)).map(Some),
        }
    }

    /// Notes what is wrong with a field.
    pub(super) fn add(&mut self, field: impl Into<String>, reason: impl Display) {
        self.0.push(Refusal::of(RefusalCode::BadUserInput, field, reason));
    }

    /// The value if nothing is wrong.
    pub(super) fn done<T>(self, value: Option<T>) -> Outcome<T> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(ActionError::Refused(self.0)),
        }
    }
}

/// What was written, now or before; or why not.
pub(super) fn settle<T, R>(written: crate::roles::Result<Written<T, R>>, refusal: impl FnOnce(R) -> Refusal) -> Outcome<T> {
    match written.map_err(ActionError::Write)? {
        Written::Done(value) | Written::Replayed(value) => Ok(value),
        Written::Refused(reason) => Err(refusal(reason).into()),
        Written::KeyReused => Err(ActionError::KeyReused),
        Written::InProgress => Err(ActionError::InProgress),
    }
}
