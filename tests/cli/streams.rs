//! WebSockets and event streams of the real program: which pages may open them, and how they end when it stops.

use crate::{
    home::Home,
    http,
    support::{
        socket::{Client, closed},
        wiring::block_on,
    },
};
use serde_json::json;
use std::{
    io::{Read, Write},
    time::Duration,
};

const PROTOCOL: Option<&str> = Some("graphql-transport-ws");
const WATCH: &str = "subscription { trendingChanged { resync } }";

#[test]
fn a_stop_completes_every_subscription_and_the_program_ends_well() {
    let home = Home::new();
    let mut run = home.serve(&["--demo", "false"]);
    let address = run.address();
    let mut stream = http::connect(&address);
    let body = json!({ "query": WATCH }).to_string();
    let head = format!("POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n");
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    block_on(async {
        let mut busy = Client::open(&address, PROTOCOL, None).await.unwrap().acknowledged().await;
        busy.send(json!({ "id": "1", "type": "subscribe", "payload": { "query": WATCH } })).await;
        let mut idle = Client::open(&address, PROTOCOL, None).await.unwrap();
        // nothing acknowledges that a subscription has begun
        tokio::time::sleep(Duration::from_millis(500)).await;
        run.signal("-TERM");
        assert_eq!(busy.next().await, json!({ "id": "1", "type": "complete" }));
        for client in [&mut busy, &mut idle] {
            assert_eq!(closed(client).await, Some((1001, "The server is being stopped".to_owned())));
        }
    });
    let mut events = String::new();
    stream.read_to_string(&mut events).unwrap();
    assert!(events.contains("event: complete\ndata:\n\n"), "{events}");
    let ended = run.end().ok();
    ended.is_clean();
    assert!(!ended.err.contains("were cut"), "{ended:?}");
}

#[test]
fn pages_of_other_hosts_are_listed_by_the_operator() {
    let home = Home::new();
    let mut run = home.serve(&["--demo", "false", "--origins", "https://shop.example, https://admin.example", "--max-sockets", "1"]);
    let address = run.address();
    block_on(async {
        let open = async |origin| Client::open(&address, PROTOCOL, Some(origin)).await;
        assert_eq!(open("https://evil.example").await.err(), Some(403));
        let _open = open("https://admin.example").await.unwrap();
        assert_eq!(open("https://shop.example").await.err(), Some(503), "one is open already");
    });
    run.stop().ok().is_clean();
}
