//! A TCP proxy between a server and its store: it delays, cuts, refuses, swallows, and loses the answer to a COMMIT.

use super::frames::Frames;
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
    task::{AbortHandle, JoinHandle},
    time::{sleep, timeout},
};

/// What the proxy does to what passes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mischief {
    /// Each piece that passes is so late, in either direction.
    pub delay: Duration,
    /// Requests vanish on the way; the connection stays.
    pub swallow_requests: bool,
    /// Answers vanish on the way; the connection stays.
    pub swallow_answers: bool,
    /// New connections are closed at once.
    pub refuse: bool,
    /// Of so many COMMITs one is not answered: it reaches the store, and the connection is cut. 0: none.
    pub lose_commit_answers: u64,
    /// Of so many COMMITs one does not reach the store: the connection is cut before. 0: none.
    pub lose_commits: u64,
}

pub struct Proxy {
    address: SocketAddr,
    mischief: Arc<watch::Sender<Mischief>>,
    connections: Arc<Mutex<HashMap<u64, AbortHandle>>>,
    counts: Arc<Counts>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    commits: AtomicU64,
    answers_lost: AtomicU64,
    commits_lost: AtomicU64,
}

/// What one connection's two directions share.
#[derive(Clone)]
struct Line {
    mischief: watch::Receiver<Mischief>,
    counts: Arc<Counts>,
    /// The answers to come are not passed on; told once the first of them is there.
    blind: Arc<watch::Sender<Blind>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Blind {
    No,
    Yes,
    Answered,
}

impl Proxy {
    /// In front of `HOST:PORT`.
    pub async fn in_front_of(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mischief, _) = watch::channel(Mischief::default());
        let (mischief, connections, counts) = (Arc::new(mischief), Arc::default(), Arc::default());
        let accepting =
            tokio::spawn(accept(listener, target.to_owned(), Arc::clone(&mischief), Arc::clone(&connections), Arc::clone(&counts)));
        Self { address, mischief, connections, counts, accepting }
    }

    /// In front of the server of `url`; gives the same URL through the proxy.
    pub async fn of_url(url: &str) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").unwrap();
        let authority = rest.split(['/', '?']).next().unwrap();
        let target = authority.rsplit('@').next().unwrap();
        let proxy = Self::in_front_of(target).await;
        let through = format!("{scheme}://{}", rest.replacen(target, &proxy.address.to_string(), 1));
        // a replica set tells its members' own addresses, which lead past the proxy
        let through = if scheme == "mongodb" { through.replace("replicaSet=rs0", "directConnection=true") } else { through };
        (proxy, through)
    }

    pub fn set(&self, mischief: Mischief) {
        self.mischief.send_replace(mischief);
    }

    /// Cuts all connections in the middle of whatever they carry.
    pub fn cut(&self) {
        for (_, connection) in self.connections.lock().unwrap().drain() {
            connection.abort();
        }
    }

    /// COMMITs that passed or should have, answers to them that were lost, and COMMITs that were lost themselves.
    pub fn commits(&self) -> [u64; 3] {
        let Counts { commits, answers_lost, commits_lost } = &*self.counts;
        [commits, answers_lost, commits_lost].map(|count| count.load(Ordering::Relaxed))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(
    listener: TcpListener,
    target: String,
    mischief: Arc<watch::Sender<Mischief>>,
    connections: Arc<Mutex<HashMap<u64, AbortHandle>>>,
    counts: Arc<Counts>,
) {
    let mut number = 0;
    while let Ok((client, _)) = listener.accept().await {
        if mischief.borrow().refuse {
            continue;
        }
        let Ok(server) = TcpStream::connect(&target).await else { continue };
        for stream in [&client, &server] {
            let _later_is_no_harm = stream.set_nodelay(true);
        }
        number += 1;
        let line = Line { mischief: mischief.subscribe(), counts: Arc::clone(&counts), blind: Arc::new(watch::channel(Blind::No).0) };
        let table = Arc::clone(&connections);
        let both = tokio::spawn(async move {
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
            // whichever ends first takes the other with it
            tokio::select! {
                () = requests(from_client, to_server, line.clone()) => {}
                () = answers(from_server, to_client, line) => {}
            }
            table.lock().unwrap().remove(&number);
        });
        connections.lock().unwrap().insert(number, both.abort_handle());
    }
}

async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, line: Line) {
    let (mut frames, mut bytes) = (Frames::default(), vec![0; 64 * 1024]);
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        let mischief = *line.mischief.borrow();
        sleep_for(mischief.delay).await;
        let passing = &bytes[..length];
        let commit = frames.commit_within(passing);
        if mischief.swallow_requests {
            continue;
        }
        if let Some(end) = commit {
            let count = line.counts.commits.fetch_add(1, Ordering::Relaxed);
            if hit(count, mischief.lose_commits, 1) {
                line.counts.commits_lost.fetch_add(1, Ordering::Relaxed);
                return;
            }
            if hit(count, mischief.lose_commit_answers, 0) {
                line.counts.answers_lost.fetch_add(1, Ordering::Relaxed);
                lose_answer(&mut to, &passing[..end], &line).await;
                return;
            }
        }
        if to.write_all(passing).await.is_err() {
            return;
        }
    }
}

/// Sends a COMMIT and waits until the store has answered it, so that it is certain to be done when the connection is cut.
async fn lose_answer(to: &mut OwnedWriteHalf, commit: &[u8], line: &Line) {
    let mut answered = line.blind.subscribe();
    line.blind.send_replace(Blind::Yes);
    if to.write_all(commit).await.is_ok() {
        let _it_may_be_waiting_for_its_disk = timeout(Duration::from_secs(2), answered.wait_for(|blind| *blind == Blind::Answered)).await;
    }
}

fn hit(count: u64, one_of: u64, rest: u64) -> bool {
    one_of > 0 && count % one_of == rest % one_of
}

async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, line: Line) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        let mischief = *line.mischief.borrow();
        sleep_for(mischief.delay).await;
        if *line.blind.borrow() != Blind::No {
            line.blind.send_replace(Blind::Answered);
            continue;
        }
        if !mischief.swallow_answers && to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}

async fn sleep_for(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}
