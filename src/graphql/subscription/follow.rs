//! Follows what is watched: from news to events, each read freshly from its store.

use crate::{
    error::StoreError,
    fanout::{News, Watcher},
    graphql::stream::Events,
    stores::Stores,
};
use async_trait::async_trait;
use futures::{Stream, stream};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// Pauses before a store is asked again: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// An event.
pub struct Change<T> {
    /// What is watched as it is now, or why it could not be read.
    pub now: Result<T, StoreError>,
    /// Events before this one may have been missed.
    pub resync: bool,
}

/// What a look at a store found.
pub enum Seen<T> {
    /// Something to tell.
    New(T),
    /// Nothing that was not told already, or nothing to be seen any more.
    Nothing,
    /// Something older than the news, or than what was told: a copy that is behind for a moment.
    Old,
}

/// One kind of thing that can be followed.
#[async_trait]
pub trait Source: Send + 'static {
    /// What an event carries.
    type Now: Send;
    /// The least time between two events.
    const PACE: Duration = Duration::ZERO;

    /// Whether the news may lead to an event; if not, no store is asked.
    fn concerns(&self, _: News) -> bool {
        true
    }

    /// Looks at the store because of some news.
    async fn look(&mut self, stores: &Arc<Stores>, news: News) -> Result<Seen<Self::Now>, StoreError>;
}

/// A source and who follows it.
pub struct Followed<S> {
    pub source: S,
    pub watcher: Watcher,
    pub events: Arc<Events>,
    pub stores: Arc<Stores>,
    /// The field that asks the store.
    pub path: String,
}

/// Where a follower is.
struct Place<S> {
    followed: Followed<S>,
    /// What has to be looked at again, after the pause.
    again: Option<News>,
    pause: Duration,
    /// Whether the client knows that the store cannot be read.
    failed: bool,
    /// When the last event was told.
    last: Option<Instant>,
}

impl<S: Source> Followed<S> {
    /// The events, until the program stops.
    pub fn events(self) -> impl Stream<Item = Change<S::Now>> + Send + 'static {
        let place = Place { followed: self, again: None, pause: PAUSES.0, failed: false, last: None };
        stream::unfold(place, Place::next)
    }
}

impl<S: Source> Place<S> {
    async fn next(mut self) -> Option<(Change<S::Now>, Self)> {
        loop {
            let news = self.news().await?;
            let Followed { source, events, stores, path, .. } = &mut self.followed;
            if !source.concerns(news) {
                continue;
            }
            events.begin();
            let resync = news == News::Resync;
            let seen = events.ask(path, source.look(stores, news)).await;
            if matches!(seen, Ok(Seen::New(_) | Seen::Nothing)) {
                (self.failed, self.pause) = (false, PAUSES.0);
            }
            match seen {
                Ok(Seen::New(now)) => {
                    self.last = Some(Instant::now());
                    return Some((Change { now: Ok(now), resync }, self));
                }
                Ok(Seen::Nothing) => {}
                Ok(Seen::Old) => self.again = Some(news),
                Err(error) => {
                    // what comes until the store can be read again is not told
                    self.again = Some(News::Resync);
                    if !std::mem::replace(&mut self.failed, true) {
                        return Some((Change { now: Err(error), resync }, self));
                    }
                }
            }
        }
    }

    async fn news(&mut self) -> Option<News> {
        let watcher = &self.followed.watcher;
        let mut news = match self.again.take() {
            Some(news) => {
                watcher.pause(self.pause).await?;
                self.pause = (self.pause * 2).min(PAUSES.1);
                news
            }
            None => watcher.next().await?,
        };
        let early = self.last.map_or(Duration::ZERO, |last| S::PACE.saturating_sub(last.elapsed()));
        if !early.is_zero() {
            watcher.pause(early).await?;
        }
        // the look that follows sees what has come meanwhile
        if (!early.is_zero() || news == News::Resync) && watcher.forget() {
            news = News::Resync;
        }
        Some(news)
    }
}
