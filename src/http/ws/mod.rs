//! WebSockets with the protocol graphql-transport-ws: who may open one.

mod message;
mod operations;
mod socket;
mod writer;

use super::{Door, credentials, graphql::Beside, middleware::RequestId, origin};
use crate::graphql::{error::Code, reply::Problem};
use axum::{
    extract::ws::WebSocketUpgrade,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use tracing::Instrument;

/// The one subprotocol that is spoken here.
const PROTOCOL: &str = "graphql-transport-ws";
/// A buffer to read into, for each socket; messages may be larger.
const BUFFER: usize = 8 * 1024;

/// Opens a WebSocket, or says why not.
pub(super) fn open(
    door: &Door,
    upgrade: WebSocketUpgrade,
    headers: &HeaderMap,
    id: &RequestId,
    beside: Beside,
) -> Result<Response, (StatusCode, Problem)> {
    if !origin::allowed(headers, &door.origins) {
        return Err(origin::refusal());
    }
    if !upgrade.requested_protocols().any(|protocol| protocol == PROTOCOL) {
        let message = format!("the WebSocket must ask for the subprotocol {PROTOCOL}");
        return Err((StatusCode::BAD_REQUEST, Problem::new(Code::BadUserInput, message)));
    }
    let place = door.streams.enter().map_err(|problem| (StatusCode::SERVICE_UNAVAILABLE, problem))?;
    let limit = door.graph.limits().body_bytes;
    let (bearer, cookie) = (credentials::bearer(headers), door.cookie.and_then(|cookie| cookie.token(headers)));
    let context = socket::Context {
        graph: door.graph.clone(),
        streams: door.streams.clone(),
        request_id: id.0.clone(),
        by_cookie: bearer.is_none() && cookie.is_some(),
        token: bearer.or(cookie),
        api_key: credentials::api_key(headers),
        beside,
    };
    let streams = door.streams.clone();
    let span = tracing::Span::current();
    let upgrade = upgrade.protocols([PROTOCOL]).read_buffer_size(BUFFER).write_buffer_size(BUFFER);
    // twice the limit is a second wall: what is just above the limit is refused with a word
    Ok(upgrade.max_message_size(limit.saturating_mul(2)).max_frame_size(limit.saturating_mul(2)).on_upgrade(move |socket| {
        let run = async move {
            let _place = place;
            socket::run(socket, context).await;
        };
        streams.tracked(run.instrument(span))
    }))
}
