//! The server's own plan of a statement: for `polystore explain --analyze`.

use super::connect::READ;
use super::error::store_error;
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
    sql: &'static str,
    arguments: &PgArguments,
) -> (String, impl Future<Output = Result<Vec<String>>> + Send + use<>) {
    let (options, arguments) = (options.clone(), arguments.clone());
    let ask = async move {
        let mut connection = PgConnection::connect_with(&options).await?;
        // it is run once more: nothing is written by that, whatever the statement is
        let mut transaction = connection.begin_with("BEGIN READ ONLY").await?;
        // safe: a constant of ours before a constant of ours; values are bound, as when it was run
        let sql = AssertSqlSafe(format!("{EXPLAIN}{sql}"));
        let lines: Vec<(String,)> = sqlx::query_as_with(sql, arguments).persistent(false).fetch_all(&mut *transaction).await?;
        transaction.rollback().await?;
        connection.close().await?;
        Ok(lines.into_iter().map(|(line,)| line).collect())
    };
    (sql.to_owned(), async move { within(READ, ask).await.map_err(store_error) })
}
