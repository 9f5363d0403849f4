//! Servers of the lab's own: started from the binaries of this machine, in a folder of their own, with the settings that a question needs, and
//! ended without a word when the question is what they then lose.
//!
//! A server of the user's is never ended and never set differently. Whoever wants such a server of the lab gets [`LabError::Unsupported`] with
//! the reason where there is no binary.

mod find;
mod mongodb;
mod postgres;
mod redis;

use super::{
    LabError, Result,
    site::{Site, SiteOptions},
};
use std::{
    fs::File,
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `postgres`, made anew with `initdb`.
    Postgres,
    /// `mongod`, the only member of a replica set.
    Mongodb,
    /// `redis-server`.
    Redis,
}

impl Kind {
    /// As in arms.
    pub fn store(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mongodb => "mongodb",
            Self::Redis => "redis",
        }
    }
}

/// Where servers of the lab's own are put: a folder of the session's, and the session's number for their names.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The folder.
    pub folder: PathBuf,
    /// The number.
    pub number: String,
}

impl Ground {
    /// Of this session.
    pub fn of(site: &Site) -> Self {
        Self { folder: site.folder().to_owned(), number: site.number().to_owned() }
    }
}

/// A server of the lab's own. It ends, and its folder goes, when it is dropped.
pub struct Server {
    kind: Kind,
    program: PathBuf,
    settings: Vec<(String, String)>,
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Server {
    /// Starts a server with these settings (of its configuration, by name) on a free port of this machine, below the session's folder, or below the
    /// folder for temporary files where the server must run as another user. Fails as unsupported where there is no such program.
    pub async fn start(ground: &Ground, kind: Kind, label: &str, settings: &[(&str, &str)]) -> Result<Self> {
        let found = match kind {
            Kind::Postgres => find::postgres(),
            Kind::Mongodb => find::mongod(),
            Kind::Redis => find::on_path("redis-server"),
        };
        let program = found.ok_or_else(|| LabError::Unsupported(format!("not testable here: {} is not installed", kind.store())))?;
        let root = if kind == Kind::Postgres && find::is_root() { std::env::temp_dir() } else { ground.folder.clone() };
        let folder = root.join(format!("{}{}_own_{label}_{}", super::site::PREFIX, ground.number, kind.store()));
        // fails if it is there: the lab takes nobody's folder
        std::fs::create_dir(&folder).map_err(|error| LabError::File(format!("{}: {error}", folder.display())))?;
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut server = Self { kind, program, settings, folder, port: free_port()?, child: None };
        if kind == Kind::Postgres {
            postgres::prepare(&server).await?;
        }
        server.up().await?;
        Ok(server)
    }

    /// Where it listens, as an URL.
    pub fn url(&self) -> String {
        match self.kind {
            Kind::Postgres => format!("postgres://postgres@127.0.0.1:{}/postgres", self.port),
            Kind::Mongodb => format!("mongodb://127.0.0.1:{}/?directConnection=true", self.port),
            Kind::Redis => format!("redis://127.0.0.1:{}", self.port),
        }
    }

    /// Starts the program on the folder as it is, and waits until it can be written to.
    pub async fn up(&mut self) -> Result<()> {
        let mut command = match self.kind {
            Kind::Postgres => postgres::command(self),
            Kind::Mongodb => mongodb::command(self),
            Kind::Redis => redis::command(self),
        };
        let log = File::options().create(true).append(true).open(self.folder.join("server.log"))?;
        // a group of its own: Ctrl-C at the terminal ends the lab, which then ends its servers in its own order
        command.process_group(0);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).current_dir(&self.folder);
        let child = command.spawn().map_err(|error| LabError::store(self.kind.store(), format!("{}: {error}", self.program.display())))?;
        self.child = Some(child);
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = match self.kind {
                Kind::Postgres => postgres::is_ready(self).await,
                Kind::Mongodb => mongodb::is_ready(self).await,
                Kind::Redis => redis::is_ready(self).await,
            };
            let Err(error) = answer else { return Ok(()) };
            let ended = self.child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None)));
            if ended || Instant::now() > end {
                return Err(LabError::store(
                    self.kind.store(),
                    format!("the lab's own server does not answer: {error}; {}", self.last_words()),
                ));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends it as a crash does, and waits until it is gone. SIGKILL; PostgreSQL, which is many processes with memory in common, is shut down in its
    /// mode `immediate`, in which each of them ends without writing anything.
    pub async fn kill(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        if self.kind == Kind::Postgres {
            output(postgres::end_at_once(self)).await?;
        } else {
            child.kill()?;
        }
        let end = Instant::now() + PATIENCE;
        while child.try_wait()?.is_none() {
            if Instant::now() > end {
                self.child = Some(child);
                return Err(LabError::store(self.kind.store(), "the lab's own server does not end"));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// The end of its log, for errors.
    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(3).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }

    /// Its folder.
    fn folder(&self) -> &Path {
        &self.folder
    }
}

/// A site of its own on a server of the lab's own, so that what works on the user's server works on this one.
pub struct OwnSite {
    // ends ahead of the server
    site: Site,
    _server: Server,
}

impl OwnSite {
    /// Starts the server and opens the site.
    pub async fn open(site: &Site, kind: Kind, label: &str, settings: &[(&str, &str)]) -> Result<Self> {
        let server = Server::start(&Ground::of(site), kind, label, settings).await?;
        let url = |of: Kind| (of == kind).then(|| server.url());
        let options = SiteOptions {
            postgres: url(Kind::Postgres),
            mongodb: url(Kind::Mongodb),
            redis: url(Kind::Redis),
            folder: site.folder().join(format!("own_{label}")),
            ..SiteOptions::default()
        };
        let site = Site::open(site.number(), options).await?;
        Ok(Self { site, _server: server })
    }

    /// The site.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Drops what was made and ends the server. What cannot be dropped goes with the server's folder.
    pub async fn close(self) {
        if let Err(error) = self.site.close().await {
            tracing::debug!("{error}");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            if self.kind == Kind::Postgres {
                // it ends its own processes, and gives back what they share
                let ended = postgres::end_at_once(self).stdin(Stdio::null()).output();
                let end = Instant::now() + Duration::from_secs(5);
                while ended.is_ok() && matches!(child.try_wait(), Ok(None)) && Instant::now() < end {
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
            // only the process that was started here: the handle is its own, the number cannot be another's by now
            let _it_may_have_ended = child.kill();
            let _gone = child.wait();
        }
        // processes of PostgreSQL see that their parent is gone, and may write a last file
        for _ in 0..50 {
            if std::fs::remove_dir_all(&self.folder).is_ok() || !self.folder.exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A port that nobody listens on at this moment.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Runs a program to its end, off the threads that serve others: what it printed, or its complaint.
async fn output(mut command: Command) -> Result<String> {
    let ran = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output()).await;
    let done = ran.map_err(|error| LabError::File(error.to_string()))??;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if done.status.success() { Ok(text(&done.stdout)) } else { Err(LabError::File(text(&done.stderr))) }
}
