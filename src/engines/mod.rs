//! The stores: one folder an engine, one file an entity. Driver crates are named only below this folder.

mod cells;
pub mod memory;
pub mod mongodb;
pub mod postgres;
mod pulse;
pub mod redis;
pub mod sqlite;

/// What an engine may take of its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most connections at a time.
    pub connections: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 8 }
    }
}
