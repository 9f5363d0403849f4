//! A listener whose connections break when the other side takes nothing for a while. The framework has no such limit: an event stream,
//! or a large answer, that nobody reads would be kept as long as the other side holds the connection.

use axum::serve::Listener;
use std::{
    future::Future,
    io::{self, ErrorKind, IoSlice, Write as _},
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::OwnedSemaphorePermit,
    time::{Sleep, sleep},
};

/// Accepts connections that break when a write waits longer than `patience`.
pub struct Patient {
    /// Where they come from.
    pub listener: TcpListener,
    /// How long a write may wait.
    pub patience: Duration,
}

/// One connection.
pub struct Connection {
    stream: TcpStream,
    patience: Duration,
    /// Set while a write waits.
    end: Option<Pin<Box<Sleep>>>,
    /// Among the connections that may be open at once. It goes along when the connection becomes a WebSocket.
    _place: Option<OwnedSemaphorePermit>,
}

impl Listener for Patient {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        (Connection { stream, patience: self.patience, end: None, _place: None }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connection {
    /// Holds a place until it is closed.
    pub fn with(self, place: OwnedSemaphorePermit) -> Self {
        Self { _place: Some(place), ..self }
    }

    /// Says a few words and hangs up, without waiting for anything.
    pub fn refuse(self, words: &[u8]) {
        // what does not go into the empty buffer of a new connection at once is not said
        let _ = self.stream.into_std().and_then(|mut stream| stream.write(words));
    }

    fn bounded<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.end = None;
            return written;
        }
        let end = self.end.get_or_insert_with(|| Box::pin(sleep(self.patience)));
        end.as_mut().poll(cx).map(|()| Err(io::Error::new(ErrorKind::TimedOut, "the other side takes nothing")))
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.bounded(cx, written)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, parts: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.bounded(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
