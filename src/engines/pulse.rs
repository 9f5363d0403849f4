//! A sign of life: whether anybody answers at a store's address, asked without a connection of the pool and without a password. It tells
//! a store that is busy from one that is gone.
//!
//! Asked from a thread of its own with calls that block: when this program's own tasks are late, the store must not be blamed.

use crate::{
    error::{Engine, Kind, StoreError},
    roles::Result,
};
use futures::{FutureExt as _, future::select_ok};
use std::{
    io::{self, ErrorKind, Read, Write},
    net::{TcpStream, ToSocketAddrs as _},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, crypto::ring, pki_types::ServerName};

/// Longest that any store is given, however far away it is.
const LONGEST: Duration = Duration::from_millis(500);
/// How long is waited for a question that should have ended by itself. Beyond that nothing is known about the store: the question hangs
/// at a name that cannot be looked up.
const GRACE: Duration = Duration::from_millis(200);

/// Where a server listens.
#[derive(Clone, Debug)]
pub(super) enum Door {
    Tcp(String, u16),
    Unix(PathBuf),
}

/// Asks a store for a sign of life.
pub(super) struct Pulse {
    engine: Engine,
    doors: Vec<Door>,
    greeting: Greeting,
    limit: Duration,
}

/// What makes a server say something.
#[derive(Clone)]
enum Greeting {
    /// If there are none, an open door is a sign of life.
    Words(Arc<[u8]>),
    /// The beginning of a TLS handshake.
    Handshake(Arc<ClientConfig>),
}

impl Pulse {
    /// `greeting` is what makes any server of this kind say something; if it is empty, an open door is a sign of life.
    pub(super) fn new(engine: Engine, doors: Vec<Door>, greeting: &[u8], limit: Duration) -> Self {
        Self { engine, doors, greeting: Greeting::Words(greeting.into()), limit }
    }

    /// For servers that speak TLS from the first byte: they answer a handshake before anybody is known. It goes no further than that, so
    /// nothing is believed and no certificate is looked at.
    pub(super) fn over_tls(engine: Engine, doors: Vec<Door>, limit: Duration) -> Self {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
        let config = builder.map(|builder| builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
        let greeting = config.map_or_else(|_| Greeting::Words([].into()), |config| Greeting::Handshake(Arc::new(config)));
        Self { engine, doors, greeting, limit }
    }

    /// For a store that answers now: one that is far away is given more than the limit, twice what it takes.
    pub(super) async fn measured(mut self) -> Self {
        let limit = std::mem::replace(&mut self.limit, LONGEST);
        let mut usual = LONGEST;
        // the better of two: the first one may have looked up a name
        for _ in 0..2 {
            let start = Instant::now();
            if self.feel().await.is_err() {
                usual = Duration::ZERO;
                break;
            }
            usual = usual.min(start.elapsed());
        }
        self.limit = (usual * 2).clamp(limit, LONGEST);
        self
    }

    /// Fails with [`Kind::Unavailable`] if every door is shut, with [`Kind::Timeout`] if one stayed silent.
    pub(super) async fn feel(&self) -> Result<()> {
        let answers = self.doors.iter().cloned().map(|door| {
            let (greeting, limit) = (self.greeting.clone(), self.limit);
            tokio::task::spawn_blocking(move || door.ask(&greeting, limit))
                .map(|asked| asked.unwrap_or_else(|lost| Err(io::Error::other(lost))))
        });
        let failed = |error: &io::Error| {
            let kind = if is_silence(error) { Kind::Timeout } else { Kind::Unavailable };
            Err(StoreError::new(self.engine, kind, format_args!("no sign of life: {error}")))
        };
        if self.doors.is_empty() {
            return Ok(());
        }
        match tokio::time::timeout(self.limit + GRACE, select_ok(answers)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => failed(&error),
            // a name that takes so long to look up says nothing about the store: its connections may be well
            Err(_) => Ok(()),
        }
    }
}

impl Greeting {
    /// What is said to a server of this name.
    fn to(&self, host: &str) -> io::Result<Arc<[u8]>> {
        let config = match self {
            Self::Words(words) => return Ok(Arc::clone(words)),
            Self::Handshake(config) => Arc::clone(config),
        };
        // a name that no certificate can have: the driver will say so
        let Ok(name) = ServerName::try_from(host.to_owned()) else { return Ok([].into()) };
        let mut hello = Vec::new();
        ClientConnection::new(config, name).map_err(io::Error::other)?.write_tls(&mut hello)?;
        Ok(hello.into())
    }
}

impl Door {
    fn ask(&self, greeting: &Greeting, limit: Duration) -> io::Result<()> {
        let end = Instant::now() + limit;
        match self {
            Self::Tcp(host, port) => {
                let Ok(addresses) = (host.as_str(), *port).to_socket_addrs() else { return Ok(()) };
                let mut opened = Err(ErrorKind::AddrNotAvailable.into());
                for address in addresses {
                    opened = TcpStream::connect_timeout(&address, left(end)?);
                    if opened.is_ok() {
                        break;
                    }
                }
                let stream = opened?;
                stream.set_read_timeout(Some(left(end)?))?;
                greet(stream, &greeting.to(host)?)
            }
            Self::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(left(end)?))?;
                greet(stream, &greeting.to("localhost")?)
            }
        }
    }
}

