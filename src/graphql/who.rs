//! Who asks, within a request.

use super::error::{Code, LookUp, fail, unauthenticated};
use crate::{
    actions,
    error::StoreError,
    shop::{AccountRole, Audience, Customer, CustomerId, Timestamp, TokenHash, Viewer},
    stores::Stores,
};
use async_graphql::{Context, Error, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// The viewer of a request.
pub struct Who {
    viewer: Mutex<std::result::Result<Viewer, StoreError>>,
    token: Option<TokenHash>,
    /// Why the session could not be looked up, where an access token says who it was.
    lost: Option<StoreError>,
    /// What the request did to its session.
    session: Mutex<Option<SessionChange>>,
}

/// What became of a client's session, for whoever keeps its token for it.
#[derive(Clone, PartialEq, Eq)]
pub enum SessionChange {
    /// It began, with this token.
    Begun(String),
    /// It is over, or was before.
    Ended,
}

/// Why a request has no viewer.
pub struct BadToken;

impl Who {
    /// Somebody without a token.
    pub fn anonymous(viewer: Viewer) -> Self {
        Self { viewer: Mutex::new(Ok(viewer)), token: None, lost: None, session: Mutex::default() }
    }

    /// Somebody whose session is over, and who could not know.
    pub fn stale(viewer: Viewer) -> Self {
        Self { session: Mutex::new(Some(SessionChange::Ended)), ..Self::anonymous(viewer) }
    }

    /// Whose token this is. If the session cannot be looked up the request goes on with what is public: nobody is signed out because a
    /// store is down.
    pub async fn of_token(token: &str, stores: &Stores) -> std::result::Result<Self, BadToken> {
        let token = actions::hash_of(token).ok_or(BadToken)?;
        let viewer = match actions::who(&*stores.hot, &*stores.relational, token, Timestamp::now()).await {
            Ok(viewer) => Ok(viewer.ok_or(BadToken)?),
            Err(error) => Err(error),
        };
        Ok(Self { viewer: Mutex::new(viewer), token: Some(token), lost: None, session: Mutex::default() })
    }

    fn becomes(&self, viewer: Viewer) {
        *self.viewer.lock().unwrap_or_else(PoisonError::into_inner) = Ok(viewer);
    }

    fn keeps(&self, change: SessionChange) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(change);
    }

    /// What the request did to its session, if anything.
    pub fn session_change(&self) -> Option<SessionChange> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// If the session could not be looked up, who the request says that it was a short while ago.
    pub fn or_signed(&mut self, signed: impl FnOnce() -> Option<Viewer>) {
        let viewer = self.viewer.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Err(lost) = viewer
            && let Some(signed) = signed()
        {
            self.lost = Some(lost.clone());
            *viewer = Ok(signed);
        }
    }

    /// Whose session it is, as far as that is known.
    pub fn customer_id(&self) -> Option<CustomerId> {
        self.viewer().ok().and_then(Viewer::customer_id)
    }

    /// Who it is, or why that cannot be told.
    pub fn viewer(&self) -> std::result::Result<Viewer, StoreError> {
        self.viewer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Who asks; a visitor if that cannot be told.
pub fn viewer(ctx: &Context<'_>) -> Viewer {
    ctx.data_opt::<Arc<Who>>().and_then(|who| who.viewer().ok()).unwrap_or(Viewer::Visitor)
}

/// Who asks; an error if that cannot be told: for what is not public.
pub fn known(ctx: &Context<'_>) -> Result<Viewer> {
    let viewer = ctx.data_opt::<Arc<Who>>().map_or(Ok(Viewer::Visitor), |who| who.viewer());
    viewer.map_err(|error| Error::from(LookUp(error)))
}

/// Who asks, by the session alone; an error if that cannot be told, also where an access token says who it was.
pub fn by_session(ctx: &Context<'_>) -> Result<Viewer> {
    match ctx.data_opt::<Arc<Who>>().and_then(|who| who.lost.clone()) {
        Some(lost) => Err(LookUp(lost).into()),
        None => known(ctx),
    }
}

/// What was found of something that not everybody may see. Where it cannot be told who asks, nothing found does not mean that there is
/// nothing: that is an error.
pub fn found<T>(ctx: &Context<'_>, found: Option<T>) -> Result<Option<T>> {
    if found.is_none() {
        known(ctx)?;
    }
    Ok(found)
}

/// Refuses everybody who does not see everything: for what is about all customers.
pub fn everything(ctx: &Context<'_>) -> Result<()> {
    let viewer = known(ctx)?;
    match viewer.of_customers() {
        Audience::Everything => Ok(()),
        Audience::Of(_) => Err(fail(Code::Forbidden, "only administrators may see this")),
        Audience::Public => Err(unauthenticated()),
    }
}

/// The token of the request's session.
pub fn token(ctx: &Context<'_>) -> Option<TokenHash> {
    ctx.data_opt::<Arc<Who>>().and_then(|who| who.token)
}

/// From here on the request is nobody's: its session is over.
pub fn now_nobody(ctx: &Context<'_>) {
    if let Some(who) = ctx.data_opt::<Arc<Who>>() {
        who.becomes(Viewer::Visitor);
        who.keeps(SessionChange::Ended);
    }
}

/// From here on the request is this customer's, who just signed in; with no more rights than any customer's, whatever the account's role.
/// `token` is that of the new session, if there is one.
pub fn now_is(ctx: &Context<'_>, customer: Option<&Customer>, token: Option<&str>) {
    if let (Some(who), Some(customer)) = (ctx.data_opt::<Arc<Who>>(), customer) {
        who.becomes(Viewer::Account { id: customer.id, role: AccountRole::Customer });
        if let Some(token) = token {
            who.keeps(SessionChange::Begun(token.to_owned()));
        }
    }
}
