//! A schema that is not this program's, in the embedded store; `migrate`.

use crate::home::Home;
use sqlx::{Connection, SqliteConnection};

pub async fn change(home: &Home, sql: &'static str) {
    let url = format!("sqlite:{}", home.path().join("data/polystore.db").display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[test]
fn migrating_twice_applies_everything_once() {
    let home = Home::new();
    let first = home.run(&["migrate"]).ok();
    for line in ["relational (sqlite): applied 0001_customers, ", "documents (sqlite): applied 0001_customers, "] {
        assert!(first.out.contains(line), "{first:?}");
    }
    let second = home.run(&["migrate"]).ok();
    assert_eq!(second.out, "relational (sqlite): up to date\ndocuments (sqlite): up to date\n");
}

#[tokio::test]
async fn a_schema_that_a_newer_program_made_is_refused_by_every_command_and_left_alone() {
    let home = Home::new();
    home.run(&["migrate"]).ok();
    change(
        &home,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'later', 1, x'00', 0)",
    )
    .await;
    let file = home.path().join("data/polystore.db");
    let before = std::fs::read(&file).unwrap();
    for arguments in
        [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"], &["seed", "--scale", "0.001"], &["--migrate", "--listen", "127.0.0.1:0"]]
    {
        home.run(arguments).refused(2, &["the relational store", "the documents store", "0099_later", "a newer one"]);
    }
    assert!(std::fs::read(&file).unwrap() == before, "the file was changed");
}

#[tokio::test]
async fn an_embedded_schema_that_is_behind_is_brought_up_to_date_unless_that_is_switched_off() {
    let home = Home::new();
    home.serve(&["--migrate=false"]).end().refused(2, &["lacks 0001_customers", "run `polystore migrate`", "--migrate"]);
    let mut run = home.serve(&["--demo", "false"]);
    run.address();
    run.stop().ok();
    home.run(&["migrate"]).ok();
    assert!(home.run(&["migrate"]).ok().out.contains("up to date"));
}
