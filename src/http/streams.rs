//! What WebSockets and event streams share: how many there are at once, their times, and their end when the server stops.

use crate::graphql::{error::Code, limits::Limits, reply::Problem};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long streams wait for what.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// For the first message of a WebSocket.
    pub init: Duration,
    /// Between two pings of a WebSocket. Who is silent from one to the next is gone.
    pub ping: Duration,
    /// For a client to take a message.
    pub write: Duration,
    /// Between two signs of life on an event stream.
    pub keep_alive: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { init: seconds(5), ping: seconds(15), write: seconds(20), keep_alive: seconds(12) }
    }
}

/// The open streams of a server.
#[derive(Clone, Debug)]
pub struct Streams {
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    stop: CancellationToken,
    /// How long they wait for what.
    pub timing: Timing,
}

impl Default for Streams {
    fn default() -> Self {
        Self::new(&Limits::default(), Timing::default())
    }
}

impl Streams {
    /// None open yet.
    pub fn new(limits: &Limits, timing: Timing) -> Self {
        let places = Arc::new(Semaphore::new(limits.sockets.min(Semaphore::MAX_PERMITS)));
        Self { places, tasks: TaskTracker::new(), stop: CancellationToken::new(), timing }
    }

    /// A place for one more, until it is dropped.
    pub(super) fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        if self.stop.is_cancelled() {
            return Err(Problem::new(Code::ShuttingDown, "the server is being stopped"));
        }
        let full = |_| Problem::new(Code::Overloaded, "too many streams are open: try again later");
        Arc::clone(&self.places).try_acquire_owned().map_err(full)
    }

    /// Cancelled when the server is told to stop.
    pub(super) fn stopping(&self) -> &CancellationToken {
        &self.stop
    }

    /// Opens no more streams, and ends the WebSockets as soon as what runs on them is done.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// `work` is waited for when the server stops: the framework forgets about WebSockets.
    pub(super) fn tracked<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        self.tasks.track_future(work)
    }

    /// Stops, and waits until all WebSockets are closed.
    pub async fn drain(&self) {
        self.stop();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
