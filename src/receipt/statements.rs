//! The statements of calls, for those who look into a request: what each store was told, and how it goes about it.
//!
//! An engine notes a statement together with a question for its plan. That is put when the request is over: the times on the receipt are
//! those of the request alone. Where nobody looks, a note costs one look at a task-local.

use super::{Call, Receipt};
use crate::error::StoreError;
use futures::future::BoxFuture;
use std::{
    fmt,
    future::Future,
    sync::{Arc, PoisonError},
};

/// What a store was told in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// As the store got it, without the values that were bound.
    pub text: String,
    /// How the store goes about it, in its own words; empty if it has none for that.
    pub plan: Vec<String>,
}

/// What asks for a statement's plan.
type Asking = BoxFuture<'static, Result<Vec<String>, StoreError>>;

/// A statement whose plan was not asked for yet.
pub(super) struct Noted {
    /// Which call of the receipt it belongs to.
    call: usize,
    text: String,
    plan: Option<Asking>,
}

impl fmt::Debug for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Noted").field("call", &self.call).field("text", &self.text).finish_non_exhaustive()
    }
}

tokio::task_local! {
    /// The call that the current task is within, on a receipt that wants statements.
    static CALL: (Arc<Receipt>, usize);
}

/// Runs a call; what it notes belongs to it.
pub(super) async fn of_call<F: Future>(receipt: Arc<Receipt>, call: usize, work: F) -> F::Output {
    CALL.scope((receipt, call), work).await
}

/// Whether somebody wants to see the statements of the current call.
pub fn wanted() -> bool {
    CALL.try_with(|_| ()).is_ok()
}

/// Notes a statement, if somebody wants to see it. `tell` gives its text, and what asks for its plan later.
pub fn note<F>(tell: impl FnOnce() -> (String, F))
where
    F: Future<Output = Result<Vec<String>, StoreError>> + Send + 'static,
{
    add(|| {
        let (text, plan) = tell();
        (text, Some(Box::pin(plan) as Asking))
    });
}

/// The same for a store that has no plans.
pub fn note_text(tell: impl FnOnce() -> String) {
    add(|| (tell(), None));
}

fn add(tell: impl FnOnce() -> (String, Option<Asking>)) {
    let _nobody_looks = CALL.try_with(|(receipt, call)| {
        let Some(statements) = &receipt.statements else { return };
        let (text, plan) = tell();
        statements.lock().unwrap_or_else(PoisonError::into_inner).push(Noted { call: *call, text, plan });
    });
}

impl Receipt {
    /// One that is written call by call, with the statements of each.
    pub fn with_statements() -> Self {
        Self { statements: Some(std::sync::Mutex::default()), ..Self::default() }
    }

    /// All calls in the order in which they were started, each with its statements. Only now the stores are asked for their plans, one
    /// after the other; what a store says instead stands in the plan's place.
    pub async fn explained(&self) -> Vec<(Call, Vec<Statement>)> {
        let unsorted = match &self.calls {
            Some(calls) => calls.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            None => Vec::new(),
        };
        let mut calls: Vec<(Call, Vec<Statement>)> = unsorted.into_iter().map(|call| (call, Vec::new())).collect();
        let noted = match &self.statements {
            Some(statements) => std::mem::take(&mut *statements.lock().unwrap_or_else(PoisonError::into_inner)),
            None => Vec::new(),
        };
        for Noted { call, text, plan } in noted {
            let plan = match plan {
                Some(asking) => asking.await.unwrap_or_else(|error| vec![format!("no plan: {error}: {}", error.detail())]),
                None => Vec::new(),
            };
            if let Some((_, statements)) = calls.get_mut(call) {
                statements.push(Statement { text, plan });
            }
        }
        calls.sort_by_key(|(call, _)| call.start);
        calls
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::{Engine, Kind},
        receipt::{Caller, Role, on_account_of, record},
    };
    use std::sync::atomic::{AtomicUsize, Ordering};

    const METHOD: (Role, Engine, &str) = (Role::Relational, Engine::Postgres, "rows");

    static TOLD: AtomicUsize = AtomicUsize::new(0);

    async fn call(text: &'static str) {
        let work = async {
            note(|| {
                TOLD.fetch_add(1, Ordering::Relaxed);
                (text.to_owned(), async move {
                    match text {
                        "two" => Err(StoreError::new(Engine::Postgres, Kind::Timeout, "late")),
                        _ => Ok(vec![format!("plan of {text}")]),
                    }
                })
            });
            Ok::<_, StoreError>(1)
        };
        record(METHOD, 1, work, |rows| *rows, |error| error.kind).await.unwrap();
    }

    #[tokio::test]
    async fn statements_belong_to_their_calls_and_are_told_only_where_somebody_looks() {
        for receipt in [Receipt::default(), Receipt::counting()] {
            let receipt = Arc::new(receipt);
            on_account_of(Some(Caller::of(&receipt, || "field".to_owned())), call("none")).await;
            assert!(receipt.explained().await.iter().all(|(_, statements)| statements.is_empty()));
        }
        call("none").await;
        assert_eq!(TOLD.load(Ordering::Relaxed), 0, "nobody looks, nothing is told");
        let receipt = Arc::new(Receipt::with_statements());
        let work = async { futures::join!(call("one"), call("two")) };
        on_account_of(Some(Caller::of(&receipt, || "field".to_owned())), work).await;
        let explained = receipt.explained().await;
        let plans: Vec<_> = explained.iter().map(|(call, statements)| (&*call.path, call.rows, statements[0].clone())).collect();
        let statement = |text: &str, plan: &str| Statement { text: text.to_owned(), plan: vec![plan.to_owned()] };
        let late = format!("no plan: {}: late", StoreError::new(Engine::Postgres, Kind::Timeout, "late"));
        assert_eq!(plans, [("field", 1, statement("one", "plan of one")), ("field", 1, statement("two", &late))]);
        assert!(receipt.explained().await.iter().all(|(_, statements)| statements.is_empty()), "asked for once");
    }
}
