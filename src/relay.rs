//! The relay: tells the other stores, and other servers, what was committed. Outbox to documents, hot store and channel.
//!
//! At least once: an event leaves the outbox after everybody has it, so a relay that dies half-way tells it again, and everybody who is
//! told knows it by its id. In order within one aggregate, because only the first event of each can be claimed. A store that is down
//! holds its events up and counts nothing against them; an event that fails for a reason of its own is parked after
//! [`TRIES`] tries and looked at by a person (`polystore outbox`), while the others flow on.

use crate::{
    error::{Kind, StoreError},
    roles::{Outbox, Result},
    shop::{ActivityEvent, ActivityKind, Board, Claimed, Event, EventId, Fact, Message, OrderStatus, ProductId, Timestamp},
    stores::Stores,
};
use futures::{StreamExt as _, stream};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How often an event may fail before it is parked.
pub const TRIES: u32 = 10;
/// Events that are taken at once.
const BATCH: u32 = 200;
/// Events that the hot store is told at once.
const AT_ONCE: usize = 8;
/// How long a relay may take for a batch before another one may take it: also how late events are told whose relay was killed.
const LEASE: Duration = Duration::from_secs(5);
/// How often the outboxes are looked at when nobody rings: another server may have died.
const POLL: Duration = Duration::from_secs(1);
/// How long an event waits for a store that is down.
const WAIT_FOR_STORE: Duration = Duration::from_millis(500);
/// How long idempotency keys are kept.
const KEEP_KEYS: Duration = Duration::from_secs(48 * 3_600);
/// How often old ones are forgotten.
const PRUNE: Duration = Duration::from_secs(3_600);
/// How long the last round may take when the program stops.
const LAST_ROUND: Duration = Duration::from_secs(2);

/// Tells what was committed.
#[derive(Clone)]
pub struct Relay {
    stores: Stores,
}

impl Relay {
    /// A relay between these stores.
    pub fn new(stores: Stores) -> Self {
        Self { stores }
    }

