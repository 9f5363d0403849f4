//! Access tokens: who signed in, signed by the server, good for five minutes. They are looked at only while the session, or the role behind
//! it, cannot be looked up: then nobody is signed out, and who holds one goes on. A session that was ended, or a role that was taken away, can
//! be used that long and no longer, and only then.

use crate::shop::{AccountRole, CustomerId, Timestamp, Viewer};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use std::{fmt, time::Duration};

/// How long a token is good.
pub const ACCESS_TTL: Duration = Duration::from_secs(300);
/// Customer's id, role, end.
const CLAIMS: usize = 16 + 1 + 8;
const SIGNATURE: usize = 32;

/// What tokens are signed with. Servers that share it know each other's tokens.
#[derive(Clone)]
pub struct AccessKey([u8; 32]);

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey(…)")
    }
}

impl AccessKey {
    /// From a secret text.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// One that nobody else has; `None` if the system has no random numbers.
    pub fn random() -> Option<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).ok().map(|()| Self(key))
    }

    /// A token for a viewer with an account.
    pub fn sign(&self, viewer: Viewer, now: Timestamp) -> Option<String> {
        let Viewer::Account { id, role } = viewer else { return None };
        let end = now.millis().saturating_add(i64::try_from(ACCESS_TTL.as_millis()).ok()?);
        let mut bytes = Vec::with_capacity(CLAIMS + SIGNATURE);
        bytes.extend_from_slice(id.uuid().as_bytes());
        bytes.push(u8::try_from(AccountRole::ALL.iter().position(|known| *known == role)?).ok()?);
        bytes.extend_from_slice(&end.to_be_bytes());
        let signature = self.mac(&bytes)?.finalize().into_bytes();
        bytes.extend_from_slice(&signature);
        Some(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whose token it is; `None` if we did not sign it, or its time is over.
    pub fn read(&self, token: &str, now: Timestamp) -> Option<Viewer> {
        if token.len() > 2 * (CLAIMS + SIGNATURE) {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == CLAIMS + SIGNATURE)?;
        let (claims, signature) = bytes.split_at(CLAIMS);
        // in constant time
        self.mac(claims)?.verify_slice(signature).ok()?;
        let (id, rest) = claims.split_at(16);
        let end = i64::from_be_bytes(rest[1..].try_into().ok()?);
        let role = *AccountRole::ALL.get(usize::from(rest[0]))?;
        let id = CustomerId::from_uuid(uuid::Uuid::from_slice(id).ok()?);
        (now.millis() < end).then_some(Viewer::Account { id, role })
    }

    fn mac(&self, claims: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(claims);
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_time_and_only_as_it_was_signed() {
        let key = AccessKey::of("a secret of the servers");
        let viewer = Viewer::Account { id: CustomerId::from_uuid(uuid::Uuid::from_u128(7)), role: AccountRole::Editor };
        let now = Timestamp::from_millis(1_000_000).unwrap();
        let later = |millis: i64| Timestamp::from_millis(1_000_000 + millis).unwrap();
        let token = key.sign(viewer, now).unwrap();
        assert_eq!(key.read(&token, later(299_999)), Some(viewer));
        assert_eq!(key.read(&token, later(300_000)), None, "its time is over");
        assert_eq!(AccessKey::of("another secret").read(&token, now), None);
        assert_eq!(key.sign(Viewer::Reader, now), None);
        for index in 0..token.len() {
            let mut other = token.clone().into_bytes();
            other[index] = if other[index] == b'A' { b'B' } else { b'A' };
            assert_eq!(key.read(std::str::from_utf8(&other).unwrap(), now), None, "changed at {index}");
        }
        for bad in ["", "A", &token[1..], &"A".repeat(1_000_000)] {
            assert_eq!(key.read(bad, now), None);
        }
    }
}
