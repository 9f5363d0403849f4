//! Sessions: a bounded map.

use super::{Memory, bounded::Mortal};
use crate::{
    roles::{Result, Sessions},
    shop::{Session, TokenHash},
};
use async_trait::async_trait;
use moka::ops::compute::Op;
use std::time::Duration;

/// How many are kept at most.
pub(super) const MOST: u64 = 100_000;

impl Memory {
    /// One change of one session, alone with it: an end never comes between a look-up and the longer life that follows from it.
    /// Gives what was there before.
    fn change_session(&self, token: TokenHash, change: impl FnOnce(Option<Session>) -> Op<Mortal<Session>>) -> Option<Session> {
        let mut before = None;
        self.sessions.entry(token).and_compute_with(|kept| {
            before = kept.map(|kept| kept.into_value().value);
            change(before)
        });
        before
    }
}

fn keep(session: Session, ttl: Duration) -> Op<Mortal<Session>> {
    if ttl.is_zero() { Op::Remove } else { Op::Put(Mortal::new(session, ttl)) }
}

#[async_trait]
impl Sessions for Memory {
    async fn session_put(&self, token: TokenHash, session: &Session, ttl: Duration) -> Result<()> {
        self.change_session(token, |_| keep(*session, ttl));
        Ok(())
    }

    async fn session_get(&self, token: TokenHash, ttl: Duration) -> Result<Option<Session>> {
        Ok(self.change_session(token, |found| found.map_or(Op::Nop, |session| keep(session, ttl))))
    }

    async fn session_delete(&self, token: TokenHash) -> Result<bool> {
        Ok(self.change_session(token, |_| Op::Remove).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::{AccountRole, CustomerId, Timestamp};

    #[tokio::test]
    async fn sessions_never_outgrow_their_bound_and_the_newest_stay() {
        let memory = Memory::new();
        let session = Session {
            customer_id: CustomerId::from_uuid(uuid::Uuid::from_u128(1)),
            role: AccountRole::Customer,
            signed_in_at: Timestamp::now(),
        };
        let token = |n: u64| TokenHash(std::array::from_fn(|index| n.to_le_bytes()[index % 8]));
        let ttl = Duration::from_secs(60);
        let all = MOST + 2_000;
        for n in 0..all {
            memory.session_put(token(n), &session, ttl).await.unwrap();
        }
        memory.sessions.run_pending_tasks();
        assert!(memory.sessions.entry_count() <= MOST, "{} are kept", memory.sessions.entry_count());
        assert_eq!(memory.session_get(token(all - 1), ttl).await.unwrap(), Some(session));
        assert_eq!(memory.session_get(token(0), ttl).await.unwrap(), None);
    }
}
