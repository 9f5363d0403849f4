//! `/livez`: the program runs. `/readyz`: what the stores say, and what their breakers let through.

use crate::{
    error::Engine,
    receipt::Role,
    roles::{BreakerState, Result, Store},
    stores::Stores,
};
use axum::{Json, Router, http::StatusCode, routing::get};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// The two routes. A lost store makes the server unready only if its role is in `requires`: by default a lost store costs its
/// fields and no more, and taking the server out of a balancer would cost the rest as well. One that is being stopped is never ready.
pub fn routes(stores: Arc<Stores>, requires: Vec<String>, stopping: CancellationToken) -> Router {
    let requires = Arc::new(requires);
    Router::new()
        // never looks at a store: else a store's outage restarts every server
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(move || ready(Arc::clone(&stores), Arc::clone(&requires), stopping.is_cancelled())))
}

async fn ready(stores: Arc<Stores>, requires: Arc<Vec<String>>, stopping: bool) -> (StatusCode, Json<Value>) {
    if stopping {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "ready": false, "stopping": true, "stores": [] })));
    }
    let start = Instant::now();
    let (relational, documents, hot) = tokio::join!(
        asked(Role::Relational, &*stores.relational, start),
        asked(Role::Documents, &*stores.documents, start),
        asked(Role::Hot, &*stores.hot, start),
    );
    let all = [relational, documents, hot];
    let ready = all.iter().all(|asked| asked.ping.is_ok() || !requires.iter().any(|name| name == asked.role.name()));
    let line = |asked: &Asked| {
        json!({
            "role": asked.role.name(),
            "engine": asked.engine.name(),
            "ok": asked.ping.is_ok(),
            "breaker": asked.breaker.map(BreakerState::name),
            "error": asked.ping.as_ref().err().map(ToString::to_string),
            "micros": u64::try_from(asked.took.as_micros()).unwrap_or(u64::MAX),
        })
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "stores": all.iter().map(line).collect::<Vec<_>>() })))
}

/// What a store said.
struct Asked {
    role: Role,
    engine: Engine,
    ping: Result<()>,
    breaker: Option<BreakerState>,
    took: Duration,
}

/// Asks a store through its breaker: while that is open, nobody waits.
async fn asked<S: Store + ?Sized>(role: Role, store: &S, start: Instant) -> Asked {
    let ping = store.ping().await;
    Asked { role, engine: store.engine(), ping, breaker: store.breaker(), took: start.elapsed() }
}
