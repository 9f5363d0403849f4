//! The ground that a session stands on: which stores there are, and the databases that the lab makes in them.
//!
//! Two rules keep other people's data safe. A server on another machine is refused unless its owner says so. And only what the lab made itself is
//! written or dropped: each database has a name that nobody else uses, is refused if it is there already, carries a marker with the session's
//! number, and is dropped only if the marker is still in it.

mod mongodb;
mod postgres;
mod redis;
mod sqlite;

pub use mongodb::MongoPlace;
pub use postgres::PostgresPlace;
pub use redis::RedisPlace;
pub use sqlite::{Durability, SqlitePlace};

use super::{Input, LabError, Result};
use async_trait::async_trait;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// What all names of the lab begin with. The rest is the session's number and the arm's label.
pub const PREFIX: &str = "polystore_lab_";

/// What a lab's folder of files holds, so that nothing else is ever taken for one.
const MARKER: &str = "made-by-polystore-compare";

/// Questions asked through the whole server, for the arms that compare loaders. Implemented above the lab, which does not know the graph.
#[async_trait]
pub trait Graph: Send + Sync {
    /// Fills the shop behind the graph with this many parents of `children` each, in place of what it held.
    async fn load(&self, load: &super::Load) -> Result<()>;

    /// Runs the query for this page; with `loaders` off each key is asked for on its own. Calls and rows are told only when they are to be counted.
    /// Orders of the answer also have the shop's own numbers: `number` and `placed` of an order, `cents` of an item.
    async fn ask(&self, query: &str, page: &Input, loaders: bool, counted: bool) -> Result<GraphAnswer>;

    /// Ends it, and drops what it made.
    async fn close(&self) -> Result<()>;
}

/// What came through the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphAnswer {
    /// The answer's data.
    pub data: Value,
    /// Calls of stores that it took.
    pub calls: u64,
    /// Rows that the stores sent.
    pub rows: u64,
}

/// Makes a graph over a database file of its own in this folder.
pub type GraphMaker = Arc<dyn Fn(&Path) -> futures::future::BoxFuture<'static, Result<Arc<dyn Graph>>> + Send + Sync>;

/// Which servers there are, and whose they are.
#[derive(Clone, Default)]
pub struct SiteOptions {
    /// Of PostgreSQL.
    pub postgres: Option<String>,
    /// Of MongoDB.
    pub mongodb: Option<String>,
    /// Of Redis.
    pub redis: Option<String>,
    /// Folder below which the embedded databases are made; on the disk that is to be measured.
    pub folder: PathBuf,
    /// The user says that servers on other machines are theirs to load.
    pub own_this: bool,
    /// Makes graphs for the arms that go through the server.
    pub graph: Option<GraphMaker>,
}

/// The stores of one session.
pub struct Site {
    number: String,
    folder: PathBuf,
    options: SiteOptions,
    made: Mutex<Vec<Made>>,
}

/// Something to be dropped at the end.
#[derive(Clone, Debug)]
enum Made {
    Postgres(String),
    Mongodb(String),
    Redis(String),
}

impl Site {
    /// Looks at the servers' addresses and makes the folder for the embedded databases. `number` is the session's, of lower-case letters and
    /// digits. Fails with a refusal if a server is on another machine, and if the folder is there already.
    pub async fn open(number: &str, options: SiteOptions) -> Result<Self> {
        if !options.own_this {
            let mut hosts = Vec::new();
            if let Some(url) = &options.postgres {
                hosts.extend(postgres::hosts(url)?);
            }
            if let Some(url) = &options.mongodb {
                hosts.extend(mongodb::hosts(url).await?);
            }
            if let Some(url) = &options.redis {
                hosts.extend(redis::hosts(url)?);
            }
            if let Some(host) = hosts.iter().find(|host| !is_loopback(host)) {
                return Err(LabError::Refused(format!(
                    "{host} is not this machine: the lab puts load on its stores. If the server is yours to load, say --i-own-this"
                )));
            }
        }
        // servers of the lab's own read its paths from folders of theirs
        let folder = std::path::absolute(&options.folder).map_err(|error| file(&options.folder, &error))?;
        let folder = folder.join(format!("work-{number}"));
        tokio::fs::create_dir_all(&options.folder).await.map_err(|error| file(&options.folder, &error))?;
        tokio::fs::create_dir(&folder).await.map_err(|error| file(&folder, &error))?;
        tokio::fs::write(folder.join(MARKER), number).await.map_err(|error| file(&folder, &error))?;
        Ok(Self { number: number.to_owned(), folder, options, made: Mutex::default() })
    }

