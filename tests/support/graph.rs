//! The graph that tests ask: with compiled queries, or with `POLYSTORE_PLANS=off` in the tests' environment without. All tests must pass both ways, except the four of
//! `tests/graph/explain.rs` that say what a plan is.

use polystore::{
    actions::AccessKey,
    graphql::{Graph, limits::Limits},
    shop::Viewer,
    stores::Stores,
};

/// What `POLYSTORE_PLANS` says to the tests.
pub fn plans() -> &'static str {
    match std::env::var("POLYSTORE_PLANS").as_deref() {
        Ok("off") => "off",
        _ => "on",
    }
}

/// Over these stores; the key of all tests signs access tokens.
pub fn graph(stores: Stores, limits: Limits, anonymous: Viewer) -> Graph {
    Graph::new(stores, limits, anonymous, AccessKey::of("tests")).with_plans(plans() == "on")
}
