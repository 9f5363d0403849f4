//! Starts on real servers, named by `TEST_DATABASE_URL`, `TEST_MONGODB_URL` and `TEST_REDIS_URL`.

use crate::{
    home::{Home, PASSWORD},
    http::{MAGAZINE, ask, totals},
    support::engines::{missing, required, unique_name},
};
use mongodb::bson::{DateTime, Document, doc};
use polystore::{
    engines::{mongodb::testing::fresh_database as fresh_mongodb, postgres::testing::fresh_database as fresh_postgres},
    error::Engine,
};
use sqlx::{Connection, PgConnection};

/// The server's URL, or why there is none.
fn server(engine: Engine, variable: &str) -> Option<String> {
    if let Some(reason) = missing(engine) {
        assert!(!required(engine), "{reason}");
        println!("skipped: {reason}");
        return None;
    }
    std::env::var(variable).ok()
}

/// Fresh databases on both durable servers.
async fn durable() -> Option<(String, String)> {
    let servers = [server(Engine::Postgres, "TEST_DATABASE_URL"), server(Engine::Mongodb, "TEST_MONGODB_URL")];
    let [Some(postgres), Some(mongodb)] = servers else { return None };
    let name = unique_name();
    Some((fresh_postgres(&postgres, &name).await.unwrap(), fresh_mongodb(&mongodb, &name).unwrap()))
}

/// The URL with another user and password.
fn with_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://nobody:{PASSWORD}@{place}")
}

#[tokio::test]
async fn a_wrong_user_or_password_or_database_is_told() {
    let home = Home::new();
    if let Some(url) = server(Engine::Postgres, "TEST_DATABASE_URL") {
        let ended = home.serve(&["--database-url", &with_password(&url)]).end();
        ended.refused(1, &["the relational store", "refused the user name or password of \"nobody\"", "check DATABASE_URL"]);
        let fresh = fresh_postgres(&url, &unique_name()).await.unwrap();
        let unknown = fresh.replace("/t_", "/no_such_");
        home.serve(&["--database-url", &unknown])
            .end()
            .refused(1, &["the relational store", "has no database \"no_such_", "check DATABASE_URL"]);
    }
    if let Some(url) = server(Engine::Mongodb, "TEST_MONGODB_URL") {
        let ended = home.serve(&["--mongodb-url", &with_password(&url)]).end();
        ended.refused(1, &["the documents store", "refused the user name or password", "check MONGODB_URL"]);
    }
    if let Some(url) = server(Engine::Redis, "TEST_REDIS_URL") {
        let ended = home.serve(&["--redis-url", &with_password(&url)]).end();
        ended.refused(1, &["the hot store", "refused the user name or the password", "check REDIS_URL"]);
    }
}

#[tokio::test]
async fn stores_of_many_are_not_migrated_by_a_start_and_the_message_says_how_to() {
    let Some((postgres, mongodb)) = durable().await else { return };
    let home = Home::new();
    let open = ("POLYSTORE_ANONYMOUS", "reader");
    let variables = [("DATABASE_URL", postgres.as_str()), ("MONGODB_URL", mongodb.as_str()), open];
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    for _ in 0..2 {
        let ended = home.run_with(&variables, &serve);
        let holding = [
            "the relational store (postgres) lacks 0001_customers",
            "the documents store (mongodb) lacks articles ",
            "run `polystore migrate`",
        ];
        ended.refused(2, &holding);
    }
    let migrated = home.run_with(&variables, &["migrate"]).ok().out;
    assert!(migrated.contains("relational (postgres): applied 0001_customers, "), "{migrated}");
    assert!(migrated.contains("documents (mongodb): applied articles "), "{migrated}");
    let again = home.run_with(&variables, &["migrate"]).ok().out;
    assert_eq!(again, "relational (postgres): up to date\ndocuments (mongodb): up to date\n");
    let mut run = home.start(&variables, &serve);
    assert_eq!(totals(&run.address()), [0; 4], "the demo is for embedded stores alone");
    run.stop().ok().is_clean();
    assert!(home.content().is_empty(), "nothing is embedded");
}

#[tokio::test]
async fn a_newer_schema_on_a_server_is_refused_by_every_command_and_left_alone() {
    let Some((postgres, mongodb)) = durable().await else { return };
    let home = Home::new();
    let variables = [("DATABASE_URL", postgres.as_str()), ("MONGODB_URL", mongodb.as_str())];
    home.run_with(&variables, &["migrate"]).ok();
    let mut connection = PgConnection::connect(&postgres).await.unwrap();
    let later =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'later', true, '\\x00', 0)";
    sqlx::query(later).execute(&mut connection).await.unwrap();
    let client = mongodb::Client::with_uri_str(&mongodb).await.unwrap();
    let ledger = client.default_database().unwrap().collection::<Document>("_polystore_schema");
    let newer = doc! { "_id": "returns", "version": 9_i64, "checksum": "", "indexes": [], "appliedAt": DateTime::now() };
    ledger.insert_one(newer).await.unwrap();
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["serve", "--listen", "127.0.0.1:0", "--migrate"],
        &["migrate"],
        &["seed", "--scale", "0.001"],
    ] {
        let holding = ["the relational store (postgres) has 0099_later", "the documents store (mongodb) has returns 9", "a newer one"];
        home.run_with(&variables, arguments).refused(2, &holding);
    }
    let customers: i64 = sqlx::query_scalar("SELECT count(*) FROM customers").fetch_one(&mut connection).await.unwrap();
    assert_eq!(customers, 0);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_answers_on_servers_and_embedded() {
    let redis = server(Engine::Redis, "TEST_REDIS_URL");
    let (Some((postgres, mongodb)), Some(redis)) = (durable().await, redis) else { return };
    let (home, prefix) = (Home::new(), unique_name());
    let servers = [
        ("DATABASE_URL", postgres.as_str()),
        ("MONGODB_URL", mongodb.as_str()),
        ("REDIS_URL", redis.as_str()),
        ("POLYSTORE_REDIS_PREFIX", prefix.as_str()),
        ("POLYSTORE_ANONYMOUS", "reader"),
    ];
    let answers = [&servers[..], &[]].map(|variables| {
        home.run_with(variables, &["seed", "--scale", "0.001", "--seed", "3"]).ok().is_clean();
        let mut run = home.start(variables, &["--listen", "127.0.0.1:0"]);
        let address = run.address();
        let answers = (totals(&address), ask(&address, MAGAZINE));
        run.stop().ok().is_clean();
        answers
    });
    assert_eq!(answers[0], answers[1]);
}
