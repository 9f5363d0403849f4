//! Busy, slow and frozen are not the same as down: what a read waits for.

use super::line::Line;
use crate::{contract, support::engines::fresh_url};
use libtest_mimic::Trial;
use polystore::{
    engines::{Limits, postgres::Postgres},
    error::{Engine, Kind},
    roles::Store as _,
};
use std::time::{Duration, Instant};

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Postgres], "patience", database;
        forty_readers_of_two_connections_all_get_their_answer,
        a_connection_that_takes_longer_than_its_reader_waits_serves_the_next_one,
        a_frozen_line_holds_no_reader_and_its_connection_serves_nobody_again,
    )
}

const LIMITS: Limits = Limits { connections: 2 };

async fn database(engine: Engine) -> String {
    fresh_url(engine).await
}

async fn forty_readers_of_two_connections_all_get_their_answer(url: String) {
    // a read and the cleaning after it are a round trip each: some 30 ms
    let (_line, slow) = Line::to(&url, Duration::from_millis(7)).await;
    let store = Postgres::connect(&slow, &LIMITS).await.unwrap();
    let start = Instant::now();
    for answer in futures::future::join_all((0..40).map(|_| store.schema())).await {
        answer.unwrap();
    }
    assert!(start.elapsed() > Duration::from_millis(400), "nobody waited long: the trial proves nothing");
}

async fn a_connection_that_takes_longer_than_its_reader_waits_serves_the_next_one(url: String) {
    let (line, slow) = Line::to(&url, Duration::ZERO).await;
    let store = Postgres::connect(&slow, &LIMITS).await.unwrap();
    line.open_in(Duration::from_millis(2_000));
    let start = Instant::now();
    assert_eq!(store.schema().await.unwrap_err().kind, Kind::Unavailable);
    assert!(start.elapsed() < Duration::from_millis(1_900), "the reader waited {:?}", start.elapsed());
    // a second connection would be as slow: this reader gets the first one's
    store.schema().await.unwrap();
}

async fn a_frozen_line_holds_no_reader_and_its_connection_serves_nobody_again(url: String) {
    let (line, through) = Line::to(&url, Duration::ZERO).await;
    let store = Postgres::connect(&through, &Limits { connections: 1 }).await.unwrap();
    store.schema().await.unwrap();
    // the connection is cleaned behind the reader's back
    tokio::time::sleep(Duration::from_millis(100)).await;
    line.freeze();
    let start = Instant::now();
    assert_eq!(store.schema().await.unwrap_err().kind, Kind::Timeout);
    assert!(start.elapsed() < Duration::from_millis(2_500), "the reader was held for {:?}", start.elapsed());
    let start = Instant::now();
    store.schema().await.unwrap();
    assert!(start.elapsed() < Duration::from_millis(1_000), "the next reader was held for {:?}", start.elapsed());
}
