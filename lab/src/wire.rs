//! A relay on this machine between a client and a server: it counts round trips and bytes, and can be as slow as a network.
//!
//! A round trip is a change of direction: the client speaks after the server has spoken. Only for the accounting pass and for cases about
//! distance: a relay costs two copies and two wake-ups.

use super::Result;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::Instant,
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::AbortOnDropHandle,
};

/// A relay to one server. Dropping it cuts its connections.
pub struct Wire {
    address: SocketAddr,
    counts: Arc<Counts>,
    _end: DropGuard,
}

#[derive(Default)]
struct Counts {
    round_trips: AtomicU64,
    up: AtomicU64,
    down: AtomicU64,
    /// Microseconds for one way.
    one_way: AtomicU64,
}

/// What went over a wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Times that the client began to speak.
    pub round_trips: u64,
    /// Bytes to the server.
    pub bytes_up: u64,
    /// Bytes from the server.
    pub bytes_down: u64,
}

impl Wire {
    /// Opens a relay to this server (`host:port`) on a free port of this machine.
    pub async fn open(server: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (counts, end) = (Arc::new(Counts::default()), CancellationToken::new());
        let (server, counted, ended) = (server.to_owned(), counts.clone(), end.clone());
        tokio::spawn(ended.clone().run_until_cancelled_owned(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, counts) = (server.clone(), counted.clone());
                tokio::spawn(ended.clone().run_until_cancelled_owned(async move {
                    // a connection that fails fails for its client, too, who tells of it
                    if let Ok(server) = TcpStream::connect(&server).await {
                        let _ = relay(client, server, &counts).await;
                    }
                }));
            }
        }));
        Ok(Self { address, counts, _end: end.drop_guard() })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes every round trip from now on take this much longer.
    pub fn set_round_trip(&self, more: Duration) {
        self.counts.one_way.store(u64::try_from(more.as_micros() / 2).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// What went through so far, over all connections.
    pub fn traffic(&self) -> Traffic {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Traffic { round_trips: of(&self.counts.round_trips), bytes_up: of(&self.counts.up), bytes_down: of(&self.counts.down) }
    }
}

async fn relay(client: TcpStream, server: TcpStream, counts: &Arc<Counts>) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client_out, client_in) = client.into_split();
    let (server_out, server_in) = server.into_split();
    let speaks = Arc::new(AtomicBool::new(false));
    let (up_counts, up_speaks) = (counts.clone(), speaks.clone());
    // either side's end is the other's: half-closed connections are of no use to these protocols
    let up = AbortOnDropHandle::new(tokio::spawn(way(client_out, server_in, counts.clone(), move |bytes| {
        up_counts.up.fetch_add(bytes, Ordering::Relaxed);
        if !up_speaks.swap(true, Ordering::Relaxed) {
            up_counts.round_trips.fetch_add(1, Ordering::Relaxed);
        }
    })));
    let down_counts = counts.clone();
    let down = AbortOnDropHandle::new(tokio::spawn(way(server_out, client_in, counts.clone(), move |bytes| {
        down_counts.down.fetch_add(bytes, Ordering::Relaxed);
        speaks.store(false, Ordering::Relaxed);
    })));
    tokio::select! { _ = up => {}, _ = down => {} }
    Ok(())
}

/// One direction. What was read waits in a queue for its time, so that a delay is a distance and not a bandwidth.
async fn way(
    mut from: impl tokio::io::AsyncRead + Unpin + Send + 'static,
    mut to: impl tokio::io::AsyncWrite + Unpin + Send + 'static,
    counts: Arc<Counts>,
    count: impl Fn(u64) + Send + 'static,
) {
    let (sender, mut receiver) = mpsc::channel::<(Instant, Vec<u8>)>(64);
    let writer = AbortOnDropHandle::new(tokio::spawn(async move {
        while let Some((due, bytes)) = receiver.recv().await {
            if due > Instant::now() {
                tokio::time::sleep_until(due).await;
            }
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    }));
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        count(read as u64);
        let due = Instant::now() + Duration::from_micros(counts.one_way.load(Ordering::Relaxed));
        if sender.send((due, buffer[..read].to_vec())).await.is_err() {
            break;
        }
    }
    drop(sender);
    let _ = writer.await;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers every line with itself.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut buffer = [0; 1024];
                    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                        stream.write_all(&buffer[..read]).await.unwrap();
                    }
                });
            }
        });
        address
    }

    async fn ask(stream: &mut TcpStream, text: &[u8]) {
        stream.write_all(text).await.unwrap();
        let mut answer = vec![0; text.len()];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, text);
    }

    #[tokio::test]
    async fn round_trips_and_bytes_are_counted() {
        let wire = Wire::open(&echo().await.to_string()).await.unwrap();
        let mut stream = TcpStream::connect(wire.address()).await.unwrap();
        for _ in 0..5 {
            ask(&mut stream, b"hello").await;
        }
        assert_eq!(wire.traffic(), Traffic { round_trips: 5, bytes_up: 25, bytes_down: 25 });
    }

    #[tokio::test]
    async fn a_wire_can_be_long() {
        let wire = Wire::open(&echo().await.to_string()).await.unwrap();
        let mut stream = TcpStream::connect(wire.address()).await.unwrap();
        wire.set_round_trip(Duration::from_millis(40));
        let begin = Instant::now();
        ask(&mut stream, b"hello").await;
        assert!(begin.elapsed() >= Duration::from_millis(40));
    }
}
