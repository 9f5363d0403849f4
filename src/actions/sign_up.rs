//! A person becomes a customer with an account.

use super::{
    password::Passwords,
    refusal::{ActionError, Faults, Outcome, Refusal, RefusalCode, settle},
    sign_in::{NewSession, new_session},
    tries,
    who::Asker,
};
use crate::{
    roles::{Accounts, Hot},
    shop::{
        Account, AccountRefusal, AccountRole, Customer, CustomerId, NewAccount, Provenance, Tier,
        account::{MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS},
        audit::{Action, asked},
        rules,
    },
};
use serde_json::json;

/// What signing up takes.
pub struct SignUpInput {
    /// The e-mail.
    pub email: String,
    /// The name.
    pub name: String,
    /// The password, as typed.
    pub password: String,
}

/// Makes the account and signs in. Sent again with the same key, it signs in if the password is the same. The account is what counts: it
/// is made also when no session can be kept at this moment; then there is none, and signing in works later.
pub async fn sign_up(
    accounts: &dyn Accounts,
    hot: &dyn Hot,
    passwords: &Passwords,
    asker: &Asker,
    input: SignUpInput,
) -> Outcome<(Customer, Option<NewSession>)> {
    let mut faults = Faults::default();
    let email = faults.check("email", rules::email(&input.email));
    let name = faults.check("name", rules::name(input.name, 200));
    let password = faults.check("password", rules::text(input.password, MIN_PASSWORD_CHARS, MAX_PASSWORD_CHARS));
    let (email, name, password) = faults.done(email.zip(name).zip(password).map(|((email, name), password)| (email, name, password)))?;

    // not the password: what is stored beside a key must not help anybody to guess it
    let once = asker.once("signUp", &json!({ "email": email, "name": name }))?;
    if let Some(origin) = &asker.origin {
        match tries::take(hot, &format!("sign-up/{origin}"), tries::SIGN_UPS).await {
            // accounts do not need this store
            Ok(()) | Err(ActionError::Store(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let password_hash = passwords.hash(password.clone()).await?;
    let id = CustomerId::from_uuid(uuid::Uuid::now_v7());
    let customer = Customer { id, email, name, tier: Tier::Standard, created_at: asker.at };
    let new = NewAccount { customer, account: Account { customer_id: id, role: AccountRole::Customer, password_hash } };
    let audit = asker.audit(Action::SignUp, id, asked::plainly());
    let customer = settle(accounts.account_create(&new, Provenance::new(once.as_ref(), &audit)).await, |refusal| match refusal {
        AccountRefusal::EmailTaken => Refusal::of(RefusalCode::Conflict, "email", "another account has this e-mail"),
        AccountRefusal::NotFound => Refusal::of(RefusalCode::NotFound, "email", "there is no such customer"),
    })?;
    if customer.id != id {
        // a replay: whoever knows the key does not know the password yet
        let kept = accounts.accounts_by_customers(&[customer.id]).await?.pop();
        if !passwords.verify(password, kept.map(|account| account.password_hash)).await? {
            return Err(ActionError::KeyReused);
        }
    }
    // a store that failed is in the log already
    let session = new_session(hot, customer.id, AccountRole::Customer, asker.at).await.ok();
    Ok((customer, session))
}
