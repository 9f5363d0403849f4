//! The MongoDB engine: the documents role.
//!
//! - **Reads** pass a bounded queue, carry `maxTimeMS` and end after 1.5 s whatever the driver does.
//! - **Writes** are acknowledged by a majority with journal, run in a task of their own (a dropped caller never leaves half a
//!   bulk behind) and are not repeated by us: a single document is repeated once by the driver, safely.
//! - Each document is written atomically; a put of several is not one transaction, it is repeatable instead. What belongs to a change, the
//!   event that tells of it, its entry of the audit log and the key that it was asked under, stands in the changed document itself (`outbox`,
//!   `audit`, `once`).

mod activity;
mod article;
mod article_write;
mod audit;
mod comment;
mod error;
mod explain;
mod field;
mod gate;
mod json;
mod once;
mod outbox;
mod page;
mod preferences;
mod revision;
mod schema;
pub mod testing;
mod view;
mod write;

use super::{
    Limits,
    pulse::{Door, Pulse},
};
use crate::{
    error::{Engine, Kind},
    receipt::statements,
    roles::{Result, SchemaState, Store},
    shop::Timestamp,
};
use async_trait::async_trait;
use futures::TryStreamExt;
use gate::Gate;
use mongodb::{
    Client, Database,
    bson::{self, DateTime, Document, doc},
    options::{Acknowledgment, AggregateOptions, ClientOptions, FindOptions, ServerAddress, Tls, WriteConcern},
};
use serde::de::DeserializeOwned;
use std::{
    future::{Future, IntoFuture},
    sync::Arc,
    time::Duration,
};
use type_safe_id::{StaticType, TypeSafeId};
use uuid::Uuid;

/// The database when the url names none.
const DEFAULT_DATABASE: &str = "polystore";
const SERVER_SELECTION: Duration = Duration::from_millis(500);
const CONNECT: Duration = Duration::from_millis(500);
/// How often the driver's monitor hears from a server. When one falls silent without closing its connections the monitor waits for this
/// long and [`CONNECT`] until it makes a new one, and with the driver's 10 s nothing could be asked until then.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Longest that the first round trip may take.
const FIRST_ROUND_TRIP: Duration = Duration::from_secs(4);
const PING: Duration = Duration::from_millis(900);
/// Longest that a server is given for a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_millis(250);
/// Longest that a read may take, the queue included.
const READ: Duration = Duration::from_millis(1_500);
/// How long the end of the program waits for calls that are under way.
const CLOSING: Duration = Duration::from_millis(1_500);
/// How much earlier the server, or the queue, gives up than we do, so that its own word arrives.
const SERVER_FIRST: Duration = Duration::from_millis(100);
/// Most rows in the first answer of a look-up by keys; the server cuts at 16 MB anyhow.
const MOST_ROWS: u32 = 100_000;

/// A MongoDB database.
#[derive(Clone)]
pub struct Mongodb {
    database: Database,
    gate: Gate,
    pulse: Arc<Pulse>,
}

impl Mongodb {
    /// Connects, and makes one round trip to be sure. Promises: within 5 s; the url's own time-outs win over ours.
    pub async fn connect(url: &str, limits: &Limits) -> Result<Self> {
        let mut options = ClientOptions::parse(url).await.map_err(|refused| {
            // the driver may quote the url, and with it a password that was not percent-encoded
            let words = if may_hold_a_password(url) { "are user and password percent-encoded?".to_owned() } else { refused.to_string() };
            error::new(Kind::Unavailable, format_args!("the url cannot be used: expected mongodb://host:27017/database ({words})"))
        })?;
        options.app_name.get_or_insert_with(|| env!("CARGO_PKG_NAME").to_owned());
        options.server_selection_timeout.get_or_insert(SERVER_SELECTION);
        options.connect_timeout.get_or_insert(CONNECT);
        options.heartbeat_freq.get_or_insert(HEARTBEAT);
        options.max_pool_size = Some(limits.connections.max(1));
        options.min_pool_size = None;
        options.write_concern = Some(majority());
        let name = options.default_database.clone().unwrap_or_else(|| DEFAULT_DATABASE.to_owned());
        let doors = doors(&options);
        let pulse = match options.tls {
            Some(Tls::Enabled(_)) => Pulse::over_tls(Engine::Mongodb, doors, SIGN_OF_LIFE),
            _ => Pulse::new(Engine::Mongodb, doors, &hello()?, SIGN_OF_LIFE),
        };
        let client = Client::with_options(options).map_err(|refused| error::connecting(&refused))?;
        let database = client.database(&name);
        // a read, not a ping: a ping is answered to anybody, password or none
        let ledger = database.collection::<Document>(schema::LEDGER);
        match tokio::time::timeout(FIRST_ROUND_TRIP, ledger.find_one(Document::new()).into_future()).await {
            Ok(Ok(_)) => {
                let pulse = Arc::new(pulse.measured().await);
                Ok(Self { database, gate: Gate::new(limits.connections), pulse })
            }
            Ok(Err(refused)) => Err(error::connecting(&refused)),
            Err(_) => Err(error::new(Kind::Unavailable, "the server accepted the connection and did not answer within 4 s")),
        }
    }

