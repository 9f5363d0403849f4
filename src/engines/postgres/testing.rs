//! Support for tests: fresh databases on a server that is there to be used up. Not for programs.

use super::{connect, error::store_error};
use crate::error::StoreError;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

/// Makes an empty database `name` on the server of `server_url`, dropping the one that was there; gives its URL.
pub async fn fresh_database(server_url: &str, name: &str) -> Result<String, StoreError> {
    let options = connect::options(server_url)?;
    // CREATE DATABASE copies a template's files, which takes longer than a page may
    let unlimited = options.clone().options([("statement_timeout", "60000"), ("lock_timeout", "60000")]);
    let mut connection = PgConnection::connect_with(&unlimited).await.map_err(store_error)?;
    // names cannot be bound: the server itself writes the two statements, with its own quoting
    let statements: (String, String) =
        sqlx::query_as(sql!("fresh_database")).bind(name).fetch_one(&mut connection).await.map_err(store_error)?;
    for statement in [statements.0, statements.1] {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.map_err(store_error)?;
    }
    connection.close().await.map_err(store_error)?;
    Ok(options.database(name).to_url_lossy().into())
}
