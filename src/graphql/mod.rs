//! The graph: one file a noun, `#[Object]` on the shop's own structs, and what stands around execution.

pub mod absent;
pub mod activity;
pub mod article;
pub mod ask;
pub mod category;
pub mod comment;
pub mod customer;
pub mod enums;
pub mod error;
pub mod execute;
pub mod guard;
pub mod limits;
pub mod merge;
pub mod node;
pub mod order;
pub mod preferences;
pub mod product;
pub mod query;
pub mod ranking;
pub mod reply;
pub mod sales;
pub mod scalars;
pub mod search;
pub mod selection;
pub mod server;
pub mod tokens;

use crate::stores::Stores;
use async_graphql::{EmptyMutation, EmptySubscription, SDLExportOptions, Schema};
use limits::Limits;
use std::sync::Arc;

type Library = Schema<query::Query, EmptyMutation, EmptySubscription>;

/// The graph over some stores, within some limits.
#[derive(Clone)]
pub struct Graph {
    library: Library,
    stores: Arc<Stores>,
    limits: Limits,
}

impl Graph {
    /// Builds the schema. The library's own limits are a second wall behind the guard: a little wider, so that the guard's
    /// messages and codes are the ones that clients see.
    pub fn new(stores: Stores, limits: Limits) -> Self {
        let stores = Arc::new(stores);
        let library = Schema::build(query::Query, EmptyMutation, EmptySubscription)
            .data(Arc::clone(&stores))
            .data(limits)
            .limit_depth(usize::try_from(limits.depth.max(limits::INTROSPECTION_DEPTH)).unwrap_or(usize::MAX).saturating_add(2))
            .limit_complexity(usize::try_from(limits.complexity).unwrap_or(usize::MAX))
            .limit_recursive_depth(limits::NESTING)
            .limit_directives(usize::try_from(limits.directives).unwrap_or(usize::MAX))
            .finish();
        Self { library, stores, limits }
    }

    /// The schema in GraphQL's schema language: what `graphql/schema.graphql` holds.
    pub fn sdl(&self) -> String {
        self.library.sdl_with_options(export())
    }

    /// What the graph works with.
    pub fn stores(&self) -> &Arc<Stores> {
        &self.stores
    }

    /// What an operation may be at most.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// The schema without any store: for printing it.
pub fn sdl() -> String {
    Schema::build(query::Query, EmptyMutation, EmptySubscription).finish().sdl_with_options(export())
}

fn export() -> SDLExportOptions {
    SDLExportOptions::new().include_specified_by()
}
