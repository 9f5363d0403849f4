//! The graph: one file a noun, `#[Object]` on the shop's own structs, and what stands around execution.

pub mod absent;
pub mod activity;
pub mod admission;
mod answers;
pub mod article;
pub mod ask;
pub mod cacheable;
pub mod category;
pub mod comment;
mod comparison;
pub mod contract;
pub mod cost;
pub mod customer;
pub mod documents;
pub mod enums;
pub mod error;
pub mod execute;
pub mod explain;
pub mod guard;
pub mod limits;
pub mod merge;
pub mod mutation;
pub mod node;
pub mod order;
pub mod plan;
pub mod preferences;
pub mod product;
pub mod query;
pub mod ranking;
pub mod reply;
mod row;
pub mod sales;
pub mod scalars;
pub mod search;
pub mod selection;
pub mod server;
pub mod single_root;
pub mod stream;
pub mod subscription;
pub mod throttle;
pub mod tokens;
pub mod who;

use crate::{
    actions::{AccessKey, Passwords, Views},
    fanout::Fanout,
    shop::Viewer,
    stores::Stores,
};
use admission::Admission;
use answers::Answers;
use async_graphql::{SDLExportOptions, Schema, SchemaBuilder};
use comparison::Archive;
use documents::{Documents, trusted::Trusted};
use limits::{Limits, Rates};
use std::{path::PathBuf, sync::Arc};
use throttle::{Throttle, keys::ApiKeys};

type Library = Schema<query::Query, mutation::Mutation, subscription::Subscription>;

/// The graph over some stores, within some limits.
#[derive(Clone)]
pub struct Graph {
    library: Library,
    /// The same schema with an extension for events, which would cost every field of a query.
    streaming: Library,
    /// The same schema, for looking at a document without executing it.
    checking: Library,
    stores: Arc<Stores>,
    fanout: Arc<Fanout>,
    documents: Arc<Documents>,
    turns: Arc<stream::Turns>,
    admission: Arc<Admission>,
    /// None: each answer is found anew.
    answers: Option<Arc<Answers>>,
    limits: Limits,
    anonymous: Viewer,
    access_key: AccessKey,
    views: Views,
    /// None: operations are not limited.
    throttle: Option<Arc<Throttle>>,
    /// The programs that are known; `None`: no key is looked at.
    keys: Option<Arc<ApiKeys>>,
    /// Where results of the lab are.
    archive: Archive,
    /// Whether keys are asked for in batches.
    loaders: bool,
    /// Whether queries are compiled.
    plans: bool,
}

impl Graph {
    /// Builds the schema. `anonymous` is who asks without a token: [`Viewer::Visitor`], or [`Viewer::Reader`] on a demo;
    /// `access_key` signs what counts while sessions cannot be looked up.
    pub fn new(stores: Stores, limits: Limits, anonymous: Viewer, access_key: AccessKey) -> Self {
        let fanout = Arc::new(Fanout::new(Arc::clone(&stores.hot) as _, Arc::clone(&stores.hot) as _));
        let stores = Arc::new(stores);
        let (views, passwords) = (Views::default(), Passwords::default());
        let archive = Archive::default();
        let schema = || {
            let shared = within(limits).data(limits).data(Arc::clone(&stores)).data(Arc::clone(&fanout));
            shared.data(archive.clone()).data(views.clone()).data(passwords.clone()).data(access_key.clone())
        };
        let (library, streaming) = (schema().finish(), schema().extension(stream::EachEvent).finish());
        let checking = within(limits).extension(documents::check::Unexecuted).finish();
        let documents = Arc::new(Documents::new(&limits, Some(Arc::clone(&stores.cache)), Arc::default()));
        let admission = Arc::new(Admission::new(limits.requests));
        let (turns, throttle) = (Arc::default(), None);
        Self {
            library,
            streaming,
            checking,
            stores,
            fanout,
            documents,
            turns,
            admission,
            answers: Answers::new(limits.answer_cache_bytes).map(Arc::new),
            limits,
            anonymous,
            access_key,
            views,
            throttle,
            keys: None,
            archive,
            loaders: true,
            plans: true,
        }
    }

    /// The same graph with these trusted documents; `store` tells whether clients may have documents stored under their hash.
    pub fn with_documents(self, store: bool, trusted: Arc<Trusted>) -> Self {
        let far = store.then(|| Arc::clone(&self.stores.cache));
        Self { documents: Arc::new(Documents::new(&self.limits, far, trusted)), ..self }
    }

    /// The same graph; `plans` tells whether queries are compiled, or all executed by the library.
    pub fn with_plans(self, plans: bool) -> Self {
        Self { plans, ..self }
    }

    /// The same graph; `loaders` tells whether keys are asked for in batches. Without them is for the lab alone.
    pub fn with_loaders(self, loaders: bool) -> Self {
        Self { loaders, ..self }
    }

    /// The same graph, which shows the results of the lab in this folder. The first call counts.
    pub fn with_comparisons(self, folder: PathBuf) -> Self {
        self.archive.0.get_or_init(|| folder);
        self
    }

    /// The same graph, whose clients may spend so much.
    pub fn limited_to(self, rates: Rates) -> Self {
        let throttle = Throttle::new(&self.stores.hot, rates);
        Self { throttle: Some(Arc::new(throttle)), ..self }
    }

    /// The same graph, which knows programs by these API keys.
    pub fn with_keys(self, keys: Arc<ApiKeys>) -> Self {
        Self { keys: Some(keys), ..self }
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

    /// Who watches what here.
    pub fn fanout(&self) -> &Fanout {
        &self.fanout
    }

    /// What clients may spend, if that is limited.
    pub fn rates(&self) -> Option<Rates> {
        self.throttle.as_ref().map(|throttle| throttle.rates())
    }

    /// How many operations may run at once.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    /// What an operation may be at most.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// The schema without any store: for printing it.
pub fn sdl() -> String {
    schema().finish().sdl_with_options(export())
}

fn schema() -> SchemaBuilder<query::Query, mutation::Mutation, subscription::Subscription> {
    Schema::build(query::Query, mutation::Mutation::default(), subscription::Subscription)
}

/// The library's own limits are a second wall behind the guard: a little wider, so that the guard's messages and codes are the ones
/// that clients see.
fn within(limits: Limits) -> SchemaBuilder<query::Query, mutation::Mutation, subscription::Subscription> {
    let size = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
    let builder = if limits.introspection { schema() } else { schema().disable_introspection().disable_suggestions() };
    builder
        .limit_depth(size(limits.depth.max(limits::INTROSPECTION_DEPTH)).saturating_add(2))
        .limit_complexity(size(limits.complexity))
        .limit_recursive_depth(limits::NESTING)
        .limit_directives(size(limits.directives))
}

fn export() -> SDLExportOptions {
    SDLExportOptions::new().include_specified_by()
}
