//! Patience with a store that is given a great many rows: busy with them, it may be late with a sign of life.

use crate::{error::Kind, roles::Result};
use std::time::Duration;

/// Pauses between tries.
const PAUSES: [Duration; 4] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(6)];

/// Does work that may be done again: rows are put under their own ids, so those that were put before are the same.
pub(super) async fn patiently<T, F: Future<Output = Result<T>>>(work: impl Fn() -> F) -> Result<T> {
    for pause in PAUSES {
        match work().await {
            Err(error) if matches!(error.kind, Kind::Unavailable | Kind::Timeout | Kind::Busy) => {
                tracing::warn!("{error}; trying again in {} s", pause.as_secs_f32());
                tokio::time::sleep(pause).await;
            }
            done => return done,
        }
    }
    work().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Engine, StoreError};
    use std::cell::Cell;

    #[tokio::test(start_paused = true)]
    async fn a_store_that_is_late_is_asked_again_and_one_that_refuses_or_stays_away_is_not() {
        let tries = Cell::new(0);
        let run = async |kind: Kind, good_after: usize| {
            tries.set(0);
            let done = patiently(|| {
                tries.set(tries.get() + 1);
                let late = Err(StoreError::new(Engine::Postgres, kind, "late"));
                std::future::ready(if tries.get() > good_after { Ok(()) } else { late })
            });
            (done.await.is_ok(), tries.get())
        };
        assert_eq!(run(Kind::Timeout, 0).await, (true, 1));
        assert_eq!(run(Kind::Timeout, 3).await, (true, 4));
        assert_eq!(run(Kind::Unavailable, 4).await, (true, 5));
        assert_eq!(run(Kind::Unavailable, 5).await, (false, 5));
        assert_eq!(run(Kind::Broken, 1).await, (false, 1));
        assert_eq!(run(Kind::Conflict, 1).await, (false, 1));
    }
}
