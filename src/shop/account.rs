//! Accounts: how a customer signs in, and the sessions that follow.

use super::{AccountRole, Customer, CustomerId, Timestamp};
use std::fmt;

/// Most characters of a password. Longer ones cost hashing time and gain nothing.
pub const MAX_PASSWORD_CHARS: usize = 128;
/// Fewest characters of a password.
pub const MIN_PASSWORD_CHARS: usize = 10;

/// A customer's way in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose it is; there is at most one each.
    pub customer_id: CustomerId,
    /// What it may do.
    pub role: AccountRole,
    /// The password's argon2id hash as a PHC string, at most 256 bytes. Never shown, never logged.
    pub password_hash: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("customer_id", &self.customer_id).field("role", &self.role).finish_non_exhaustive()
    }
}

/// What signing up writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// The person.
    pub customer: Customer,
    /// The way in.
    pub account: Account,
}

/// Why an account is not made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRefusal {
    /// There is no such customer.
    NotFound,
    /// Another customer has this e-mail.
    EmailTaken,
}

/// What a customer changes about themselves; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// 1 to 200 characters.
    pub name: Option<String>,
    /// Lower case, at most 254 bytes.
    pub email: Option<String>,
}

impl ProfileChange {
    /// The customer as they are after the change.
    pub fn apply(&self, customer: &Customer) -> Customer {
        let mut changed = customer.clone();
        if let Some(name) = &self.name {
            changed.name.clone_from(name);
        }
        if let Some(email) = &self.email {
            changed.email.clone_from(email);
        }
        changed
    }
}

/// The SHA-256 of a session's token: the token itself is kept nowhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// Somebody who signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub customer_id: CustomerId,
    /// What the account may do, as it was at sign-in.
    pub role: AccountRole,
    /// When.
    pub signed_in_at: Timestamp,
}
