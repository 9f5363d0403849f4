//! Memory of the server, against connections that are open and ask nothing, and against subscriptions.

use super::{Bench, record::Measured};
use crate::{
    compare::{
        operations::{Operation, chosen},
        process, rounds, samples,
        servers::Server,
    },
    load::client::Client,
    plot::{
        Panel, Plot, Series,
        axis::{Axis, Scale},
    },
    raw::Failed,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{fmt::Write as _, io::ErrorKind, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// How many are open. The first is the server alone, after it has answered a few requests.
const IDLE: [usize; 5] = [0, 250, 500, 1_000, 2_000];
const STREAMS: [usize; 6] = [0, 100, 200, 300, 400, 500];
/// Requests that a server answers before it is looked at: what is made once is made.
const WARM: usize = 200;
/// How long a server is left alone before it is looked at.
const SETTLED: Duration = Duration::from_millis(500);

/// One server and one kind of client.
#[derive(Serialize)]
struct Line {
    server: &'static str,
    points: Vec<Point>,
    /// Kilobytes for each of them, from the first point to the last.
    each: f64,
}

#[derive(Clone, Copy, Serialize)]
struct Point {
    clients: usize,
    /// Resident memory in kilobytes.
    memory: u64,
}

impl Line {
    fn of(server: &'static str, points: Vec<Point>) -> Self {
        let ends = points.first().zip(points.last()).filter(|(first, last)| last.clients > first.clients);
        let each = ends.map_or(0.0, |(first, last)| (last.memory as f64 - first.memory as f64) / (last.clients - first.clients) as f64);
        Self { server, points, each }
    }
}

/// What was measured.
#[derive(Serialize)]
pub struct Memory {
    arrangement: String,
    /// Connections that are kept alive; each has asked for one product and then nothing.
    idle: Vec<Line>,
    /// Event streams, each of which watches a product.
    streams: Vec<Line>,
}

/// Measures both servers with idle connections, and polystore with subscriptions.
pub async fn measure(bench: &Bench) -> Result<Memory, Failed> {
    let operations = chosen(&["product".to_owned()])?;
    let product = operations.first().copied().ok_or("the operation is gone")?;
    let variables = samples::product(&bench.stores).await?;
    if variables.is_empty() {
        return Err("there is no product: seed the stores first".into());
    }
    let mut lines = Vec::new();
    for server in [bench.raw().await?, bench.polystore().await?] {
        lines.push(idle(&server, product, &variables).await?);
    }
    let streams = streams(&bench.polystore().await?, product, &variables).await?;
    let arrangement = "resident memory half a second after the last of them came; what the kernel keeps for sockets is not in it";
    Ok(Memory { arrangement: arrangement.to_owned(), idle: lines, streams: vec![streams] })
}

async fn warm(server: &Server, product: &Operation, variables: &[Value]) -> Result<Vec<Vec<u8>>, Failed> {
    let requests = rounds::requests(product, server, variables);
    let mut client = Client::connect(server.address).await?;
    for request in requests.iter().cycle().take(WARM) {
        ask(&mut client, request).await?;
    }
    Ok(requests)
}

async fn ask(client: &mut Client, request: &[u8]) -> Result<(), Failed> {
    match client.ask(request).await?.status {
        200 => Ok(()),
        status => {
            Err(format!("a connection is answered with {status}: a limit on connections or open files, or a store that is away?").into())
        }
    }
}

async fn look(server: &Server, clients: usize) -> Result<Point, Failed> {
    tokio::time::sleep(SETTLED).await;
    let memory = process::memory(server.pid()).ok_or("the server is gone")?;
    eprintln!("bench: {}: {clients} clients, {memory} kB", server.name);
    Ok(Point { clients, memory })
}

async fn idle(server: &Server, product: &Operation, variables: &[Value]) -> Result<Line, Failed> {
    let requests = warm(server, product, variables).await?;
    let (mut clients, mut points) = (Vec::new(), Vec::new());
    for wanted in IDLE {
        while clients.len() < wanted {
            clients.push(Client::connect(server.address).await.map_err(|error| open_files(&error))?);
        }
        // all of them, those of the last step again: a server closes what says nothing for too long
        for (client, request) in clients.iter_mut().zip(requests.iter().cycle()) {
            ask(client, request).await?;
        }
        points.push(look(server, wanted).await?);
    }
    Ok(Line::of(server.name, points))
}

async fn streams(server: &Server, product: &Operation, variables: &[Value]) -> Result<Line, Failed> {
    warm(server, product, variables).await?;
    let (mut streams, mut points) = (Vec::new(), Vec::new());
    for wanted in STREAMS {
        while streams.len() < wanted {
            streams.push(subscribe(server, &variables[streams.len() % variables.len()]).await?);
        }
        points.push(look(server, wanted).await?);
        for stream in &streams {
            still_open(stream)?;
        }
    }
    Ok(Line::of(server.name, points))
}

/// Opens an event stream that watches a product; it is there when its first sign of life came.
async fn subscribe(server: &Server, variables: &Value) -> Result<TcpStream, Failed> {
    let query = "subscription Watch($id: ID!) { stockChanged(productId: $id) { product { id stock } } }";
    let body = json!({ "query": query, "variables": variables }).to_string();
    let (address, length) = (server.address, body.len());
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    let mut stream = TcpStream::connect(address).await.map_err(|error| open_files(&error))?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b":\n\n\r\n") {
        if stream.read_buf(&mut answer).await? == 0 || answer.len() > 16_384 {
            break;
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    if answer.starts_with("HTTP/1.1 200") && answer.contains("text/event-stream") && !answer.contains("event:") {
        return Ok(stream);
    }
    Err(format!("an event stream is refused: {answer}").into())
}

/// Nothing happened meanwhile, a refusal neither.
fn still_open(stream: &TcpStream) -> Result<(), Failed> {
    let mut bytes = [0; 4_096];
    match stream.try_read(&mut bytes) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
        Ok(read) if read > 0 && !contains(&bytes[..read], b"event:") => Ok(()),
        Ok(read) => Err(format!("an event stream ended: {}", String::from_utf8_lossy(&bytes[..read])).into()),
        Err(error) => Err(error.into()),
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn open_files(error: &std::io::Error) -> String {
    format!("cannot connect: {error} (2,000 connections need `ulimit -n` of 3,000, here and for the server)")
}

impl Measured for Memory {
    const NAME: &'static str = "memory";

    fn text(&self) -> String {
        let mut text = format!("Memory with the number of clients: {}\n", self.arrangement);
        for (what, lines) in [("idle connections", &self.idle), ("subscriptions", &self.streams)] {
            for line in lines {
                let points = line.points.iter().map(|point| format!("{} at {}", megabytes(point.memory), point.clients));
                let points = points.collect::<Vec<_>>().join(", ");
                let _ = writeln!(text, "{what:<17} {:<10} MB {points}; {:.1} kB each", line.server, line.each);
            }
        }
        text
    }

    fn plot(&self) -> Plot {
        let panel = |label, lines: &[Line], colours: &[usize]| {
            let series = lines.iter().zip(colours).map(|(line, colour)| Series {
                name: format!("{}, {:.1} kB each", line.server, line.each),
                colour: *colour,
                dashed: false,
                points: line.points.iter().map(|point| (point.clients as f64, point.memory as f64 / 1_024.0)).collect(),
            });
            let axis = |label| Axis { label, scale: Scale::Linear };
            Panel { x: axis(label), y: axis("resident memory, MB"), series: series.collect() }
        };
        Plot {
            title: "Memory with the number of clients",
            panels: vec![panel("idle connections", &self.idle, &[1, 0]), panel("subscriptions (event streams)", &self.streams, &[0])],
            notes: vec![self.arrangement.clone()],
        }
    }
}

fn megabytes(kilobytes: u64) -> String {
    format!("{:.1}", kilobytes as f64 / 1_024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_takes_is_the_slope_between_the_first_point_and_the_last() {
        let point = |clients, memory| Point { clients, memory };
        assert_eq!(Line::of("RAW", vec![point(0, 10_000), point(10, 9_000), point(100, 11_000)]).each, 10.0);
        assert_eq!(Line::of("RAW", vec![point(0, 10_000)]).each, 0.0);
        assert_eq!(Line::of("RAW", vec![point(0, 10_000), point(10, 9_000)]).each, -100.0);
    }

    #[test]
    fn the_table_and_the_picture_show_megabytes() {
        let points = vec![Point { clients: 0, memory: 10_240 }, Point { clients: 2_000, memory: 20_480 }];
        let memory = Memory { arrangement: String::new(), idle: vec![Line::of("RAW", points)], streams: Vec::new() };
        assert!(memory.text().contains("10.0 at 0, 20.0 at 2000; 5.1 kB each"), "{}", memory.text());
        assert_eq!(memory.plot().panels[0].series[0].points, [(0.0, 10.0), (2_000.0, 20.0)]);
    }
}
