//! The seed and the importer: what they write, and what they refuse to write.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod import;
mod northwind;
mod recording;
mod seed;
