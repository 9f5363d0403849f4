//! Messages: pub/sub, one channel and one sequence of numbers for each topic.

use super::{
    Redis,
    error::store_error,
    wire::{ANSWER, Command, Wire, connecting},
};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{Channel, Result},
    shop::{Heard, Message, Topic},
};
use async_trait::async_trait;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use redis::{
    Msg, RedisResult, Script,
    aio::{PubSub, PubSubSink, PubSubStream},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};

static TELL: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/channel_tell.lua")));

/// What waits for a listener at most; what comes beyond it is a gap.
const QUEUE: usize = 256;
/// How often a quiet connection is asked for a sign of life: one whose other end is gone would be silent for ever.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How long it has for its answer. A false alarm makes every listener read anew.
const PULSE: Duration = Duration::from_secs(1);
/// How long to wait after the first try to connect again that failed; twice as long after each further one.
const SHORTEST_WAIT: Duration = Duration::from_millis(50);
/// But never longer than this.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// A topic as the server knows it.
struct Names {
    topic: Topic,
    channel: String,
    numbers: String,
}

impl Redis {
    fn names(&self, topic: Topic) -> Names {
        let code = topic.code();
        // channels are the whole server's, numbers are the database's
        let db = self.wire.client.get_connection_info().redis_settings().db();
        Names { topic, channel: self.key(format_args!("channel:{db}:{code}")), numbers: self.key(format_args!("told:{code}")) }
    }
}

#[async_trait]
impl Channel for Redis {
    async fn channel_tell(&self, messages: &[Message]) -> Result<()> {
        if messages.is_empty() {
            return Ok(());
        }
        let mut script = TELL.prepare_invoke();
        for message in messages {
            let names = self.names(message.topic());
            let text = serde_json::to_string(message).map_err(|error| StoreError::new(Engine::Redis, Kind::Broken, error))?;
            script.key(names.numbers).arg(names.channel).arg(text);
        }
        self.run(&script).await
    }

    async fn channel_listen(&self) -> Result<BoxStream<'static, Heard>> {
        let (queue, heard) = mpsc::channel(QUEUE);
        let names = Topic::ALL.iter().map(|&topic| self.names(topic)).collect();
        let mut listener =
            Listener { wire: Arc::clone(&self.wire), names, queue: queue.clone(), last: BTreeMap::new(), lost: BTreeSet::new() };
        let connection = match listener.subscribe().await {
            // to subscribe twice does no harm, and a busy machine may be late
            Err(error) if error.kind == Kind::Timeout => listener.subscribe().await?,
            subscribed => subscribed?,
        };
        let closed = self.closed.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = closed.cancelled() => {}
                () = queue.closed() => {}
                () = listener.run(connection) => {}
            }
        });
        Ok(stream::unfold(heard, |mut heard| async { heard.recv().await.map(|next| (next, heard)) }).boxed())
    }
}

/// The task behind a stream: it takes messages off the connection as they come, and never waits for the one who reads the stream.
struct Listener {
    wire: Arc<Wire>,
    names: Vec<Names>,
    queue: mpsc::Sender<Heard>,
    /// The number of each topic's last message.
    last: BTreeMap<Topic, i64>,
    /// Topics whose gap is still to be told. Until it is, their messages are dropped: the gap comes after them.
    lost: BTreeSet<Topic>,
}

impl Listener {
    async fn run(mut self, mut connection: PubSub) {
        loop {
            let (sink, messages) = connection.split();
            self.follow(sink, messages).await;
            connection = self.subscribe_at_last().await;
            // what was told until now may have been missed
            self.lost.extend(Topic::ALL);
        }
    }

    /// A connection that is subscribed to all topics. The numbers are read before, so that nothing is told between unnoticed.
    async fn subscribe(&mut self) -> Result<PubSub> {
        let numbers: Vec<_> = self.names.iter().map(|names| &names.numbers).collect();
        let last: Vec<Option<i64>> = self.wire.query(Command::One(redis::cmd("MGET").arg(numbers))).await?;
        let channels: Vec<_> = self.names.iter().map(|names| &names.channel).collect();
        let mut connection = within(connecting(&self.wire.client), self.wire.client.get_async_pubsub()).await?;
        within(ANSWER, connection.subscribe(channels)).await?;
        self.last = self.names.iter().zip(last).map(|(names, last)| (names.topic, last.unwrap_or_default())).collect();
        Ok(connection)
    }

    async fn subscribe_at_last(&mut self) -> PubSub {
        let mut wait = SHORTEST_WAIT;
        loop {
            match self.subscribe().await {
                Ok(connection) => return connection,
                Err(error) => tracing::debug!(detail = error.detail(), "not listening yet: {error}"),
            }
            sleep(wait).await;
            wait = LONGEST_WAIT.min(wait * 2);
        }
    }

    /// Hears messages until the connection is lost.
    async fn follow(&mut self, sink: PubSubSink, mut messages: PubSubStream) {
        let queue = self.queue.clone();
        let mut end = pin!(end_of(sink));
        loop {
            tokio::select! {
                place = queue.reserve(), if !self.lost.is_empty() => match (place, self.lost.pop_first()) {
                    (Ok(place), Some(topic)) => place.send(Heard::Gap(topic)),
                    // nobody listens any more
                    _ => return,
                },
                message = messages.next() => match message {
                    Some(message) => self.hear(&message),
                    None => return,
                },
                () = &mut end => return,
            }
        }
    }

    fn hear(&mut self, message: &Msg) {
        let Some(names) = self.names.iter().find(|names| names.channel == message.get_channel_name()) else { return };
        let topic = names.topic;
        let (number, message) = read(message.get_payload_bytes());
        // numbers that begin anew (the database was emptied) are a hole too
        let expected = self.last.get(&topic).map(|last| last + 1);
        if let Some(number) = number {
            self.last.insert(topic, number);
        }
        if self.lost.contains(&topic) {
            return;
        }
        // what cannot be read, or comes from a newer program, is as good as lost
        let gap = number != expected || message.is_none();
        let told = !gap || self.queue.try_send(Heard::Gap(topic)).is_ok();
        let told = told && message.is_none_or(|message| self.queue.try_send(Heard::Message(message)).is_ok());
        if !told {
            self.lost.insert(topic);
        }
    }
}

/// Number and message of a payload.
fn read(payload: &[u8]) -> (Option<i64>, Option<Message>) {
    let mut parts = payload.splitn(2, |byte| *byte == b' ');
    let number = parts.next().and_then(|number| std::str::from_utf8(number).ok()?.parse().ok());
    (number, parts.next().and_then(|message| serde_json::from_slice(message).ok()))
}

/// Ends when the connection gives no sign of life.
async fn end_of(mut sink: PubSubSink) {
    while let Ok(Ok(())) = timeout(PULSE, sink.ping::<()>()).await {
        sleep(HEARTBEAT).await;
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = RedisResult<T>>) -> Result<T> {
    match timeout(limit, work).await {
        Ok(answer) => answer.map_err(store_error),
        Err(_) => Err(StoreError::new(Engine::Redis, Kind::Timeout, "no subscription in time")),
    }
}
