//! What a documents store says about itself.

use super::ENGINES;
use crate::{contract, support::engines::documents};
use libtest_mimic::Trial;
use polystore::roles::{Documents, SchemaState};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "documents_store", documents;
        it_answers_a_ping_within_a_second,
        it_migrates_twice_and_twice_at_once,
    )
}

async fn it_answers_a_ping_within_a_second(store: Arc<dyn Documents>) {
    let start = Instant::now();
    store.ping().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1));
}

async fn it_migrates_twice_and_twice_at_once(store: Arc<dyn Documents>) {
    assert_eq!(store.schema().await.unwrap(), SchemaState::Current);
    store.migrate().await.unwrap();
    let (one, other) = tokio::join!(store.migrate(), store.migrate());
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(store.schema().await.unwrap(), SchemaState::Current);
}
