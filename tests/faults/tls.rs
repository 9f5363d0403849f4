//! Stores over TLS: real servers with certificates of an authority that only this run knows. Two of them take nothing else.

use crate::{
    authority::{Authority, Shown},
    home::Home,
    stores::{Store, Stores},
};
use serde_json::Value;
use sqlx::{Connection as _, PgConnection};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

pub const ALL: &[(&str, fn())] = &[("tls::stores_are_used_over_tls_and_only_those_that_are_believed", stores)];

/// A store that hangs is known within a fraction of that, and one that is back within little more than a second.
const PATIENCE: Duration = Duration::from_secs(10);

/// The roles in which stores are asked, in the order of `/readyz`.
const ROLES: [&str; 3] = ["relational", "documents", "hot"];

fn stores() {
    let certificates = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let Shown { cert, key } = authority.server();
    for (name, text) in [("ca.pem", &authority.pem), ("server.crt", &cert), ("server.key", &key), ("other.pem", &Authority::new().pem)] {
        std::fs::write(certificates.path().join(name), text).unwrap();
    }
    let stores = Stores::up_over_tls(certificates.path());
    let home = Home::new();
    strangers_are_refused(&home, &stores, &certificates.path().join("other.pem"));
    let settings = settings(&stores, &certificates.path().join("ca.pem"));
    let variables = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    home.run_with(&variables, &["migrate"]).ok().is_clean();
    home.run_with(&variables, &["seed", "--scale", "0.001"]).ok().is_clean();
    let mut run = home.start(&variables, &["--listen", "127.0.0.1:0"]);
    let address = run.address();
    assert_eq!(breakers(&address), ["closed"; 3]);
    let (secured, all) = sessions(&stores.relational);
    assert!(all > 0 && secured == all, "{secured} of {all} sessions of PostgreSQL are over TLS");
    for (place, store) in [(2, Store::Redis), (1, Store::Mongodb)] {
        hangs(&stores, &address, place, store);
    }
    run.stop().ok().is_clean();
}

/// What a program needs that is to use them.
fn settings(stores: &Stores, authorities: &Path) -> [(&'static str, String); 4] {
    let urls = [&stores.relational, &stores.documents, &stores.hot];
    let [relational, documents, hot] = urls.map(Clone::clone);
    let authorities = authorities.display().to_string();
    [("DATABASE_URL", relational), ("MONGODB_URL", documents), ("REDIS_URL", hot), ("POLYSTORE_REDIS_CA", authorities)]
}

/// A server that shows what nobody signed whom we know is told at the start, and so is one that wants TLS and is asked without.
fn strangers_are_refused(home: &Home, stores: &Stores, other: &Path) {
    let settings = settings(stores, other);
    let ours = |url: &str| match url.split_once("ca.pem") {
        // what stands behind the authorities in these URLs is nothing
        Some((before, _)) => format!("{}{}", &before[..before.rfind('=').unwrap() + 1], other.display()),
        None => url.to_owned(),
    };
    let strange = settings.each_ref().map(|(name, value)| (*name, ours(value)));
    let variables = strange.each_ref().map(|(name, value)| (*name, value.as_str()));
    let ended = home.run_with(&variables, &["migrate"]);
    ended.refused(3, &["the relational store", "the documents store", "the hot store"]);
    let of_certificates = ended.err.lines().filter(|line| line.to_lowercase().contains("certificate")).count();
    assert_eq!(of_certificates, 3, "each says why: {}", ended.err);

    let without = |url: &str| url.split('?').next().unwrap().replace("rediss://", "redis://");
    let plain = [("DATABASE_URL", format!("{}?sslmode=disable", without(&settings[0].1))), ("REDIS_URL", without(&settings[2].1))];
    let variables = plain.each_ref().map(|(name, value)| (*name, value.as_str()));
    let ended = home.run_with(&variables, &["migrate"]);
    ended.refused(2, &["the relational store", "takes nobody without TLS", "sslmode=verify-full", "the hot store"]);
    let missing = settings[0].1.replace("ca.pem", "missing.pem");
    let ended = home.run_with(&[("DATABASE_URL", missing.as_str())], &["migrate"]);
    ended.refused(1, &["the relational store", "a file that the URL names for TLS is not there"]);
    // without authorities of ours those that browsers know are believed, and none of them signed this
    home.run_with(&[("REDIS_URL", settings[2].1.as_str())], &["migrate"])
        .refused(1, &["the hot store", "UnknownIssuer", "POLYSTORE_REDIS_CA"]);
}

/// Stopped, a server keeps its connections, and the kernel goes on to make new ones: only what is said in TLS tells that it hangs.
fn hangs(stores: &Stores, address: &str, place: usize, store: Store) {
    stores.signal(store, "-STOP");
    let (begin, role) = (Instant::now(), ROLES[place]);
    let known = until(address, place, "open");
    stores.signal(store, "-CONT");
    assert!(known, "the {role} store hangs, and nobody noticed");
    eprintln!("{role}: known to hang after {} ms", begin.elapsed().as_millis());
    assert!(until(address, place, "closed"), "the {role} store is back, and nobody noticed");
}

fn until(address: &str, place: usize, state: &str) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if breakers(address)[place] == state {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

/// What `/readyz` tells of the three stores.
fn breakers(address: &str) -> [String; 3] {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET /readyz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let body: Value = serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
    [0, 1, 2].map(|place| body["stores"][place]["breaker"].as_str().unwrap().to_owned())
}

/// The program's sessions: those over TLS, and all.
fn sessions(url: &str) -> (i64, i64) {
    let asked = async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let query = "SELECT count(*) FILTER (WHERE ssl), count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
            WHERE application_name = 'polystore'";
        sqlx::query_as(query).fetch_one(&mut connection).await.unwrap()
    };
    Runtime::new().unwrap().block_on(asked)
}
