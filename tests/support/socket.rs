//! A server on a real port, and clients that speak graphql-transport-ws.

use super::watch::Shop;
use futures::{SinkExt, StreamExt};
use polystore::{
    graphql::limits::Limits,
    http::{
        self, Options,
        listener::Patient,
        server::{self, Bounds},
        streams::{Streams, Timing},
    },
};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, task::JoinHandle, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderValue},
};

/// Longest that a message may take that has to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// The id of every request of our clients.
pub const REQUEST_ID: &str = "socket-of-a-test";

pub struct Server {
    pub shop: Shop,
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

/// Other times than those by default.
pub fn fast(timing: Timing) -> Options {
    Options { streams: Streams::new(&Limits::default(), timing), ..Options::default() }
}

impl Server {
    pub async fn start(shop: Shop, options: Options) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = Patient { listener, patience: options.streams.timing.write };
        let router = http::router(shop.graph.clone(), options);
        let bounds = Bounds::of(&Limits::default());
        let task = tokio::spawn(server::serve(listener, router, bounds, None, std::future::pending()));
        Self { shop, address, task }
    }

    /// Opens a socket; the status if that is refused.
    pub async fn open(&self, protocol: Option<&str>, origin: Option<&str>) -> Result<Client, u16> {
        Client::open(&self.address.to_string(), protocol, origin).await
    }

    pub async fn client(&self) -> Client {
        self.open(Some("graphql-transport-ws"), None).await.unwrap()
    }

    /// A client that is acknowledged.
    pub async fn ready(&self) -> Client {
        self.client().await.acknowledged().await
    }

    /// Waits until something is so.
    pub async fn until(&self, so: impl AsyncFn() -> bool, what: &str) {
        let come = async {
            while !so().await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        assert!(timeout(PATIENCE, come).await.is_ok(), "{what}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub struct Client(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    /// Opens a socket; the status if that is refused.
    pub async fn open(address: &str, protocol: Option<&str>, origin: Option<&str>) -> Result<Self, u16> {
        let given = [("sec-websocket-protocol", protocol), ("origin", origin)];
        let given: Vec<_> = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        Self::open_with(address, &given).await
    }

    /// The same with these headers.
    pub async fn open_with(address: &str, given: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("x-request-id", HeaderValue::from_static(REQUEST_ID));
        for (name, value) in given {
            headers.insert(*name, HeaderValue::from_str(value).unwrap());
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((socket, response)) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
                Ok(Self(socket))
            }
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn acknowledged(mut self) -> Self {
        self.send(json!({ "type": "connection_init" })).await;
        assert_eq!(self.next().await, json!({ "type": "connection_ack" }));
        self
    }

    pub async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next message that is a text.
    pub async fn next(&mut self) -> Value {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("a message comes").expect("the socket is open").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// With which code and reason the server closes, whatever else it says before.
pub async fn closed(client: &mut Client) -> Option<(u16, String)> {
    loop {
        match timeout(PATIENCE, client.0.next()).await.expect("a close comes") {
            Some(Ok(Message::Close(frame))) => return frame.map(|frame| (frame.code.into(), frame.reason.to_string())),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}