    /// Works until `stop`: at once when the bell rings, and once a second.
    pub async fn run(self, stop: CancellationToken) {
        let mut pruned: Option<Instant> = None;
        loop {
            if let Err(error) = self.drain().await {
                tracing::debug!("the outbox cannot be read: {error}");
            }
            if pruned.is_none_or(|at| at.elapsed() > PRUNE) {
                pruned = Some(Instant::now());
                self.prune().await;
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.stores.outbox_bell.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        let _whoever_runs_next_goes_on = tokio::time::timeout(LAST_ROUND, self.drain()).await;
    }

    /// Tells everything that can be told now; gives the number of events.
    pub async fn drain(&self) -> Result<u64> {
        let relational = self.drain_one(&*self.stores.relational).await;
        Ok(relational? + self.drain_one(&*self.stores.documents).await?)
    }

    async fn drain_one<O: Outbox + ?Sized>(&self, outbox: &O) -> Result<u64> {
        let mut told = 0;
        loop {
            let claimed = outbox.outbox_claim(BATCH, LEASE).await?;
            if claimed.is_empty() {
                return Ok(told);
            }
            let (done, failed) = self.tell(claimed).await;
            outbox.outbox_done(&done).await?;
            told += done.len() as u64;
            let stuck = done.is_empty();
            for (claimed, error) in failed {
                put_back(outbox, &claimed, &error).await?;
            }
            if stuck {
                return Ok(told);
            }
        }
    }

    /// Tells a batch; says which events everybody has now, and which failed, and why.
    async fn tell(&self, claimed: Vec<Claimed>) -> (Vec<EventId>, Vec<(Claimed, StoreError)>) {
        let rows: Vec<_> = claimed.iter().filter_map(|claimed| activity(&claimed.event)).collect();
        let noted = if rows.is_empty() { Ok(()) } else { self.stores.documents.activity_put(&rows).await };
        let one_by_one = noted.as_ref().is_err_and(|error| !is_down(error));
        let told = stream::iter(claimed).map(|claimed| {
            let noted = noted.clone();
            async move {
                let noted = match activity(&claimed.event) {
                    // one row of the batch is at fault: each for itself
                    Some(row) if one_by_one => self.stores.documents.activity_put(&[row]).await,
                    Some(_) => noted,
                    None => Ok(()),
                };
                let told = match noted {
                    Ok(()) => self.tell_hot(&claimed.event).await,
                    failed => failed,
                };
                (claimed, told)
            }
        });
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        for (claimed, told) in told.buffered(AT_ONCE).collect::<Vec<_>>().await {
            match told {
                Ok(()) => done.push(claimed.event.id),
                Err(error) => failed.push((claimed, error)),
            }
        }
        (done, failed)
    }

    /// Boards, copies, and whoever watches.
    async fn tell_hot(&self, event: &Event) -> Result<()> {
        let hot = &self.stores.hot;
        let mut messages = Vec::new();
        match &event.fact {
            Fact::OrderMoved { order_id, status, version, pieces, stock, .. } => {
                let sold: Vec<(ProductId, i64)> = match status {
                    OrderStatus::Placed => pieces.clone(),
                    OrderStatus::Cancelled => pieces.iter().map(|(product, pieces)| (*product, -pieces)).collect(),
                    OrderStatus::Paid | OrderStatus::Shipped => Vec::new(),
                };
                if !sold.is_empty() {
                    hot.ranking_add(event.id, Board::BestSellers, &sold, event.at).await?;
                }
                self.stores.invalidate(stock).await?;
                messages.push(Message::Order { order_id: *order_id, status: *status, version: *version });
                if !stock.is_empty() {
                    messages.push(Message::Stock { levels: stock.clone() });
                }
            }
            Fact::ProductChanged { level } => {
                self.stores.invalidate(std::slice::from_ref(level)).await?;
                messages.push(Message::Stock { levels: vec![*level] });
            }
            Fact::ArticlePublished { article_id, version, tags } => {
                messages.push(Message::Article { article_id: *article_id, version: *version, tags: tags.clone() });
            }
            Fact::CustomerChanged { .. } => self.stores.invalidate(&[]).await?,
            Fact::SignedUp { .. } | Fact::ArticleChanged { .. } | Fact::ArticleUnpublished { .. } | Fact::Commented { .. } => {}
        }
        if messages.is_empty() { Ok(()) } else { hot.channel_tell(&messages).await }
    }

    async fn prune(&self) {
        let keep = i64::try_from(KEEP_KEYS.as_millis()).unwrap_or(i64::MAX);
        let Ok(before) = Timestamp::from_millis(Timestamp::now().millis().saturating_sub(keep)) else { return };
        for outcome in [self.stores.relational.once_prune(before).await, self.stores.documents.once_prune(before).await] {
            if let Err(error) = outcome {
                tracing::debug!("old idempotency keys stay for now: {error}");
            }
        }
    }
}

fn is_down(error: &StoreError) -> bool {
    matches!(error.kind, Kind::Unavailable | Kind::Busy | Kind::Timeout)
}

async fn put_back<O: Outbox + ?Sized>(outbox: &O, claimed: &Claimed, error: &StoreError) -> Result<()> {
    let Claimed { event, tries } = claimed;
    let words = format!("{error}: {}", error.detail());
    if is_down(error) {
        return outbox.outbox_failed(event.id, Some(WAIT_FOR_STORE), false, &words).await;
    }
    let tries = tries + 1;
    let wait = (tries < TRIES).then(|| Duration::from_millis(100) * 2_u32.pow(tries.min(8)));
    if wait.is_none() {
        tracing::error!(event = %event.id, aggregate = event.aggregate, "an event is parked after {tries} tries: {words}");
    }
    outbox.outbox_failed(event.id, wait, true, &words).await
}

/// The line that an event leaves in its customer's history.
fn activity(event: &Event) -> Option<ActivityEvent> {
    let (customer_id, kind) = match &event.fact {
        Fact::SignedUp { customer_id } => (*customer_id, ActivityKind::SignedUp),
        Fact::OrderMoved { customer_id, status, .. } => {
            let kind = match status {
                OrderStatus::Placed => ActivityKind::OrderPlaced,
                OrderStatus::Paid => ActivityKind::OrderPaid,
                OrderStatus::Shipped => ActivityKind::OrderShipped,
                OrderStatus::Cancelled => ActivityKind::OrderCancelled,
            };
            (*customer_id, kind)
        }
        Fact::Commented { author_id, .. } => (*author_id, ActivityKind::Commented),
        _ => return None,
    };
    let order_id = if let Fact::OrderMoved { order_id, .. } = &event.fact { Some(*order_id) } else { None };
    let article_id = if let Fact::Commented { article_id, .. } = &event.fact { Some(*article_id) } else { None };
    let data = serde_json::Value::Object(serde_json::Map::new());
    Some(ActivityEvent { id: event.id, customer_id, kind, at: event.at, order_id, product_id: None, article_id, data })
}
