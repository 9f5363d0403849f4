//! Redis of the lab's own.

use super::Server;
use crate::Result;
use std::process::Command;

/// The server in the foreground. Its log is never rewritten, so that its growth is what was written.
pub fn command(server: &Server) -> Command {
    let mut command = Command::new(&server.program);
    command.args(["--bind", "127.0.0.1", "--daemonize", "no", "--save", "", "--auto-aof-rewrite-percentage", "0"]);
    command.arg("--port").arg(server.port.to_string()).arg("--dir").arg(server.folder());
    for (name, value) in &server.settings {
        command.arg(format!("--{name}")).arg(value);
    }
    command
}

/// Whether it answers. While it reads its log it says so instead.
pub async fn is_ready(server: &Server) -> Result<()> {
    let client = redis::Client::open(server.url())?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let _answer: String = redis::cmd("PING").query_async(&mut connection).await?;
    Ok(())
}
