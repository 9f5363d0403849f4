//! The load generator.
//!
//! Closed: each connection sends its next request when it has the answer to the last. It finds out what the server can do, and says little of
//! how long clients wait: a server that stalls is not asked meanwhile.
//!
//! Open: requests are due at a constant rate whatever the server does, and their time counts from when they were due. That is what clients
//! who do not know of each other see.

pub mod client;
pub mod known;
mod latency;

pub use latency::Summary;

use crate::raw::Failed;
use client::{Client, request};
use futures::future::join_all;
use latency::Latencies;
use serde::Serialize;
use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// How long answers that are still due after the end are waited for.
const DRAIN: Duration = Duration::from_secs(10);

/// What to send, and how.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Address of the server
    address: SocketAddr,
    /// A file with one body a line, sent in turn
    bodies: PathBuf,
    /// Where they are sent
    #[arg(long, default_value = "/graphql")]
    path: String,
    /// Send each body by GET, its document named by the hash that the server is told before
    #[arg(long)]
    get: bool,
    /// Connections that are kept alive
    #[arg(long, default_value = "32", value_parser = clap::value_parser!(u16).range(1..=1000))]
    connections: u16,
    /// Seconds that are measured
    #[arg(long, default_value = "10")]
    seconds: f64,
    /// Seconds before that
    #[arg(long, default_value = "1")]
    warm_up: f64,
    /// Requests a second, due at constant intervals; without it each connection sends the next when it has the last answer
    #[arg(long, value_name = "RATE")]
    open: Option<f64>,
}

/// The `load` command.
pub async fn run(options: &Options) -> Result<(), Failed> {
    let bodies = std::fs::read_to_string(&options.bodies).map_err(|error| format!("{}: {error}", options.bodies.display()))?;
    let requests = match options.get {
        true => known::requests(options.address, &options.path, bodies.lines()).await?,
        false => bodies.lines().map(|body| request(options.address, &options.path, body)).collect(),
    };
    let plan = Plan {
        address: options.address,
        connections: options.connections.into(),
        warm_up: seconds("--warm-up", options.warm_up)?,
        time: seconds("--seconds", options.seconds)?,
        rate: options.open.map(rate).transpose()?,
    };
    let (seen, ..) = plan.run(requests, || ()).await?;
    println!("{}", serde_json::to_string(&seen)?);
    Ok(())
}

/// Reads a time of the command line.
pub fn seconds(option: &str, given: f64) -> Result<Duration, Failed> {
    let fits = (0.0..=3_600.0).contains(&given);
    fits.then(|| Duration::from_secs_f64(given)).ok_or_else(|| format!("{option} {given}: expected seconds, 0 to 3600").into())
}

/// Reads a rate of the command line.
pub fn rate(given: f64) -> Result<f64, Failed> {
    let fits = (0.1..=1_000_000.0).contains(&given);
    fits.then_some(given).ok_or_else(|| format!("--open {given}: expected requests a second, 0.1 to 1000000").into())
}

/// How to send requests.
#[derive(Clone, Copy)]
pub struct Plan {
    pub address: SocketAddr,
    pub connections: usize,
    pub warm_up: Duration,
    pub time: Duration,
    pub rate: Option<f64>,
}

/// What came back in the time that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    pub seconds: f64,
    /// Answers with status 200.
    pub requests: usize,
    pub per_second: f64,
    /// Other answers, and lost connections.
    pub failures: usize,
    /// Those of them that were refusals: 429 and 503.
    pub refused: usize,
    /// Of an open load, requests that were due and had no answer in the end.
    pub unanswered: usize,
    pub latency: Summary,
    /// How long refusals took.
    pub refusal: Summary,
}

/// What the connections share; all run on one thread.
struct Shared {
    next: Cell<usize>,
    counting: Cell<bool>,
    over: Cell<bool>,
    failures: Cell<usize>,
    latencies: RefCell<Latencies>,
    refusals: RefCell<Latencies>,
}