fn greet(mut stream: impl Read + Write, greeting: &[u8]) -> io::Result<()> {
    if greeting.is_empty() {
        return Ok(());
    }
    stream.write_all(greeting)?;
    stream.read_exact(&mut [0])
}

/// The time until `end`, if there is any.
fn left(end: Instant) -> io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}

fn is_silence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const LIMIT: Duration = Duration::from_millis(80);

    fn door(listener: &TcpListener) -> Door {
        Door::Tcp("127.0.0.1".to_owned(), listener.local_addr().unwrap().port())
    }

    /// A server that answers each greeting after `delay`.
    fn server(delay: Duration) -> Door {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let door = door(&listener);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let _gone = connection.read(&mut [0; 16]);
                std::thread::sleep(delay);
                let _gone = connection.write_all(b"!");
            }
        });
        door
    }

    async fn of(doors: Vec<Door>) -> Pulse {
        Pulse::new(Engine::Redis, doors, b"?", LIMIT).measured().await
    }

    #[tokio::test]
    async fn a_shut_door_a_silent_one_and_an_answer_are_told_apart() {
        let shut = door(&TcpListener::bind("127.0.0.1:0").unwrap());
        assert_eq!(of(vec![shut.clone()]).await.feel().await.unwrap_err().kind, Kind::Unavailable);

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let silent = of(vec![door(&listener)]).await;
        let start = Instant::now();
        assert_eq!(silent.feel().await.unwrap_err().kind, Kind::Timeout);
        assert!(start.elapsed() >= LIMIT && start.elapsed() < LONGEST, "{:?}", start.elapsed());

        // of several doors one is enough
        of(vec![shut, door(&listener), server(Duration::ZERO)]).await.feel().await.unwrap();
        of(vec![Door::Unix("/nowhere".into())]).await.feel().await.unwrap_err();
    }

    /// What a silent server was sent, as far as it came.
    fn heard(listener: &TcpListener) -> Vec<u8> {
        let (mut connection, _) = listener.accept().unwrap();
        let mut bytes = vec![0; 1_024];
        let length = connection.read(&mut bytes).unwrap();
        bytes.truncate(length);
        bytes
    }

    #[tokio::test]
    async fn over_tls_a_handshake_is_begun_and_only_an_answer_is_a_sign_of_life() {
        let of = |door| Pulse::over_tls(Engine::Redis, vec![door], LIMIT);
        of(server(Duration::ZERO)).feel().await.unwrap();
        // the kernel opens the door for a server that hangs
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(of(door(&listener)).feel().await.unwrap_err().kind, Kind::Timeout);
        let hello = heard(&listener);
        // a handshake, of TLS 1.0 or later, whose first message is the client's greeting
        assert_eq!((hello[0], hello[1], hello[5]), (22, 3, 1), "{hello:?}");
        let length = usize::from(hello[3]) << 8 | usize::from(hello[4]);
        assert_eq!(hello.len(), 5 + length, "it is whole");
    }

    #[tokio::test]
    async fn a_store_that_is_far_away_is_given_more_time() {
        let near = of(vec![server(Duration::ZERO)]).await;
        assert_eq!(near.limit, LIMIT);
        let far = of(vec![server(Duration::from_millis(100))]).await;
        assert!(far.limit >= Duration::from_millis(200), "{:?}", far.limit);
        far.feel().await.unwrap();
    }

    #[tokio::test]
    async fn a_name_that_cannot_be_looked_up_says_nothing_about_the_store() {
        of(vec![Door::Tcp("name.invalid".to_owned(), 1)]).await.feel().await.unwrap();
    }
}
