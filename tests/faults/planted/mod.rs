//! Bugs that the checker must find: a checker that never failed proves nothing.

mod histories;

/// Bugs of the program, planted in the layers of a server that then runs under load.
pub const ALL: &[(&str, fn())] = &[];

/// Harm done to a history and a content that fit each other.
pub const HISTORIES: &[(&str, fn())] = histories::ALL;