    /// Whether there is a store of this name: `sqlite` and `process` always.
    pub fn has(&self, store: &str) -> bool {
        match store {
            "postgres" => self.options.postgres.is_some(),
            "mongodb" => self.options.mongodb.is_some(),
            "redis" => self.options.redis.is_some(),
            "sqlite" | "process" => true,
            _ => false,
        }
    }

    /// The stores that this site lacks.
    pub fn missing(&self) -> Vec<String> {
        ["postgres", "mongodb", "redis"].into_iter().filter(|store| !self.has(store)).map(str::to_owned).collect()
    }

    /// The folder of the embedded databases, which is removed at the end.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The number in all names of this session.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The URL of a server, for arms that open connections of their own to a database that this site made.
    pub fn url(&self, store: &str) -> Option<&str> {
        match store {
            "postgres" => self.options.postgres.as_deref(),
            "mongodb" => self.options.mongodb.as_deref(),
            "redis" => self.options.redis.as_deref(),
            _ => None,
        }
    }

    /// A SQLite database in a file of its own.
    pub async fn sqlite(&self, label: &str, durability: Durability) -> Result<SqlitePlace> {
        SqlitePlace::make(&self.folder.join(format!("{}.db", tidy(label))), durability).await
    }

    /// A new database of PostgreSQL; `None` without a server.
    pub async fn postgres(&self, label: &str) -> Result<Option<PostgresPlace>> {
        let Some(url) = &self.options.postgres else { return Ok(None) };
        let name = self.name(label);
        // noted ahead: an interruption in between leaves a name to look for, and not a database that nobody knows
        self.note(Made::Postgres(name.clone()));
        PostgresPlace::make(url, &name, &self.number).await.map(Some)
    }

    /// A new database of MongoDB; `None` without a server.
    pub async fn mongodb(&self, label: &str) -> Result<Option<MongoPlace>> {
        let Some(url) = &self.options.mongodb else { return Ok(None) };
        let name = self.name(label);
        self.note(Made::Mongodb(name.clone()));
        MongoPlace::make(url, &name, &self.number).await.map(Some)
    }

    /// A new range of keys of Redis; `None` without a server.
    pub async fn redis(&self, label: &str) -> Result<Option<RedisPlace>> {
        let Some(url) = &self.options.redis else { return Ok(None) };
        let name = self.name(label);
        self.note(Made::Redis(name.clone()));
        RedisPlace::make(url, &name, &self.number).await.map(Some)
    }

    /// A graph over a database of its own; `None` where nobody makes graphs.
    pub async fn graph(&self, label: &str) -> Result<Option<Arc<dyn Graph>>> {
        let Some(maker) = &self.options.graph else { return Ok(None) };
        let folder = self.folder.join(tidy(label));
        tokio::fs::create_dir_all(&folder).await.map_err(|error| file(&folder, &error))?;
        maker(&folder).await.map(Some)
    }

    fn name(&self, label: &str) -> String {
        // PostgreSQL cuts names at 63 bytes
        let name = format!("{PREFIX}{}_{}", self.number, tidy(label));
        name.chars().take(60).collect()
    }

