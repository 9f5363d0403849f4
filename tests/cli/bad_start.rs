//! Starts that cannot succeed: each ends with a message that says what is wrong and what to do, and leaves no trace.

use crate::{
    home::{Home, PASSWORD},
    stores_on_wires::{closed_port, silent_port},
};
use std::{net::TcpListener, time::Duration};

/// An unreachable store is told within this time.
const SOON: Duration = Duration::from_secs(5);

/// Arguments, and what the one message holds.
type Case = (&'static [&'static str], &'static [&'static str]);

const BAD_SETTINGS: [Case; 40] = [
    (
        &["--database-url", "mysql://root:hunter2@h/db"],
        &["--database-url / DATABASE_URL", "mysql://***@h/db", "expected a URL that starts with postgres:// or sqlite:"],
    ),
    (&["--database-url", "mongodb://u:hunter2@h"], &["--database-url / DATABASE_URL", "postgres:// or sqlite:"]),
    (&["--database-url", "u:hunter2@h"], &["--database-url / DATABASE_URL", "\"***\"", "postgres:// or sqlite:"]),
    (&["--mongodb-url", "redis://:hunter2@h"], &["--mongodb-url / MONGODB_URL", "mongodb://, postgres:// or sqlite:"]),
    (&["--documents-url", "couchdb://h"], &["--documents-url / DOCUMENTS_URL", "couchdb://h", "mongodb://"]),
    (&["--redis-url", "memcached://h"], &["--redis-url / REDIS_URL", "memcached://h", "redis:// or memory:"]),
    (&["--cache-url", "postgres://u:hunter2@h"], &["--cache-url / CACHE_URL", "redis:// or memory:"]),
    (&["--hot-url", "memory:", "--redis-url", "redis://:hunter2@h"], &["HOT_URL", "REDIS_URL", "only one of the two"]),
    (&["--database-url", "postgres://u:hunter2@h:port/db"], &["DATABASE_URL", "postgres://user:password@host:port/database"]),
    (&["--mongodb-url", "mongodb://u:hunter2@h:port/db"], &["MONGODB_URL", "mongodb://host:27017/database"]),
    (&["--mongodb-url", "mongodb://u:x/hunter2@h"], &["MONGODB_URL", "percent-encoded"]),
    (&["--redis-url", "redis://:hunter2@h:port"], &["REDIS_URL", "redis://[[user]:password@]host[:port][/db]"]),
    (&["--database-url", "sqlite:"], &["DATABASE_URL", "sqlite:path/file.db"]),
    (&["--listen", "8000"], &["--listen / POLYSTORE_LISTEN", "\"8000\"", "127.0.0.1:8000"]),
    (&["--listen", "192.0.2.1:0"], &["--listen / POLYSTORE_LISTEN", "192.0.2.1:0"]),
    (&["--connections", "many"], &["--connections / POLYSTORE_CONNECTIONS", "\"many\"", "from 1 to 1000"]),
    (&["--connections", "0"], &["--connections / POLYSTORE_CONNECTIONS", "\"0\"", "from 1 to 1000"]),
    (&["--max-first", "1001"], &["--max-first / POLYSTORE_MAX_FIRST", "\"1001\"", "from 1 to 1000"]),
    (&["--request-timeout-ms", "1e3"], &["--request-timeout-ms / POLYSTORE_REQUEST_TIMEOUT_MS", "from 10 to 600000"]),
    (&["--max-depth=-1"], &["--max-depth / POLYSTORE_MAX_DEPTH", "\"-1\"", "from 1 to 50"]),
    (&["--demo", "maybe"], &["--demo / POLYSTORE_DEMO", "\"maybe\"", "true or false"]),
    (&["--redis-prefix", "a b"], &["--redis-prefix / POLYSTORE_REDIS_PREFIX", "\"a b\"", "letters, digits"]),
    (&["--ready-requires", "postgres"], &["--ready-requires / POLYSTORE_READY_REQUIRES", "relational, documents and hot"]),
    (&["--apq", "true"], &["--apq / POLYSTORE_APQ", "\"true\"", "on or off"]),
    (&["--coalesce", "yes"], &["--coalesce / POLYSTORE_COALESCE", "\"yes\"", "on or off"]),
    (&["--plans", "1"], &["--plans / POLYSTORE_PLANS", "\"1\"", "on or off"]),
    (&["--max-requests", "0"], &["--max-requests / POLYSTORE_MAX_REQUESTS", "\"0\"", "1 to 10000"]),
    (&["--trusted-documents", "all"], &["--trusted-documents / POLYSTORE_TRUSTED_DOCUMENTS", "\"all\"", "off, prefer or only"]),
    (&["--trusted-documents", "only"], &["--trusted-manifest / POLYSTORE_TRUSTED_MANIFEST", "documents build"]),
    (&["--trusted-documents", "prefer", "--trusted-manifest", ""], &["POLYSTORE_TRUSTED_MANIFEST", "is prefer"]),
    (&["--answer-cache-bytes=much"], &["--answer-cache-bytes / POLYSTORE_ANSWER_CACHE_BYTES", "from 0 to 10000000000"]),
    (&["--document-cache-bytes=-1"], &["--document-cache-bytes / POLYSTORE_DOCUMENT_CACHE_BYTES", "from 0 to 1000000000"]),
    (&["--profile", "prod"], &["--profile / POLYSTORE_PROFILE", "\"prod\"", "development or production"]),
    (&["--console", "true"], &["--console / POLYSTORE_CONSOLE", "\"true\"", "on or off"]),
    (&["--introspection", "no"], &["--introspection / POLYSTORE_INTROSPECTION", "\"no\"", "on or off"]),
    (&["--redis-ca", "ca.pem"], &["--redis-ca / POLYSTORE_REDIS_CA", "\"ca.pem\"", "rediss://"]),
    (&["--redis-ca", "ca.pem", "--redis-url", "rediss://h"], &["--redis-ca / POLYSTORE_REDIS_CA", "\"ca.pem\"", "No such file"]),
    (&["--log", "polystore=loud"], &["--log / POLYSTORE_LOG", "polystore=loud", "polystore=debug,warn"]),
    (&["launch"], &["unrecognized subcommand 'launch'", "--help"]),
    (&["--database-ulr=postgres://u:hunter2@h"], &["unexpected argument '--database-ulr'", "--database-url"]),
];

