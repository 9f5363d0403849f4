//! Cached values: one string each, with the server's own expiry.

use super::Redis;
use crate::roles::{Cache, Result, hot::MAX_CACHED_BYTES};
use async_trait::async_trait;
use bytes::Bytes;
use redis::Pipeline;
use std::time::Duration;

/// Values sent in one go: an answer must come within the response time-out.
const CHUNK: usize = 500;
/// Bytes sent in one go.
const CHUNK_BYTES: usize = 1 << 20;
/// The server refuses ends that its clock cannot hold.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Redis {
    fn cache_key(&self, key: &str) -> String {
        self.key(format_args!("cache:{key}"))
    }
}

#[async_trait]
impl Cache for Redis {
    async fn cache_get(&self, keys: &[String]) -> Result<Vec<Option<Bytes>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.query(redis::cmd("MGET").arg(keys.iter().map(|key| self.cache_key(key)).collect::<Vec<_>>())).await
    }

    async fn cache_set(&self, entries: &[(String, Bytes)], ttl: Duration) -> Result<()> {
        let end = u64::try_from(ttl.min(LONGEST).as_millis()).unwrap_or(u64::MAX);
        let (mut chunk, mut bytes) = (Pipeline::new(), 0);
        for (key, value) in entries {
            let key = self.cache_key(key);
            if end == 0 || value.len() > MAX_CACHED_BYTES {
                // what stood here before is older than what may not be kept
                chunk.cmd("DEL").arg(key).ignore();
            } else {
                bytes += value.len();
                chunk.cmd("SET").arg(key).arg(value.as_ref()).arg("PX").arg(end).ignore();
            }
            if chunk.len() == CHUNK || bytes >= CHUNK_BYTES {
                self.query_all::<()>(&chunk).await?;
                chunk.clear();
                bytes = 0;
            }
        }
        if chunk.is_empty() { Ok(()) } else { self.query_all(&chunk).await }
    }

    async fn cache_delete(&self, keys: &[String]) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        self.query(redis::cmd("UNLINK").arg(keys.iter().map(|key| self.cache_key(key)).collect::<Vec<_>>())).await
    }
}
