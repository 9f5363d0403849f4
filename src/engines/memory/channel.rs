//! Messages: a broadcast within this process.

use super::Memory;
use crate::{
    roles::{Channel, Result},
    shop::{Heard, Message, Topic},
};
use async_trait::async_trait;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::sync::broadcast::{Receiver, Sender, error::RecvError};
use tokio_util::sync::CancellationToken;

/// What waits for the slowest listener at most; what comes beyond it is a gap.
const QUEUE: usize = 256;

pub(super) fn sender() -> Sender<Message> {
    Sender::new(QUEUE)
}

/// Who listens.
struct Listener {
    messages: Receiver<Message>,
    /// Topics whose gap is still to be told.
    lost: Vec<Topic>,
    closed: CancellationToken,
}

impl Listener {
    async fn next(mut self) -> Option<(Heard, Self)> {
        if let Some(topic) = self.lost.pop() {
            return Some((Heard::Gap(topic), self));
        }
        let received = tokio::select! {
            biased;
            () = self.closed.cancelled() => return None,
            received = self.messages.recv() => received,
        };
        match received {
            Ok(message) => Some((Heard::Message(message), self)),
            // nobody knows of which topics they were
            Err(RecvError::Lagged(_)) => {
                self.lost = Topic::ALL.to_vec();
                let topic = self.lost.pop()?;
                Some((Heard::Gap(topic), self))
            }
            Err(RecvError::Closed) => None,
        }
    }
}

#[async_trait]
impl Channel for Memory {
    async fn channel_tell(&self, messages: &[Message]) -> Result<()> {
        for message in messages {
            // nobody may listen, which is no failure
            let _ = self.messages.send(message.clone());
        }
        Ok(())
    }

    async fn channel_listen(&self) -> Result<BoxStream<'static, Heard>> {
        let listener = Listener { messages: self.messages.subscribe(), lost: Vec::new(), closed: self.closed.clone() };
        Ok(stream::unfold(listener, Listener::next).boxed())
    }
}
