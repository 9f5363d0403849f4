//! Server-sent events: the "distinct connections" mode of the protocol graphql-sse. One operation a connection; `next` for each answer,
//! `complete` behind the last one, comments as signs of life. A refusal is an answer like any other: a browser's client cannot read
//! the body of a response that is not 200.

use super::streams::Streams;
use crate::graphql::{
    Graph,
    execute::Operation,
    reply::{Problem, Reply},
};
use axum::{
    body::Body,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{convert::Infallible, time::Duration};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

/// Tells proxies not to keep events back.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// A comment. The first one shows clients and proxies the head of the response before there is any event.
const ALIVE: &[u8] = b":\n\n";
/// Without a line of data, browsers would not tell the page.
const COMPLETE: &[u8] = b"event: complete\ndata:\n\n";

/// Answers with a stream. It is polled only as fast as the client reads.
pub fn answer(graph: &Graph, streams: &Streams, operation: Operation, request_id: String) -> Result<Response, Problem> {
    let place = streams.enter()?;
    let sending = Sending { replies: Some(graph.subscribe(operation)), keep_alive: streams.timing.keep_alive, request_id, _place: place };
    let begin = stream::iter([Bytes::from_static(ALIVE)]);
    let events = begin.chain(stream::unfold(sending, Sending::next)).map(Ok::<_, Infallible>);
    let head = [(header::CONTENT_TYPE, "text/event-stream; charset=utf-8"), (header::CACHE_CONTROL, "no-store"), (BUFFERING, "no")];
    Ok((head, Body::from_stream(events)).into_response())
}

struct Sending {
    /// None once everything is told.
    replies: Option<BoxStream<'static, Reply>>,
    keep_alive: Duration,
    request_id: String,
    _place: OwnedSemaphorePermit,
}

impl Sending {
    async fn next(mut self) -> Option<(Bytes, Self)> {
        let event = match timeout(self.keep_alive, self.replies.as_mut()?.next()).await {
            // our JSON has no line breaks: those within its texts are escaped
            Ok(Some(reply)) => Bytes::from([b"event: next\ndata: ", &*reply.body(&self.request_id), b"\n\n"].concat()),
            Ok(None) => {
                self.replies = None;
                Bytes::from_static(COMPLETE)
            }
            Err(_nothing_happened) => Bytes::from_static(ALIVE),
        };
        Some((event, self))
    }
}
