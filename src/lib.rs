//! One GraphQL graph over three kinds of storage. Modules in reading order:
//!
//! - [`shop`]: the domain.
//! - [`error`]: what can go wrong with a store.
//! - [`roles`]: the questions that the shop asks of its stores.
//! - [`engines`]: the stores that answer them.
//! - [`receipt`]: the account of store calls that a request may carry.
//! - [`layers`]: what stands between a role and its engine.
//! - [`stores`]: one implementation for each role, wired together.
//! - [`loaders`]: one question a type, batched within a request.
//! - [`relay`]: tells the other stores what was committed.
//! - [`fanout`]: what one listener hears, told to all who watch.
//! - [`graphql`]: the graph itself.
//! - [`http`]: the front door.
//! - [`actions`]: use cases over the roles.
//! - [`progress`]: how long work tells what it is doing.
//! - [`seed`]: fictional data, the same on every machine.
//! - [`import`]: a user's own CSV and NDJSON files.
//! - [`lab`]: the same work on several stores, side by side; most of it is the crate [`polystore_lab`].
//! - [`config`]: the program's settings.
//! - [`telemetry`]: the log.
//! - [`commands`]: the program's commands.

pub mod actions;
pub mod commands;
pub mod config;
pub mod engines;
pub mod error;
pub mod fanout;
pub mod graphql;
pub mod http;
pub mod import;
pub mod lab;
pub mod layers;
pub mod loaders;
pub mod receipt;
pub mod relay;
#[warn(missing_docs)]
pub mod roles;
pub mod seed;
#[warn(missing_docs)]
pub mod shop;
pub mod stores;
pub mod telemetry;

pub use polystore_lab::progress;
