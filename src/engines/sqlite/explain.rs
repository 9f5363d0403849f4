//! SQLite's own plan of a statement: for `polystore explain --analyze`.

use super::{Sqlite, error};
use crate::{receipt::statements, roles::Result};
use sqlx::{AssertSqlSafe, Execute as _, FromRow, SqlitePool, query::QueryAs, sqlite::SqliteArguments, sqlite::SqliteRow};
use std::{collections::HashMap, sync::Arc};

/// What stands before a statement to see its plan.
const EXPLAIN: &str = "EXPLAIN QUERY PLAN ";

impl Sqlite {
    /// A question as it is. If somebody wants to see statements its text is noted, with what asks for its plan.
    pub(super) fn noted<'q, T>(
        &self,
        mut query: QueryAs<'q, sqlx::Sqlite, T, SqliteArguments>,
    ) -> Result<QueryAs<'q, sqlx::Sqlite, T, SqliteArguments>>
    where
        T: Send + for<'r> FromRow<'r, SqliteRow>,
    {
        if !statements::wanted() {
            return Ok(query);
        }
        // the driver gives its parts away, so it is put together anew
        let arguments = query.take_arguments().map_err(|refused| self.error(&sqlx::Error::Encode(refused)))?.unwrap_or_default();
        let sql = query.sql();
        statements::note(|| {
            let plan = plan(self.reader.clone(), Arc::clone(&self.place), format!("{EXPLAIN}{}", sql.as_str()), arguments.clone());
            (sql.as_str().to_owned(), plan)
        });
        Ok(sqlx::query_as_with(sql, arguments))
    }
}

/// The lines of a plan, those below others indented.
async fn plan(reader: SqlitePool, place: Arc<str>, sql: String, arguments: SqliteArguments) -> Result<Vec<String>> {
    // safe: a constant of ours before the text of a question, which is a constant of ours; values are bound
    let rows = sqlx::query_as_with(AssertSqlSafe(sql), arguments).persistent(false).fetch_all(&reader).await;
    let rows: Vec<(i64, i64, i64, String)> = rows.map_err(|refused| error::store_error(&place, &refused))?;
    let mut depths: HashMap<i64, usize> = HashMap::new();
    let line = |(id, parent, _, text): (i64, i64, i64, String)| {
        let depth = depths.get(&parent).map_or(0, |depth| depth + 1);
        depths.insert(id, depth);
        format!("{}{text}", "  ".repeat(depth))
    };
    Ok(rows.into_iter().map(line).collect())
}
