//! Fan-out: one listener a process hears the channel between the servers, and tells everybody here who watches something.
//!
//! The listener starts with the first watcher. Each watcher has a mailbox of bounded length. One who does not read it in time, and every
//! watcher of a topic of which messages may have been lost, is told to look at the current state instead ([`News::Resync`]).

mod listener;
mod mailbox;
#[cfg(test)]
mod tests;

use crate::{
    error::{Kind, StoreError},
    roles::{Channel, Store},
    shop::{ArticleId, Heard, Message, OrderId, ProductId, Topic},
};
use futures::stream::BoxStream;
use mailbox::Mailbox;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// How long the start of listening may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something that can be watched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Watch {
    /// An order on its way.
    Order(OrderId),
    /// A product's stock.
    Stock(ProductId),
    /// Articles that are published, all or those with a tag.
    Articles(Option<String>),
    /// The trending boards.
    Trending,
}

impl Watch {
    fn topic(&self) -> Topic {
        match self {
            Self::Order(_) => Topic::Orders,
            Self::Stock(_) => Topic::Stock,
            Self::Articles(_) => Topic::Articles,
            Self::Trending => Topic::Trending,
        }
    }
}

/// What a watcher is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// What is watched has this version now.
    Version(i64),
    /// This article was published, in this version.
    Published(ArticleId, i64),
    /// Something counted for the boards.
    Boards,
    /// News may have been lost: look at the current state.
    Resync,
}

/// Why nobody can watch now.
#[derive(Clone, Debug)]
pub enum Refused {
    /// The program is being stopped.
    Stopping,
    /// The channel does not work.
    Store(StoreError),
}

/// The fan-out of one process. Ends with this value.
pub struct Fanout(Arc<Shared>);

struct Shared {
    channel: Arc<dyn Channel>,
    store: Arc<dyn Store>,
    state: Mutex<State>,
    /// Held while the listener is being started, so that there is one.
    starting: tokio::sync::Mutex<()>,
    stop: CancellationToken,
}

#[derive(Default)]
struct State {
    watchers: HashMap<Watch, HashMap<u64, Arc<Mailbox>>>,
    next: u64,
    listening: Listening,
}

#[derive(Clone, Default)]
enum Listening {
    /// Nobody has watched yet.
    #[default]
    NotYet,
    Yes,
    /// The listener tries to listen again.
    Lost(StoreError),
}

/// Somebody who watches, until this value is dropped.
pub struct Watcher {
    shared: Arc<Shared>,
    watch: Watch,
    number: u64,
    mailbox: Arc<Mailbox>,
}

impl Fanout {
    /// Over the channel of a store, nobody listening yet.
    pub fn new(channel: Arc<dyn Channel>, store: Arc<dyn Store>) -> Self {
        let stop = CancellationToken::new();
        Self(Arc::new(Shared { channel, store, state: Mutex::default(), starting: tokio::sync::Mutex::default(), stop }))
    }

    /// Watches something. What is told after this returned comes, or [`News::Resync`] in its place.
    pub async fn watch(&self, watch: Watch) -> Result<Watcher, Refused> {
        if self.0.stop.is_cancelled() {
            return Err(Refused::Stopping);
        }
        self.listen().await.map_err(Refused::Store)?;
        let mailbox = Arc::new(Mailbox::default());
        let mut state = self.0.state();
        let number = state.next;
        state.next += 1;
        state.watchers.entry(watch.clone()).or_default().insert(number, Arc::clone(&mailbox));
        Ok(Watcher { shared: Arc::clone(&self.0), watch, number, mailbox })
    }

    /// Makes sure that somebody listens and that the store is there: the stream of a lost store may be waiting for it silently.
    async fn listen(&self) -> Result<(), StoreError> {
        {
            let _one_at_a_time = self.0.starting.lock().await;
            let listening = self.0.state().listening.clone();
            match listening {
                Listening::NotYet => {
                    let heard = self.0.listen().await?;
                    self.0.state().listening = Listening::Yes;
                    listener::spawn(&self.0, heard);
                    return Ok(());
                }
                Listening::Yes => {}
                Listening::Lost(error) => return Err(error),
            }
        }
        self.0.store.ping().await
    }

    /// How many watch now.
    pub fn watchers(&self) -> usize {
        self.0.state().watchers.values().map(HashMap::len).sum()
    }

    /// Ends all watching, and refuses more.
    pub fn stop(&self) {
        self.0.stop.cancel();
    }
}

impl Drop for Fanout {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn listen(&self) -> Result<BoxStream<'static, Heard>, StoreError> {
        let late = |_| Err(StoreError::new(self.store.engine(), Kind::Timeout, "the channel could not be listened to in time"));
        tokio::time::timeout(PATIENCE, self.channel.channel_listen()).await.unwrap_or_else(late)
    }

    fn tell(&self, heard: &Heard) {
        let state = self.state();
        let to = |watch: &Watch, news: News| {
            state.watchers.get(watch).into_iter().flat_map(HashMap::values).for_each(|mailbox| mailbox.put(news));
        };
        match heard {
            Heard::Message(Message::Order { order_id, version, .. }) => to(&Watch::Order(*order_id), News::Version(*version)),
            Heard::Message(Message::Stock { levels }) => {
                levels.iter().for_each(|level| to(&Watch::Stock(level.product_id), News::Version(level.version)));
            }
            Heard::Message(Message::Article { article_id, version, tags }) => {
                let news = News::Published(*article_id, *version);
                to(&Watch::Articles(None), news);
                tags.iter().for_each(|tag| to(&Watch::Articles(Some(tag.clone())), news));
            }
            Heard::Message(Message::Trending { .. }) => to(&Watch::Trending, News::Boards),
            Heard::Gap(topic) => resync(&state, Some(*topic)),
        }
    }
}

/// Tells the watchers of a topic, or of all, that they may have missed something.
fn resync(state: &State, topic: Option<Topic>) {
    let concerned = state.watchers.iter().filter(|(watch, _)| topic.is_none_or(|topic| watch.topic() == topic));
    concerned.flat_map(|(_, mailboxes)| mailboxes.values()).for_each(|mailbox| mailbox.put(News::Resync));
}

impl Watcher {
    /// The next news; `None` when the program stops.
    pub async fn next(&self) -> Option<News> {
        tokio::select! {
            biased;
            news = self.mailbox.take() => Some(news),
            () = self.shared.stop.cancelled() => None,
        }
    }

    /// Waits; `None` when the program stops.
    pub async fn pause(&self, time: Duration) -> Option<()> {
        self.shared.stop.run_until_cancelled(tokio::time::sleep(time)).await
    }

    /// Forgets what has come and is not read yet, for someone who is about to look at the current state. Tells whether news were lost.
    pub fn forget(&self) -> bool {
        self.mailbox.clear().contains(&News::Resync)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if let Some(mailboxes) = state.watchers.get_mut(&self.watch) {
            mailboxes.remove(&self.number);
            if mailboxes.is_empty() {
                state.watchers.remove(&self.watch);
            }
        }
    }
}
