//! What a server keeps: before there was anything to do, after it, and when it is over.

use super::Launch;
use crate::{
    compare::{operations::chosen, process, rounds, servers::Server},
    load::client::Client,
    raw::{Failed, START},
};
use futures::future::try_join_all;
use serde::Serialize;
use serde_json::Value;
use std::{
    cell::Cell,
    time::{Duration, Instant},
};

/// Requests of the load, over so many connections.
const REQUESTS: usize = 1_000;
const CONNECTIONS: usize = 8;
/// How long a server that was just started is left alone.
const SETTLED: Duration = Duration::from_secs(2);

/// Resident memory in kilobytes.
#[derive(Clone, Debug, Serialize)]
pub struct Memory {
    /// Nobody has asked anything.
    pub idle: u64,
    /// How many were asked for the next three.
    pub requests: usize,
    pub loaded: u64,
    pub peak: u64,
    /// After the rest.
    pub rested: u64,
}

/// Starts a server, asks it for a thousand pages of orders, and leaves it alone for so many seconds.
pub async fn of(launch: &Launch<'_>, variables: &[Value], rest: u64) -> Result<Memory, Failed> {
    let mut server = launch.spawn()?;
    let end = Instant::now() + START;
    while Client::connect(server.address).await.is_err() && Instant::now() < end {
        server.lives()?;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(SETTLED).await;
    let look = |server: &Server| process::memory(server.pid()).ok_or("the server is gone");
    let idle = look(&server)?;
    process::forget_peak(server.pid());
    ask(&server, variables).await?;
    let (loaded, peak) = (look(&server)?, process::peak(server.pid()).unwrap_or_default());
    tokio::time::sleep(Duration::from_secs(rest)).await;
    let rested = look(&server)?;
    server.stop().await?;
    Ok(Memory { idle, requests: REQUESTS, loaded, peak, rested })
}

async fn ask(server: &Server, variables: &[Value]) -> Result<(), Failed> {
    let operations = chosen(&["order_feed".to_owned()])?;
    let requests = rounds::requests(operations[0], server, variables);
    let requests = if requests.is_empty() { return Err("there is no order: seed the stores first".into()) } else { &requests };
    let next = Cell::new(0);
    let asking = (0..CONNECTIONS).map(|_| async {
        let mut client = Client::connect(server.address).await?;
        loop {
            let place = next.replace(next.get() + 1);
            if place >= REQUESTS {
                return Ok::<_, Failed>(());
            }
            let status = client.ask(&requests[place % requests.len()]).await?.status;
            if status != 200 {
                return Err(format!("a page of orders is answered with {status}").into());
            }
        }
    });
    try_join_all(asking).await.map(drop)
}
