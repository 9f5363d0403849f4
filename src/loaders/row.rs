//! Rows of one call, side by side in one allocation, that are handed out one by one.

use super::Counted;
use std::{
    fmt::{self, Debug},
    ops::{Deref, Range},
    sync::Arc,
};

/// A row. It keeps all rows of its call, which end with the request.
pub struct Row<T> {
    rows: Arc<Vec<T>>,
    place: usize,
}

impl<T> Row<T> {
    /// Each of these rows.
    pub fn each(rows: Vec<T>) -> impl ExactSizeIterator<Item = Self> {
        Rows::all(rows).into_iter()
    }
}

impl<T> Clone for Row<T> {
    fn clone(&self) -> Self {
        Self { rows: Arc::clone(&self.rows), place: self.place }
    }
}

impl<T> Deref for Row<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.rows[self.place]
    }
}

impl<T: Debug> Debug for Row<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T> From<T> for Row<T> {
    fn from(row: T) -> Self {
        Self { rows: Arc::new(vec![row]), place: 0 }
    }
}

impl<T> Counted for Row<T> {}

/// Rows of one call that follow one another: all of them, or the list that one key was answered.
pub struct Rows<T> {
    rows: Arc<Vec<T>>,
    places: Range<usize>,
}

impl<T> Rows<T> {
    /// All rows of a call.
    pub fn all(rows: Vec<T>) -> Self {
        Self { places: 0..rows.len(), rows: Arc::new(rows) }
    }

    /// Some of them; places that there are none for are left out.
    pub fn part(&self, places: Range<usize>) -> Self {
        let (first, end) = (self.places.start, self.places.end);
        let at = |place: usize| (first + place).min(end);
        Self { rows: Arc::clone(&self.rows), places: at(places.start)..at(places.end) }
    }
}

impl<T> IntoIterator for Rows<T> {
    type Item = Row<T>;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self)
    }
}

/// Hands the rows out.
pub struct IntoIter<T>(Rows<T>);

impl<T> Iterator for IntoIter<T> {
    type Item = Row<T>;

    fn next(&mut self) -> Option<Row<T>> {
        let place = self.0.places.next()?;
        Some(Row { rows: Arc::clone(&self.0.rows), place })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.places.size_hint()
    }
}

impl<T> ExactSizeIterator for IntoIter<T> {}

impl<T> Clone for Rows<T> {
    fn clone(&self) -> Self {
        Self { rows: Arc::clone(&self.rows), places: self.places.clone() }
    }
}

impl<T> Deref for Rows<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.rows[self.places.clone()]
    }
}

impl<T> Counted for Rows<T> {
    fn rows(&self) -> usize {
        self.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_from_their_whole_and_end_with_it() {
        let part = Rows::all(vec![1, 2, 3, 4, 5]).part(1..4);
        assert_eq!((&part[..], &part.part(1..9)[..], &part.part(7..9)[..]), (&[2, 3, 4][..], &[3, 4][..], &[][..]));
        assert_eq!(part.clone().into_iter().map(|row| *row).collect::<Vec<_>>(), [2, 3, 4]);
    }
}
