//! What stands in an outbox, as a relay would tell it.

use polystore::{
    roles::Relational,
    shop::{Event, EventId},
};
use std::{sync::Arc, time::Duration};

/// Takes everything that waits out of the outbox, in the order in which it is told.
pub async fn everything(store: &Arc<dyn Relational>) -> Vec<Event> {
    let mut told = Vec::new();
    loop {
        let claimed = store.outbox_claim(1_000, Duration::from_secs(30)).await.unwrap();
        if claimed.is_empty() {
            return told;
        }
        let events: Vec<_> = claimed.into_iter().map(|claimed| claimed.event).collect();
        let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
        store.outbox_done(&ids).await.unwrap();
        told.extend(events);
    }
}
