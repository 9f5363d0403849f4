//! `/lab`: the results of `polystore compare` that are kept in the data folder, as pages. Shown together with the console.

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use polystore_lab::{archive, report};
use std::{path::PathBuf, sync::Arc};

/// A report has styles of its own and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The list and the reports of a folder.
pub fn routes(folder: PathBuf) -> Router {
    Router::new().route("/lab", get(list)).route("/lab/{id}", get(one)).with_state(Arc::new(folder))
}

async fn list(State(folder): State<Arc<PathBuf>>) -> Response {
    let ids = tokio::task::spawn_blocking(move || archive::ids(&folder)).await.unwrap_or_default();
    // ids are letters, digits and hyphens: nothing to escape
    let items: String = ids.iter().map(|id| format!("<li><a href=\"/lab/{id}\">{id}</a></li>\n")).collect();
    let items = if items.is_empty() { "<li>none yet: run <code>polystore compare --quick</code></li>\n".to_owned() } else { items };
    page(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>Comparisons</title></head>\n\
         <body><main><h1>Comparisons, newest first</h1>\n<ul>\n{items}</ul></main></body></html>\n"
    ))
}

async fn one(State(folder): State<Arc<PathBuf>>, Path(id): Path<String>) -> Response {
    let found =
        tokio::task::spawn_blocking(move || archive::find(&folder, &id).map(|found| found.map(|record| report::html(&record)))).await;
    match found {
        Ok(Ok(Some(html))) => page(html),
        Ok(Ok(None)) => (StatusCode::NOT_FOUND, "no such comparison").into_response(),
        // the log has the reason; a stranger learns nothing of files
        Ok(Err(error)) => {
            tracing::warn!("{error}");
            (StatusCode::INTERNAL_SERVER_ERROR, "this comparison cannot be read").into_response()
        }
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "this comparison cannot be shown").into_response(),
    }
}

fn page(html: String) -> Response {
    ([(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-cache")], Html(html)).into_response()
}
