//! Accounts and profiles.

use super::{
    payload::{UserError, payload},
    run::run,
};
use crate::{
    actions::{self, NewSession, Passwords, ProfileInput, SignInInput, SignUpInput},
    graphql::{scalars::DateTime, who},
    shop::Customer,
};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use std::sync::Arc;

/// What signing up takes.
#[derive(InputObject)]
pub struct SignUpData {
    /// Unique in the shop; kept in lower case.
    email: String,
    /// 1 to 200 characters.
    name: String,
    /// 10 to 128 characters.
    password: String,
}

/// What signing in takes.
#[derive(InputObject)]
pub struct SignInData {
    /// The e-mail.
    email: String,
    /// The password.
    password: String,
}

/// What may be changed about oneself; what is left out stays.
#[derive(InputObject)]
pub struct UpdateProfileData {
    /// 1 to 200 characters.
    name: Option<String>,
    /// Unique in the shop; kept in lower case.
    email: Option<String>,
}

/// A session that was just made.
#[derive(SimpleObject)]
pub struct Session {
    /// Send it as `Authorization: Bearer …`. It is shown this once.
    token: String,
    /// When it ends if it is not used; each use begins its life anew.
    expires_at: DateTime,
}

impl From<NewSession> for Session {
    fn from(session: NewSession) -> Self {
        Self { token: session.token, expires_at: DateTime(session.expires_at) }
    }
}

/// Who signed in, and the session.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// Whose account it is.
    customer: Option<Arc<Customer>>,
    /// The session; null after a sign-up whose session could not be kept at that moment: sign in later.
    session: Option<Session>,
    /// Why nobody was signed in; empty if somebody was.
    user_errors: Vec<UserError>,
}

impl From<super::run::Ran<(Customer, Option<NewSession>)>> for SignInPayload {
    fn from(ran: super::run::Ran<(Customer, Option<NewSession>)>) -> Self {
        match ran {
            Ok((customer, session)) => {
                Self { customer: Some(Arc::new(customer)), session: session.map(Into::into), user_errors: Vec::new() }
            }
            Err(refusals) => Self { customer: None, session: None, user_errors: refusals.into_iter().map(Into::into).collect() },
        }
    }
}

impl SignInPayload {
    fn token(&self) -> Option<&str> {
        self.session.as_ref().map(|session| session.token.as_str())
    }
}

/// Whether there was a session to end.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// False if it had ended before.
    signed_out: bool,
}

payload!(
    /// The changed profile.
    UpdateProfilePayload {
        /// The customer after the change.
        customer: Arc<Customer>
    },
    Relational -> [Hot]
);

/// Accounts and profiles.
#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes an account, and signs in. Twenty accounts at once from one address, then one in three minutes.
    async fn sign_up(&self, ctx: &Context<'_>, input: SignUpData, idempotency_key: Option<String>) -> Result<Option<SignInPayload>> {
        let passwords = ctx.data::<Passwords>()?;
        let SignUpData { email, name, password } = input;
        let input = SignUpInput { email, name, password };
        let ran = run(ctx, idempotency_key, async |asker, stores| {
            actions::sign_up(&*stores.relational, &*stores.hot, passwords, asker, input).await
        });
        let payload: SignInPayload = ran.await?.into();
        who::now_is(ctx, payload.customer.as_deref(), payload.token());
        Ok(Some(payload))
    }

    /// Signs in. Ten wrong passwords at once for one e-mail, then one in 90 seconds; a hundred from one address, then one in nine seconds.
    async fn sign_in(&self, ctx: &Context<'_>, input: SignInData) -> Result<Option<SignInPayload>> {
        let passwords = ctx.data::<Passwords>()?;
        let input = SignInInput { email: input.email, password: input.password };
        let ran = run(ctx, None, async |asker, stores| {
            let (customer, session) = actions::sign_in(&*stores.relational, &*stores.hot, passwords, asker, input).await?;
            Ok((customer, Some(session)))
        });
        let payload: SignInPayload = ran.await?.into();
        who::now_is(ctx, payload.customer.as_deref(), payload.token());
        Ok(Some(payload))
    }

    /// Ends the session of this request.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<Option<SignOutPayload>> {
        let Some(token) = who::token(ctx) else { return Ok(Some(SignOutPayload { signed_out: false })) };
        let ran = run(ctx, None, async |_, stores| actions::sign_out(&*stores.hot, token).await).await?;
        who::now_nobody(ctx);
        Ok(Some(SignOutPayload { signed_out: ran.unwrap_or(false) }))
    }

    /// Changes the viewer's own profile.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        input: UpdateProfileData,
        idempotency_key: Option<String>,
    ) -> Result<Option<UpdateProfilePayload>> {
        let input = ProfileInput { name: input.name, email: input.email };
        let ran =
            run(ctx, idempotency_key, async |asker, stores| actions::update_profile(&*stores.relational, asker, input).await.map(Arc::new));
        Ok(Some(ran.await?.into()))
    }
}
