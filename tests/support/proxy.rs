//! A TCP proxy in front of a store, so that a test can cut the store off or freeze it, and bring it back.

use std::{
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
    task::JoinHandle,
};

pub struct Proxy {
    address: SocketAddr,
    target: String,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
    frozen: watch::Sender<bool>,
    /// How often connections were stalled.
    stalled: watch::Sender<u32>,
}

impl Proxy {
    /// Starts a proxy in front of the server of `url`; gives the same URL through the proxy.
    pub async fn in_front_of(url: &str) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").unwrap();
        let authority = rest.split(['/', '?']).next().unwrap();
        let target = authority.rsplit('@').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            target,
            tasks: Arc::default(),
            frozen: watch::Sender::new(false),
            stalled: watch::Sender::default(),
        };
        proxy.accept(listener);
        let through = format!("{scheme}://{}", rest.replacen(&proxy.target, &proxy.address.to_string(), 1));
        // a replica set tells its members' own addresses, which lead past the proxy
        let through = match scheme {
            "mongodb" => through.replace("replicaSet=rs0", "directConnection=true"),
            _ => through,
        };
        (proxy, through)
    }

    fn accept(&self, listener: TcpListener) {
        let (tasks, target, frozen) = (Arc::clone(&self.tasks), self.target.clone(), self.frozen.subscribe());
        let stalled = self.stalled.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, mut frozen, mut stall) = (target.clone(), frozen.clone(), stalled.subscribe());
                let pipe = tokio::spawn(async move {
                    thawed(&mut frozen).await;
                    if let Ok(server) = TcpStream::connect(target).await {
                        let ((client_in, client_out), (server_in, server_out)) = (client.into_split(), server.into_split());
                        // kept while they are stalled: to drop them is to close them
                        let (mut there, mut back) =
                            (pin!(carry(client_in, server_out, frozen.clone())), pin!(carry(server_in, client_out, frozen)));
                        // closed by either side, closed to both
                        tokio::select! {
                            () = &mut there => {}
                            () = &mut back => {}
                            _stalled = stall.changed() => std::future::pending().await,
                        }
                    }
                });
                tasks.lock().unwrap().push(pipe);
            }
        });
        self.tasks.lock().unwrap().push(accepting);
    }

    /// Closes all connections and refuses new ones.
    pub async fn cut(&self) {
        let tasks: Vec<_> = self.tasks.lock().unwrap().drain(..).collect();
        for task in tasks {
            task.abort();
            let _cancelled = task.await;
        }
    }

    /// Lets nothing through the connections that there are, and leaves them open; new ones work.
    pub fn stall(&self) {
        self.stalled.send_modify(|times| *times += 1);
    }

    /// Accepts connections again, at the same address.
    pub async fn restore(&self) {
        self.accept(TcpListener::bind(self.address).await.unwrap());
    }

    /// Nothing comes through any more; connections stay open, new ones are accepted and silent, as those of a server that was stopped.
    pub fn freeze(&self) {
        self.frozen.send_replace(true);
    }

    /// What was held up goes on its way.
    pub fn thaw(&self) {
        self.frozen.send_replace(false);
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut frozen: watch::Receiver<bool>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut bytes).await {
        thawed(&mut frozen).await;
        if to.write_all(&bytes[..n]).await.is_err() {
            return;
        }
    }
}

async fn thawed(frozen: &mut watch::Receiver<bool>) {
    // an error means that the proxy is gone
    frozen.wait_for(|frozen| !frozen).await.ok();
}
