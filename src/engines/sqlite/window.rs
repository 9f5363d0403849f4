//! Pages: a window as bound values, and rows of many parents as one page for each.
//!
//! Every paged statement takes the same first five values: `(sort, id) < (?1, ?2) AND (sort, id) > (?3, ?4) … LIMIT ?5`. A bound
//! that is not given is a value beyond all others, because SQLite plans before it knows the values: `?1 IS NULL OR …` would
//! cost it the index.

use super::{Sqlite, row};
use crate::{
    roles::Result,
    shop::{Key, Page, SortValue, Window},
};
use sqlx::{FromRow, Row as _, query::QueryAs, sqlite::SqliteArguments, sqlite::SqliteRow};
use std::collections::HashMap;
use type_safe_id::{StaticType, TypeSafeId};
use uuid::Uuid;

type Query<T> = QueryAs<'static, sqlx::Sqlite, T, SqliteArguments>;

/// What a list is sorted by; decides which value is below all others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Times and amounts.
    Number,
    /// Names and titles.
    Text,
    /// Times, and versions where others have ids: see [`crate::shop::ArticleRevision::key`].
    TimeAndVersion,
}

/// Above every number and every text, because SQLite sorts bytes after both, and above every id, because it is longer.
const GREATEST: [u8; 17] = [0xff; 17];
/// Below every id.
const NO_ID: &[u8] = &[];

/// A filter on what the list is sorted by: from a value on, and up to and without a value. It narrows the scan itself.
#[derive(Clone, Copy, Default)]
pub struct Range {
    /// The least value that passes.
    pub from: Option<i64>,
    /// The least value that does not pass any more.
    pub to: Option<i64>,
}

/// Starts a paged statement: chooses the text for the scan's direction, binds `?1` to `?5`.
/// `descending` is the list's order, `[desc, asc]` are the two texts.
pub fn page_query<T>(texts: [&'static str; 2], window: &Window, descending: bool, sort: Sort) -> Query<T>
where
    T: for<'r> FromRow<'r, SqliteRow>,
{
    page_query_within(texts, window, descending, sort, Range::default())
}

/// The same, within a range of the value that the list is sorted by. Only for lists sorted by [`Sort::Number`].
pub fn page_query_within<T>(texts: [&'static str; 2], window: &Window, descending: bool, sort: Sort, range: Range) -> Query<T>
where
    T: for<'r> FromRow<'r, SqliteRow>,
{
    let down = descending != window.scan().reversed;
    let query = sqlx::query_as(if down { texts[0] } else { texts[1] });
    let (upper, lower) = if descending { (&window.after, &window.before) } else { (&window.before, &window.after) };
    // beside a bound with an empty id every row of that very value is above it
    let query = match (upper, range.to) {
        (Some(key), to) if to.is_none_or(|to| number(key) < to) => bind_key(query, key, sort),
        (_, Some(to)) => query.bind(to).bind(NO_ID),
        (_, None) => query.bind(GREATEST.as_slice()).bind(GREATEST.as_slice()),
    };
    let query = match (lower, range.from) {
        (Some(key), from) if from.is_none_or(|from| number(key) >= from) => bind_key(query, key, sort),
        (_, Some(from)) => query.bind(from).bind(NO_ID),
        (_, None) if sort == Sort::Text => query.bind("").bind(NO_ID),
        (_, None) => query.bind(i64::MIN).bind(NO_ID),
    };
    query.bind(window.fetch())
}

/// What a key's place in a range is decided by; texts have no ranges.
fn number(key: &Key) -> i64 {
    match &key.value {
        SortValue::Time(at) => at.millis(),
        SortValue::Number(n) => *n,
        SortValue::Text(_) => i64::MIN,
    }
}

fn bind_key<T>(query: Query<T>, key: &Key, sort: Sort) -> Query<T> {
    let query = match &key.value {
        SortValue::Time(at) => query.bind(at.millis()),
        SortValue::Number(n) => query.bind(*n),
        SortValue::Text(text) => query.bind(text.clone()),
    };
    match sort {
        Sort::Number | Sort::Text => query.bind(key.id),
        // beyond all versions is behind all rows
        Sort::TimeAndVersion => query.bind(i64::try_from(key.id.as_u128()).unwrap_or(i64::MAX)),
    }
}

/// A row and the parent that it was found for.
pub struct Child<T> {
    parent: Uuid,
    row: T,
}

impl<'r, T: FromRow<'r, SqliteRow>> FromRow<'r, SqliteRow> for Child<T> {
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        Ok(Self { parent: row.try_get(row::PARENT)?, row: T::from_row(row)? })
    }
}

impl Sqlite {
    /// The page of a list, and its total if the window asks for it.
    pub(super) async fn page<T>(&self, window: &Window, rows: Query<T>, count: Query<(i64,)>) -> Result<Page<T>>
    where
        T: Send + Unpin + for<'r> FromRow<'r, SqliteRow>,
    {
        let rows = self.all(rows).await?;
        let total = if window.total { self.all(count).await?.first().and_then(|(n,)| u64::try_from(*n).ok()) } else { None };
        Ok(window.page(rows, total))
    }

    /// A page for each parent that has rows in the window, or, when totals are asked for, any rows at all.
    pub(super) async fn pages<P, T>(
        &self,
        window: &Window,
        rows: Query<Child<T>>,
        counts: Query<(Uuid, i64)>,
    ) -> Result<Vec<(TypeSafeId<P>, Page<T>)>>
    where
        P: StaticType,
        T: Send + Unpin + for<'r> FromRow<'r, SqliteRow>,
    {
        let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
        for child in self.all(rows).await? {
            groups.entry(child.parent).or_default().push(child.row);
        }
        let mut totals: HashMap<Uuid, u64> = HashMap::new();
        if window.total {
            for (parent, count) in self.all(counts).await? {
                totals.insert(parent, u64::try_from(count).unwrap_or_default());
                groups.entry(parent).or_default();
            }
        }
        let page = |(parent, rows)| {
            let total = window.total.then(|| totals.get(&parent).copied().unwrap_or_default());
            (parent.into(), window.page(rows, total))
        };
        Ok(groups.into_iter().map(page).collect())
    }
}
