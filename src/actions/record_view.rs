//! Somebody looked at something: counted in this process, told to the stores once a second.
//!
//! A count that a client was told is approximate: a server that dies takes with it what it had not told yet, at most what came in
//! during one interval ([`Views::EVERY`]), or since the stores went down.

use super::{
    refusal::{Outcome, Refusal, RefusalCode},
    tries,
    who::Asker,
};
use crate::{
    roles::{Activity, Hot, Result},
    shop::{Board, Counter, EventId, Message, ProductId, Timestamp, TrendingWindow, ViewBatch},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Most different things that are counted in one interval; views of more are not counted.
const MOST: usize = 10_000;
/// Batches that wait for a store that is down; older ones are given up.
const BACKLOG: usize = 60;

/// Views that are not told yet.
#[derive(Clone, Default)]
pub struct Views(Arc<Inner>);

#[derive(Default)]
struct Inner {
    counts: Mutex<HashMap<Counter, i64>>,
    /// One flush at a time; what could not be told waits here.
    waiting: tokio::sync::Mutex<VecDeque<Waiting>>,
}

/// A batch, and who was told.
struct Waiting {
    batch: ViewBatch,
    hot: bool,
    documents: bool,
}

impl Views {
    /// How often the stores are told.
    pub const EVERY: Duration = Duration::from_secs(1);

    /// Counts a view; `false` if too much is being looked at.
    pub fn count(&self, counter: Counter) -> bool {
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST && !counts.contains_key(&counter) {
            return false;
        }
        *counts.entry(counter).or_default() += 1;
        true
    }

    /// Views of a thing that are counted here and not told yet.
    pub fn untold(&self, counter: Counter) -> i64 {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner).get(&counter).copied().unwrap_or_default()
    }

    /// Tells the stores what was counted. What a store did not take is told again with the next flush; each batch has an id, by which the
    /// stores know what they have already.
    pub async fn flush(&self, hot: &dyn Hot, documents: &dyn Activity) -> Result<()> {
        let mut waiting = self.0.waiting.lock().await;
        let counts = std::mem::take(&mut *self.0.counts.lock().unwrap_or_else(PoisonError::into_inner));
        if !counts.is_empty() {
            let mut counts: Vec<_> = counts.into_iter().collect();
            counts.sort_unstable();
            let batch = ViewBatch { id: EventId::from_uuid(uuid::Uuid::now_v7()), at: Timestamp::now(), counts };
            waiting.push_back(Waiting { batch, hot: false, documents: false });
        }
        while waiting.len() > BACKLOG {
            waiting.pop_front();
            tracing::warn!("views were given up: the stores have been down for too long");
        }
        let mut outcome = Ok(());
        for Waiting { batch, hot: hot_told, documents: documents_told } in waiting.iter_mut() {
            let (hot_now, documents_now) = futures::join!(async { if *hot_told { Ok(()) } else { tell_hot(hot, batch).await } }, async {
                if *documents_told { Ok(()) } else { documents.views_put(batch).await }
            },);
            *hot_told = hot_now.is_ok();
            *documents_told = documents_now.is_ok();
            outcome = outcome.and(hot_now).and(documents_now);
        }
        waiting.retain(|waiting| !(waiting.hot && waiting.documents));
        outcome
    }
}

async fn tell_hot(hot: &dyn Hot, batch: &ViewBatch) -> Result<()> {
    hot.counters_add(batch.id, &batch.counts).await?;
    let of = |(counter, views): &(Counter, i64)| match counter {
        Counter::ProductViews(product) => Some((*product, *views)),
        Counter::ArticleViews(_) => None,
    };
    let products: Vec<(ProductId, i64)> = batch.counts.iter().filter_map(of).collect();
    if products.is_empty() {
        return Ok(());
    }
    for window in TrendingWindow::ALL {
        hot.ranking_add(batch.id, Board::Trending(window), &products, batch.at).await?;
    }
    let products = products.into_iter().map(|(product, _)| product).collect();
    hot.channel_tell(&[Message::Trending { products }]).await
}

/// Counts a view of something, by whoever asks; gives the count, which is approximate.
pub async fn record_view(hot: &dyn Hot, views: &Views, asker: &Asker, counter: Counter) -> Outcome<i64> {
    if let Some(who) = asker.limited_as() {
        tries::take(hot, &format!("views/{who}"), tries::VIEWS).await?;
    }
    let known = hot.counters_get(&[counter]).await?.first().copied().unwrap_or_default();
    if !views.count(counter) {
        return Err(Refusal::of(RefusalCode::Conflict, "id", "too much is being looked at: not counted").into());
    }
    Ok(known + views.untold(counter))
}
