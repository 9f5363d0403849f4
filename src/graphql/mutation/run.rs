//! From a resolver to an action and back.

use super::super::{ask, error::action_error, who};
use crate::{
    actions::{ActionError, Asker, Outcome, Refusal},
    loaders::Loads,
    receipt,
    shop::Timestamp,
    stores::Stores,
};
use async_graphql::{Context, Result};
use std::sync::Arc;

/// What was changed, or why nothing was.
pub type Ran<T> = std::result::Result<T, Vec<Refusal>>;

/// The `Idempotency-Key` header of the request.
#[derive(Clone, Debug)]
pub struct KeyHeader(pub String);

/// Runs an action for whoever asks. What the request read before is forgotten afterwards, so that the payload shows the change.
pub async fn run<T>(ctx: &Context<'_>, key: Option<String>, action: impl AsyncFnOnce(&Asker, &Stores) -> Outcome<T>) -> Result<Ran<T>> {
    let stores = ctx.data::<Arc<Stores>>()?;
    // of several changes in one request, each has a key of its own
    let header = || {
        ctx.data_opt::<KeyHeader>().map(|KeyHeader(key)| match key.as_str() {
            "" => String::new(),
            key => format!("{key}/{}", ctx.item.node.response_key().node),
        })
    };
    let asker = Asker { viewer: who::known(ctx)?, key: key.or_else(header), at: Timestamp::now() };
    let loads = ctx.data::<Arc<Loads>>()?;
    let outcome = receipt::on_account_of(loads.caller(|| ask::path(ctx)), action(&asker, stores)).await;
    loads.forget();
    stores.outbox_bell.notify_one();
    match outcome {
        Ok(changed) => Ok(Ok(changed)),
        Err(ActionError::Refused(refusals)) => Ok(Err(refusals)),
        Err(error) => Err(action_error(error)),
    }
}

/// An id from the input; a refusal of the field if it is none.
pub fn id<T: std::str::FromStr>(given: &async_graphql::ID, field: &str, entity: &str) -> Outcome<T> {
    use crate::{actions::RefusalCode, shop::rules::shown};
    given
        .parse()
        .map_err(|_| Refusal::of(RefusalCode::BadUserInput, field, format_args!("{} is not the id of a {entity}", shown(given))).into())
}
