//! The program serves https: what clients get, what others are told, and which certificates it refuses.

use crate::{
    home::{Home, Running},
    http,
    support::authority::{Authority, Shown, name, secured},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue};

const VARIABLES: [(&str, &str); 3] =
    [("POLYSTORE_LISTEN", "127.0.0.1:0"), ("POLYSTORE_TLS_CERT", "server.crt"), ("POLYSTORE_TLS_KEY", "server.key")];
/// What a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Machines are busy.
const SLACK: Duration = Duration::from_secs(10);
/// Connections that the program holds beside its streams.
const ORDINARY: usize = 400;

fn keep(home: &Home, Shown { cert, key }: &Shown) {
    home.write("server.crt", cert);
    home.write("server.key", key);
}

/// A server over an empty shop, with a certificate of this authority.
fn serve(home: &Home, authority: &Authority, arguments: &[&str]) -> Running {
    keep(home, &authority.server());
    home.start(&VARIABLES, &[&["--demo", "false"], arguments].concat())
}

/// Head and body of the answer, over TLS.
fn get(authority: &Authority, address: &str, path: &str) -> (String, String) {
    let mut stream = secured(http::connect(address), authority.client(&[]));
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    http::head_and_body(stream)
}

/// Whether a client that believes this authority alone comes to an answer.
fn believes(authority: &Authority, address: &str) -> bool {
    let mut stream = secured(http::connect(address), authority.client(&[]));
    write!(stream, "GET /livez HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").is_ok()
}

/// What comes until the other side hangs up.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // a reset is an end, too
    let _reset = stream.read_to_end(&mut bytes);
    bytes
}

#[test]
fn the_graph_answers_over_tls_and_browsers_are_told_to_ask_for_nothing_less() {
    let (home, authority) = (Home::new(), Authority::new());
    let mut run = serve(&home, &authority, &[]);
    let address = run.address();
    let printed = run.printed();
    for place in ["/graphiql", "/graphql", "/schema.graphql", "/livez", "/readyz"] {
        assert!(printed.contains(&format!("https://{address}{place}")), "{printed}");
    }
    assert!(!printed.contains("http://"), "{printed}");
    let mut stream = secured(http::connect(&address), authority.client(&["h2", "http/1.1"]));
    let body = json!({ "query": "{ server { name } }" }).to_string();
    let head = format!("POST /graphql HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n");
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    let (head, body) = http::head_and_body(&mut stream);
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("strict-transport-security: max-age=31536000\r\n"), "{head}");
    assert_eq!(body, r#"{"data":{"server":{"name":"polystore"}}}"#);
    assert_eq!(get(&authority, &address, "/livez").1, "ok\n");
    assert!(!believes(&Authority::new(), &address), "the certificate is looked at");
    // who speaks nothing that we do is told so in the handshake
    let mut other = secured(http::connect(&address), authority.client(&["h2"]));
    assert!(other.write_all(b"PRI * HTTP/2.0\r\n").is_err());
    run.stop().ok().is_clean();
}

#[tokio::test]
async fn a_websocket_is_opened_over_tls() {
    let (home, authority) = (Home::new(), Authority::new());
    let mut run = serve(&home, &authority, &[]);
    let address = run.address();
    let stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let stream = TlsConnector::from(authority.client(&["http/1.1"])).connect(name(), stream).await.unwrap();
    let mut request = format!("wss://{address}/graphql").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
    request.headers_mut().insert("origin", HeaderValue::from_str(&format!("https://{address}")).unwrap());
    let (mut socket, response) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    assert_eq!(response.status(), 101);
    let query = json!({ "query": "{ server { name } }" });
    for message in [json!({ "type": "connection_init" }), json!({ "id": "1", "type": "subscribe", "payload": query })] {
        socket.send(Message::text(message.to_string())).await.unwrap();
    }
    let mut told = Vec::new();
    while told.len() < 3 {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            told.push(serde_json::from_str::<Value>(&text).unwrap());
        }
    }
    assert_eq!(told[0]["type"], json!("connection_ack"));
    assert_eq!(told[1]["payload"], json!({ "data": { "server": { "name": "polystore" } } }));
    assert_eq!(told[2]["type"], json!("complete"));
    // open sockets are closed politely
    run.signal("-TERM");
    let closed = socket.next().await.unwrap().unwrap();
    assert!(matches!(&closed, Message::Close(Some(frame)) if u16::from(frame.code) == 1001), "{closed:?}");
    run.end().ok().is_clean();
}

#[test]
fn whoever_speaks_no_tls_or_is_slow_to_begin_is_hung_up_on_and_keeps_nobody_waiting() {
    let (home, authority) = (Home::new(), Authority::new());
    let mut run = serve(&home, &authority, &[]);
    let address = run.address();
    let mut plain = http::connect(&address);
    write!(plain, "GET /livez HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    let told = rest(plain);
    assert!(!told.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&told));
    // some say nothing, one says half of what begins a handshake
    let start = Instant::now();
    let mut slow: Vec<_> = (0..20).map(|_| http::connect(&address)).collect();
    slow[0].write_all(&[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]).unwrap();
    for _ in 0..5 {
        let asked = Instant::now();
        assert_eq!(get(&authority, &address, "/livez").1, "ok\n");
        assert!(asked.elapsed() < HANDSHAKE / 2, "others wait: {:?}", asked.elapsed());
    }
    for stream in slow {
        assert_eq!(rest(stream), b"");
    }
    let took = start.elapsed();
    assert!(took >= HANDSHAKE - Duration::from_secs(1) && took < HANDSHAKE + SLACK, "{took:?}");
    // a handshake that is under way does not hold up the end
    let _silent = http::connect(&address);
    std::thread::sleep(Duration::from_millis(100));
    let stopping = Instant::now();
    run.stop().ok().is_clean();
    assert!(stopping.elapsed() < HANDSHAKE / 2, "{:?}", stopping.elapsed());
}

