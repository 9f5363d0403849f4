//! Gives an account a role: for the person at the terminal, not for the graph.

use super::{
    password::Passwords,
    refusal::{Outcome, Refusal, RefusalCode},
};
use crate::{
    roles::{Accounts, Customers},
    shop::{
        Account, AccountRole, AuditEntry, Customer, CustomerId, Provenance, Tier, Timestamp,
        account::{MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS},
        audit::{Action, Asking, asked},
        rules,
    },
};

/// Sets the role of the account with this e-mail, and its password if one is given; makes customer and account where they are missing,
/// which needs a password.
pub async fn set_role<R>(
    relational: &R,
    passwords: &Passwords,
    email: &str,
    role: AccountRole,
    password: Option<String>,
) -> Outcome<Customer>
where
    R: Accounts + Customers + ?Sized,
{
    let refused = |field: &str, reason: &dyn std::fmt::Display| Refusal::of(RefusalCode::BadUserInput, field, reason);
    let email = rules::email(email).map_err(|broken| refused("email", &broken))?;
    let hash = match password {
        Some(password) => {
            let password = rules::text(password, MIN_PASSWORD_CHARS, MAX_PASSWORD_CHARS).map_err(|broken| refused("password", &broken))?;
            Some(passwords.hash(password).await?)
        }
        None => None,
    };
    let typed = hash.is_some();
    let known = relational.accounts_by_emails(std::slice::from_ref(&email)).await?.pop();
    let (customer, hash) = match (known, hash) {
        (Some(known), hash) => (known.customer, hash.unwrap_or(known.account.password_hash)),
        (None, None) => return Err(refused("password", &"there is no account with this e-mail yet: a password is needed").into()),
        (None, Some(hash)) => {
            let known = relational.customers_by_emails(std::slice::from_ref(&email)).await?.pop();
            let customer = match known {
                Some(customer) => customer,
                None => {
                    let name = email.split('@').next().unwrap_or(&email).to_owned();
                    let id = CustomerId::from_uuid(uuid::Uuid::now_v7());
                    let customer = Customer { id, email, name, tier: Tier::Standard, created_at: Timestamp::now() };
                    relational.customers_put(std::slice::from_ref(&customer)).await?;
                    customer
                }
            };
            (customer, hash)
        }
    };
    // whoever sits at the terminal is nobody's account
    let audit = AuditEntry::new(Asking::default(), Action::SetRole, customer.id, asked::of_role(role, typed));
    relational.account_put(&Account { customer_id: customer.id, role, password_hash: hash }, Provenance::new(None, &audit)).await?;
    Ok(customer)
}
