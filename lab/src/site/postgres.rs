//! A database of PostgreSQL that the lab made.

use super::{PREFIX, foreign};
use crate::{LabError, Result};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::str::FromStr as _;

/// A database, and connections to it.
pub struct PostgresPlace {
    /// Its name.
    pub name: String,
    /// How to connect to it: the server's URL with this database in it.
    pub options: PgConnectOptions,
    /// Up to eight connections, for loading and for the operations.
    pub pool: PgPool,
}

fn options(url: &str) -> Result<PgConnectOptions> {
    // the driver's words would repeat the URL with its password
    let options = PgConnectOptions::from_str(url).map_err(|_| LabError::Refused("the URL of PostgreSQL cannot be read".to_owned()))?;
    // that there is nothing to drop yet is no news
    Ok(options.options([("client_min_messages", "warning")]).disable_statement_logging())
}

/// Where the server is.
pub fn hosts(url: &str) -> Result<Vec<String>> {
    let options = options(url)?;
    Ok(vec![options.get_socket().map_or_else(|| options.get_host().to_owned(), |socket| socket.display().to_string())])
}

fn failed(error: impl ToString) -> LabError {
    LabError::store("postgres", error)
}

fn marker(number: &str) -> String {
    format!("made by polystore compare, session {number}")
}

impl PostgresPlace {
    /// Makes the database. Fails if there is one of that name.
    pub async fn make(url: &str, name: &str, number: &str) -> Result<Self> {
        let mut admin = PgConnection::connect_with(&options(url)?).await.map_err(failed)?;
        // the name is made of letters, digits and underscores; CREATE fails when it is taken. The C collation orders as the other stores do
        let create = format!("CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
        sqlx::query(AssertSqlSafe(create)).execute(&mut admin).await.map_err(failed)?;
        let comment = format!("COMMENT ON DATABASE \"{name}\" IS '{}'", marker(number));
        sqlx::query(AssertSqlSafe(comment)).execute(&mut admin).await.map_err(failed)?;
        admin.close().await.map_err(failed)?;
        let options = options(url)?.database(name);
        let pool = PgPoolOptions::new().max_connections(8).test_before_acquire(false).idle_timeout(None).max_lifetime(None);
        let pool = pool.connect_with(options.clone()).await.map_err(failed)?;
        Ok(Self { name: name.to_owned(), options, pool })
    }
}

/// Drops the database if this session made it. It is fine if it is not there.
pub async fn drop_database(url: &str, name: &str, number: &str) -> Result<()> {
    let mut admin = PgConnection::connect_with(&options(url)?).await.map_err(failed)?;
    let comment: Option<Option<String>> =
        sqlx::query_scalar("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1")
            .bind(name)
            .fetch_optional(&mut admin)
            .await
            .map_err(failed)?;
    match comment {
        None => return Ok(()),
        Some(comment) if name.starts_with(PREFIX) && comment.as_deref() == Some(&marker(number)) => {}
        Some(_) => return Err(foreign("postgres", name)),
    }
    sqlx::query(AssertSqlSafe(format!("DROP DATABASE \"{name}\" WITH (FORCE)"))).execute(&mut admin).await.map_err(failed)?;
    admin.close().await.map_err(failed)
}
