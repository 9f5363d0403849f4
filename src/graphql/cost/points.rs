//! Adding up points from the leaves of a selection to its root, in whole numbers that saturate.

use super::{BASE, weights::Weight};

/// What a selection set costs. Where it stands is not known yet when it is counted (a fragment is counted once), so the calls are kept for
/// both places: below one thing, and below many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Points {
    rows: u64,
    /// Of the fields that make calls, each once.
    calls: u64,
    /// Calls below one thing: each field makes one for all its rows.
    below_one: u64,
    /// Calls below many things. Some of them may be known to the request already, so that they go ahead of the others: each relation that lies
    /// between the list and a field can split the field's call once more.
    below_many: u64,
}

impl Points {
    /// Beside each other.
    pub fn and(self, other: Self) -> Self {
        Self {
            rows: self.rows.saturating_add(other.rows),
            calls: self.calls.saturating_add(other.calls),
            below_one: self.below_one.saturating_add(other.below_one),
            below_many: self.below_many.saturating_add(other.below_many),
        }
    }

    /// A field of this weight and so many rows over what is selected of each.
    pub fn below(self, weight: Weight, rows: u64) -> Self {
        let of_each = if rows > 1 { self.below_many } else { self.below_one };
        let split = if weight.call > 0 { self.calls } else { 0 };
        Self {
            rows: rows.saturating_mul(self.rows.saturating_add(weight.row)),
            calls: self.calls.saturating_add(weight.call),
            below_one: of_each.saturating_add(weight.call),
            below_many: self.below_many.saturating_add(split).saturating_add(weight.call),
        }
    }

    /// Of an operation.
    pub fn total(self) -> u64 {
        BASE.saturating_add(self.rows).saturating_add(self.below_one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: Weight = Weight { call: 10, row: 2 };

    #[test]
    fn a_call_is_paid_once_and_a_row_as_often_as_there_are_rows() {
        let names = Points::default();
        assert_eq!(names.total(), 1);
        assert_eq!(names.below(ROW, 1).total(), 1 + 10 + 2);
        assert_eq!(names.below(ROW, 20).total(), 1 + 10 + 40);
        // the category of each of 20 products: one call, 20 rows
        assert_eq!(names.below(ROW, 1).below(ROW, 20).total(), 1 + 10 + 40 + 10 + 40);
        // what makes no call lets everything through
        let free = Weight { call: 0, row: 0 };
        assert_eq!(names.below(ROW, 1).below(free, 1).below(ROW, 20), names.below(ROW, 1).below(ROW, 20));
    }

    #[test]
    fn below_many_things_a_relation_can_split_the_calls_behind_it() {
        let chain = |rows: u64| (0..3).fold(Points::default(), |below, _| below.below(ROW, 1)).below(ROW, rows);
        assert_eq!(chain(1).below_one, 40);
        assert_eq!(chain(20).below_one, 10 + 10 + 20 + 30);
    }

    #[test]
    fn the_largest_numbers_saturate() {
        let endless = (0..20).fold(Points::default(), |below, _| below.below(ROW, u64::MAX));
        assert_eq!(endless.and(endless).total(), u64::MAX);
    }
}
