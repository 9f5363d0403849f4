//! What the person who configures PostgreSQL is told.

use crate::{contract, support::engines::unique_name};
use libtest_mimic::Trial;
use polystore::{
    engines::{Limits, postgres::Postgres},
    error::{Engine, Kind},
};
use std::time::{Duration, Instant};

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Postgres], "connect", server;
        the_usual_mistakes_are_told_apart_within_five_seconds,
    )
}

async fn server(_: Engine) -> String {
    std::env::var("TEST_DATABASE_URL").unwrap()
}

async fn the_usual_mistakes_are_told_apart_within_five_seconds(url: String) {
    let (_, place) = url.rsplit_once('@').unwrap();
    let (place, _) = place.split_once('/').unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let (base, _) = url.rsplit_once('/').unwrap();
    let mistakes = [
        (format!("postgres://me:sesame@127.0.0.1:{free}/shop"), "connection refused"),
        (format!("postgres://me:sesame@127.0.0.1:{}/shop", silent.local_addr().unwrap().port()), "no answer"),
        (format!("{base}/{}", unique_name()), "has no database"),
        (format!("postgres://nobody:sesame@{place}/postgres"), "user name or password"),
        ("postgres://me:sesame@127.0.0.1:http/shop".to_owned(), "not a PostgreSQL URL"),
    ];
    for (url, expected) in mistakes {
        let start = Instant::now();
        let error = Postgres::connect(&url, &Limits { connections: 2 }).await.err().unwrap();
        assert_eq!((error.engine, error.kind), (Engine::Postgres, Kind::Unavailable), "{url}");
        assert!(error.detail().contains(expected), "{url}: {}", error.detail());
        assert!(!error.to_string().contains("sesame") && !error.detail().contains("sesame"), "{}", error.detail());
        assert!(start.elapsed() < Duration::from_secs(5), "{url} took {:?}", start.elapsed());
    }
}
