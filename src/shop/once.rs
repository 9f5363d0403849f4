//! Idempotency: the same request sent twice is done once.
//!
//! Every write that creates or moves something can carry a [`Once`]. The store keeps it together with the write, in one
//! transaction (in one document, where a store has no cheap transactions). Refusals are not kept: nothing was done, so the
//! same key may be tried again.

use sha2::{Digest as _, Sha256};

/// Most bytes of an idempotency key.
pub const MAX_KEY_BYTES: usize = 255;

/// A client's promise that a request is the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Once {
    /// Whose key it is: two customers may use the same one. A customer's id, or another name for who asks, at most 254 bytes.
    pub scope: String,
    /// The client's key, 1 to [`MAX_KEY_BYTES`] bytes of text without NUL.
    pub key: String,
    /// The SHA-256 of what is asked: the operation's name and its input.
    pub request: [u8; 32],
}

impl Once {
    /// A key for asking `operation` with this input. Secrets do not belong into `input`: its hash is stored.
    pub fn new(scope: impl Into<String>, key: impl Into<String>, operation: &str, input: &serde_json::Value) -> Self {
        let mut input = input.clone();
        super::json::canonical(&mut input);
        let request = Sha256::new().chain_update(operation).chain_update([0]).chain_update(input.to_string()).finalize().into();
        Self { scope: scope.into(), key: key.into(), request }
    }

    /// One name for scope and key, 32 bytes: for stores that look keys up by a single value.
    pub fn name(&self) -> [u8; 32] {
        // the length keeps "ab" + "c" apart from "a" + "bc"
        Sha256::new().chain_update(self.scope.len().to_be_bytes()).chain_update(&self.scope).chain_update(&self.key).finalize().into()
    }

    /// An id for what this request creates, the same each time: a request that is sent again cannot create a second one.
    /// A UUID of version 8 (RFC 9562) made of [`Once::name`].
    pub fn id(&self) -> uuid::Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.name()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// What became of a write. `T` is what was written, `R` why it was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written<T, R> {
    /// It was done now.
    Done(T),
    /// It was done before, under the same key: what was written then.
    Replayed(T),
    /// It was not done, and nothing changed.
    Refused(R),
    /// The key was used for another request; nothing changed.
    KeyReused,
    /// The same request is being done at this moment, by another task or server; nothing is known about its outcome yet.
    InProgress,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_requests_have_equal_hashes_whatever_the_order_of_their_fields() {
        let once = |input| Once::new("customer_1", "k", "placeOrder", &input);
        assert_eq!(once(json!({ "a": 1, "b": 2 })), once(json!({ "b": 2, "a": 1 })));
        assert_ne!(once(json!({ "a": 1 })).request, once(json!({ "a": 2 })).request);
        assert_ne!(once(json!({})).request, Once::new("customer_1", "k", "payOrder", &json!({})).request);
    }

    #[test]
    fn names_keep_scopes_and_keys_apart() {
        let name = |scope: &str, key: &str| Once::new(scope, key, "x", &json!({})).name();
        assert_ne!(name("ab", "c"), name("a", "bc"));
        assert_eq!(name("a", "b"), name("a", "b"));
        let id = Once::new("a", "b", "x", &json!({})).id();
        assert_eq!((id.get_version_num(), id), (8, Once::new("a", "b", "y", &json!({})).id()));
    }
}
