//! WebSockets whose clients speak another language, or too much.

use super::case;
use crate::support::{
    socket::{Client, closed},
    wiring::block_on,
};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::{MaybeTlsStream, tungstenite::Message};

const PROTOCOL: Option<&str> = Some("graphql-transport-ws");
const WATCH: &str = "subscription { trendingChanged { resync } }";
/// Sockets that are opened and left.
const LEFT: usize = 200;
/// Messages of a flood.
const MANY: usize = 1_000;

/// A frame as clients send it, masked with zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap();
    let length = if length < 126 { vec![0x80 | length as u8] } else { [&[0x80 | 126][..], &length.to_be_bytes()].concat() };
    [&[first][..], &length, &[0; 4], payload].concat()
}

/// Bytes behind the handshake that are no messages. The socket has to end; whether its last word arrives is open.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let huge = [&[0x81, 0xff][..], &(1_u64 << 62).to_be_bytes(), &[0; 4]].concat();
    vec![
        ("a frame without a mask", vec![0x81, 2, b'{', b'}']),
        ("an opcode that is none", frame(0x83, b"{}")),
        ("a reserved bit", frame(0xc1, b"{}")),
        ("a ping of 200 bytes", frame(0x89, &[b'x'; 200])),
        ("a ping in two", frame(0x09, b"x")),
        ("an end without a beginning", frame(0x80, b"{}")),
        ("a message of 2^62 bytes", huge),
        ("no UTF-8", frame(0x81, b"\xff\xfe")),
        ("a close of one byte", frame(0x88, b"x")),
        ("a close with a code that is none", frame(0x88, &999_u16.to_be_bytes())),
        ("random bytes", (0_u8..=255).collect()),
    ]
}

fn subscribe(id: &str, query: &str) -> Value {
    json!({ "id": id, "type": "subscribe", "payload": { "query": query } })
}

/// Messages, and the code that the socket is closed with.
fn refused() -> Vec<(&'static str, Vec<Message>, u16)> {
    let text = |message: Value| Message::text(message.to_string());
    let init = || text(json!({ "type": "connection_init" }));
    vec![
        ("no JSON", vec![Message::text("{")], 4400),
        ("a list", vec![Message::text("[]")], 4400),
        ("100,000 brackets", vec![Message::text("[".repeat(100_000))], 4400),
        ("a deep payload", vec![Message::text(format!("{{\"type\":\"ping\",\"payload\":{}", "{\"a\":".repeat(100_000)))], 4400),
        ("a binary message", vec![Message::binary(vec![0; 100])], 4400),
        ("a message of another protocol", vec![text(json!({ "type": "start", "id": "1", "payload": {} }))], 4400),
        ("an id of 300 letters", vec![init(), text(subscribe(&"x".repeat(300), WATCH))], 4400),
        ("too large a message", vec![Message::text("x".repeat(1_000_001))], 1009),
        ("a subscription before the beginning", vec![text(subscribe("1", WATCH))], 4401),
        ("two beginnings", vec![init(), init()], 4429),
        ("an id twice", vec![init(), text(subscribe("1", WATCH)), text(subscribe("1", WATCH))], 4409),
    ]
}

/// Opens them one after the other; gives their number.
pub fn flood(address: &str, wrong: &mut Vec<String>) -> usize {
    let (broken, refused) = (broken(), refused());
    let sockets = broken.len() + refused.len() + LEFT + 3;
    for (what, bytes) in broken {
        block_on(async {
            let mut client = Client::open(address, PROTOCOL, None).await.unwrap();
            let MaybeTlsStream::Plain(stream) = client.0.get_mut() else { panic!("no TLS here") };
            stream.write_all(&bytes).await.unwrap();
            closed(&mut client).await;
        });
        case::alive(address, what);
    }
    for (what, messages, code) in refused {
        let ended = block_on(async {
            let mut client = Client::open(address, PROTOCOL, None).await.unwrap();
            for message in messages {
                // closed before everything was sent
                let _ = futures::SinkExt::send(&mut client.0, message).await;
            }
            closed(&mut client).await
        });
        if ended.as_ref().map(|(code, _)| *code) != Some(code) {
            wrong.push(format!("{what}: closed with {ended:?}, {code} was expected"));
        }
        case::alive(address, what);
    }
    wrong.extend(block_on(too_many_operations(address)));
    wrong.extend(block_on(chatter(address, json!({ "type": "ping" }), "pong")));
    wrong.extend(block_on(chatter(address, subscribe("1", "{ nonsense }"), "error")));
    block_on(async {
        for _ in 0..LEFT {
            drop(Client::open(address, PROTOCOL, None).await.unwrap());
        }
    });
    case::alive(address, "sockets that were left");
    sockets
}

/// 20 run, the next are refused, and the socket goes on.
async fn too_many_operations(address: &str) -> Option<String> {
    let mut client = Client::open(address, PROTOCOL, None).await.unwrap().acknowledged().await;
    for id in 0..25 {
        client.send(subscribe(&id.to_string(), WATCH)).await;
    }
    for id in 20..25 {
        let told = client.next().await;
        let code = &told["payload"][0]["extensions"]["code"];
        if (told["id"].as_str(), code) != (Some(id.to_string().as_str()), &json!("OVERLOADED")) {
            return Some(format!("the operation {id} of at most 20: {told}"));
        }
    }
    client.send(json!({ "id": "0", "type": "complete" })).await;
    client.send(json!({ "type": "ping" })).await;
    let told = client.next().await;
    (told != json!({ "type": "pong" })).then(|| format!("after too many operations: {told}"))
}

/// One message a thousand times; each has its answer.
async fn chatter(address: &str, message: Value, answer: &str) -> Option<String> {
    let mut client = Client::open(address, PROTOCOL, None).await.unwrap().acknowledged().await;
    for _ in 0..MANY {
        client.send(message.clone()).await;
        let told = client.next().await;
        if told["type"] != json!(answer) {
            return Some(format!("{message} a thousand times: {told}"));
        }
    }
    None
}
