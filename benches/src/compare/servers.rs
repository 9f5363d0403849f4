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
    Polystore,
}

/// A server of our own.
pub struct Server {
    pub name: &'static str,
    pub kind: Kind,
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    /// Starts a server, and waits until it answers.
    pub async fn start(name: &'static str, kind: Kind, program: &Path, pinned: bool) -> Result<Self, Failed> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut command = if pinned { Command::new("taskset") } else { Command::new(program) };
        if pinned {
            command.arg("-c").arg(CORE.to_string()).arg(program);
        }
        match kind {
            Kind::Raw => command.arg("raw"),
            // who pays points is not measured, and nothing is private to a reader
            Kind::Polystore => {
                command.args(["serve", "--anonymous", "reader"]).env("POLYSTORE_RATE_LIMIT", "off").env("POLYSTORE_LOG", "warn")
            }
        };
        command.args(["--listen", &address.to_string()]).stdin(Stdio::null()).stdout(Stdio::null());
        // a file .env of the folder that the bench is called from is none of the server's business
        let child = command.current_dir(std::env::temp_dir()).spawn();
        let child = child.map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        let mut server = Self { name, kind, address, child };
        server.wait().await?;
        Ok(server)
    }

    async fn wait(&mut self) -> Result<(), Failed> {
        let end = Instant::now() + START;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("{} ended at its start: {status}", self.name).into());
            }
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

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
