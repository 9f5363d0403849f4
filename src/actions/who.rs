//! Who asks: from a token to a viewer.

use super::refusal::{ActionError, Outcome};
use crate::{
    roles::{Accounts, Result, Sessions},
    shop::{
        AccountRole, AuditEntry, CustomerId, Once, Session, Timestamp, TokenHash, Viewer,
        audit::{Action, Asking},
        rules,
    },
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;

/// Somebody who asks for a change.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Who.
    pub viewer: Viewer,
    /// The client's idempotency key.
    pub key: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The name of the address that the request came from; `None` where nobody is limited by address.
    pub origin: Option<String>,
    /// The address itself, for the audit log.
    pub client: Option<IpAddr>,
    /// The id of the request, for the audit log.
    pub request: Option<String>,
}

impl Asker {
    /// Whoever signed in.
    pub(super) fn customer(&self) -> Outcome<CustomerId> {
        self.viewer.customer_id().ok_or(ActionError::Unauthenticated)
    }

    /// An editor, or who runs the shop.
    pub(super) fn editor(&self) -> Outcome<CustomerId> {
        let id = self.customer()?;
        if self.viewer.is_editor() { Ok(id) } else { Err(ActionError::Forbidden("only editors may do this")) }
    }

    /// Who runs the shop.
    pub(super) fn admin(&self) -> Outcome<CustomerId> {
        let id = self.customer()?;
        if self.viewer.is_admin() { Ok(id) } else { Err(ActionError::Forbidden("only administrators may do this")) }
    }

    /// Who it is where visitors are told apart by their addresses; `None` where nobody is limited.
    pub(super) fn limited_as(&self) -> Option<String> {
        let origin = self.origin.as_ref()?;
        Some(self.viewer.customer_id().map_or_else(|| origin.clone(), |id| id.to_string()))
    }

    /// What the audit log is to keep of a change, if it is done.
    pub(super) fn audit(&self, action: Action, subject: impl ToString, asked: serde_json::Value) -> AuditEntry {
        let asking = Asking { viewer: Some(self.viewer), request: self.request.as_deref(), client: self.client };
        AuditEntry::new(asking, action, subject, asked)
    }

    /// The client's key for this operation and input, scoped by who asks; `None` if it gave none.
    pub(super) fn once(&self, operation: &str, input: &serde_json::Value) -> Outcome<Option<Once>> {
        let scope = self.viewer.customer_id().map_or_else(|| format!("visitor/{operation}"), |id| id.to_string());
        let Some(key) = &self.key else { return Ok(None) };
        let key = rules::once_key(key.clone()).map_err(|broken| ActionError::BadRequest(broken.reason))?;
        Ok(Some(Once::new(scope, key, operation, input)))
    }
}

/// The hash under which a token's session is kept; `None` for what cannot be a token: 43 characters of base64url, 32 bytes.
pub fn hash_of(token: &str) -> Option<TokenHash> {
    if token.len() != 43 {
        return None;
    }
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    Some(TokenHash(Sha256::digest(bytes).into()))
}

/// The viewer of a token's session; `None` if there is no such session (any more).
/// What only some roles may do is asked of the owner of the fact each time: a role that was taken away is gone at once.
pub async fn who(sessions: &dyn Sessions, accounts: &dyn Accounts, token: TokenHash, now: Timestamp) -> Result<Option<Viewer>> {
    let Some(session) = sessions.session_get(token, super::SESSION_TTL).await? else { return Ok(None) };
    if is_too_old(&session, now) {
        sessions.session_delete(token).await?;
        return Ok(None);
    }
    let Session { customer_id: id, mut role, .. } = session;
    if role > AccountRole::Customer {
        role = accounts.accounts_by_customers(&[id]).await?.first().map_or(AccountRole::Customer, |account| account.role.min(role));
    }
    Ok(Some(Viewer::Account { id, role }))
}

/// A session that is used every day ends all the same.
fn is_too_old(session: &Session, now: Timestamp) -> bool {
    let age = now.millis().saturating_sub(session.signed_in_at.millis());
    u128::try_from(age).unwrap_or(0) > super::sign_in::SESSION_MAX.as_millis()
}