    fn note(&self, made: Made) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push(made);
    }

    /// Drops everything that this session made and still is there, and tells what could not be dropped.
    pub async fn close(&self) -> Result<()> {
        let made = std::mem::take(&mut *self.made.lock().unwrap_or_else(PoisonError::into_inner));
        let mut failures = Vec::new();
        for made in made {
            let dropped = match (&made, self.options.postgres.as_ref(), self.options.mongodb.as_ref(), self.options.redis.as_ref()) {
                (Made::Postgres(name), Some(url), _, _) => postgres::drop_database(url, name, &self.number).await,
                (Made::Mongodb(name), _, Some(url), _) => mongodb::drop_database(url, name, &self.number).await,
                (Made::Redis(name), _, _, Some(url)) => redis::drop_keys(url, name, &self.number).await,
                _ => Ok(()),
            };
            failures.extend(dropped.err().map(|error| error.to_string()));
        }
        if self.folder.join(MARKER).is_file() {
            failures.extend(tokio::fs::remove_dir_all(&self.folder).await.err().map(|error| file(&self.folder, &error).to_string()));
        }
        if failures.is_empty() { Ok(()) } else { Err(LabError::File(format!("not everything was dropped: {}", failures.join("; ")))) }
    }
}

fn file(path: &Path, error: &std::io::Error) -> LabError {
    LabError::File(format!("{}: {error}", path.display()))
}

/// Letters that every store takes in a name.
fn tidy(label: &str) -> String {
    label.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

/// A marker that is not what was expected: somebody else's.
fn foreign(store: &'static str, name: &str) -> LabError {
    LabError::Refused(format!("{store}: {name} was not made by this session of the lab, and is left alone"))
}

/// Whether a host is this machine: a socket in the file system, `localhost`, or an address that never leaves it.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.starts_with('/') || bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Backing as _;

    fn options(folder: &Path) -> SiteOptions {
        SiteOptions { folder: folder.to_owned(), ..SiteOptions::default() }
    }

    #[test]
    fn only_this_machine_is_this_machine() {
        for host in ["localhost", "127.0.0.1", "127.8.9.1", "[::1]", "::1", "/var/run/postgresql"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["db.example", "10.0.0.1", "localhost.example", "0.0.0.0", "::", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[tokio::test]
    async fn a_server_elsewhere_is_refused_before_it_is_asked_anything() {
        let folder = tempfile::tempdir().unwrap();
        for site in [
            SiteOptions { postgres: Some("postgres://u:hunter2@db.example/shop".to_owned()), ..options(folder.path()) },
            SiteOptions { mongodb: Some("mongodb://127.0.0.1,mongo.example/".to_owned()), ..options(folder.path()) },
            SiteOptions { redis: Some("redis://:hunter2@10.1.2.3".to_owned()), ..options(folder.path()) },
        ] {
            let refusal = Site::open("abc", site).await.err().unwrap().to_string();
            assert!(refusal.contains("--i-own-this") && !refusal.contains("hunter2"), "{refusal}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// Servers of the lab's own are told of it, and run in folders of theirs.
    #[tokio::test]
    async fn the_folder_is_known_from_everywhere_however_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let up = std::env::current_dir().unwrap().components().skip(1).map(|_| "..").collect::<PathBuf>();
        let relative = up.join(folder.path().strip_prefix("/").unwrap());
        assert!(relative.is_relative());
        let site = Site::open("abc", options(&relative)).await.unwrap();
        assert!(site.folder().is_absolute() && site.folder().is_dir(), "{}", site.folder().display());
        site.close().await.unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_closed_site_leaves_nothing_and_touches_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("polystore.db"), "mine").unwrap();
        let site = Site::open("abc", options(folder.path())).await.unwrap();
        let place = site.sqlite("W16 rank", Durability::Full).await.unwrap();
        assert!(site.folder().join("w16_rank.db").is_file());
        assert!(Site::open("abc", options(folder.path())).await.is_err(), "a session's folder is not taken twice");
        place.close().await;
        site.close().await.unwrap();
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["polystore.db"]);
    }
}
