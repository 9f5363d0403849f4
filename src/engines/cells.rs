//! The cells of a row, in either SQL engine.

use sqlx::{Column as _, ColumnIndex, Decode, Row, Type, error::BoxDynError};
use std::cell::Cell;

/// The column with the parent, before all others.
pub const PARENT: &str = "parent";

/// A row whose columns are read by their names. The driver looks each name up in a map; here it is first compared with that of the
/// column behind the one that was read last, which is the right one where both list their columns in the same order.
pub struct Cells<'r, R> {
    row: &'r R,
    next: Cell<usize>,
}

impl<'r, R: Row> Cells<'r, R>
where
    usize: ColumnIndex<R>,
    for<'name> &'name str: ColumnIndex<R>,
{
    /// The cells of a row, from its first column on.
    pub fn of(row: &'r R) -> Self {
        // a child's own columns stand behind its parent
        let child = row.columns().first().is_some_and(|first| first.name() == PARENT);
        Self { row, next: Cell::new(usize::from(child)) }
    }

    /// A column as the driver decodes it.
    pub fn try_get<T: Decode<'r, R::Database> + Type<R::Database>>(&self, column: &str) -> sqlx::Result<T> {
        let next = self.next.get();
        let as_expected = self.row.columns().get(next).is_some_and(|found| found.name() == column);
        let place = if as_expected { next } else { column.index(self.row)? };
        self.next.set(place + 1);
        self.row.try_get(place).map_err(|error| match error {
            sqlx::Error::ColumnDecode { source, .. } => unreadable(column, source),
            other => other,
        })
    }
}

/// What stands in the column cannot be read.
pub fn unreadable(column: &str, why: impl Into<BoxDynError>) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: why.into() }
}
