//! How statements are planned. The server keeps a prepared statement, and plans it anew with each execution's values, or keeps one plan for any values.
//! `docs/decisions/0021-plans-of-statements.md` has the measurements.

/// How a statement gets its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Anew each time, with the values at hand. One statement serves every filter and both ends of a list, `$1 IS NULL OR …`: the parts that
    /// are not asked for fall away, and the index range is found. The generic plan reads the table.
    Custom,
    /// Once for each connection, for any values: rows are looked up by their keys, so there is one good plan, at any size of the table. Planning
    /// for the values takes as long as looking up the lines of an order.
    Generic,
}

impl Plan {
    /// What tells a session; at its start it plans [`Plan::Custom`].
    pub(super) const fn setting(self) -> &'static str {
        match self {
            Self::Custom => "RESET plan_cache_mode; RESET enable_seqscan",
            // A plan that was made while the table was small is kept while it grows: it must not be one that reads the table.
            Self::Generic => "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off",
        }
    }
}

/// Has a transaction plan [`Plan::Custom`], on whichever session.
macro_rules! planned_anew {
    () => {
        "SET LOCAL plan_cache_mode TO DEFAULT; SET LOCAL enable_seqscan TO DEFAULT"
    };
}
pub(super) use planned_anew;
