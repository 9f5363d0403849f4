//! Serves connections. The framework's own server reads the head of a request as long as it takes, and takes connections without end:
//! a few slow senders would keep it busy for ever. Here both have a bound.

use super::listener::{Connection, Patient};
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
use tokio::sync::Semaphore;
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
    /// From the beginning of a connection, or the end of its last request, to the end of the next head.
    pub head: Duration,
    /// Open at once.
    pub connections: usize,
}

impl Bounds {
    /// Those that leave room for the streams.
    pub fn of(limits: &Limits) -> Self {
        Self { head: Duration::from_secs(20), connections: limits.sockets.saturating_add(ORDINARY).min(Semaphore::MAX_PERMITS) }
    }
}

/// Serves until `stop`, then until what is in flight is answered.
pub async fn serve(mut listener: Patient, router: Router, bounds: Bounds, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.head).max_header_size(HEAD_BYTES).max_buf_size(2 * HEAD_BYTES);
    let (places, stopping, tasks) = (Arc::new(Semaphore::new(bounds.connections)), CancellationToken::new(), TaskTracker::new());
    let accepting = async {
        loop {
            let (connection, address) = listener.accept().await;
            match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    let connection = connection.with(place);
                    tasks.spawn(answer(http.clone(), connection, address, router.clone(), stopping.clone()));
                }
                Err(_full) => connection.refuse(BUSY),
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

/// Answers the requests of one connection to its end.
async fn answer(http: http1::Builder, connection: Connection, address: SocketAddr, router: Router, stopping: CancellationToken) {
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
