//! LOCAL STUBS
use crate::roles::Outbox;
impl Outbox for super::Mongodb {}
