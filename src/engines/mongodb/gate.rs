//! The queue before the driver. The driver's own pool lets callers wait without bound and without end.

use super::error;
use crate::error::{Kind, StoreError};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Callers that may wait for each connection; more are turned away at once.
const QUEUE_PER_CONNECTION: usize = 32;

/// As many calls at a time as there are connections, and a bounded queue.
#[derive(Clone)]
pub struct Gate {
    free: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
    places: u32,
}

/// Counts a waiting caller for as long as it waits, dropped futures included.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gate {
    pub fn new(connections: u32) -> Self {
        let places = connections.max(1);
        let most_waiting = places as usize * QUEUE_PER_CONNECTION;
        Self { free: Arc::new(Semaphore::new(places as usize)), waiting: Arc::default(), most_waiting, places }
    }

    /// Lets nobody in any more and waits for those inside, at most `patience`.
    pub async fn close(&self, patience: Duration) {
        let all = tokio::time::timeout(patience, self.free.acquire_many(self.places)).await;
        // they are gone, or nobody waits any longer
        drop(all);
        self.free.close();
    }

    /// Waits for a free place, at most `patience`.
    pub async fn enter(&self, patience: Duration) -> Result<OwnedSemaphorePermit, StoreError> {
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
            return Ok(permit);
        }
        let others = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if others >= self.most_waiting {
            return Err(error::new(Kind::Busy, format_args!("{others} calls wait for a connection already")));
        }
        match tokio::time::timeout(patience, Arc::clone(&self.free).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_closed)) => Err(error::new(Kind::Unavailable, "it is not asked any more: the program ends")),
            Err(_) => Err(error::new(Kind::Unavailable, format_args!("no connection was free within {} ms", patience.as_millis()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_gate_is_closed_behind_those_inside() {
        let gate = Gate::new(2);
        let inside = gate.enter(Duration::ZERO).await.unwrap();
        let closing = tokio::spawn({
            let gate = gate.clone();
            async move { gate.close(Duration::from_secs(9)).await }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!closing.is_finished());
        drop(inside);
        closing.await.unwrap();
        assert_eq!(gate.enter(Duration::from_secs(1)).await.unwrap_err().kind, Kind::Unavailable);
    }

    #[tokio::test(start_paused = true)]
    async fn the_queue_is_bounded_in_length_and_time() {
        let gate = Gate::new(1);
        let held = gate.enter(Duration::ZERO).await.unwrap();
        let waiting: Vec<_> = (0..QUEUE_PER_CONNECTION)
            .map(|_| {
                tokio::spawn({
                    let gate = gate.clone();
                    async move { gate.enter(Duration::from_millis(200)).await }
                })
            })
            .collect();
        tokio::task::yield_now().await;
        let at_once = tokio::time::Instant::now();
        assert_eq!(gate.enter(Duration::from_secs(9)).await.unwrap_err().kind, Kind::Busy);
        assert_eq!(at_once.elapsed(), Duration::ZERO);
        for call in waiting {
            assert_eq!(call.await.unwrap().unwrap_err().kind, Kind::Unavailable);
        }
        drop(held);
        assert!(gate.enter(Duration::ZERO).await.is_ok());
    }
}
