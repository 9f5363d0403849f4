//! `/livez`: the program runs. `/readyz`: what the stores say.

use crate::{receipt::Role, stores::Stores};
use axum::{Json, Router, http::StatusCode, routing::get};
use serde_json::{Value, json};
use std::{sync::Arc, time::Instant};

/// The two routes. A lost store makes the server unready only if its role is in `requires`: by default a lost store costs its
/// fields and no more, and taking the server out of a balancer would cost the rest as well.
pub fn routes(stores: Arc<Stores>, requires: Vec<String>) -> Router {
    let requires = Arc::new(requires);
    Router::new()
        // never looks at a store: else a store's outage restarts every server
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(move || ready(Arc::clone(&stores), Arc::clone(&requires))))
}

async fn ready(stores: Arc<Stores>, requires: Arc<Vec<String>>) -> (StatusCode, Json<Value>) {
    let start = Instant::now();
    let relational = async { (Role::Relational, stores.relational.engine(), stores.relational.ping().await, start.elapsed()) };
    let documents = async { (Role::Documents, stores.documents.engine(), stores.documents.ping().await, start.elapsed()) };
    let hot = async { (Role::Hot, stores.hot.engine(), stores.hot.ping().await, start.elapsed()) };
    let (relational, documents, hot) = tokio::join!(relational, documents, hot);
    let all = [relational, documents, hot];
    let ready = all.iter().all(|(role, _, ping, _)| ping.is_ok() || !requires.iter().any(|name| name == role.name()));
    let line = |(role, engine, ping, took): &(Role, crate::error::Engine, crate::roles::Result<()>, std::time::Duration)| {
        json!({
            "role": role.name(),
            "engine": engine.name(),
            "ok": ping.is_ok(),
            "error": ping.as_ref().err().map(ToString::to_string),
            "micros": u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        })
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "stores": all.iter().map(line).collect::<Vec<_>>() })))
}
