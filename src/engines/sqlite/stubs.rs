//! LOCAL STUBS
use crate::roles::{Accounts, Outbox};
impl Accounts for super::Sqlite {}
impl Outbox for super::Sqlite {}