    /// A read: queue, then the call, together at most `limit`.
    async fn read<T>(&self, limit: Duration, call: impl Future<Output = mongodb::error::Result<T>> + Send) -> Result<T> {
        let work = async {
            let _place = self.gate.enter(limit - SERVER_FIRST).await?;
            call.await.map_err(error::store)
        };
        let late = |_| Err(error::new(Kind::Timeout, format_args!("a read took longer than {} ms", limit.as_millis())));
        tokio::time::timeout(limit, work).await.unwrap_or_else(late)
    }

    /// All rows of a find, in one answer.
    async fn find<T>(&self, collection: &str, filter: Document, mut options: FindOptions) -> Result<Vec<T>>
    where
        T: DeserializeOwned + Unpin + Send + Sync,
    {
        // one more than can come: the server closes the cursor with the first answer
        let limit = options.limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(MOST_ROWS);
        options.batch_size = Some(limit.saturating_add(1));
        options.max_time = Some(READ - SERVER_FIRST);
        statements::note(|| explain::find(&self.database, collection, &filter, &options));
        let rows = self.database.collection::<T>(collection);
        self.read(READ, async { rows.find(filter).with_options(options).await?.try_collect().await }).await
    }

    /// All rows of an aggregation, in one answer.
    async fn aggregate<T>(&self, limit: Duration, source: Source<'_>, pipeline: Vec<Document>, hint: Option<&str>) -> Result<Vec<T>>
    where
        T: DeserializeOwned + Unpin + Send + Sync,
    {
        let mut options = AggregateOptions::default();
        options.batch_size = Some(MOST_ROWS);
        options.max_time = Some(limit - SERVER_FIRST);
        options.hint = hint.map(|name| mongodb::options::Hint::Name(name.to_owned()));
        statements::note(|| explain::aggregate(&self.database, source, &pipeline, hint));
        self.read(limit, async {
            let cursor = match source {
                Source::Documents => self.database.aggregate(pipeline).with_options(options).with_type::<T>().await?,
                Source::Collection(name) => {
                    self.database.collection::<Document>(name).aggregate(pipeline).with_options(options).with_type::<T>().await?
                }
            };
            cursor.try_collect().await
        })
        .await
    }
}

/// Whether a url that cannot be read has a user, or what is no port and may be the password of somebody who forgot the host.
fn may_hold_a_password(url: &str) -> bool {
    let place = url.split_once("://").map_or(url, |(_, place)| place);
    let hosts = place.split(['/', '?']).next().unwrap_or_default();
    let is_a_port = |host: &str| host.rsplit_once(':').is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    url.contains('@') || !hosts.split(',').all(is_a_port)
}

/// The servers: any of them that answers is a sign of life, the driver finds out who leads.
fn doors(options: &ClientOptions) -> Vec<Door> {
    let door = |address: &ServerAddress| match address {
        ServerAddress::Tcp { host, port } => Some(Door::Tcp(host.clone(), port.unwrap_or(27017))),
        ServerAddress::Unix { path } => Some(Door::Unix(path.clone())),
        // a kind of address that a later driver may know
        _ => None,
    };
    options.hosts.iter().filter_map(door).collect()
}

/// The message with which any client begins, answered before any password.
fn hello() -> Result<Vec<u8>> {
    /// `OP_MSG`, little-endian as all numbers here.
    const OPCODE: i32 = 2013;
    let body = write::raw(&doc! { "hello": 1, "$db": "admin" })?;
    // flags, and the kind of the one section
    let mut message = vec![0; 5];
    message.extend_from_slice(body.as_bytes());
    let length = i32::try_from(message.len() + 16).unwrap_or(i32::MAX);
    Ok([length, 1, 0, OPCODE].iter().flat_map(|number| number.to_le_bytes()).chain(message).collect())
}

/// What an aggregation starts from.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// Its own `$documents` stage.
    Documents,
    /// A collection.
    Collection(&'a str),
}

/// Survives the loss of any one server, and of power.
fn majority() -> WriteConcern {
    WriteConcern::builder().w(Acknowledgment::Majority).journal(true).w_timeout(write::CONFIRM).build()
}

fn uuid(id: Uuid) -> bson::Uuid {
    bson::Uuid::from_bytes(id.into_bytes())
}

fn id<T: StaticType>(stored: bson::Uuid) -> TypeSafeId<T> {
    TypeSafeId::from_uuid(Uuid::from_bytes(stored.bytes()))
}

/// `{ field: { $in: ids } }`
fn among<T: StaticType>(field: &str, ids: &[TypeSafeId<T>]) -> Document {
    doc! { field: { "$in": ids.iter().map(|id| uuid(id.uuid())).collect::<Vec<_>>() } }
}

fn date(at: Timestamp) -> DateTime {
    DateTime::from_millis(at.millis())
}

fn time(stored: DateTime) -> Result<Timestamp> {
    Timestamp::from_millis(stored.timestamp_millis()).map_err(error::corrupt)
}

#[async_trait]
impl Store for Mongodb {
    fn engine(&self) -> Engine {
        Engine::Mongodb
    }

