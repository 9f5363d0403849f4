//! Reading the shop's values out of rows. What does not fit is a decoding error, which becomes `Corrupt`.

use crate::shop::{Currency, Money, Timestamp};
use chrono::{DateTime, Utc};
use sqlx::error::BoxDynError;
use sqlx::postgres::PgRow;
use sqlx::{Column as _, ColumnIndex as _, Decode, Error, FromRow, Postgres as Pg, Result, Row as _, Type};
use std::cell::Cell;
use uuid::Uuid;

/// A row whose columns are read by their names. The driver looks each name up in a map; here it is first compared with that of the
/// column behind the one that was read last, which is the right one where both list their columns in the same order.
pub(super) struct Cells<'r> {
    row: &'r PgRow,
    next: Cell<usize>,
}

impl<'r> Cells<'r> {
    pub(super) fn of(row: &'r PgRow) -> Self {
        // a child's own columns stand behind its parent
        let child = row.columns().first().is_some_and(|first| first.name() == PARENT);
        Self { row, next: Cell::new(usize::from(child)) }
    }

    pub(super) fn try_get<T: Decode<'r, Pg> + Type<Pg>>(&self, column: &str) -> Result<T> {
        let next = self.next.get();
        let as_expected = self.row.columns().get(next).is_some_and(|found| found.name() == column);
        let place = if as_expected { next } else { column.index(self.row)? };
        self.next.set(place + 1);
        self.row.try_get(place).map_err(|error| match error {
            Error::ColumnDecode { source, .. } => unreadable(column, source),
            other => other,
        })
    }
}

/// The column with the parent, before all others.
const PARENT: &str = "parent";

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

/// What stood there cannot be read.
pub(super) fn unreadable(column: &str, why: impl Into<BoxDynError>) -> Error {
    Error::ColumnDecode { index: column.to_owned(), source: why.into() }
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
