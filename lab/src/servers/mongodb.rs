//! MongoDB of the lab's own: the only member of a replica set, because only such a one knows `majority`.

use super::Server;
use crate::{LabError, Result};
use mongodb::{Client, bson::doc, options::ClientOptions};
use std::{process::Command, time::Duration};

const SET: &str = "lab";

/// The server in the foreground.
pub fn command(server: &Server) -> Command {
    let mut command = Command::new(&server.program);
    command.arg("--dbpath").arg(server.folder()).args(["--bind_ip", "127.0.0.1", "--replSet", SET, "--nounixsocket", "--oplogSize", "64"]);
    command.arg("--port").arg(server.port.to_string());
    for (name, value) in &server.settings {
        command.arg(format!("--{name}")).arg(value);
    }
    command
}

/// Whether it can be written to; makes the set at the first time.
pub async fn is_ready(server: &Server) -> Result<()> {
    let mut options = ClientOptions::parse(server.url()).await?;
    options.server_selection_timeout = Some(Duration::from_millis(500));
    let client = Client::with_options(options)?;
    let admin = client.database("admin");
    let answer = async {
        let hello = admin.run_command(doc! { "hello": 1 }).await?;
        if hello.get_bool("isWritablePrimary").unwrap_or(false) {
            return Ok(());
        }
        if hello.get_str("setName").is_err() {
            let member = doc! { "_id": 0, "host": format!("127.0.0.1:{}", server.port) };
            // refused while the server reads what it has of the set: it is asked again
            let _made = admin.run_command(doc! { "replSetInitiate": { "_id": SET, "members": [member] } }).await;
        }
        Err(LabError::store("mongodb", "it is not primary yet"))
    }
    .await;
    client.shutdown().await;
    answer
}
