//! Senders that take their time, and connections that only exist.

use super::case::{self, answer};
use crate::{
    http,
    support::{
        socket::{Client, closed},
        wiring::block_on,
    },
};
use std::{
    io::{Read, Write},
    thread,
    time::{Duration, Instant},
};

/// The head of a request may take 20 s, and so may the next one on the same connection.
const HEAD: Duration = Duration::from_secs(20);
/// The body may take 5 s; a WebSocket has as long for its first message.
const BODY: Duration = Duration::from_secs(5);
/// Machines are busy.
const SLACK: Duration = Duration::from_secs(10);
/// Between two bytes.
const PAUSE: Duration = Duration::from_millis(200);
/// Connections that the program holds beside its streams.
const ORDINARY: usize = 400;

const HEADS: &str = "POST /graphql HTTP/1.1\r\nhost: shop.test\r\ncontent-type: application/json\r\n";

/// What is sent at once, what is sent byte by byte behind it, the status that has to come (0: hung up on), and when.
fn senders() -> Vec<(&'static str, String, String, u16, Duration)> {
    let proper = "GET /livez HTTP/1.1\r\nhost: shop.test\r\n\r\n".to_owned();
    let endless = "x: y\r\n".repeat(1_000);
    let body = "{\"query\":\"".to_owned() + &"x".repeat(1_000);
    vec![
        ("nothing at all", String::new(), String::new(), 0, HEAD),
        ("half a head and nothing more", HEADS.into(), String::new(), 0, HEAD),
        ("a head byte by byte", String::new(), HEADS.to_owned() + &endless, 0, HEAD),
        ("a second head byte by byte", proper.clone(), HEADS.to_owned() + &endless, 200, HEAD),
        ("nothing behind an answer", proper, String::new(), 200, HEAD),
        ("no body", format!("{HEADS}content-length: 1000\r\n\r\n"), String::new(), 408, BODY),
        ("a body byte by byte", format!("{HEADS}content-length: 1000\r\n\r\n"), body, 408, BODY),
        ("chunks byte by byte", format!("{HEADS}transfer-encoding: chunked\r\n\r\n"), "1\r\nx\r\n".repeat(1_000), 408, BODY),
        (
            "a body that waits to be asked for",
            format!("{HEADS}expect: 100-continue\r\ncontent-length: 1000\r\n\r\n"),
            String::new(),
            100,
            BODY,
        ),
    ]
}

/// All of them beside one another; gives what was wrong.
pub fn all_at_once(address: &str) -> Vec<String> {
    let start = Instant::now();
    thread::scope(|scope| {
        let mut running: Vec<_> = senders()
            .into_iter()
            .map(|(what, first, rest, status, within)| scope.spawn(move || sender(address, what, &first, &rest, status, within)))
            .collect();
        running.push(scope.spawn(|| socket(address, "a WebSocket without a beginning", &[])));
        running.push(scope.spawn(|| socket(address, "half a frame", &[0x81, 0x80 | 100, 0, 0, 0, 0, b'{'])));
        while !running.iter().all(thread::ScopedJoinHandle::is_finished) && start.elapsed() < HEAD + 2 * SLACK {
            case::alive(address, "slow senders");
            thread::sleep(Duration::from_millis(500));
        }
        running.into_iter().filter_map(|run| run.join().unwrap()).collect()
    })
}

fn sender(address: &str, what: &str, first: &str, rest: &str, expected: u16, within: Duration) -> Option<String> {
    let start = Instant::now();
    let mut stream = http::connect(address);
    stream.set_read_timeout(Some(within + SLACK)).unwrap();
    stream.write_all(first.as_bytes()).unwrap();
    let mut slow = stream.try_clone().unwrap();
    let rest = rest.to_owned();
    let writer = thread::spawn(move || {
        for byte in rest.bytes() {
            if slow.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(PAUSE);
        }
    });
    let (status, body) = answer(&mut stream);
    let took = start.elapsed();
    // nothing more can be read: it is closed, and the writer finds that out with one of its next bytes
    let over = stream.read(&mut [0; 1]).map_or(true, |length| length == 0);
    let _ = stream.shutdown(std::net::Shutdown::Both);
    writer.join().unwrap();
    println!("{what}: {status} after {took:?}");
    let in_time = took < within + SLACK;
    (status != expected || !in_time || !over).then(|| format!("{what}: {status} after {took:?}, {expected} was expected: {body}"))
}

fn socket(address: &str, what: &str, bytes: &[u8]) -> Option<String> {
    let start = Instant::now();
    let ended = block_on(async {
        let mut client = Client::open(address, Some("graphql-transport-ws"), None).await.unwrap();
        let tokio_tungstenite::MaybeTlsStream::Plain(stream) = client.0.get_mut() else { panic!("no TLS here") };
        tokio::io::AsyncWriteExt::write_all(stream, bytes).await.unwrap();
        tokio::time::timeout(BODY + SLACK, closed(&mut client)).await
    });
    println!("{what}: {ended:?} after {:?}", start.elapsed());
    let code = ended.as_ref().ok().and_then(Option::as_ref).map(|(code, _)| *code);
    (code != Some(4408)).then(|| format!("{what}: {ended:?}"))
}

/// Fills every place with connections that say nothing.
pub fn too_many(address: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    case::alive(address, "the start");
    // one of them is for the only stream
    let mut idle: Vec<_> = (0..=ORDINARY).map(|_| http::connect(address)).collect();
    let start = Instant::now();
    for _ in 0..3 {
        let (status, body) = answer(&mut http::connect(address));
        if status != 503 {
            wrong.push(format!("a connection too many: {status} {body}"));
        }
    }
    let took = start.elapsed();
    println!("three connections too many were refused within {took:?}");
    // those who are in are served
    idle[0].write_all(b"GET /livez HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\n\r\n").unwrap();
    let (status, _) = answer(&mut idle[0]);
    if status != 200 {
        wrong.push(format!("a connection that was in: {status}"));
    }
    drop(idle);
    // the program notices a little later that they are gone
    let patience = Instant::now();
    while answer_of_livez(address) != 200 {
        if patience.elapsed() > SLACK {
            wrong.push("nobody is let in although everybody left".to_owned());
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    wrong
}

fn answer_of_livez(address: &str) -> u16 {
    let mut stream = http::connect(address);
    let _refused = stream.write_all(b"GET /livez HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\n\r\n");
    answer(&mut stream).0
}
