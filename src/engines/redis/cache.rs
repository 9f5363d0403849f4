//! Cached values: one string each, with the server's own expiry. It begins with [`PLAIN`], or with [`VERSIONED`] and the version's 20
//! digits, and so a version never outlives its value. A floor is a key beside the value's.

use super::{Redis, life};
use crate::roles::{
    Cache, Result,
    hot::{MAX_CACHED_BYTES, Versioned},
};
use async_trait::async_trait;
use bytes::Bytes;
use redis::{Pipeline, Script};
use std::{sync::LazyLock, time::Duration};

static PUT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/cache_put.lua")));
static FLOOR: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/cache_floor.lua")));

/// The first byte of a value without a version.
const PLAIN: u8 = b's';
/// The first byte of a value with a version; `lua/cache_put.lua` reads it too.
const VERSIONED: u8 = b'v';
/// Digits of a version.
const DIGITS: usize = 20;

/// Values sent in one go: an answer must come within the response time-out.
const CHUNK: usize = 500;
/// Bytes sent in one go.
const CHUNK_BYTES: usize = 1 << 20;

/// A version as digits that compare as the versions do, the negative ones too.
fn digits(version: i64) -> String {
    format!("{:020}", version.cast_unsigned() ^ (1 << 63))
}

/// The value within what is kept; what begins in no way of ours is no value.
fn value(kept: Bytes) -> Option<Bytes> {
    let begin = match kept.first() {
        Some(&PLAIN) => 1,
        Some(&VERSIONED) => 1 + DIGITS,
        _ => return None,
    };
    (kept.len() >= begin).then(|| kept.slice(begin..))
}

impl Redis {
    fn cache_key(&self, key: &str) -> String {
        self.key(format_args!("cache:{key}"))
    }

    fn floor_key(&self, key: &str) -> String {
        self.key(format_args!("floor:{key}"))
    }
}

#[async_trait]
impl Cache for Redis {
    async fn cache_get(&self, keys: &[String]) -> Result<Vec<Option<Bytes>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = keys.iter().map(|key| self.cache_key(key)).collect();
        let kept: Vec<Option<Bytes>> = self.query(redis::cmd("MGET").arg(keys)).await?;
        Ok(kept.into_iter().map(|kept| kept.and_then(value)).collect())
    }

    async fn cache_set(&self, entries: &[(String, Bytes)], ttl: Duration) -> Result<()> {
        let end = life(ttl);
        let (mut chunk, mut bytes) = (Pipeline::new(), 0);
        for (key, value) in entries {
            let key = self.cache_key(key);
            if end == 0 || value.len() > MAX_CACHED_BYTES {
                // what stood here before is older than what may not be kept
                chunk.cmd("DEL").arg(key).ignore();
            } else {
                bytes += value.len();
                chunk.cmd("SET").arg(key).arg([&[PLAIN], value.as_ref()].concat()).arg("PX").arg(end).ignore();
            }
            if chunk.len() == CHUNK || bytes >= CHUNK_BYTES {
                self.query_all::<()>(&chunk).await?;
                chunk.clear();
                bytes = 0;
            }
        }
        if chunk.is_empty() { Ok(()) } else { self.query_all(&chunk).await }
    }

    async fn cache_put(&self, entries: &[Versioned]) -> Result<()> {
        let mut entries = entries.iter().peekable();
        while entries.peek().is_some() {
            let mut script = PUT.prepare_invoke();
            let (mut count, mut bytes) = (0, 0);
            while count < CHUNK
                && bytes < CHUNK_BYTES
                && let Some(entry) = entries.next()
            {
                let version = digits(entry.version);
                let end = if entry.value.len() > MAX_CACHED_BYTES { 0 } else { life(entry.ttl) };
                let kept = if end == 0 { Vec::new() } else { [&[VERSIONED], version.as_bytes(), &entry.value].concat() };
                (count, bytes) = (count + 1, bytes + kept.len());
                script.key(self.cache_key(&entry.key)).key(self.floor_key(&entry.key)).arg(version).arg(end).arg(kept);
            }
            self.run::<()>(&script).await?;
        }
        Ok(())
    }

    async fn cache_floor(&self, floors: &[(String, i64)], ttl: Duration) -> Result<()> {
        if floors.is_empty() {
            return Ok(());
        }
        let mut script = FLOOR.arg(life(ttl));
        for (key, floor) in floors {
            script.key(self.cache_key(key)).key(self.floor_key(key)).arg(digits(*floor));
        }
        self.run(&script).await
    }

    async fn cache_delete(&self, keys: &[String]) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        self.query(redis::cmd("UNLINK").arg(keys.iter().map(|key| self.cache_key(key)).collect::<Vec<_>>())).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_their_digits_do() {
        let versions = [i64::MIN, -10, -9, -1, 0, 1, 9, 10, (1 << 53) + 1, (1 << 53) + 2, i64::MAX];
        assert!(versions.map(digits).is_sorted());
        assert!(versions.iter().all(|version| digits(*version).len() == DIGITS));
    }

    #[test]
    fn what_another_program_left_is_no_value() {
        for other in ["", "{}", "v1", "0190"] {
            assert_eq!(value(Bytes::from_static(other.as_bytes())), None, "{other}");
        }
    }
}
