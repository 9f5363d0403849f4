//! A client's connection: HTTP/1.1 as far as our own server speaks it. It tells a request that was not sent from one that was not answered.

use std::{io, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

pub struct Connection {
    address: String,
    stream: Option<TcpStream>,
}

/// Who asks: a session's token, and what the server signed for the time when sessions cannot be looked up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tokens {
    pub session: Option<String>,
    pub access: Option<String>,
}

impl Tokens {
    fn headers(&self) -> String {
        let session = self.session.iter().map(|token| format!("authorization: Bearer {token}\r\n"));
        let access = self.access.iter().map(|token| format!("x-access-token: {token}\r\n"));
        session.chain(access).collect()
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// Nothing was sent.
    Unsent(io::Error),
    /// Sent, wholly or in part.
    Lost(io::Error),
}

/// Longer than any request may take.
const PATIENCE: Duration = Duration::from_secs(15);

impl Connection {
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), stream: None }
    }

    /// The same connection again where the server let it open.
    async fn stream(&mut self) -> io::Result<&mut TcpStream> {
        if self.stream.as_ref().is_some_and(is_closed) {
            self.stream = None;
        }
        if self.stream.is_none() {
            let connecting = TcpStream::connect(&self.address);
            let stream = timeout(Duration::from_secs(2), connecting).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
        }
        self.stream.as_mut().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Sends a body to `/graphql`; gives status and body of the answer.
    pub async fn post(&mut self, tokens: &Tokens, body: &[u8]) -> Result<(u16, Vec<u8>), Unanswered> {
        self.send(tokens, body).await?;
        let answer = match timeout(PATIENCE, self.receive()).await {
            Ok(answer) => answer,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        if answer.is_err() {
            self.stream = None;
        }
        answer.map_err(Unanswered::Lost)
    }

    /// Sends it and hangs up after a while; true if it was sent.
    pub async fn post_and_hang_up(&mut self, tokens: &Tokens, body: &[u8], after: Duration) -> bool {
        let sent = self.send(tokens, body).await.is_ok();
        tokio::time::sleep(after).await;
        self.stream = None;
        sent
    }

    async fn send(&mut self, tokens: &Tokens, body: &[u8]) -> Result<(), Unanswered> {
        let address = self.address.clone();
        let stream = self.stream().await.map_err(Unanswered::Unsent)?;
        let tokens = tokens.headers();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n{tokens}content-length: {}\r\n\r\n",
            body.len()
        );
        let sent = stream.write_all(&[head.as_bytes(), body].concat()).await;
        if sent.is_err() {
            self.stream = None;
        }
        sent.map_err(Unanswered::Lost)
    }

    async fn receive(&mut self) -> io::Result<(u16, Vec<u8>)> {
        let stream = self.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let mut bytes = Vec::with_capacity(2_048);
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let bad = || io::Error::new(io::ErrorKind::InvalidData, head.clone());
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok()).ok_or_else(bad)?;
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let length: usize = header("content-length").and_then(|text| text.trim().parse().ok()).ok_or_else(bad)?;
        while bytes.len() < end + length {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        if header("connection").is_some_and(|value| value.contains("close")) {
            self.stream = None;
        }
        Ok((status, bytes.split_off(end)))
    }
}

/// Whether the other side has hung up. It says nothing unasked, so anything else than "nothing to read" is an end.
fn is_closed(stream: &TcpStream) -> bool {
    !matches!(stream.try_read(&mut [0; 1]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}
