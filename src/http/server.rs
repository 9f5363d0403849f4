//! Serves connections. The framework's own server reads the head of a request as long as it takes, and takes connections without end:
//! a few slow senders would keep it busy for ever. Here both have a bound.

use super::{
    listener::{Connection, Patient},
    tls::Tls,
};
use crate::graphql::limits::Limits;
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Semaphore,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

/// Most bytes of a request's head, and so of a query in the URL.
pub const HEAD_BYTES: usize = 64 * 1024;
/// Connections beside those that streams may have. With the default of 500 streams all of them, and those to the stores, fit into the
/// 1,024 files that a process may usually open.
const ORDINARY: usize = 400;
/// What a connection too many is told.
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\nconnection: close\r\n\r\n";

/// What connections may be at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// From the beginning of a connection to the end of its handshake, where there is one.
    pub handshake: Duration,
    /// From the beginning of a connection, or the end of its last request, to the end of the next head.
    pub head: Duration,
    /// Open at once.
    pub connections: usize,
}

impl Bounds {
    /// Those that leave room for the streams.
    pub fn of(limits: &Limits) -> Self {
        let connections = limits.sockets.saturating_add(ORDINARY).min(Semaphore::MAX_PERMITS);
        Self { handshake: Duration::from_secs(10), head: Duration::from_secs(20), connections }
    }
}

/// Serves until `stop`, then until what is in flight is answered. With `tls` each connection begins with a handshake.
pub async fn serve(mut listener: Patient, router: Router, bounds: Bounds, tls: Option<Arc<Tls>>, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.head).max_header_size(HEAD_BYTES).max_buf_size(2 * HEAD_BYTES);
    let (places, stopping, tasks) = (Arc::new(Semaphore::new(bounds.connections)), CancellationToken::new(), TaskTracker::new());
    // who waits for a handshake would read plain words as a broken one
    let busy = if tls.is_some() { &[] } else { BUSY };
    let desk = Desk { http, router, tls, handshake: bounds.handshake, stopping: stopping.clone() };
    let accepting = async {
        loop {
            let (connection, address) = listener.accept().await;
            match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    tasks.spawn(desk.clone().welcome(connection.with(place), address));
                }
                Err(_full) => connection.refuse(busy),
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = stop => {}
    }
    drop(listener);
    stopping.cancel();
    tasks.close();
    tasks.wait().await;
}

/// What every connection needs.
#[derive(Clone)]
struct Desk {
    http: http1::Builder,
    router: Router,
    tls: Option<Arc<Tls>>,
    handshake: Duration,
    stopping: CancellationToken,
}

impl Desk {
    /// One connection from its first byte to its end.
    async fn welcome(self, connection: Connection, address: SocketAddr) {
        let Some(tls) = self.tls.clone() else { return self.answer(connection, address).await };
        let greeted = tokio::select! {
            greeted = timeout(self.handshake, tls.accept(connection)) => greeted,
            // nothing was asked yet
            () = self.stopping.cancelled() => return,
        };
        match greeted {
            Ok(Ok(connection)) => self.answer(connection, address).await,
            Ok(Err(error)) => tracing::debug!("a handshake failed: {error}"),
            Err(_) => tracing::debug!("a handshake took longer than {} s", self.handshake.as_secs()),
        }
    }

    /// Answers the requests of one connection to its end.
    async fn answer(self, connection: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, address: SocketAddr) {
        let Self { http, router, stopping, .. } = self;
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(address));
            router.clone().oneshot(request)
        });
        let serving = http.serve_connection(TokioIo::new(connection), service).with_upgrades();
        let mut serving = std::pin::pin!(serving);
        let ended = tokio::select! {
            ended = serving.as_mut() => ended,
            () = stopping.cancelled() => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        };
        // how a connection breaks off is the other side's business
        if let Err(error) = ended {
            tracing::debug!("a connection ended: {error}");
        }
    }
}
