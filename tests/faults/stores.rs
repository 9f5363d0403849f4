//! The lab's own PostgreSQL, MongoDB and Redis: processes that it may kill, which no other test uses. See `scripts/stores`.
//!
//! They are durable (no `--fast`): that switches off `synchronous_commit`, and a PostgreSQL that is killed then loses what it
//! acknowledged. Redis keeps nothing: what the shop has there may be lost.

use crate::FOLDERS;
use std::{
    path::Path,
    process::{Command, Stdio},
    sync::PoisonError,
    time::{Duration, Instant},
};

pub struct Stores {
    folder: tempfile::TempDir,
    /// URLs of the servers.
    pub relational: String,
    pub documents: String,
    pub hot: String,
}

#[derive(Clone, Copy, Debug)]
pub enum Store {
    Postgres,
    Mongodb,
    Redis,
}

impl Store {
    fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mongodb => "mongodb",
            Self::Redis => "redis",
        }
    }
}

impl Stores {
    pub fn up() -> Self {
        Self::up_with(&[])
    }

    /// Others, which show the certificate in this folder.
    pub fn up_over_tls(certificates: &Path) -> Self {
        Self::up_with(&["--fast", "--tls", &certificates.display().to_string()])
    }

    fn up_with(arguments: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("polystore-faults.").tempdir().unwrap();
        // known before they start: whoever interrupts the lab must take them with it
        FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).push(folder.path().to_owned());
        let place = folder.path().display().to_string();
        let lines = script(&[&["up"], arguments, &[&*place]].concat());
        let url = |name: &str| {
            let line = lines.lines().find_map(|line| line.strip_prefix(&format!("export {name}='"))).unwrap();
            line.trim_end_matches('\'').to_owned()
        };
        Self { relational: url("DATABASE_URL"), documents: url("MONGODB_URL"), hot: url("REDIS_URL"), folder }
    }

    /// Sends a signal to a server that is one process.
    pub fn signal(&self, store: Store, signal: &str) {
        let file = match store {
            Store::Postgres => "postgres/postmaster.pid",
            Store::Mongodb => "mongodb/mongod.lock",
            Store::Redis => "redis/redis.pid",
        };
        let file = std::fs::read_to_string(self.folder.path().join(file)).unwrap();
        let sent = Command::new("kill").args([signal, file.lines().next().unwrap().trim()]).status().unwrap();
        assert!(sent.success());
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(&self, store: Store) {
        script(&["kill", store.name(), &self.place()]);
    }

    /// Starts what is dead, where it was before; tells how long that took.
    pub fn revive(&self) -> Duration {
        let start = Instant::now();
        let lines = script(&["up", &self.place()]);
        for url in [&self.relational, &self.documents, &self.hot] {
            assert!(lines.contains(&**url), "a store came back at another port: {url} is not in {lines}");
        }
        start.elapsed()
    }

    fn place(&self) -> String {
        self.folder.path().display().to_string()
    }
}

impl Drop for Stores {
    fn drop(&mut self) {
        down(self.folder.path());
        FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).retain(|folder| folder != self.folder.path());
    }
}

/// Stops the stores of a folder. Also for a lab that is interrupted: they would outlive it.
pub fn down(folder: &Path) {
    let stopped = command(&["down", &folder.display().to_string()]).output();
    assert!(stopped.is_ok_and(|output| output.status.success()), "the stores in {} may still run", folder.display());
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/stores"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Quiet unless it fails.
fn script(arguments: &[&str]) -> String {
    let output = command(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "scripts/stores {arguments:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}
