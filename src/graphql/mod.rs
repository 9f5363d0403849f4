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
pub mod mutation;
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
pub mod who;

use crate::stores::Stores;
use crate::{
    actions::{Passwords, Views},
    shop::Viewer,
};
use async_graphql::{EmptySubscription, SDLExportOptions, Schema};
use limits::Limits;
use std::sync::Arc;

type Library = Schema<query::Query, mutation::Mutation, EmptySubscription>;

/// The graph over some stores, within some limits.
#[derive(Clone)]
pub struct Graph {
    library: Library,
    stores: Arc<Stores>,
    limits: Limits,
    anonymous: Viewer,
    views: Views,
}

impl Graph {
    /// Builds the schema. The library's own limits are a second wall behind the guard: a little wider, so that the guard's
    /// messages and codes are the ones that clients see.
    ///
    /// `anonymous` is who asks without a token: [`Viewer::Visitor`], or [`Viewer::Reader`] on a demo.
    pub fn new(stores: Stores, limits: Limits, anonymous: Viewer) -> Self {
        let stores = Arc::new(stores);
        let views = Views::default();
        let library = Schema::build(query::Query, mutation::Mutation::default(), EmptySubscription)
            .data(Passwords::default())
            .data(views.clone())
            .data(Arc::clone(&stores))
            .data(limits)
            .limit_depth(usize::try_from(limits.depth.max(limits::INTROSPECTION_DEPTH)).unwrap_or(usize::MAX).saturating_add(2))
            .limit_complexity(usize::try_from(limits.complexity).unwrap_or(usize::MAX))
            .limit_recursive_depth(limits::NESTING)
            .limit_directives(usize::try_from(limits.directives).unwrap_or(usize::MAX))
            .finish();
        Self { library, stores, limits, anonymous, views }
    }

    /// The schema in GraphQL's schema language: what `graphql/schema.graphql` holds.
    pub fn sdl(&self) -> String {
        self.library.sdl_with_options(export())
    }

    /// Views that were counted and not told yet.
    pub fn views(&self) -> &Views {
        &self.views
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
    Schema::build(query::Query, mutation::Mutation::default(), EmptySubscription).finish().sdl_with_options(export())
}

fn export() -> SDLExportOptions {
    SDLExportOptions::new().include_specified_by()
}