impl Plan {
    /// Sends the requests in turn, and looks at something when the time that is measured begins and when it ends.
    pub async fn run<S>(&self, requests: Vec<Vec<u8>>, look: impl Fn() -> S) -> Result<(Seen, S, S), Failed> {
        if requests.is_empty() {
            return Err("there is no body to send".into());
        }
        let clients = (0..self.connections).map(|_| Client::connect(self.address));
        let clients = join_all(clients).await.into_iter().collect::<Result<Vec<_>, _>>().map_err(|error| self.lost(&error))?;
        let shared = Shared {
            next: Cell::default(),
            counting: Cell::default(),
            over: Cell::default(),
            failures: Cell::default(),
            latencies: RefCell::default(),
            refusals: RefCell::default(),
        };
        let pace = self.rate.map(|rate| Pace::start(rate, self.warm_up + self.time, self.connections));
        let start = Instant::now();
        let edges = async {
            tokio::time::sleep(self.warm_up).await;
            let (begin, first) = (Instant::now(), look());
            shared.counting.set(true);
            tokio::time::sleep(self.time).await;
            shared.counting.set(false);
            shared.over.set(true);
            (begin.elapsed(), first, look())
        };
        let measured = start + self.warm_up..start + self.warm_up + self.time;
        let sending = join_all(clients.into_iter().map(|client| async {
            match &pace {
                None => closed(client, &requests, &shared).await,
                Some(pace) => open(client, &requests, &shared, pace, &measured).await,
            }
        }));
        let sending = tokio::time::timeout(self.warm_up + self.time + DRAIN, sending);
        let ((elapsed, first, last), sent) = tokio::join!(edges, sending);
        for outcome in sent.into_iter().flatten() {
            outcome.map_err(|error| self.lost(&error))?;
        }
        let (mut latencies, mut refusals) = (shared.latencies.take(), shared.refusals.take());
        let requests = latencies.len();
        let due = self.rate.map(|rate| (rate * self.time.as_secs_f64()).floor() as usize);
        let seen = Seen {
            seconds: elapsed.as_secs_f64(),
            requests,
            per_second: requests as f64 / elapsed.as_secs_f64(),
            failures: shared.failures.get(),
            refused: refusals.len(),
            unanswered: due.map_or(0, |due| due.saturating_sub(requests + shared.failures.get() + 1)),
            latency: latencies.summary(),
            refusal: refusals.summary(),
        };
        Ok((seen, first, last))
    }

    fn lost(&self, error: &std::io::Error) -> String {
        format!("no answer from {}: {error}", self.address)
    }
}

async fn closed(mut client: Client, requests: &[Vec<u8>], shared: &Shared) -> std::io::Result<()> {
    while !shared.over.get() {
        let place = shared.next.replace(shared.next.get() + 1);
        let begin = Instant::now();
        let status = client.ask(&requests[place % requests.len()]).await?.status;
        shared.note(status, begin.elapsed(), shared.counting.get());
    }
    Ok(())
}

async fn open(
    mut client: Client,
    requests: &[Vec<u8>],
    shared: &Shared,
    pace: &Pace,
    measured: &std::ops::Range<Instant>,
) -> std::io::Result<()> {
    loop {
        if let Ok(permit) = pace.due.acquire().await {
            permit.forget();
        }
        let place = shared.next.replace(shared.next.get() + 1);
        let due = pace.due_at(place);
        if due >= measured.end {
            return Ok(());
        }
        let status = client.ask(&requests[place % requests.len()]).await?.status;
        shared.note(status, due.elapsed(), measured.contains(&due));
    }
}

impl Shared {
    fn note(&self, status: u16, time: Duration, counts: bool) {
        match (counts, status) {
            (false, _) => {}
            (true, 200) => self.latencies.borrow_mut().push(time),
            (true, status) => {
                self.failures.set(self.failures.get() + 1);
                if matches!(status, 429 | 503) {
                    self.refusals.borrow_mut().push(time);
                }
            }
        }
    }
}

/// When requests are due. A thread of its own keeps the time: the runtime's clock ticks in whole milliseconds.
struct Pace {
    due: Arc<Semaphore>,
    start: Instant,
    interval: Duration,
}

impl Pace {
    fn start(rate: f64, time: Duration, connections: usize) -> Self {
        let pace = Self { due: Arc::new(Semaphore::new(0)), start: Instant::now(), interval: Duration::from_secs_f64(1.0 / rate) };
        let (due, start, interval) = (Arc::clone(&pace.due), pace.start, pace.interval);
        std::thread::spawn(move || {
            let mut told = 0;
            while start.elapsed() < time {
                let now = (start.elapsed().as_secs_f64() / interval.as_secs_f64()) as usize + 1;
                due.add_permits(now - told);
                told = now;
                let next = start + interval.mul_f64(told as f64);
                std::thread::sleep(next.saturating_duration_since(Instant::now()));
            }
            // what fell due since, and one for each connection to see that it is over
            let last = (time.as_secs_f64() / interval.as_secs_f64()) as usize + 1;
            due.add_permits(last.saturating_sub(told) + connections);
        });
        pace
    }

    fn due_at(&self, place: usize) -> Instant {
        self.start + self.interval.mul_f64(place as f64)
    }
}
