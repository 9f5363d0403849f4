//! A slow line to a PostgreSQL server.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf};
use tokio::sync::watch;

pub struct Line {
    opening: Arc<AtomicU64>,
    frozen: watch::Sender<()>,
}

impl Line {
    /// A line that takes `delay` each way; gives the URL that leads over it.
    pub async fn to(url: &str, delay: Duration) -> (Self, String) {
        let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
        let server = (options.get_host().to_owned(), options.get_port());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let opening = Arc::new(AtomicU64::new(0));
        let line = Self { opening: opening.clone(), frozen: watch::Sender::new(()) };
        let frozen = line.frozen.clone();
        let near = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (server, opening) = (server.clone(), Duration::from_millis(opening.load(Relaxed)));
                let frozen = frozen.subscribe();
                tokio::spawn(async move {
                    tokio::time::sleep(opening).await;
                    let far = TcpStream::connect(server).await.unwrap();
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    tokio::join!(carry(near_in, far_out, delay, frozen.clone()), carry(far_in, near_out, delay, frozen))
                });
            }
        });
        // the store may be on another host, as a container's port is when the tests run in a container themselves
        let over = url.replacen(&format!("{}:{}/", options.get_host(), options.get_port()), &format!("{near}/"), 1);
        assert_ne!(over, url, "the store must be reached by way of the line");
        (line, over)
    }

    /// From now on a new connection is silent for this long.
    pub fn open_in(&self, opening: Duration) {
        self.opening.store(u64::try_from(opening.as_millis()).unwrap(), Relaxed);
    }

    /// The connections that are open now carry nothing any more; new ones are well.
    pub fn freeze(&self) {
        self.frozen.send_replace(());
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: Duration, frozen: watch::Receiver<()>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut bytes).await {
        tokio::time::sleep(delay).await;
        if frozen.has_changed().unwrap_or(false) {
            // the connection stays open, and nothing comes any more
            return std::future::pending().await;
        }
        if to.write_all(&bytes[..n]).await.is_err() {
            return;
        }
    }
}
