//! The sessions.

use crate::{
    lab::{LabError, Result},
    shop::{AccountRole, CustomerId, Session, Timestamp, TokenHash},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a session lives in the timed cases.
pub const LIFE: Duration = Duration::from_secs(3_600);
/// When the first one signed in, in milliseconds since 1970.
const SINCE: i64 = 1_700_000_000_000;

/// One who is signed in, or was.
#[derive(Clone, Copy, Debug)]
pub struct Signed {
    /// The hash of the token.
    pub token: TokenHash,
    /// The session.
    pub session: Session,
}

impl Signed {
    /// Number `number` of a kind: sessions of the timed cases and of the probe are different ones.
    pub fn new(kind: &str, number: i64) -> Result<Self> {
        let token = TokenHash(Sha256::digest(format!("{kind} {number}")).into());
        let signed_in_at = Timestamp::from_millis(SINCE + number * 1_000).map_err(|error| LabError::store("process", error))?;
        let customer_id = CustomerId::from_uuid(uuid::Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0000 + number as u128));
        Ok(Self { token, session: Session { customer_id, role: AccountRole::Customer, signed_in_at } })
    }

    /// The token's hash as text.
    pub fn hex(&self) -> String {
        self.token.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A session as an answer.
pub fn told(customer: &str, role: &str, signed_in_at: i64) -> Value {
    json!({ "customer": customer, "role": role, "signedInAt": signed_in_at })
}

/// The same, of the shop's session.
pub fn told_of(session: Option<Session>) -> Value {
    session.map_or(Value::Null, |session| told(&session.customer_id.to_string(), session.role.code(), session.signed_in_at.millis()))
}

/// Milliseconds since 1970.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A span in milliseconds.
pub fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
