//! Reading the shop's values out of rows. What cannot be read becomes a decode error, which the engine calls corrupt.

use crate::shop::{Currency, Money, Timestamp};
use serde::de::DeserializeOwned;
use sqlx::{
    Decode, Row as _, Type,
    error::BoxDynError,
    sqlite::{Sqlite as Db, SqliteRow},
};
use uuid::Uuid;

/// A column through a function that may refuse what stands there.
pub fn parsed<'r, R, T, E>(row: &'r SqliteRow, column: &str, parse: impl FnOnce(R) -> Result<T, E>) -> sqlx::Result<T>
where
    R: Decode<'r, Db> + Type<Db>,
    E: Into<BoxDynError>,
{
    parse(row.try_get(column)?).map_err(|e| undecodable(column, e))
}

/// What stands in the column cannot be read.
pub fn undecodable(column: &str, why: impl Into<BoxDynError>) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: why.into() }
}

/// An id of any entity.
pub fn id<T: From<Uuid>>(row: &SqliteRow, column: &str) -> sqlx::Result<T> {
    Ok(row.try_get::<Uuid, _>(column)?.into())
}

/// An id that may be missing.
pub fn id_opt<T: From<Uuid>>(row: &SqliteRow, column: &str) -> sqlx::Result<Option<T>> {
    Ok(row.try_get::<Option<Uuid>, _>(column)?.map(Into::into))
}

/// Milliseconds.
pub fn time(row: &SqliteRow, column: &str) -> sqlx::Result<Timestamp> {
    parsed(row, column, Timestamp::from_millis)
}

/// Milliseconds that may be missing.
pub fn time_opt(row: &SqliteRow, column: &str) -> sqlx::Result<Option<Timestamp>> {
    parsed(row, column, |millis: Option<i64>| millis.map(Timestamp::from_millis).transpose())
}

/// An enum's upper-case name.
pub fn code<T>(row: &SqliteRow, column: &str, from_code: fn(&str) -> Option<T>) -> sqlx::Result<T> {
    parsed(row, column, |code: &str| from_code(code).ok_or_else(|| format!("unknown code {code:?}")))
}

/// An amount; its currency stands in the column `currency`.
pub fn money(row: &SqliteRow, column: &str) -> sqlx::Result<Money> {
    let currency: Currency = parsed(row, "currency", |code: &str| code.parse())?;
    Ok(Money::new(row.try_get(column)?, currency))
}

/// A text.
pub fn text(row: &SqliteRow, column: &str) -> sqlx::Result<String> {
    row.try_get(column)
}

/// A whole number.
pub fn number(row: &SqliteRow, column: &str) -> sqlx::Result<i64> {
    row.try_get(column)
}

/// A JSON document.
pub fn json<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> sqlx::Result<T> {
    parsed(row, column, |text: &str| serde_json::from_str(text))
}

/// A JSON document that may be missing.
pub fn json_opt<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> sqlx::Result<Option<T>> {
    parsed(row, column, |text: Option<&str>| text.map(serde_json::from_str).transpose())
}
