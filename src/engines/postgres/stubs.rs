//! LOCAL STUBS
use crate::roles::{Accounts, Outbox};
impl Accounts for super::Postgres {}
impl Outbox for super::Postgres {}