#[test]
fn a_bad_setting_is_told_with_its_names_and_what_is_allowed_before_anything_is_done() {
    for (arguments, holding) in BAD_SETTINGS {
        let home = Home::new();
        home.serve(arguments).end().refused(1, holding);
        let kept: Vec<_> = home.content().into_iter().filter(|(name, _)| !name.starts_with("data")).collect();
        assert!(kept.is_empty(), "{arguments:?}: {kept:?}");
    }
}

#[test]
fn each_store_that_refuses_is_told_and_all_of_them_in_one_run() {
    let home = Home::new();
    let [relational, documents, hot, cache] = [(); 4].map(|()| closed_port());
    let variables = [
        ("DATABASE_URL", format!("postgres://u:{PASSWORD}@127.0.0.1:{relational}/shop")),
        ("MONGODB_URL", format!("mongodb://u:{PASSWORD}@127.0.0.1:{documents}/shop")),
        ("REDIS_URL", format!("redis://:{PASSWORD}@127.0.0.1:{hot}")),
        ("CACHE_URL", format!("redis://:{PASSWORD}@127.0.0.1:{cache}")),
    ];
    let variables = variables.each_ref().map(|(name, url)| (*name, url.as_str()));
    for command in ["serve", "migrate", "seed"] {
        let arguments: &[&str] = if command == "serve" { &["--listen", "127.0.0.1:0"] } else { &[command] };
        let ended = home.run_with(&variables, arguments);
        assert!(ended.took < SOON, "{ended:?}");
        let places = [
            format!("the relational store at postgres://***@127.0.0.1:{relational}/shop"),
            format!("the documents store at mongodb://***@127.0.0.1:{documents}/shop"),
            format!("the hot store at redis://***@127.0.0.1:{hot}"),
            format!("the cache store at redis://***@127.0.0.1:{cache}"),
        ];
        let advice = ["DATABASE_URL", "MONGODB_URL", "REDIS_URL", "CACHE_URL", "--wait", "connection refused"];
        ended.refused(4, &places.iter().map(String::as_str).chain(advice).collect::<Vec<_>>());
    }
    assert!(home.content().is_empty());
}

