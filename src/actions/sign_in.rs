//! Signing in and out.

use super::{
    password::Passwords,
    refusal::{ActionError, Outcome, Refusal, RefusalCode},
    tries,
    who::Asker,
};
use crate::{
    roles::{Accounts, Hot, Sessions},
    shop::{AccountRole, Customer, CustomerId, Session, Timestamp, TokenHash, account::MAX_PASSWORD_CHARS, rules},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// How long a session lives that is not used.
pub const SESSION_TTL: Duration = Duration::from_secs(7 * 24 * 3_600);
/// How long a session lives however often it is used.
pub(super) const SESSION_MAX: Duration = Duration::from_secs(90 * 24 * 3_600);

/// What signing in takes.
pub struct SignInInput {
    /// The e-mail.
    pub email: String,
    /// The password, as typed.
    pub password: String,
}

/// A session that was just made. The token is shown this once.
pub struct NewSession {
    /// 256 random bits as base64url, 43 characters.
    pub token: String,
    /// When it ends if it is not used.
    pub expires_at: Timestamp,
}

/// Signs in. An unknown e-mail and a wrong password are not told apart, by words or by time. Wrong passwords are counted by account and by
/// address. Every try is counted before the password is looked at, so that many at once are not more; a right one is given back.
pub async fn sign_in(
    accounts: &dyn Accounts,
    hot: &dyn Hot,
    passwords: &Passwords,
    asker: &Asker,
    input: SignInInput,
) -> Outcome<(Customer, NewSession)> {
    let wrong = || Refusal { code: RefusalCode::Unauthenticated, field: None, message: "e-mail or password is wrong".to_owned() };
    let too_long = input.password.chars().count() > MAX_PASSWORD_CHARS;
    let (Ok(email), false) = (rules::email(&input.email), too_long) else { return Err(wrong().into()) };
    let bucket = format!("sign-in/{:x}", Sha256::digest(&email));
    let from = asker.origin.as_ref().map(|origin| format!("sign-in-from/{origin}"));
    if let Some(from) = &from {
        tries::take(hot, from, tries::OF_ADDRESS).await?;
    }
    tries::take(hot, &bucket, tries::OF_ACCOUNT).await?;
    let found = accounts.accounts_by_emails(&[email]).await?.pop();
    let hash = found.as_ref().map(|found| found.account.password_hash.clone());
    if !passwords.verify(input.password, hash).await? {
        return Err(wrong().into());
    }
    let found = found.ok_or_else(wrong)?;
    let (session, (), ()) = futures::join!(
        new_session(hot, found.customer.id, found.account.role, asker.at),
        tries::give(hot, &bucket, tries::OF_ACCOUNT),
        async {
            if let Some(from) = &from {
                tries::give(hot, from, tries::OF_ADDRESS).await;
            }
        }
    );
    Ok((found.customer, session?))
}

/// Ends the session; `false` if there is none any more.
pub async fn sign_out(sessions: &dyn Sessions, token: TokenHash) -> Outcome<bool> {
    sessions.session_delete(token).await.map_err(ActionError::Store)
}

pub(super) async fn new_session<S>(sessions: &S, customer_id: CustomerId, role: AccountRole, at: Timestamp) -> Outcome<NewSession>
where
    S: Sessions + ?Sized,
{
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).map_err(|_| ActionError::Internal)?;
    let hash = TokenHash(Sha256::digest(bits).into());
    sessions.session_put(hash, &Session { customer_id, role, signed_in_at: at }, SESSION_TTL).await?;
    let life = i64::try_from(SESSION_TTL.as_millis()).unwrap_or(i64::MAX);
    let expires_at = Timestamp::from_millis(at.millis().saturating_add(life)).unwrap_or(at);
    Ok(NewSession { token: BASE64_URL_SAFE_NO_PAD.encode(bits), expires_at })
}
