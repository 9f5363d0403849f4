//! Use cases: one verb a file, each with only the roles that it needs.

pub mod rebuild_hot;

pub use rebuild_hot::rebuild_hot;
