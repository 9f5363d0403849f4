//! The front door: axum first, GraphQL second.

mod accept;
pub mod assets;
mod batch;
mod client;
mod conditional;
mod cookie;
mod cors;
mod credentials;
pub mod graphql;
pub mod health;
mod lab;
pub mod listener;
mod middleware;
mod origin;
mod rate;
pub mod server;
mod sse;
mod status;
pub mod streams;
pub mod tls;
mod ws;

use crate::{
    config::{SessionCookie, StatusProfile},
    graphql::Graph,
};
use axum::{Router, http::header, response::Redirect, routing::get};
use cors::Cors;
use middleware::Front;
use rate::Rating;
use std::{path::PathBuf, sync::Arc};
use streams::Streams;

/// What an operator decides about the front door.
#[derive(Clone, Debug)]
pub struct Options {
    /// Roles whose loss makes the server not ready.
    pub ready_requires: Vec<String>,
    /// Web pages of other hosts that may ask and open streams here.
    pub origins: Vec<String>,
    /// Which status an answer has.
    pub status_profile: StatusProfile,
    /// How many proxies in front tell the truth about where requests come from.
    pub trusted_proxies: usize,
    /// The streams, for whoever stops the server.
    pub streams: Streams,
    /// Show the console.
    pub console: bool,
    /// Where results of the lab are; they are shown with the console.
    pub lab: Option<PathBuf>,
    /// Answers go over TLS: browsers are told to ask for nothing less from now on.
    pub https: bool,
    /// Sessions come and go in a cookie, too.
    pub session_cookie: Option<SessionCookie>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ready_requires: Vec::new(),
            origins: Vec::new(),
            status_profile: StatusProfile::default(),
            trusted_proxies: 0,
            streams: Streams::default(),
            console: true,
            lab: None,
            https: false,
            session_cookie: None,
        }
    }
}

impl From<Vec<String>> for Options {
    fn from(ready_requires: Vec<String>) -> Self {
        Self { ready_requires, ..Self::default() }
    }
}

/// What the routes of the graph share.
struct Door {
    graph: Graph,
    origins: Arc<[String]>,
    streams: Streams,
    profile: StatusProfile,
    console: bool,
    cookie: Option<SessionCookie>,
}

/// Where the graph is.
const GRAPH: &str = "/graphql";

/// Everything that the server answers.
pub fn router(graph: Graph, options: impl Into<Options>) -> Router {
    let Options { ready_requires, origins, status_profile, trusted_proxies, streams, console, lab, https, session_cookie: cookie } =
        options.into();
    let origins: Arc<[String]> = origins.into();
    let front = Front {
        graph: GRAPH,
        cors: Cors::new(Arc::clone(&origins), cookie.is_some()),
        rating: graph.rates().map(Rating::new),
        proxies: trusted_proxies,
        https,
        stopped: streams.stopping().clone(),
    };
    let sdl = graph.limits().introspection.then(|| graph.sdl());
    let stores = Arc::clone(graph.stores());
    let stopping = streams.stopping().clone();
    let door = Door { graph, origins, streams, profile: status_profile, console, cookie };
    let mut router = Router::new()
        .route(GRAPH, get(graphql::get).post(graphql::post).fallback(graphql::other))
        .with_state(Arc::new(door))
        .merge(health::routes(stores, ready_requires, stopping));
    if console {
        router = router.merge(assets::routes()).route("/", get(|| async { Redirect::temporary("/graphiql") }));
    }
    if let Some(folder) = lab.filter(|_| console) {
        router = router.merge(lab::routes(folder));
    }
    if let Some(sdl) = sdl {
        router = router.route("/schema.graphql", get(move || async { ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], sdl) }));
    }
    router.layer(axum::middleware::from_fn_with_state(Arc::new(front), middleware::front))
}