#[test]
fn a_connection_too_many_is_hung_up_on_and_those_who_are_in_are_served() {
    let (home, authority) = (Home::new(), Authority::new());
    let mut run = serve(&home, &authority, &["--max-sockets", "1"]);
    let address = run.address();
    let mut first = secured(http::connect(&address), authority.client(&[]));
    first.conn.complete_io(&mut first.sock).unwrap();
    let idle: Vec<_> = (0..ORDINARY).map(|_| http::connect(&address)).collect();
    let start = Instant::now();
    assert_eq!(rest(http::connect(&address)), b"");
    assert!(start.elapsed() < HANDSHAKE / 2, "{:?}", start.elapsed());
    write!(first, "GET /livez HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    assert_eq!(http::head_and_body(first).1, "ok\n");
    drop(idle);
    run.stop().ok().is_clean();
}

#[test]
fn a_certificate_that_was_renewed_is_shown_after_a_hangup_signal_and_a_broken_one_is_not_taken() {
    let (home, old, new) = (Home::new(), Authority::new(), Authority::new());
    let mut run = serve(&home, &old, &[]);
    let address = run.address();
    home.write("server.crt", "no certificate");
    run.signal("-HUP");
    run.wait_for("the refusal", |run| run.complained().contains("the certificate stays as it was"));
    assert!(believes(&old, &address));
    keep(&home, &new.server());
    run.signal("-HUP");
    run.wait_for("the renewal", |run| run.complained().contains("the certificate was read again"));
    assert!(believes(&new, &address) && !believes(&old, &address));
    run.stop().ok().is_clean();
}

/// The same key in SEC1: what PKCS#8 wraps, which for this curve is its last 109 bytes.
fn in_sec1(key: &str) -> String {
    let lines: String = key.lines().filter(|line| !line.starts_with('-')).collect();
    let bytes = BASE64_STANDARD.decode(lines).unwrap();
    let inner = &bytes[bytes.len() - 109..];
    format!("-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n", BASE64_STANDARD.encode(inner))
}

#[test]
fn a_key_in_another_form_is_taken() {
    let (home, authority) = (Home::new(), Authority::new());
    let Shown { cert, key } = authority.server();
    keep(&home, &Shown { cert, key: in_sec1(&key) });
    let mut run = home.start(&VARIABLES, &["--demo", "false"]);
    let address = run.address();
    assert!(believes(&authority, &address));
    run.stop().ok().is_clean();
}

#[test]
fn a_certificate_or_key_that_cannot_be_used_is_told_by_setting_and_file_before_anything_is_done() {
    const CERT: &str = "--tls-cert / POLYSTORE_TLS_CERT";
    const KEY: &str = "--tls-key / POLYSTORE_TLS_KEY";
    let authority = Authority::new();
    let Shown { cert, key } = authority.server();
    let another = authority.server().key;
    let locked = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let torn = cert.replace("MII", "AAA");
    let cases: [(&str, &str, &[&str]); 7] = [
        ("", &key, &[CERT, "server.crt", "none is in it"]),
        (&key, &key, &[CERT, "server.crt", "none is in it"]),
        (&torn, &key, &[CERT, "server.crt", "PEM file"]),
        (&cert, "hunter2", &[KEY, "server.key", "PKCS#8, PKCS#1 or SEC1", "none is in it"]),
        (&cert, &cert, &[KEY, "server.key", "none is in it"]),
        (&cert, &locked, &[KEY, "server.key", "not encrypted"]),
        (&cert, &another, &[KEY, "server.key", "the private key of the certificate in server.crt"]),
    ];
    for (cert, key, holding) in cases {
        let home = Home::new();
        keep(&home, &Shown { cert: cert.to_owned(), key: key.to_owned() });
        home.start(&VARIABLES, &[]).end().refused(1, holding);
        assert_eq!(home.content().len(), 2, "nothing was made");
    }
    let home = Home::new();
    home.start(&VARIABLES, &[]).end().refused(1, &[CERT, "server.crt", "No such file"]);
    home.write("server.crt", &cert);
    home.start(&VARIABLES, &[]).end().refused(1, &[KEY, "server.key", "No such file"]);
    home.serve(&["--tls-cert", "server.crt"]).end().refused(1, &[KEY, "since POLYSTORE_TLS_CERT is given"]);
    home.serve(&["--tls-key", "server.key"]).end().refused(1, &[CERT, "since POLYSTORE_TLS_KEY is given"]);
    // who does not serve needs neither
    assert_eq!(home.run_with(&VARIABLES, &["config"]).ok().setting("POLYSTORE_TLS_KEY"), "server.key");
}