    async fn ping(&self) -> Result<()> {
        // not through the queue: a busy store is alive
        match tokio::time::timeout(PING, self.database.run_command(doc! { "ping": 1 })).await {
            Ok(answer) => answer.map(drop).map_err(error::store),
            Err(_) => Err(error::new(Kind::Timeout, "no answer to a ping")),
        }
    }

    async fn probe(&self) -> Result<()> {
        self.pulse.feel().await
    }

    async fn schema(&self) -> Result<SchemaState> {
        self.schema_state().await
    }

    async fn migrate(&self) -> Result<()> {
        let store = self.clone();
        write::undisturbed(async move { store.apply_definitions().await }).await
    }

    /// Writes that nobody waits for any more are finished before the program ends.
    async fn close(&self) {
        self.gate.close(CLOSING).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    const SECRET: &str = "s3cretword";

    /// Fails to connect; gives the words for the log.
    async fn refused(url: &str) -> String {
        let start = Instant::now();
        let error = Mongodb::connect(url, &Limits::default()).await.err().unwrap();
        assert!(start.elapsed() < FIRST_ROUND_TRIP + Duration::from_secs(1), "{:?}", start.elapsed());
        assert_eq!(error.kind, Kind::Unavailable);
        assert!(!format!("{error} {error:?}").contains(SECRET), "{error:?}");
        error.detail().to_owned()
    }

    #[tokio::test]
    async fn the_reason_of_a_failed_connection_can_be_told() {
        for url in [
            "mongodb://",
            "mongodb://user:s3cretword@/x",
            "mongodb://user:s3cretword/@h:1/x",
            "mongodb://u:s3cretword/x",
            "mongodb://h:1/?w=-1",
            "nonsense",
        ] {
            let detail = refused(url).await;
            assert!(detail.starts_with("the url cannot be used"), "{url}: {detail}");
        }
        let detail = refused("mongodb://user:s3cretword@127.0.0.1:1/x").await;
        assert!(detail.starts_with("connection refused"), "{detail}");
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let detail = refused(&format!("mongodb://user:s3cretword@{}/x", silent.local_addr().unwrap())).await;
        assert!(detail.starts_with("no usable server answers"), "{detail}");
    }
}
