//! The listener: reads the channel's stream, and listens again when it ends.

use super::{Listening, Shared, resync};
use crate::{
    error::{Kind, StoreError},
    shop::Heard,
};
use futures::{StreamExt, stream::BoxStream};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// Pauses between two tries to listen: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Starts to read. Ends when the fan-out stops or is dropped.
pub(super) fn spawn(shared: &Arc<Shared>, heard: BoxStream<'static, Heard>) {
    let (shared, stop) = (Arc::downgrade(shared), shared.stop.clone());
    tokio::spawn(async move {
        let mut next = Some(heard);
        while let Some(heard) = next {
            // a task of its own: a panic in a driver must not end the listening
            let ended = tokio::spawn(read(shared.clone(), stop.clone(), heard)).await;
            if stop.is_cancelled() {
                return;
            }
            tracing::warn!(panicked = ended.is_err(), "the channel's stream ended: listening again");
            next = again(&shared, &stop).await;
        }
    });
}

async fn read(shared: Weak<Shared>, stop: CancellationToken, mut stream: BoxStream<'static, Heard>) {
    while let Some(Some(heard)) = stop.run_until_cancelled(stream.next()).await {
        let Some(shared) = shared.upgrade() else { return };
        shared.tell(&heard);
    }
}

/// A new stream, however long it takes. Whoever watches may have missed something meanwhile.
async fn again(shared: &Weak<Shared>, stop: &CancellationToken) -> Option<BoxStream<'static, Heard>> {
    let (mut pause, longest) = PAUSES;
    loop {
        {
            let shared = shared.upgrade()?;
            let engine = shared.store.engine();
            shared.state().listening.lose(StoreError::new(engine, Kind::Unavailable, "the channel's stream ended"));
        }
        stop.run_until_cancelled(tokio::time::sleep(pause)).await?;
        pause = (pause * 2).min(longest);
        let shared = shared.upgrade()?;
        match stop.run_until_cancelled(shared.listen()).await? {
            Ok(heard) => {
                let mut state = shared.state();
                state.listening = Listening::Yes;
                resync(&state, None);
                return Some(heard);
            }
            Err(error) => shared.state().listening = Listening::Lost(error),
        }
    }
}

impl Listening {
    /// Keeps the store's own words where there are some.
    fn lose(&mut self, error: StoreError) {
        if !matches!(self, Self::Lost(_)) {
            *self = Self::Lost(error);
        }
    }
}
