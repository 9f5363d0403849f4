//! A watcher's mailbox: of bounded length. When it is full, all that is in it becomes one [`News::Resync`].

use super::News;
use std::{
    collections::VecDeque,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Most news that wait for a watcher.
pub(super) const LENGTH: usize = 64;

#[derive(Default)]
pub(super) struct Mailbox {
    waiting: Mutex<VecDeque<News>>,
    come: Notify,
}

impl Mailbox {
    /// Never waits.
    pub(super) fn put(&self, news: News) {
        let mut waiting = self.waiting();
        match waiting.back() {
            // the current state, which will be read later than now, has it all
            Some(News::Resync) => {}
            Some(last) if *last == news => {}
            _ if news == News::Resync || waiting.len() == LENGTH => {
                waiting.clear();
                waiting.push_back(News::Resync);
            }
            _ => waiting.push_back(news),
        }
        drop(waiting);
        self.come.notify_one();
    }

    /// The next news. If this is dropped nothing is lost.
    pub(super) async fn take(&self) -> News {
        loop {
            // a statement of its own: the lock must not be held while waiting
            let next = self.waiting().pop_front();
            match next {
                Some(news) => return news,
                None => self.come.notified().await,
            }
        }
    }

    pub(super) fn clear(&self) -> VecDeque<News> {
        mem::take(&mut *self.waiting())
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<News>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
