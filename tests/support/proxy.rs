//! A TCP proxy in front of a store, so that a test can cut the store off and bring it back.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

pub struct Proxy {
    address: SocketAddr,
    target: String,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
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
        let proxy = Self { address: listener.local_addr().unwrap(), target, tasks: Arc::default(), stalled: watch::Sender::default() };
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
        let (tasks, target, stalled) = (Arc::clone(&self.tasks), self.target.clone(), self.stalled.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (target, mut stall) = (target.clone(), stalled.subscribe());
                let pipe = tokio::spawn(async move {
                    if let Ok(mut server) = TcpStream::connect(target).await {
                        tokio::select! {
                            _closed_by_either_side = copy_bidirectional(&mut client, &mut server) => {}
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
}
