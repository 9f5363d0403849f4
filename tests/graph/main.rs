//! The graph as clients meet it: operations and their budgets, pages, limits, the front door, dead stores.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod bad_inputs;
mod batches;
mod comparisons;
mod cost;
mod csrf;
mod documents;
mod door;
mod events;
mod explain;
mod faults;
mod front_door;
mod guard;
mod headers;
mod introspection;
mod limits;
mod mutations;
mod operations;
mod origins;
mod overload;
mod pages;
mod plans;
mod profiles;
mod rate_limits;
mod reads;
mod session_cookie;
mod sockets;
mod statement_plans;
mod store_down;
mod subscriptions;
mod variables;
mod watched_stores;
