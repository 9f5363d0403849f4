//! Who has a connection, and for how long.
//!
//! The pool rolls back and pings at every release, which are two round trips behind each statement. A reader whose statement was answered leaves
//! nothing to roll back. So its connection stays out of the pool and goes to the next one who asks; all others go back: after an error, after a
//! transaction, when the caller went away, and from time to time, so that the pool can look after their age.

use super::connect::{ACQUIRE, CONNECT, IDLE, Lost, PATIENCE};
use super::error::store_error;
use crate::error::{Engine, Kind, StoreError};
use crate::roles::Result;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnection;
use sqlx::{PgPool, Postgres as Pg};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a connection stays out of the pool.
const OUT: Duration = Duration::from_secs(60);

/// The connections of a database.
pub(super) struct Leases {
    pool: PgPool,
    /// As many as the pool has connections at most: who has one finds a connection that nobody else waits for.
    turns: Arc<Semaphore>,
    kept: Arc<Mutex<Vec<Kept>>>,
    lost: Arc<Lost>,
}

/// A connection that waits for the next one who asks.
struct Kept {
    connection: PoolConnection<Pg>,
    out_since: Instant,
    idle_since: Instant,
}

/// A connection in somebody's hands. It goes back to the pool when it is dropped.
pub(super) struct Lease {
    connection: PoolConnection<Pg>,
    out_since: Instant,
    kept: Arc<Mutex<Vec<Kept>>>,
    turn: OwnedSemaphorePermit,
}

impl Leases {
    pub(super) fn new(pool: PgPool, lost: Arc<Lost>) -> Self {
        let turns = Arc::new(Semaphore::new(pool.options().get_max_connections() as usize));
        Self { pool, turns, kept: Arc::default(), lost }
    }

    /// A connection for a read or a write transaction, within [`ACQUIRE`].
    pub(super) async fn one(&self) -> Result<Lease> {
        let deadline = tokio::time::Instant::now() + ACQUIRE;
        let turn = match Arc::clone(&self.turns).try_acquire_owned() {
            Ok(turn) => turn,
            Err(_taken) => tokio::time::timeout_at(deadline, self.turn()).await.map_err(|_| late("all connections were in use"))??,
        };
        if let Some(Kept { connection, out_since, .. }) = self.trusted() {
            return Ok(self.lease(connection, out_since, turn));
        }
        let can_grow = self.pool.num_idle() == 0 && self.pool.size() < self.pool.options().get_max_connections();
        let too_late = |_| late(if can_grow { "no connection could be made" } else { "all connections were in use" });
        let acquire = self.pool.acquire();
        let acquired = async {
            if !can_grow {
                return acquire.await.map_err(store_error);
            }
            // In a task of its own: what takes longer than its caller waits would be thrown away half made, each time anew;
            // this way it goes to the pool and serves the next caller.
            let made = tokio::spawn(timeout(CONNECT, acquire)).await;
            made.map_err(|error| StoreError::new(Engine::Postgres, Kind::Broken, error))?.map_err(too_late)?.map_err(store_error)
        };
        let connection = match tokio::time::timeout_at(deadline, acquired).await {
            Ok(acquired) => acquired?,
            // meanwhile another reader's may have been given back, or made
            Err(elapsed) => match self.trusted() {
                Some(Kept { connection, out_since, .. }) => return Ok(self.lease(connection, out_since, turn)),
                None => self.pool.try_acquire().ok_or_else(|| too_late(elapsed))?,
            },
        };
        Ok(self.lease(connection, Instant::now(), turn))
    }

    /// A connection for bulk work, within [`PATIENCE`].
    pub(super) async fn one_for_bulk(&self) -> Result<Lease> {
        let turn = timeout(PATIENCE, self.turn()).await.map_err(|_| late("all connections were in use"))??;
        if let Some(Kept { connection, out_since, .. }) = self.trusted() {
            return Ok(self.lease(connection, out_since, turn));
        }
        let connection = self.pool.acquire().await.map_err(store_error)?;
        Ok(self.lease(connection, Instant::now(), turn))
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        turn.map_err(|error| StoreError::new(Engine::Postgres, Kind::Broken, error))
    }

    /// The connection that was used last, if it may be trusted; if not, all others are as old or older, and go back to the pool.
    fn trusted(&self) -> Option<Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let last = kept.pop()?;
        let idle_for = last.idle_since.elapsed();
        if idle_for <= IDLE && last.out_since.elapsed() <= OUT && !self.lost.concerns(idle_for) {
            return Some(last);
        }
        let others = std::mem::take(&mut *kept);
        drop(kept);
        drop((last, others));
        None
    }

    fn lease(&self, connection: PoolConnection<Pg>, out_since: Instant, turn: OwnedSemaphorePermit) -> Lease {
        Lease { connection, out_since, kept: Arc::clone(&self.kept), turn }
    }
}

impl Drop for Leases {
    fn drop(&mut self) {
        let kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        // given back they would be cleaned in tasks, for which there may be no runtime any more
        kept.into_iter().for_each(|kept| drop(kept.connection.detach()));
    }
}

impl Lease {
    /// The connection's last statement was answered, and no transaction was begun: the next one may have it as it is.
    pub(super) fn clean(self) {
        let Self { connection, out_since, kept, turn } = self;
        let kept_now = Kept { connection, out_since, idle_since: Instant::now() };
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(kept_now);
        // whoever has this turn next is to find it
        drop(turn);
    }

    /// The session is lost: it is closed when this is dropped.
    pub(super) fn close_on_drop(&mut self) {
        self.connection.close_on_drop();
    }
}

impl Deref for Lease {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

fn late(what: &str) -> StoreError {
    StoreError::new(Engine::Postgres, Kind::Unavailable, format!("{what} for {} ms", ACQUIRE.as_millis()))
}
