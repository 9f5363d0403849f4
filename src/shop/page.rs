//! Keyset pagination: a [`Window`] says which part of an ordered list is wanted, a [`Page`] is that part.
//!
//! Every order ends in the id, so it is total; a page is found by comparing `(sort value, id)` with a [`Key`] and
//! never by counting rows from the start.

use crate::shop::Timestamp;
use uuid::Uuid;

/// The value that a list is sorted by, for one row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SortValue {
    /// A time; the row's creation or placement.
    Time(Timestamp),
    /// A number: a price or total in minor units.
    Number(i64),
    /// A text, compared by its UTF-8 bytes (collation `C`, `BINARY`, MongoDB's simple collation).
    Text(String),
}

/// What kind of value a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKind {
    /// [`SortValue::Time`].
    Time,
    /// [`SortValue::Number`].
    Number,
    /// [`SortValue::Text`].
    Text,
}

/// A row's place in an ordered list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// What the list is sorted by.
    pub value: SortValue,
    /// The row's id: decides between equal values.
    pub id: Uuid,
}

/// Which end of the wanted stretch the rows are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Relay's `first`: the rows nearest to the list's start.
    First,
    /// Relay's `last`: the rows nearest to the list's end. They come back in list order all the same.
    Last,
}

/// Which part of an ordered list is wanted. Bounds are exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Only rows behind this place, in list order.
    pub after: Option<Key>,
    /// Only rows ahead of this place, in list order.
    pub before: Option<Key>,
    /// Count from the start or from the end of what is left.
    pub end: End,
    /// How many rows at most: 1 to 100.
    pub limit: u32,
    /// Whether [`Page::total`] is wanted; it costs a count.
    pub total: bool,
}

/// The bound that a scan starts behind, whichever direction it runs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound<'a> {
    /// Scan starts strictly behind this key, in scan direction.
    pub from: Option<&'a Key>,
    /// Scan stops strictly ahead of this key, in scan direction.
    pub to: Option<&'a Key>,
    /// The scan runs against the list's order: the engine must reverse what it reads.
    pub reversed: bool,
}

impl Window {
    /// The first `limit` rows.
    pub fn first(limit: u32) -> Self {
        Self { after: None, before: None, end: End::First, limit, total: false }
    }

    /// The last `limit` rows.
    pub fn last(limit: u32) -> Self {
        Self { end: End::Last, ..Self::first(limit) }
    }

    /// Rows to ask a store for: one more than the limit tells whether there are more.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The window as a scan: `last` is a scan from the far end.
    pub fn scan(&self) -> Bound<'_> {
        match self.end {
            End::First => Bound { from: self.after.as_ref(), to: self.before.as_ref(), reversed: false },
            End::Last => Bound { from: self.before.as_ref(), to: self.after.as_ref(), reversed: true },
        }
    }

    /// Makes the page from up to [`Window::fetch`] rows in scan order.
    pub fn page<T>(&self, mut rows: Vec<T>, total: Option<u64>) -> Page<T> {
        let more = rows.len() > self.limit as usize;
        rows.truncate(self.limit as usize);
        let (has_previous, has_next) = match self.end {
            End::First => (self.after.is_some(), more),
            End::Last => (more, self.before.is_some()),
        };
        if self.end == End::Last {
            rows.reverse();
        }
        Page { items: rows, has_previous, has_next, total }
    }
}

/// A stretch of an ordered list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows in list order, at most [`Window::limit`].
    pub items: Vec<T>,
    /// Rows exist ahead of the first one. Exact when paging backward; when paging forward, whether a start was given (as Relay allows).
    pub has_previous: bool,
    /// Rows exist behind the last one. Exact when paging forward; when paging backward, whether an end was given.
    pub has_next: bool,
    /// How many rows the whole list has, bounds aside; only when [`Window::total`] asked for it.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// A page without rows: what a parent without children has.
    pub fn empty(window: &Window) -> Self {
        window.page(Vec::new(), window.total.then_some(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_what_lies_beyond_it_and_keeps_list_order() {
        let page = Window::first(2).page(vec![1, 2, 3], None);
        assert_eq!((page.items, page.has_previous, page.has_next), (vec![1, 2], false, true));
        let page = Window::last(2).page(vec![9, 8, 7], None);
        assert_eq!((page.items, page.has_previous, page.has_next), (vec![8, 9], true, false));
    }
}
