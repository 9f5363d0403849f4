//! The servers that are compared: started together, each on the same core, ended with the run.

use crate::{
    load::client::Client,
    raw::{Failed, START},
};
use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The core of the server that is measured; everything else of the bench runs on [`OTHERS`].
pub const CORE: usize = 0;
/// Where stores and load generator run.
pub const OTHERS: usize = 1;

/// What a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Raw,
    RawEmbedded,
    Polystore,
    /// polystore for visitors, who name documents by their hash and ask with `GET`: what whole answers are kept for.
    Visited,
}

/// A server of our own.
pub struct Server {
    pub name: &'static str,
    pub kind: Kind,
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    /// Starts a server, and waits until it listens.
    pub async fn start(name: &'static str, kind: Kind, program: &Path, pinned: bool) -> Result<Self, Failed> {
        Self::start_with(name, kind, program, pinned, &[]).await
    }

    /// The same with these settings in its environment.
    pub async fn start_with(
        name: &'static str,
        kind: Kind,
        program: &Path,
        pinned: bool,
        settings: &[(&str, &str)],
    ) -> Result<Self, Failed> {
        let address = free_address()?;
        let mut command = command(kind, program, pinned, address);
        command.envs(settings.iter().copied());
        let mut server = Self::spawn(name, kind, command, address)?;
        server.wait().await?;
        Ok(server)
    }

    /// The same over the embedded stores of a folder.
    pub async fn start_embedded(name: &'static str, kind: Kind, program: &Path, pinned: bool, data: &Path) -> Result<Self, Failed> {
        let address = free_address()?;
        let mut command = command(kind, program, pinned, address);
        if kind == Kind::Polystore {
            embed(&mut command, data);
        } else {
            command.arg("--data").arg(data);
        }
        let mut server = Self::spawn(name, kind, command, address)?;
        server.wait().await?;
        Ok(server)
    }

    /// Starts the process, and waits for nothing.
    pub fn spawn(name: &'static str, kind: Kind, mut command: Command, address: SocketAddr) -> Result<Self, Failed> {
        let child = command.spawn().map_err(|error| format!("cannot start {name}: {error}"))?;
        Ok(Self { name, kind, address, child })
    }

    /// Whether it has not ended by itself.
    pub fn lives(&mut self) -> Result<(), Failed> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(format!("{} ended at its start: {status}", self.name).into()),
        }
    }

    /// Ends it as a service manager does, so that it closes its stores; gives up after a while.
    pub async fn stop(mut self) -> Result<(), Failed> {
        let told = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status()?;
        let end = Instant::now() + START;
        while told.success() && self.child.try_wait()?.is_none() && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    async fn wait(&mut self) -> Result<(), Failed> {
        let end = Instant::now() + START;
        while Instant::now() < end {
            self.lives()?;
            if Client::connect(self.address).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{} does not listen after {} s", self.name, START.as_secs()).into())
    }

    /// The process; `taskset` becomes the program that it starts.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

/// An address of this machine where nobody listens.
pub fn free_address() -> std::io::Result<SocketAddr> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

/// Settings that name stores: without them polystore is embedded.
const URLS: [&str; 6] = ["DATABASE_URL", "DOCUMENTS_URL", "MONGODB_URL", "HOT_URL", "REDIS_URL", "CACHE_URL"];

/// Has polystore use the embedded stores of a folder, whatever the environment names.
pub fn embed<'c>(command: &'c mut Command, data: &Path) -> &'c mut Command {
    for name in URLS {
        command.env_remove(name);
    }
    command.env("POLYSTORE_DATA", data)
}

/// What starts a server.
pub fn command(kind: Kind, program: &Path, pinned: bool, address: SocketAddr) -> Command {
    let mut command = if pinned { Command::new("taskset") } else { Command::new(program) };
    if pinned {
        command.arg("-c").arg(CORE.to_string()).arg(program);
    }
    // who pays points is not measured
    let mut serve = |viewer| {
        command.args(["serve", "--anonymous", viewer]).env("POLYSTORE_RATE_LIMIT", "off").env("POLYSTORE_LOG", "warn");
    };
    match kind {
        Kind::Raw => drop(command.arg("raw")),
        Kind::RawEmbedded => drop(command.arg("raw-embedded")),
        // nothing is private to a reader
        Kind::Polystore => serve("reader"),
        Kind::Visited => serve("visitor"),
    }
    command.args(["--listen", &address.to_string()]).stdin(Stdio::null()).stdout(Stdio::null());
    // a file .env of the folder that the bench is called from is none of the server's business
    command.current_dir(std::env::temp_dir());
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
