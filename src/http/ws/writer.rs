//! Writes a socket's messages, one after the other. A client that does not take a message in time is gone.

use axum::extract::ws::{Message, WebSocket};
use futures::{SinkExt, stream::SplitSink};
use std::time::Duration;
use tokio::{
    sync::mpsc::{self, Sender},
    task::JoinHandle,
    time::timeout,
};

/// Most messages that wait to be written.
const QUEUE: usize = 64;

/// Where messages go, and the task that writes them. The task ends behind a close message, when the client is gone, or when
/// nobody can send any more.
pub fn start(mut sink: SplitSink<WebSocket, Message>, patience: Duration) -> (Sender<Message>, JoinHandle<()>) {
    let (out, mut queue) = mpsc::channel(QUEUE);
    let writer = tokio::spawn(async move {
        while let Some(message) = queue.recv().await {
            let last = matches!(message, Message::Close(_));
            let taken = timeout(patience, sink.send(message)).await;
            if last || !matches!(taken, Ok(Ok(()))) {
                break;
            }
        }
    });
    (out, writer)
}
