//! Several operations in one request, for operators who allow it: a list in, the list of answers out, in the same order.
//!
//! They run one after the other. So a batch has no more of the server at once than another request has, and mutations come in
//! their order. Every check and limit is that of an operation by itself.

use super::{
    Door,
    accept::{Accepted, Media},
    graphql::{Beside, Payload, misshapen, not_json, respond},
    middleware::RequestId,
};
use crate::graphql::{execute::Operation, reply::Problem};
use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Deserialize as _;
use serde_json::{Map, Value};

/// Whether the body is a list.
pub(super) fn is_list(bytes: &[u8]) -> bool {
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
}

/// The operations of a list, `most` at most. With one bad item none is run.
pub(super) fn read(bytes: &[u8], most: usize, accepted: Accepted, headers: &HeaderMap, beside: Beside) -> Result<Vec<Operation>, Problem> {
    if most < 2 {
        return Err(misshapen("batches are not taken: send one operation a request"));
    }
    let what = "the items of a batch must be JSON objects with query, and optionally operationName, variables and extensions";
    // a list within the list would be read as the fields of an operation
    let items: Vec<Map<String, Value>> = serde_json::from_slice(bytes).map_err(|error| not_json(&error, what))?;
    if items.is_empty() || items.len() > most {
        return Err(misshapen(&format!("a batch has 1 to {most} operations, not {}", items.len())));
    }
    if accepted.events {
        return Err(misshapen("a batch is not answered as a stream: send one operation a request"));
    }
    let operation = |item| {
        let payload = Payload::deserialize(Value::Object(item)).map_err(|_| misshapen(what))?;
        let operation = payload.operation(headers, beside);
        match operation.idempotency_key {
            // one key for several changes: the second would be taken for the first
            Some(_) => Err(misshapen("a batch takes no header Idempotency-Key: give each mutation its idempotencyKey")),
            None => Ok(operation),
        }
    };
    items.into_iter().map(operation).collect()
}

/// Runs them, and answers with the list of their answers.
pub(super) async fn answer(door: &Door, operations: Vec<Operation>, media: Media, id: &RequestId) -> Response {
    let (mut body, mut standing, mut session) = (b"[".to_vec(), None, None);
    for operation in operations {
        if body.len() > 1 {
            body.push(b',');
        }
        let reply = door.graph.execute(Operation { request_id: Some(id.0.clone()), ..operation }).await;
        standing = reply.standing.or(standing);
        session = reply.session.clone().or(session);
        body.extend(reply.body(&id.0));
    }
    body.push(b']');
    // what became of each stands in its answer
    let mut response = respond(StatusCode::OK, media, body);
    door.tell_session(session.as_ref(), &mut response);
    if let Some(standing) = standing {
        response.extensions_mut().insert(standing);
    }
    response
}
