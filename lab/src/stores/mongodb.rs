//! MongoDB for arms: commands with their values, counted exactly while an accounting pass runs.

use super::{MongoCommand, insert, mongodb_plan, relay};
use crate::{
    Counters, LabError, Loaded, Result,
    arm::{Backing, Evidence, Plan, Tier},
    site::Site,
    wire::Wire,
};
use async_trait::async_trait;
use futures::TryStreamExt as _;
use mongodb::{
    Client, Collection, Database,
    bson::{Bson, Document, doc},
    event::{EventHandler, command::CommandEvent},
    options::{Acknowledgment, ClientOptions, ServerAddress, ServerMonitoringMode, WriteConcern},
};
use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Longer than any pass: a counted client asks the server for its health once, at the start.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);
/// Documents of one insert. A message holds 48 MB.
const BATCH: usize = 5_000;

/// A database of MongoDB that an arm has for itself.
pub struct MongoStore {
    name: String,
    options: ClientOptions,
    /// Where the primary is.
    primary: (String, u16),
    direct: Client,
    counted: RwLock<Option<Counted>>,
    statements: Arc<AtomicU64>,
    /// Whether its arm writes: the server's log grows by itself a little, which a reader has nothing to do with.
    writes: bool,
}

/// A client while an accounting pass runs: through a relay if there is a way for one.
struct Counted {
    client: Client,
    wire: Option<Wire>,
}

fn failed(error: impl ToString) -> LabError {
    LabError::store("mongodb", error)
}

/// The number at a path of a server's report. Its numbers are of three types, whichever was large enough.
fn number(report: &Document, path: &[&str]) -> Option<f64> {
    let (last, folders) = path.split_last()?;
    let folder = folders.iter().try_fold(report, |folder, name| folder.get_document(name).ok())?;
    match folder.get(last)? {
        Bson::Int32(number) => Some(f64::from(*number)),
        Bson::Int64(number) => Some(*number as f64),
        Bson::Double(number) => Some(*number),
        _ => None,
    }
}

