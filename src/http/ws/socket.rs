//! One WebSocket from its first message to its close.

use super::{
    message::{self, Close, Incoming},
    operations::Operations,
    writer,
};
use crate::{
    graphql::{
        Graph,
        error::Code,
        execute::Operation,
        reply::{Problem, Reply},
    },
    http::{credentials, graphql::Beside, streams::Streams},
};
use axum::extract::ws::{Message, WebSocket};
use futures::{StreamExt, stream::SplitStream};
use std::{ops::ControlFlow, time::Duration};
use tokio::{
    sync::mpsc::Sender,
    time::{Instant, interval_at, sleep_until, timeout},
};

/// How long a closed socket is read for the other side's close: ended earlier, what was written last could be lost.
const FAREWELL: Duration = Duration::from_secs(1);

/// What a socket needs.
pub struct Context {
    pub graph: Graph,
    pub streams: Streams,
    /// All errors on the socket carry the id of the request that opened it.
    pub request_id: String,
    /// Of that request, or of the socket's first message.
    pub token: Option<String>,
    /// That was in a cookie.
    pub by_cookie: bool,
    /// Which program opened it.
    pub api_key: Option<String>,
    /// What the request that opened it said.
    pub beside: Beside,
}

struct Socket {
    context: Context,
    operations: Operations,
    out: Sender<Message>,
    acknowledged: bool,
    /// The server is being stopped: what runs may end, nothing new begins.
    stopping: bool,
}

/// Whether the socket goes on; if not, with which close. None if the client is gone.
type Flow = ControlFlow<Option<Close>>;

/// Serves a socket to its end.
pub async fn run(socket: WebSocket, context: Context) {
    let (sink, mut incoming) = socket.split();
    let (out, writer) = writer::start(sink, context.streams.timing.write);
    let gone = writer.abort_handle();
    let mut socket = Socket { context, operations: Operations::default(), out, acknowledged: false, stopping: false };
    let close = tokio::select! {
        close = socket.serve(&mut incoming) => close,
        _ = writer => None,
    };
    match close {
        Some(close) => {
            let Socket { operations, out, .. } = socket;
            drop(operations);
            let _the_writer_ended_already = out.send(close.message()).await;
            let farewell = async {
                while let Some(message) = incoming.next().await {
                    if message.is_err() {
                        // nothing more can be read, and the other side may still be writing: it gets the time all the same
                        std::future::pending::<()>().await;
                    }
                }
            };
            let _told_or_not = timeout(FAREWELL, farewell).await;
        }
        None => gone.abort(),
    }
}

impl Socket {
    async fn serve(&mut self, incoming: &mut SplitStream<WebSocket>) -> Option<Close> {
        let timing = self.context.streams.timing;
        let stop = self.context.streams.stopping().clone();
        let init = Instant::now() + timing.init;
        let mut pings = interval_at(Instant::now() + timing.ping, timing.ping);
        let mut heard = true;
        loop {
            let flow = tokio::select! {
                message = incoming.next() => {
                    heard = true;
                    match message {
                        Some(Ok(message)) => self.receive(message).await,
                        Some(Err(error)) if error.to_string().contains("too long") => ControlFlow::Break(Some(Close::too_large())),
                        Some(Err(_)) | None => ControlFlow::Break(None),
                    }
                }
                ended = self.operations.next_ended() => {
                    let last = self.operations.last_message(ended, &self.context.request_id);
                    self.tell(last).await
                }
                _ = pings.tick() => {
                    match std::mem::take(&mut heard) {
                        true => self.tell([Message::Ping(bytes::Bytes::new())]).await,
                        false => ControlFlow::Break(None),
                    }
                }
                () = sleep_until(init), if !self.acknowledged => ControlFlow::Break(Some(Close::init_timeout())),
                () = stop.cancelled(), if !self.stopping => {
                    self.stopping = true;
                    ControlFlow::Continue(())
                }
            };
            match flow {
                ControlFlow::Break(close) => return close,
                ControlFlow::Continue(()) if self.stopping && self.operations.len() == 0 => return Some(Close::going_away()),
                ControlFlow::Continue(()) => {}
            }
        }
    }

    async fn receive(&mut self, message: Message) -> Flow {
        let limit = self.context.graph.limits().body_bytes;
        let text = match message {
            Message::Text(text) if text.len() > limit => return ControlFlow::Break(Some(Close::too_large())),
            Message::Text(text) => text,
            Message::Binary(_) => return ControlFlow::Break(Some(Close::bad_message())),
            // the library answers pings, and closes
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return ControlFlow::Continue(()),
        };
        let Some(incoming) = message::read(&text) else { return ControlFlow::Break(Some(Close::bad_message())) };
        match incoming {
            Incoming::ConnectionInit { .. } if self.acknowledged => ControlFlow::Break(Some(Close::too_many_inits())),
            Incoming::ConnectionInit { payload } => {
                let token = payload.as_ref().and_then(credentials::bearer_of_payload);
                self.context.by_cookie &= token.is_none();
                self.context.token = token.or(self.context.token.take());
                self.acknowledged = true;
                self.tell([message::plain("connection_ack", None)]).await
            }
            Incoming::Ping { payload } => self.tell([message::plain("pong", payload)]).await,
            Incoming::Pong {} => ControlFlow::Continue(()),
            Incoming::Subscribe { .. } if !self.acknowledged => ControlFlow::Break(Some(Close::unauthorized())),
            Incoming::Subscribe { id, .. } if self.operations.knows(&id) => ControlFlow::Break(Some(Close::known_id(&id))),
            Incoming::Subscribe { id, payload } => self.subscribe(id, payload).await,
            Incoming::Complete { id } => {
                self.operations.cancel(&id);
                ControlFlow::Continue(())
            }
        }
    }

    async fn subscribe(&mut self, id: String, asked: message::Subscribe) -> Flow {
        let most = self.context.graph.limits().socket_operations;
        let problem = if self.stopping {
            Some(Problem::new(Code::ShuttingDown, "the server is being stopped"))
        } else if self.operations.len() >= most {
            Some(Problem::new(Code::Overloaded, format!("at most {most} operations may run on one socket")))
        } else {
            None
        };
        if let Some(problem) = problem {
            return self.tell([message::error(&id, &Reply::refused(problem).errors(&self.context.request_id))]).await;
        }
        let operation = Operation {
            query: asked.query.unwrap_or_default(),
            document_id: asked.document_id.filter(|id| !id.is_empty()),
            extensions: asked.extensions.unwrap_or_default(),
            operation_name: asked.operation_name.filter(|name| !name.is_empty()),
            variables: asked.variables.unwrap_or_default(),
            receipt: self.context.beside.receipt,
            cost: self.context.beside.cost,
            plan: self.context.beside.plan,
            address: self.context.beside.client.0,
            token: self.context.token.clone(),
            by_cookie: self.context.by_cookie,
            api_key: self.context.api_key.clone(),
            request_id: Some(self.context.request_id.clone()),
            ..Operation::default()
        };
        let Context { graph, request_id, .. } = &self.context;
        self.operations.start(graph.clone(), operation, id, request_id.clone(), self.out.clone());
        ControlFlow::Continue(())
    }

    /// Queues messages to be written; waits while the queue is full.
    async fn tell(&self, messages: impl IntoIterator<Item = Message>) -> Flow {
        for message in messages {
            if self.out.send(message).await.is_err() {
                return ControlFlow::Break(None);
            }
        }
        ControlFlow::Continue(())
    }
}
