//! The server's own plan of a statement: for `polystore explain --analyze`.

use super::connect::READ;
use super::error::store_error;
use super::plan::Plan;
use super::query::within;
use crate::roles::Result;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _};

/// Runs the statement, and tells which rows went through which steps. What the planner thought of costs, and times of single steps, would
/// make each line twice as long.
const EXPLAIN: &str = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF, SUMMARY ON) ";

/// A statement's text, and what asks for its plan: on a connection of its own with the settings of all others, with the same parameters bound. So
/// it is planned as it was when it was run.
pub(super) fn plan(
    options: &PgConnectOptions,
    plan: Plan,
    sql: &'static str,
    arguments: &PgArguments,
) -> (String, impl Future<Output = Result<Vec<String>>> + Send + use<>) {
    let (options, arguments) = (options.clone(), arguments.clone());
    let ask = async move {
        let mut connection = PgConnection::connect_with(&options).await?;
        // it is run once more: nothing is written by that, whatever the statement is
        let mut transaction = connection.begin_with("BEGIN READ ONLY").await?;
        let lines = match plan {
            Plan::Custom => custom(&mut transaction, sql, arguments).await?,
            Plan::Generic => generic(&mut transaction, sql, arguments).await?,
        };
        transaction.rollback().await?;
        connection.close().await?;
        Ok(lines)
    };
    (sql.to_owned(), async move { within(READ, ask).await.map_err(store_error) })
}

/// The plan for these values.
async fn custom(connection: &mut PgConnection, sql: &str, arguments: PgArguments) -> sqlx::Result<Vec<String>> {
    // safe: a constant of ours before a constant of ours; values are bound, as when it was run
    let sql = AssertSqlSafe(format!("{EXPLAIN}{sql}"));
    sqlx::query_scalar_with(sql, arguments).persistent(false).fetch_all(connection).await
}

/// The plan for any values, run with these. `EXPLAIN` plans for what is bound to it; a plan for any values has only what was prepared.
async fn generic(connection: &mut PgConnection, sql: &str, arguments: PgArguments) -> sqlx::Result<Vec<String>> {
    sqlx::raw_sql(Plan::Generic.setting()).execute(&mut *connection).await?;
    // safe, here and below: a constant of ours behind a constant of ours, and what the server wrote
    sqlx::raw_sql(AssertSqlSafe(format!("PREPARE explained AS {sql}"))).execute(&mut *connection).await?;
    let written = sqlx::query_as(sql!("explain_generic")).persistent(false).fetch_one(&mut *connection).await?;
    let (keep_values, execute): (String, String) = written;
    sqlx::query_with(AssertSqlSafe(keep_values), arguments).persistent(false).execute(&mut *connection).await?;
    sqlx::query_scalar(AssertSqlSafe(format!("{EXPLAIN}{execute}"))).persistent(false).fetch_all(connection).await
}
