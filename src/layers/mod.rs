//! Layers: a role goes in, the same role comes out, and passes the same contract.

pub mod cached;
pub mod observed;