#[test]
fn a_store_that_takes_connections_and_says_nothing_is_told_within_5_s() {
    let home = Home::new();
    let [relational, documents, hot] = [(); 3].map(|()| silent_port());
    let postgres = format!("postgres://u:{PASSWORD}@127.0.0.1:{}/shop", relational.1);
    let mongodb = format!("mongodb://u:{PASSWORD}@127.0.0.1:{}/shop", documents.1);
    let redis = format!("redis://:{PASSWORD}@127.0.0.1:{}", hot.1);
    let ended = home.serve(&["--database-url", &postgres, "--mongodb-url", &mongodb, "--redis-url", &redis]).end();
    assert!(ended.took < SOON, "{ended:?}");
    ended.refused(3, &["the relational store", "the documents store", "the hot store", "no answer"]);
    assert!(home.content().is_empty());
}

#[test]
fn a_port_that_is_taken_is_told_before_any_work_is_done() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let home = Home::new();
    home.run(&["--listen", &address]).refused(1, &["--listen / POLYSTORE_LISTEN", &address, "choose another port"]);
    assert!(home.content().is_empty());
}

#[test]
fn a_damaged_file_is_named_and_left_as_it_is() {
    let whole = Home::new();
    whole.run(&["seed", "--scale", "0.001"]).ok();
    let bytes = std::fs::read(whole.path().join("data/polystore.db")).unwrap();
    assert!(bytes.len() > 100_000, "the seed is in the file and not beside it: {:?}", whole.content());
    let mut torn = bytes.clone();
    torn[100..8_192].fill(0xa5);
    let letter = b"Dear Sir or Madam, ".repeat(500);
    for (what, damaged) in [
        ("garbage", letter),
        ("cut in the middle", bytes[..bytes.len() / 2].to_vec()),
        ("cut header", bytes[..60].to_vec()),
        ("torn", torn),
    ] {
        let home = Home::new();
        std::fs::create_dir(home.path().join("data")).unwrap();
        home.write("data/polystore.db", &damaged);
        for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"], &["seed", "--scale", "0.001"]] {
            home.run(arguments).refused(1, &["data/polystore.db", "restore the file from a backup"]);
            assert!(std::fs::read(home.path().join("data/polystore.db")).unwrap() == damaged, "{what}: {arguments:?} changed it");
        }
    }
}

#[test]
fn a_place_that_cannot_hold_the_data_is_named() {
    let home = Home::new();
    home.write("file", "mine");
    home.serve(&["--data", "file"]).end().refused(1, &["file/polystore.db", "check POLYSTORE_DATA"]);
    home.serve(&["--data", "file/below"]).end().refused(1, &["file/below", "check POLYSTORE_DATA"]);
    // where not even root may make a folder
    home.serve(&["--data", "/proc/polystore"]).end().refused(1, &["/proc/polystore", "check POLYSTORE_DATA"]);
    std::fs::create_dir_all(home.path().join("folder.db")).unwrap();
    home.serve(&["--database-url", "sqlite:folder.db"]).end().refused(1, &["folder.db", "DATABASE_URL"]);
    assert_eq!(std::fs::read(home.path().join("file")).unwrap(), b"mine");
}

#[test]
fn a_folder_without_the_right_to_write_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let locked = home.path().join("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o555)).unwrap();
    if std::fs::write(locked.join("probe"), "").is_ok() {
        println!("skipped: this user may write anywhere");
        return;
    }
    home.serve(&["--data", "locked"]).end().refused(1, &["locked/polystore.db", "check POLYSTORE_DATA"]);
}
