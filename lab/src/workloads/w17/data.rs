//! The sessions.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use type_safe_id::{StaticType, TypeSafeId};
use uuid::Uuid;

/// How long a session lives in the timed cases.
pub const LIFE: Duration = Duration::from_secs(3_600);
/// The role of everybody who is signed in, as the program writes it.
pub const ROLE: &str = "CUSTOMER";
/// When the first one signed in, in milliseconds since 1970.
const SINCE: i64 = 1_700_000_000_000;

/// Ids as the shop has them: its own arms answer the same text.
#[derive(Clone, Copy, Default)]
struct CustomerKind;

impl StaticType for CustomerKind {
    const TYPE: &'static str = "customer";
}

/// One who is signed in, or was.
#[derive(Clone, Copy, Debug)]
pub struct Signed {
    /// The hash of the token.
    pub token: [u8; 32],
    /// Who it is.
    pub customer: Uuid,
    /// Since when, in milliseconds since 1970.
    pub signed_in_at: i64,
}

impl Signed {
    /// Number `number` of a kind: sessions of the timed cases and of the probe are different ones.
    pub fn new(kind: &str, number: i64) -> Self {
        let token = Sha256::digest(format!("{kind} {number}")).into();
        let customer = Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0000 + number as u128);
        Self { token, customer, signed_in_at: SINCE + number * 1_000 }
    }

    /// The token's hash as text.
    pub fn hex(&self) -> String {
        self.token.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The customer's id as text.
    pub fn customer_id(&self) -> String {
        TypeSafeId::<CustomerKind>::from_uuid(self.customer).to_string()
    }
}

/// A session as an answer.
pub fn told(customer: &str, role: &str, signed_in_at: i64) -> Value {
    json!({ "customer": customer, "role": role, "signedInAt": signed_in_at })
}

/// Milliseconds since 1970.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A span in milliseconds.
pub fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
