//! Reading the shop's values out of rows. What does not fit is a decoding error, which becomes `Corrupt`.

pub(super) use crate::engines::cells::unreadable;
use crate::engines::cells::{self, PARENT};
use crate::shop::{Currency, Money, Timestamp};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Result, Row as _};
use uuid::Uuid;

/// The cells of a row.
pub(super) type Cells<'r> = cells::Cells<'r, PgRow>;

/// A row of a statement that answers for many parents.
pub(super) struct Child<T> {
    pub(super) parent: Uuid,
    pub(super) row: T,
}

impl<'r, T: FromRow<'r, PgRow>> FromRow<'r, PgRow> for Child<T> {
    fn from_row(row: &'r PgRow) -> Result<Self> {
        Ok(Self { parent: row.try_get(PARENT)?, row: T::from_row(row)? })
    }
}

pub(super) fn id<T: From<Uuid>>(row: &Cells<'_>, column: &str) -> Result<T> {
    row.try_get::<Uuid>(column).map(T::from)
}

pub(super) fn optional_id<T: From<Uuid>>(row: &Cells<'_>, column: &str) -> Result<Option<T>> {
    Ok(row.try_get::<Option<Uuid>>(column)?.map(T::from))
}

pub(super) fn time(row: &Cells<'_>, column: &str) -> Result<Timestamp> {
    Timestamp::from_chrono(row.try_get::<DateTime<Utc>>(column)?).map_err(|error| unreadable(column, error))
}

pub(super) fn optional_time(row: &Cells<'_>, column: &str) -> Result<Option<Timestamp>> {
    let at: Option<DateTime<Utc>> = row.try_get(column)?;
    at.map(Timestamp::from_chrono).transpose().map_err(|error| unreadable(column, error))
}

/// The currency of the row's amounts.
pub(super) fn currency(row: &Cells<'_>) -> Result<Currency> {
    row.try_get::<&str>("currency")?.parse().map_err(|error| unreadable("currency", error))
}

/// An amount; the currency stands in the column `currency`.
pub(super) fn money(row: &Cells<'_>, column: &str) -> Result<Money> {
    let minor = row.try_get(column)?;
    Ok(Money::new(minor, currency(row)?))
}

/// One of the upper-case names of [`crate::shop`]'s enums.
pub(super) fn code<T>(row: &Cells<'_>, column: &str, from_code: fn(&str) -> Option<T>) -> Result<T> {
    let text: &str = row.try_get(column)?;
    from_code(text).ok_or_else(|| unreadable(column, format!("unknown name {text:?}")))
}
