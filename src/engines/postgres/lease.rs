//! Who has a connection, and for how long.
//!
//! The pool rolls back and pings at every release, which are two round trips behind each statement. A reader whose statement was answered leaves
//! nothing to roll back. So its connection stays out of the pool and goes to the next one who asks; all others go back: after an error, after a
//! transaction, when the caller went away, and from time to time, so that the pool can look after their age.

use super::connect::{ACQUIRE, CONNECT, IDLE, Lost, PATIENCE};
use super::error::store_error;
use super::plan::Plan;
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
/// Longest that a reader waits for a connection of the pool's that is idle, when there is another one that only plans otherwise.
const AT_HAND: Duration = Duration::from_millis(25);
/// How long the pool is not made larger after that failed.
const NO_MORE: Duration = Duration::from_secs(10);

/// The connections of a database.
pub(super) struct Leases {
    pool: PgPool,
    /// As many as the pool has connections at most: who has one finds a connection that nobody else waits for.
    turns: Arc<Semaphore>,
    kept: Arc<Mutex<Vec<Kept>>>,
    /// Whoever makes the pool larger behind the callers' backs: one at a time.
    growing: Arc<Semaphore>,
    lost: Arc<Lost>,
}

/// A connection that waits for the next one who asks.
struct Kept {
    connection: PoolConnection<Pg>,
    /// How its session plans, if that is known.
    plan: Option<Plan>,
    out_since: Instant,
    idle_since: Instant,
}

/// A connection in somebody's hands. It goes back to the pool when it is dropped.
pub(super) struct Lease {
    connection: PoolConnection<Pg>,
    plan: Option<Plan>,
    out_since: Instant,
    kept: Arc<Mutex<Vec<Kept>>>,
    turn: OwnedSemaphorePermit,
}

impl Leases {
    pub(super) fn new(pool: PgPool, lost: Arc<Lost>) -> Self {
        let turns = Arc::new(Semaphore::new(pool.options().get_max_connections() as usize));
        Self { pool, turns, kept: Arc::default(), growing: Arc::new(Semaphore::new(1)), lost }
    }

    /// A connection for a read or a write transaction, within [`ACQUIRE`]: one whose session plans like this, if that takes no waiting.
    pub(super) async fn one(&self, plan: Option<Plan>) -> Result<Lease> {
        let deadline = tokio::time::Instant::now() + ACQUIRE;
        let turn = match Arc::clone(&self.turns).try_acquire_owned() {
            Ok(turn) => turn,
            Err(_taken) => tokio::time::timeout_at(deadline, self.turn()).await.map_err(|_| late("all connections were in use"))??,
        };
        if let Some(kept) = self.trusted(|kept| plan.is_none() || kept.plan.is_none() || kept.plan == plan) {
            return Ok(self.lease(kept, turn));
        }
        if let Some(connection) = self.another().await {
            return Ok(self.lease(Kept::from(connection), turn));
        }
        if let Some(kept) = self.trusted(|_| true) {
            return Ok(self.lease(kept, turn));
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
            Err(elapsed) => match self.trusted(|_| true) {
                Some(kept) => return Ok(self.lease(kept, turn)),
                None => self.pool.try_acquire().ok_or_else(|| too_late(elapsed))?,
            },
        };
        Ok(self.lease(Kept::from(connection), turn))
    }

    /// A connection for bulk work, within [`PATIENCE`].
    pub(super) async fn one_for_bulk(&self) -> Result<Lease> {
        let turn = timeout(PATIENCE, self.turn()).await.map_err(|_| late("all connections were in use"))??;
        if let Some(kept) = self.trusted(|_| true) {
            return Ok(self.lease(kept, turn));
        }
        let connection = self.pool.acquire().await.map_err(store_error)?;
        Ok(self.lease(Kept::from(connection), turn))
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        turn.map_err(|error| StoreError::new(Engine::Postgres, Kind::Broken, error))
    }

    /// A connection of the pool's, for somebody who could do with a kept one that plans otherwise: there are as many sessions as there are ways
    /// to plan, sooner or later, and nobody waits for that.
    async fn another(&self) -> Option<PoolConnection<Pg>> {
        if self.kept.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            return None;
        }
        if self.pool.num_idle() > 0 {
            return timeout(AT_HAND, self.pool.acquire()).await.ok()?.ok();
        }
        if self.pool.size() < self.pool.options().get_max_connections()
            && let Ok(permit) = Arc::clone(&self.growing).try_acquire_owned()
        {
            let pool = self.pool.clone();
            tokio::spawn(async move {
                // it goes to the pool
                if !matches!(timeout(CONNECT, pool.acquire()).await, Ok(Ok(_))) {
                    tokio::time::sleep(NO_MORE).await;
                }
                drop(permit);
            });
        }
        None
    }

    /// The connection that was used last of those that fit, if it may be trusted; if not, all that were used before it are as old or older, and
    /// go back to the pool.
    fn trusted(&self, fits: impl Fn(&Kept) -> bool) -> Option<Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut old = Vec::new();
        let found = loop {
            let place = kept.iter().rposition(&fits);
            let Some(place) = place else { break None };
            let found = kept.remove(place);
            let idle_for = found.idle_since.elapsed();
            if idle_for <= IDLE && found.out_since.elapsed() <= OUT && !self.lost.concerns(idle_for) {
                break Some(found);
            }
            old.extend(kept.drain(..place));
            old.push(found);
        };
        drop(kept);
        drop(old);
        found
    }

    fn lease(&self, Kept { connection, plan, out_since, .. }: Kept, turn: OwnedSemaphorePermit) -> Lease {
        Lease { connection, plan, out_since, kept: Arc::clone(&self.kept), turn }
    }
}

/// A connection of the pool's. How its session plans is not known: it may have been out before.
impl From<PoolConnection<Pg>> for Kept {
    fn from(connection: PoolConnection<Pg>) -> Self {
        let now = Instant::now();
        Self { connection, plan: None, out_since: now, idle_since: now }
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
        let Self { connection, plan, out_since, kept, turn } = self;
        let kept_now = Kept { connection, plan, out_since, idle_since: Instant::now() };
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(kept_now);
        // whoever has this turn next is to find it
        drop(turn);
    }

    /// Has the session plan like this from now on, if it does not yet: a round trip.
    pub(super) async fn plan(&mut self, plan: Plan) -> sqlx::Result<()> {
        if self.plan != Some(plan) {
            // until it is told we do not know
            self.plan = None;
            sqlx::raw_sql(plan.setting()).execute(&mut *self.connection).await?;
            self.plan = Some(plan);
        }
        Ok(())
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
