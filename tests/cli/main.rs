//! The program as its users meet it: the real binary, with an environment that holds nothing but what a test puts there.

#![expect(clippy::unwrap_used, reason = "in a test a failure is the answer")]
#![expect(clippy::print_stdout, reason = "a skipped test says why")]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod advise;
mod api_keys;
mod audit;
mod bad_start;
mod canary;
mod compare;
mod compare_stores;
mod cost;
mod docs;
mod documents;
mod explain;
mod first_start;
mod front_door;
mod home;
mod hostile;
mod http;
mod import;
mod production;
mod real_stores;
mod schema;
mod schema_state;
mod secret_files;
mod seed;
mod settings;
mod stop;
mod stores_on_wires;
mod streams;
mod tls;
mod wait;
