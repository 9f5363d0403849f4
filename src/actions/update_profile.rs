//! A customer changes name or e-mail.

use super::{
    refusal::{Faults, Outcome, Refusal, RefusalCode, settle},
    who::Asker,
};
use crate::{
    roles::Accounts,
    shop::{
        AccountRefusal, Customer, ProfileChange, Provenance,
        audit::{Action, asked},
        rules,
    },
};
use serde_json::json;

/// What may be changed; `None` leaves it.
pub struct ProfileInput {
    /// The name.
    pub name: Option<String>,
    /// The e-mail.
    pub email: Option<String>,
}

/// Changes the viewer's own profile.
pub async fn update_profile(accounts: &dyn Accounts, asker: &Asker, input: ProfileInput) -> Outcome<Customer> {
    let id = asker.customer()?;
    let once = asker.once("updateProfile", &json!({ "name": input.name, "email": input.email }))?;
    let mut faults = Faults::default();
    let name = faults.check_optional("name", input.name, |name| rules::name(name, 200));
    let email = faults.check_optional("email", input.email, |email| rules::email(&email));
    let change = faults.done(name.zip(email).map(|(name, email)| ProfileChange { name, email }))?;
    let audit = asker.audit(Action::UpdateProfile, id, asked::of_profile(&change));
    settle(accounts.customer_change(id, &change, asker.at, Provenance::new(once.as_ref(), &audit)).await, |refusal| match refusal {
        AccountRefusal::EmailTaken => Refusal::of(RefusalCode::Conflict, "email", "another account has this e-mail"),
        AccountRefusal::NotFound => Refusal { code: RefusalCode::NotFound, field: None, message: "the account is gone".to_owned() },
    })
}
