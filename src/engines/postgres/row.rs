//! Reading the shop's values out of rows. What does not fit is a decoding error, which becomes `Corrupt`.

use crate::shop::{Currency, Money, Timestamp};
use chrono::{DateTime, Utc};
use sqlx::error::BoxDynError;
use sqlx::postgres::PgRow;
use sqlx::{Error, FromRow, Result, Row as _};
use uuid::Uuid;

/// A row of a statement that answers for many parents.
pub(super) struct Child<T> {
    pub(super) parent: Uuid,
    pub(super) row: T,
}

impl<'r, T: FromRow<'r, PgRow>> FromRow<'r, PgRow> for Child<T> {
    fn from_row(row: &'r PgRow) -> Result<Self> {
        Ok(Self { parent: row.try_get("parent")?, row: T::from_row(row)? })
    }
}

/// What stood there cannot be read.
pub(super) fn unreadable(column: &str, why: impl Into<BoxDynError>) -> Error {
    Error::ColumnDecode { index: column.to_owned(), source: why.into() }
}

pub(super) fn id<T: From<Uuid>>(row: &PgRow, column: &str) -> Result<T> {
    row.try_get::<Uuid, _>(column).map(T::from)
}

pub(super) fn optional_id<T: From<Uuid>>(row: &PgRow, column: &str) -> Result<Option<T>> {
    Ok(row.try_get::<Option<Uuid>, _>(column)?.map(T::from))
}

pub(super) fn time(row: &PgRow, column: &str) -> Result<Timestamp> {
    Timestamp::from_chrono(row.try_get::<DateTime<Utc>, _>(column)?).map_err(|error| unreadable(column, error))
}

pub(super) fn optional_time(row: &PgRow, column: &str) -> Result<Option<Timestamp>> {
    let at: Option<DateTime<Utc>> = row.try_get(column)?;
    at.map(Timestamp::from_chrono).transpose().map_err(|error| unreadable(column, error))
}

/// An amount; the currency stands in the column `currency`.
pub(super) fn money(row: &PgRow, column: &str) -> Result<Money> {
    let currency = row.try_get::<&str, _>("currency")?.parse::<Currency>().map_err(|error| unreadable("currency", error))?;
    Ok(Money::new(row.try_get(column)?, currency))
}

/// One of the upper-case names of [`crate::shop`]'s enums.
pub(super) fn code<T>(row: &PgRow, column: &str, from_code: fn(&str) -> Option<T>) -> Result<T> {
    let text: &str = row.try_get(column)?;
    from_code(text).ok_or_else(|| unreadable(column, format!("unknown name {text:?}")))
}
