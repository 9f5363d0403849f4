//! The front door: axum first, GraphQL second.

pub mod assets;
pub mod graphql;
pub mod health;
mod middleware;

use crate::graphql::Graph;
use axum::{
    Router,
    http::{HeaderValue, header},
    response::Redirect,
    routing::get,
};
use std::sync::Arc;
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer};

/// Everything that the server answers.
pub fn router(graph: Graph, ready_requires: Vec<String>) -> Router {
    let sdl = graph.sdl();
    let stores = Arc::clone(graph.stores());
    Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post).fallback(graphql::other))
        .with_state(graph)
        .merge(assets::routes())
        .merge(health::routes(stores, ready_requires))
        .route("/", get(|| async { Redirect::temporary("/graphiql") }))
        .route("/schema.graphql", get(move || async { ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], sdl) }))
        .layer(CatchPanicLayer::custom(middleware::panicked))
        .layer(SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(axum::middleware::from_fn(middleware::request_id))
}
