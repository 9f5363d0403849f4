//! The lab on real servers: what it makes it drops, and what it did not make it leaves alone.

use crate::support::engines::{missing, required};
use mongodb::bson::{Document, doc};
use polystore::error::Engine;
use polystore_lab::site::{PREFIX, Site, SiteOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::path::Path;

/// The server's URL, or why there is none.
fn server(engine: Engine, variable: &str) -> Option<String> {
    if let Some(reason) = missing(engine) {
        assert!(!required(engine), "{reason}");
        println!("skipped: {reason}");
        return None;
    }
    std::env::var(variable).ok()
}

/// Letters and digits that no other run has.
fn number() -> String {
    format!("t{:x}{:x}", std::process::id(), std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos())
}

async fn site(folder: &Path, number: &str, options: SiteOptions) -> Site {
    // the test's own containers have an address of their own
    Site::open(number, SiteOptions { folder: folder.join(number), own_this: true, ..options }).await.unwrap()
}

#[tokio::test]
async fn a_database_of_postgres_that_somebody_else_made_is_neither_taken_nor_dropped() {
    let Some(url) = server(Engine::Postgres, "TEST_DATABASE_URL") else { return };
    let (folder, number) = (tempfile::tempdir().unwrap(), number());
    let name = format!("{PREFIX}{number}_theirs");
    let mut admin = PgConnection::connect(&url).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE \"{name}\""))).execute(&mut admin).await.unwrap();
    let site = site(folder.path(), &number, SiteOptions { postgres: Some(url), ..SiteOptions::default() }).await;
    assert!(site.postgres("theirs").await.is_err(), "it is there already");
    let ours = site.postgres("ours").await.unwrap().unwrap();
    sqlx::query("CREATE TABLE t (a int)").execute(&ours.pool).await.unwrap();
    ours.pool.close().await;
    let told = site.close().await.unwrap_err().to_string();
    assert!(told.contains("left alone") && told.contains(&name), "{told}");
    let like = format!("{PREFIX}{number}%");
    let left: Vec<String> =
        sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE datname LIKE $1").bind(like).fetch_all(&mut admin).await.unwrap();
    assert_eq!(left, std::slice::from_ref(&name), "ours is gone, theirs is there");
    sqlx::query(AssertSqlSafe(format!("DROP DATABASE \"{name}\""))).execute(&mut admin).await.unwrap();
}

#[tokio::test]
async fn a_database_of_mongodb_that_somebody_else_made_is_neither_taken_nor_dropped() {
    let Some(url) = server(Engine::Mongodb, "TEST_MONGODB_URL") else { return };
    let (folder, number) = (tempfile::tempdir().unwrap(), number());
    let client = mongodb::Client::with_uri_str(&url).await.unwrap();
    let theirs = client.database(&format!("{PREFIX}{number}_theirs"));
    theirs.collection::<Document>("shop").insert_one(doc! { "_id": 1 }).await.unwrap();
    let site = site(folder.path(), &number, SiteOptions { mongodb: Some(url), ..SiteOptions::default() }).await;
    assert!(site.mongodb("theirs").await.is_err(), "it is there already");
    let ours = site.mongodb("ours").await.unwrap().unwrap();
    ours.database.collection::<Document>("t").insert_one(doc! { "_id": 1 }).await.unwrap();
    let told = site.close().await.unwrap_err().to_string();
    assert!(told.contains("left alone"), "{told}");
    assert_eq!(theirs.collection::<Document>("shop").count_documents(doc! {}).await.unwrap(), 1);
    assert!(ours.database.list_collection_names().await.unwrap().is_empty());
    theirs.drop().await.unwrap();
}

#[tokio::test]
async fn keys_of_redis_that_somebody_else_made_are_neither_taken_nor_deleted() {
    let Some(url) = server(Engine::Redis, "TEST_REDIS_URL") else { return };
    let (folder, number) = (tempfile::tempdir().unwrap(), number());
    let mut connection = redis::Client::open(&*url).unwrap().get_multiplexed_async_connection().await.unwrap();
    let theirs = format!("{PREFIX}{number}_theirs");
    for key in [format!("{theirs}:marker"), format!("{theirs}:cart")] {
        let _: () = redis::cmd("SET").arg(key).arg("mine").query_async(&mut connection).await.unwrap();
    }
    let site = site(folder.path(), &number, SiteOptions { redis: Some(url), ..SiteOptions::default() }).await;
    assert!(site.redis("theirs").await.is_err(), "it is there already");
    let ours = site.redis("ours").await.unwrap().unwrap();
    let _: () = redis::cmd("SET").arg(format!("{}board", ours.prefix)).arg(1).query_async(&mut connection).await.unwrap();
    assert!(site.close().await.unwrap_err().to_string().contains("left alone"));
    let mut left: Vec<String> = redis::cmd("KEYS").arg(format!("{PREFIX}{number}*")).query_async(&mut connection).await.unwrap();
    left.sort();
    assert_eq!(left, [format!("{theirs}:cart"), format!("{theirs}:marker")]);
    let _: i64 = redis::cmd("DEL").arg(left).query_async(&mut connection).await.unwrap();
}
