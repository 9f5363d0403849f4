//! What the test binaries share.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod authority;
pub mod documents_sample;
pub mod engines;
pub mod graph;
pub mod mutations;
pub mod proxy;
pub mod random;
pub mod sample;
pub mod shop;
pub mod socket;
pub mod told;
pub mod watch;
pub mod wiring;
