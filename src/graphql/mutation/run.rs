//! From a resolver to an action and back.

use super::super::{
    ask,
    error::{action_error, bad_input},
    throttle::Address,
    who,
};
use crate::{
    actions::{ActionError, Asker, Outcome, Refusal, RefusalCode},
    loaders::Loads,
    receipt,
    shop::{
        Timestamp,
        rules::{self, shown},
    },
    stores::Stores,
};
use async_graphql::{Context, Result};
use sha2::{Digest as _, Sha256};
use std::{net::IpAddr, sync::Arc};

/// What was changed, or why nothing was.
pub type Ran<T> = std::result::Result<T, Vec<Refusal>>;

/// The `Idempotency-Key` header of the request.
#[derive(Clone, Debug)]
pub struct KeyHeader(pub String);

impl KeyHeader {
    /// The key of the change that has this name in the answer: of several changes in one request, each has a key of its own. A header
    /// that is no key is refused whatever the change: what is empty, or given twice, must not make two requests one.
    fn key(&self, name: &str) -> Result<String> {
        let key = rules::once_key(self.0.clone()).map_err(|broken| bad_input(format_args!("Idempotency-Key: {broken}")))?;
        let digest = Sha256::new().chain_update(key.len().to_be_bytes()).chain_update(&key).chain_update(name).finalize();
        Ok(format!("{digest:x}"))
    }
}

/// Where a mutation came from, for the audit log.
#[derive(Clone, Debug, Default)]
pub struct CameFrom {
    /// In which request.
    pub request: Option<String>,
    /// From which address, as far as that is known.
    pub client: Option<IpAddr>,
}

/// Runs an action for whoever asks. What the request read before is forgotten afterwards, so that the payload shows the change.
pub async fn run<T>(ctx: &Context<'_>, key: Option<String>, action: impl AsyncFnOnce(&Asker, &Stores) -> Outcome<T>) -> Result<Ran<T>> {
    let stores = ctx.data::<Arc<Stores>>()?;
    let header = ctx.data_opt::<KeyHeader>().map(|header| header.key(&ctx.item.node.response_key().node)).transpose()?;
    let origin = ctx.data_opt::<Address>().copied().and_then(Address::bucket);
    let CameFrom { request, client } = ctx.data_opt::<CameFrom>().cloned().unwrap_or_default();
    let asker = Asker { viewer: who::known(ctx)?, key: key.or(header), at: Timestamp::now(), origin, client, request };
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
    given
        .parse()
        .map_err(|_| Refusal::of(RefusalCode::BadUserInput, field, format_args!("{} is not the id of a {entity}", shown(given))).into())
}
