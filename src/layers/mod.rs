//! Layers: a role goes in, the same role comes out, and passes the same contract.

pub mod cached;
mod chance;
pub mod guarded;
pub mod observed;
pub mod unfailing;
