//! Sessions: one text each, under the hash of the token, with the server's own expiry.

use super::{Redis, life};
use crate::{
    error::{Engine, StoreError},
    roles::{Result, Sessions},
    shop::{AccountRole, CustomerId, Session, Timestamp, TokenHash},
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::{fmt::Write as _, time::Duration};

/// A session as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept<'a> {
    customer_id: CustomerId,
    role: &'a str,
    signed_in_at: Timestamp,
}

fn write(session: &Session) -> String {
    let kept = Kept { customer_id: session.customer_id, role: session.role.code(), signed_in_at: session.signed_in_at };
    serde_json::to_string(&kept).unwrap_or_default()
}

fn read(text: &str) -> Result<Session> {
    // never the text: an error is logged
    let wrong = || StoreError::corrupt(Engine::Redis, "a session cannot be read");
    let kept: Kept<'_> = serde_json::from_str(text).map_err(|_| wrong())?;
    let role = AccountRole::from_code(kept.role).ok_or_else(wrong)?;
    Ok(Session { customer_id: kept.customer_id, role, signed_in_at: kept.signed_in_at })
}

impl Redis {
    fn session_key(&self, token: TokenHash) -> String {
        let mut key = self.key("session:");
        for byte in token.0 {
            // writing to a string cannot fail
            let _ = write!(key, "{byte:02x}");
        }
        key
    }
}

#[async_trait]
impl Sessions for Redis {
    async fn session_put(&self, token: TokenHash, session: &Session, ttl: Duration) -> Result<()> {
        let key = self.session_key(token);
        match life(ttl) {
            0 => self.query(redis::cmd("DEL").arg(key)).await,
            life => self.query(redis::cmd("SET").arg(key).arg(write(session)).arg("PX").arg(life)).await,
        }
    }

    async fn session_get(&self, token: TokenHash, ttl: Duration) -> Result<Option<Session>> {
        let key = self.session_key(token);
        let kept: Option<String> = match life(ttl) {
            0 => self.query(redis::cmd("GETDEL").arg(key)).await?,
            life => self.query(redis::cmd("GETEX").arg(key).arg("PX").arg(life)).await?,
        };
        kept.map(|text| read(&text)).transpose()
    }

    async fn session_delete(&self, token: TokenHash) -> Result<bool> {
        self.query(redis::cmd("DEL").arg(self.session_key(token))).await
    }
}
