//! The operations of a socket: each a task of its own, so that one that waits, fails or panics does not concern the others.

use super::message;
use crate::graphql::{
    Graph,
    error::Code,
    execute::Operation,
    reply::{Problem, Reply},
};
use axum::extract::ws::Message;
use futures::StreamExt;
use std::collections::HashMap;
use tokio::{
    sync::mpsc::Sender,
    task::{AbortHandle, Id, JoinError, JoinSet},
};
use tracing::Instrument;

/// The operations under way. They end with this value.
#[derive(Default)]
pub struct Operations {
    tasks: JoinSet<Option<Reply>>,
    by_id: HashMap<String, AbortHandle>,
}

/// How an operation ended: its task, and why it was refused if it was.
pub type Ended = Result<(Id, Option<Reply>), JoinError>;

impl Operations {
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn knows(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Runs an operation; its answers go to `out` as fast as they are taken from there.
    pub fn start(&mut self, graph: Graph, operation: Operation, id: String, request_id: String, out: Sender<Message>) {
        let key = id.clone();
        let answer = async move {
            let mut replies = graph.subscribe(operation);
            while let Some(reply) = replies.next().await {
                if reply.refusal().is_some() {
                    return Some(reply);
                }
                if out.send(message::next(&id, &reply.body(&request_id))).await.is_err() {
                    break;
                }
            }
            None
        };
        self.by_id.insert(key, self.tasks.spawn(answer.in_current_span()));
    }

    /// Ends an operation; the client wants no more of it.
    pub fn cancel(&mut self, id: &str) {
        if let Some(task) = self.by_id.remove(id) {
            task.abort();
        }
    }

    /// The next that ends by itself; never, if there is none.
    pub async fn next_ended(&mut self) -> Ended {
        match self.tasks.join_next_with_id().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }

    /// The last message of an operation that ended; none if it was cancelled. Its id is free again.
    pub fn last_message(&mut self, ended: Ended, request_id: &str) -> Option<Message> {
        let task = ended.as_ref().map_or_else(JoinError::id, |(task, _)| *task);
        let id = self.by_id.iter().find(|(_, known)| known.id() == task)?.0.clone();
        self.by_id.remove(&id);
        let refusal = match ended {
            Ok((_, refusal)) => refusal,
            // the panic itself is in the log
            Err(_) => Some(Reply::refused(Problem::new(Code::Internal, "internal error"))),
        };
        Some(refusal.map_or_else(|| message::complete(&id), |refusal| message::error(&id, &refusal.errors(request_id))))
    }
}
