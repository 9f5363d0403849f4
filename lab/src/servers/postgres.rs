//! PostgreSQL of the lab's own.

use super::{Server, find, output};
use crate::{LabError, Result};
use sqlx::{ConnectOptions as _, Connection as _, postgres::PgConnectOptions};
use std::{path::PathBuf, process::Command, str::FromStr as _, time::Duration};

/// The user that PostgreSQL runs as where this program runs as root.
const USER: &str = "postgres";

fn data(server: &Server) -> PathBuf {
    server.folder().join("data")
}

/// A program beside the server's, as a user whom PostgreSQL runs for.
fn tool(server: &Server, name: &str) -> Command {
    let program = server.program.with_file_name(name);
    let mut command = if find::is_root() {
        // setpriv becomes the program, so the process is the one that was started
        let mut command = Command::new("setpriv");
        command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]).arg(program).env("HOME", std::env::temp_dir());
        command
    } else {
        Command::new(program)
    };
    command.current_dir(server.folder());
    command
}

/// Makes the folder of its data.
pub async fn prepare(server: &Server) -> Result<()> {
    let failed = |error: LabError| LabError::Unsupported(format!("not testable here: PostgreSQL of the lab's own cannot be made: {error}"));
    if find::is_root() {
        let mut chown = Command::new("chown");
        chown.arg(USER).arg(server.folder());
        output(chown).await.map_err(failed)?;
    }
    let mut initdb = tool(server, "initdb");
    initdb.arg("-D").arg(data(server)).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]).env("LC_ALL", "C");
    output(initdb).await.map_err(failed)?;
    Ok(())
}

/// The server in the foreground.
pub fn command(server: &Server) -> Command {
    let mut command = tool(server, "postgres");
    command.arg("-D").arg(data(server));
    let port = server.port.to_string();
    let ours = [("port", port.as_str()), ("listen_addresses", "127.0.0.1"), ("unix_socket_directories", ""), ("max_connections", "40")];
    let given = server.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in ours.into_iter().chain(given) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command
}

/// Whether it answers.
pub async fn is_ready(server: &Server) -> Result<()> {
    let connect = async {
        let mut connection = PgConnectOptions::from_str(&server.url())?.disable_statement_logging().connect().await?;
        sqlx::query("SELECT 1").execute(&mut connection).await?;
        connection.close().await
    };
    match tokio::time::timeout(Duration::from_secs(2), connect).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(LabError::store("postgres", "no answer in two seconds")),
    }
}

/// Ends all its processes without a checkpoint and without writing what is in its buffers.
pub fn end_at_once(server: &Server) -> Command {
    let mut stop = tool(server, "pg_ctl");
    stop.args(["stop", "-m", "immediate", "-W", "-s", "-D"]).arg(data(server));
    stop
}
