//! Settings.

use super::{payload::payload, run::run};
use crate::{actions, graphql::scalars::Json, shop::Preferences};
use async_graphql::{Context, InputObject, Object, Result};
use std::sync::Arc;

/// A change of settings.
#[derive(InputObject)]
pub struct SetPreferencesData {
    /// A JSON merge patch (RFC 7396) over `{theme, locale, currency, interests, notifications, extra}`: what is left out stays, null takes a
    /// key of `extra` away.
    patch: Json,
}

payload!(
    /// The settings after the change.
    SetPreferencesPayload {
        /// The settings.
        preferences: Arc<Preferences>
    },
    Documents -> []
);

/// Settings; everybody's own.
#[derive(Default)]
pub struct PreferencesMutation;

#[Object]
impl PreferencesMutation {
    /// Changes the viewer's own settings. The same patch sent twice is the same as once.
    async fn set_preferences(&self, ctx: &Context<'_>, input: SetPreferencesData) -> Result<Option<SetPreferencesPayload>> {
        let ran =
            run(ctx, None, async |asker, stores| actions::set_preferences(&*stores.documents, asker, input.patch.0).await.map(Arc::new));
        Ok(Some(ran.await?.into()))
    }
}