impl MongoStore {
    /// Makes the database; `None` without a server. Its writes promise what `tier` says as far as a client can ask for it: [`Tier::D3`] the journal
    /// of a majority, [`Tier::D1`] the memory of one server.
    pub async fn make(site: &Site, label: &str, tier: Tier) -> Result<Option<Self>> {
        let (Some(place), Some(url)) = (site.mongodb(label).await?, site.url("mongodb")) else { return Ok(None) };
        // the driver's words would repeat the URL with its password
        let options = ClientOptions::parse(url).await;
        let mut options = options.map_err(|_| LabError::Refused("the URL of MongoDB cannot be read".to_owned()))?;
        options.server_selection_timeout = Some(Duration::from_secs(5));
        options.write_concern = match tier {
            Tier::D3 | Tier::D2 => Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build()),
            Tier::D1 | Tier::D0 => Some(WriteConcern::builder().w(Acknowledgment::Nodes(1)).journal(false).build()),
            Tier::Read => options.write_concern,
        };
        let direct = Client::with_options(options.clone())?;
        let hello = direct.database("admin").run_command(doc! { "hello": 1 }).await?;
        let first = options.hosts.first().map(ToString::to_string).unwrap_or_default();
        let primary = hello.get_str("primary").map_or_else(|_| first.clone(), str::to_owned);
        let primary = if options.direct_connection == Some(true) { first } else { primary };
        let (host, port) = primary.rsplit_once(':').unwrap_or((&primary, "27017"));
        let primary = (host.to_owned(), port.parse().unwrap_or(27017));
        Ok(Some(Self {
            name: place.name,
            options,
            primary,
            direct,
            counted: RwLock::default(),
            statements: Arc::default(),
            writes: tier != Tier::Read,
        }))
    }

    /// The client of this moment: through the relay while an accounting pass runs.
    pub fn client(&self) -> Client {
        self.counted.read().unwrap_or_else(PoisonError::into_inner).as_ref().map_or_else(|| self.direct.clone(), |it| it.client.clone())
    }

    /// The database through that client.
    pub fn database(&self) -> Database {
        self.client().database(&self.name)
    }

    /// A collection through that client.
    pub fn collection(&self, name: &str) -> Collection<Document> {
        self.database().collection(name)
    }

    /// All documents that a command with a cursor (`find`, `aggregate`) answers.
    pub async fn ask(&self, command: &MongoCommand, values: &[(&str, Bson)]) -> Result<Vec<Document>> {
        Ok(self.database().run_cursor_command(command.bind(values)?).await?.try_collect().await?)
    }

    /// The answer of any other command. Writes are sent with the promise that the store was made with.
    pub async fn run(&self, command: &MongoCommand, values: &[(&str, Bson)]) -> Result<Document> {
        let mut command = command.bind(values)?;
        let writes = command.keys().next().is_some_and(|name| matches!(&**name, "insert" | "update" | "delete" | "findAndModify"));
        if let (true, false, Some(concern)) = (writes, command.contains_key("writeConcern"), &self.options.write_concern) {
            command.insert("writeConcern", mongodb::bson::serialize_to_bson(concern).map_err(failed)?);
        }
        let answer = self.database().run_command(command).await?;
        match answer.get_array("writeErrors").ok().and_then(|errors| errors.first()) {
            Some(error) => Err(failed(error)),
            None => Ok(answer),
        }
    }

    /// Puts documents into a collection.
    pub async fn insert(&self, collection: &str, documents: Vec<Document>) -> Result<()> {
        let collection = self.collection(collection);
        let mut documents = documents.into_iter().peekable();
        while documents.peek().is_some() {
            let batch: Vec<_> = documents.by_ref().take(BATCH).collect();
            collection.insert_many(batch).ordered(false).await?;
        }
        Ok(())
    }

    /// Drops a collection, and fills it anew with these documents.
    pub async fn fill(&self, collection: &str, documents: Vec<Document>) -> Result<()> {
        self.collection(collection).drop().await?;
        self.insert(collection, documents).await
    }

    /// Makes an index.
    pub async fn index(&self, collection: &str, name: &str, keys: Document) -> Result<()> {
        self.database().run_command(doc! { "createIndexes": collection, "indexes": [{ "key": keys, "name": name }] }).await?;
        Ok(())
    }

    /// A checkpoint: everything into the data files. `false` if the user may not.
    pub async fn checkpoint(&self) -> Result<bool> {
        const UNAUTHORIZED: i32 = 13;
        match self.direct.database("admin").run_command(doc! { "fsync": 1 }).await {
            Ok(_) => Ok(true),
            Err(error) if matches!(&*error.kind, mongodb::error::ErrorKind::Command(refused) if refused.code == UNAUTHORIZED) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// Bytes of all collections with their indexes, and of the indexes: as compressed on the disk at the last checkpoint.
    pub async fn sizes(&self) -> Result<Loaded> {
        let told = self.direct.database(&self.name).run_command(doc! { "dbStats": 1 }).await?;
        let bytes = |name: &str| number(&told, &[name]).map(|bytes| bytes as u64);
        let index_bytes = bytes("indexSize");
        Ok(Loaded { data_bytes: bytes("storageSize").map(|bytes| bytes + index_bytes.unwrap_or_default()), index_bytes })
    }

    /// A client with one connection that counts its commands and does nothing by itself.
    async fn counted_client(&self, wire: Option<&Wire>) -> Result<Client> {
        let mut options = self.options.clone();
        if let Some(wire) = wire {
            let address = wire.address();
            options.hosts = vec![ServerAddress::Tcp { host: address.ip().to_string(), port: Some(address.port()) }];
            // or it would go where the replica set says that it is, past the relay
            options.direct_connection = Some(true);
            options.repl_set_name = None;
        }
        options.max_pool_size = Some(1);
        options.heartbeat_freq = Some(NEVER);
        options.server_monitoring_mode = Some(ServerMonitoringMode::Poll);
        let statements = self.statements.clone();
        options.command_event_handler = Some(EventHandler::callback(move |event| {
            if matches!(event, CommandEvent::Started(_)) {
                statements.fetch_add(1, Ordering::Relaxed);
            }
        }));
        let client = Client::with_options(options)?;
        // the handshakes are nobody's work
        client.database(&self.name).run_command(doc! { "ping": 1 }).await?;
        Ok(client)
    }

    /// The plan of a command, from a run of it: MongoDB has no prepared statements, and chooses among several indexes by trying them.
    pub async fn plan(&self, command: &MongoCommand, values: &[(&str, Bson)]) -> Result<Plan> {
        let command = command.bind(values)?;
        let told = self.direct.database(&self.name).run_command(doc! { "explain": command, "verbosity": "executionStats" }).await?;
        Ok(Plan { class: mongodb_plan::class(&told), text: mongodb_plan::text(&told) })
    }
}

#[async_trait]
impl Backing for MongoStore {
    /// Puts a client through a relay in the place of the other, or takes it away again.
    async fn counting(&self, on: bool) -> Result<()> {
        let before = self.counted.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(before) = before {
            before.client.shutdown().immediate(true).await;
        }
        if !on {
            return Ok(());
        }
        let counted = match relay(&self.primary.0, self.primary.1).await? {
            // a certificate may be good for the server's name only: then nothing is told of the wire
            Some(wire) => match self.counted_client(Some(&wire)).await {
                Ok(client) => Counted { client, wire: Some(wire) },
                Err(_) => Counted { client: self.counted_client(None).await?, wire: None },
            },
            None => Counted { client: self.counted_client(None).await?, wire: None },
        };
        *self.counted.write().unwrap_or_else(PoisonError::into_inner) = Some(counted);
        Ok(())
    }

    /// Totals: commands and what went over the relay while counting was on, keys and documents that the server looked at, bytes and syncs of its
    /// log, and its CPU.
    async fn counters(&self) -> Result<Counters> {
        let mut counters = Counters::from([("statements", self.statements.load(Ordering::Relaxed) as f64)]);
        let traffic = self.counted.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|it| Some(it.wire.as_ref()?.traffic()));
        if let Some(traffic) = traffic {
            insert(&mut counters, traffic);
        }
        let report = self.direct.database("admin").run_command(doc! { "serverStatus": 1, "repl": 0, "locks": 0 }).await?;
        let paths: [(&'static str, &[&str]); 4] = [
            ("keys_examined", &["metrics", "queryExecutor", "scanned"]),
            ("docs_examined", &["metrics", "queryExecutor", "scannedObjects"]),
            ("log_bytes", &["wiredTiger", "log", "log bytes written"]),
            ("syncs", &["wiredTiger", "log", "log sync operations"]),
        ];
        let paths = if self.writes { &paths[..] } else { &paths[..2] };
        for (name, path) in paths.iter().copied() {
            counters.extend(number(&report, path).map(|value| (name, value)));
        }
        let cpu = |name: &str| number(&report, &["extra_info", name]);
        if let (Some(user), Some(system)) = (cpu("user_time_us"), cpu("system_time_us")) {
            counters.insert("server_cpu_us", user + system);
        }
        Ok(counters)
    }

    /// What a write promises: the concern that is sent with it, and what the server keeps of it, read back.
    async fn evidence(&self, write: bool) -> Result<Evidence> {
        let admin = self.direct.database("admin");
        let report = admin.run_command(doc! { "serverStatus": 1, "repl": 1, "metrics": 0, "locks": 0 }).await?;
        let concern = self.options.write_concern.clone();
        let journal_default = match admin.run_command(doc! { "replSetGetConfig": 1 }).await {
            Ok(told) => told.get_document("config").ok().and_then(|config| config.get_bool("writeConcernMajorityJournalDefault").ok()),
            // not a member of a set, or not ours to ask
            Err(_) => None,
        };
        let engine = report.get_document("storageEngine").ok();
        let persistent = engine.is_none_or(|engine| engine.get_bool("persistent").unwrap_or(true));
        let majority = concern.as_ref().is_none_or(|concern| concern.w == Some(Acknowledgment::Majority) || concern.w.is_none());
        let journal = concern.as_ref().and_then(|concern| concern.journal).or(if majority { journal_default } else { None });
        let tier = match (write, persistent, journal) {
            (false, ..) => Tier::Read,
            (true, false, _) => Tier::D0,
            (true, true, Some(true)) => Tier::D3,
            (true, true, _) => Tier::D1,
        };
        let text = |value: Option<bool>| value.map_or_else(|| "not told".to_owned(), |value| value.to_string());
        let concern = concern.map_or_else(|| Ok("the server's default".to_owned()), |concern| serde_json::to_string(&concern));
        let mut settings = vec![
            ("version", report.get_str("version").unwrap_or_default().to_owned()),
            ("storage engine", engine.and_then(|engine| engine.get_str("name").ok()).unwrap_or("not told").to_owned()),
            ("write concern sent", concern.map_err(failed)?),
            ("writeConcernMajorityJournalDefault", text(journal_default)),
        ];
        if let Some(bytes) = number(&report, &["wiredTiger", "cache", "maximum bytes configured"]) {
            settings.push(("cache bytes", format!("{bytes:.0}")));
        }
        let members = report.get_document("repl").ok().and_then(|set| set.get_array("hosts").ok());
        settings.push(("members of the replica set", members.map_or(0, Vec::len).to_string()));
        Ok(Evidence::new(tier, settings))
    }

    /// One round trip without work.
    async fn floor(&self) -> Result<bool> {
        self.database().run_command(doc! { "ping": 1 }).await?;
        Ok(true)
    }

    /// Closes all connections. The database goes with the site.
    async fn close(&self) {
        let counted = self.counted.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(counted) = counted {
            counted.client.shutdown().immediate(true).await;
        }
        self.direct.clone().shutdown().immediate(true).await;
    }
}
