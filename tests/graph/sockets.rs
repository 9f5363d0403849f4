//! graphql-transport-ws over real sockets: close codes, limits, and what runs on a socket.

use crate::support::{
    sample::id,
    socket::{Client, REQUEST_ID, Server, closed, fast},
    watch::{Shop, shops},
    wiring::block_on,
};
use futures::{SinkExt, StreamExt};
use polystore::{
    graphql::limits::Limits,
    http::{
        Options,
        streams::{Streams, Timing},
    },
    shop::{Article, Block, Message as News, OrderId, OrderStatus},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::{Bytes, Message};

const WATCH: &str = "subscription($id: ID!) { orderStatusChanged(orderId: $id) { resync order { status } } }";

fn subscribe(key: &str) -> Value {
    let variables = json!({ "id": id::<OrderId>(1).to_string() });
    json!({ "id": key, "type": "subscribe", "payload": { "query": WATCH, "variables": variables } })
}

fn query(key: &str, query: &str) -> Value {
    json!({ "id": key, "type": "subscribe", "payload": { "query": query } })
}

fn next(key: &str, status: &str) -> Value {
    let data = json!({ "orderStatusChanged": { "resync": false, "order": { "status": status } } });
    json!({ "id": key, "type": "next", "payload": { "data": data } })
}

async fn change(shop: &Shop, version: i64, status: OrderStatus) {
    shop.put_order(version, status).await;
    shop.tell(Shop::order_message(version)).await;
}

#[test]
fn a_socket_that_breaks_the_protocol_is_closed_with_the_code_for_it() {
    let text = |value: Value| Message::text(value.to_string());
    let init = || text(json!({ "type": "connection_init" }));
    let limit = Limits::default().body_bytes;
    let cases: Vec<(&str, Vec<Message>, u16, &str)> = vec![
        ("silence", vec![], 4408, "Connection initialisation timeout"),
        ("a ping is no init", vec![text(json!({ "type": "ping" }))], 4408, "Connection initialisation timeout"),
        ("two inits", vec![init(), init()], 4429, "Too many initialisation requests"),
        ("subscribe before init", vec![text(subscribe("1"))], 4401, "Unauthorized"),
        ("the same id twice", vec![init(), text(subscribe("a")), text(subscribe("a"))], 4409, "Subscriber for a already exists"),
        ("no JSON", vec![init(), Message::text("{")], 4400, "Invalid message received"),
        ("no JSON before init", vec![Message::text("hello")], 4400, "Invalid message received"),
        ("a list", vec![Message::text("[\"connection_init\"]")], 4400, "Invalid message received"),
        ("no type", vec![init(), text(json!({ "id": "1" }))], 4400, "Invalid message received"),
        ("an unknown type", vec![init(), text(json!({ "type": "start", "id": "1" }))], 4400, "Invalid message received"),
        ("a server's type", vec![init(), text(json!({ "type": "next", "id": "1", "payload": {} }))], 4400, "Invalid message received"),
        ("no id", vec![init(), text(json!({ "type": "subscribe", "payload": { "query": "{ a }" } }))], 4400, "Invalid message received"),
        ("no query", vec![init(), text(json!({ "type": "subscribe", "id": "1", "payload": {} }))], 4400, "Invalid message received"),
        ("a payload that is a text", vec![text(json!({ "type": "connection_init", "payload": "x" }))], 4400, "Invalid message received"),
        ("bytes", vec![init(), Message::binary(Bytes::from_static(b"{\"type\":\"ping\"}"))], 4400, "Invalid message received"),
        ("a message over the limit", vec![init(), Message::text(" ".repeat(limit + 1))], 1009, "The message is too large"),
        ("a message far over the limit", vec![init(), Message::text(" ".repeat(3 * limit))], 1009, "The message is too large"),
    ];
    block_on(async {
        let timing = Timing { init: Duration::from_millis(300), ..Timing::default() };
        let server = Server::start(Shop::embedded().await, fast(timing)).await;
        for (what, messages, code, reason) in cases {
            let mut client = server.client().await;
            for message in messages {
                // the server may have closed already
                let _sent = client.0.send(message).await;
            }
            let seen = closed(&mut client).await;
            // one that is still writing may find the connection broken before it reads why
            let broken = seen.is_none() && what == "a message far over the limit";
            assert!(broken || seen == Some((code, reason.to_owned())), "{what}: {seen:?}");
        }
        server.shop.watched(0).await;
    });
}

#[test]
fn only_our_subprotocol_our_pages_and_so_many_sockets_are_taken() {
    block_on(async {
        let streams = Streams::new(&Limits { sockets: 3, ..Limits::default() }, Timing::default());
        let origins = vec!["https://shop.example".to_owned()];
        let server = Server::start(Shop::embedded().await, Options { origins, streams, ..Options::default() }).await;
        let own = format!("http://{}", server.address);
        for (protocol, origin, status) in [
            (None, None, 400),
            (Some("graphql-ws"), None, 400),
            (Some("graphql-transport-ws"), Some("https://evil.example"), 403),
            (Some("graphql-transport-ws"), Some("null"), 403),
        ] {
            assert_eq!(server.open(protocol, origin).await.err(), Some(status), "{protocol:?} {origin:?}");
        }
        let mut open = Vec::new();
        for (protocol, origin) in [
            ("graphql-transport-ws", None),
            ("graphql-ws, graphql-transport-ws", Some(own.as_str())),
            ("graphql-transport-ws", Some("https://shop.example")),
        ] {
            open.push(server.open(Some(protocol), origin).await.unwrap());
        }
        assert_eq!(server.open(Some("graphql-transport-ws"), None).await.err(), Some(503), "one too many");
        open.pop();
        server.until(async || server.open(Some("graphql-transport-ws"), None).await.is_ok(), "a place is free again").await;
    });
}

#[test]
fn events_come_until_the_client_completes() {
    block_on(async {
        for shop in shops().await {
            let server = Server::start(shop, Options::default()).await;
            let mut client = server.ready().await;
            client.send(subscribe("a")).await;
            client.send(subscribe("b")).await;
            server.shop.watched(2).await;
            change(&server.shop, 2, OrderStatus::Paid).await;
            let mut both = [client.next().await, client.next().await];
            both.sort_by_key(|message| message["id"].to_string());
            assert_eq!(both, [next("a", "PAID"), next("b", "PAID")], "{}", server.shop.name);

            client.send(json!({ "id": "a", "type": "complete" })).await;
            client.send(json!({ "id": "never", "type": "complete" })).await;
            server.shop.watched(1).await;
            change(&server.shop, 3, OrderStatus::Shipped).await;
            assert_eq!(client.next().await, next("b", "SHIPPED"));
            client.send(subscribe("a")).await;
            server.shop.watched(2).await;
            drop(client);
            server.shop.watched(0).await;
        }
    });
}

#[test]
fn queries_are_answered_once_and_refusals_are_errors_and_their_ids_are_free_again() {
    block_on(async {
        let server = Server::start(Shop::embedded().await, Options::default()).await;
        let mut client = server.ready().await;
        for _ in 0..2 {
            client.send(query("1", "{ server { name } }")).await;
            let answer = json!({ "id": "1", "type": "next", "payload": { "data": { "server": { "name": "polystore" } } } });
            assert_eq!(client.next().await, answer);
            assert_eq!(client.next().await, json!({ "id": "1", "type": "complete" }));

            client.send(query("1", "{ nope }")).await;
            let refusal = client.next().await;
            assert_eq!((&refusal["id"], &refusal["type"]), (&json!("1"), &json!("error")), "{refusal}");
            let error = &refusal["payload"][0];
            assert_eq!(error["extensions"]["code"], json!("GRAPHQL_VALIDATION_FAILED"));
            assert_eq!(error["extensions"]["requestId"], json!(REQUEST_ID));
        }
        let unknown = "subscription { orderStatusChanged(orderId: \"order_00000000000000000000000000\") { resync } }";
        client.send(query("1", unknown)).await;
        let answer = client.next().await;
        assert_eq!((&answer["type"], &answer["payload"]["errors"][0]["extensions"]["code"]), (&json!("next"), &json!("NOT_FOUND")));
        assert_eq!(client.next().await, json!({ "id": "1", "type": "complete" }));
    });
}

#[test]
fn pings_are_answered_at_any_time_with_what_they_carry() {
    block_on(async {
        let server = Server::start(Shop::embedded().await, Options::default()).await;
        let mut client = server.client().await;
        client.send(json!({ "type": "ping", "payload": { "n": [1] } })).await;
        assert_eq!(client.next().await, json!({ "type": "pong", "payload": { "n": [1] } }));
        client.send(json!({ "type": "connection_init", "payload": { "Authorization": "Bearer x" } })).await;
        assert_eq!(client.next().await, json!({ "type": "connection_ack" }));
        client.send(json!({ "type": "pong" })).await;
        client.send(json!({ "type": "ping" })).await;
        assert_eq!(client.next().await, json!({ "type": "pong" }));
        client.0.send(Message::Ping(Bytes::from_static(b"x"))).await.unwrap();
        assert_eq!(client.0.next().await.unwrap().unwrap(), Message::Pong(Bytes::from_static(b"x")));
        client.0.close(None).await.unwrap();
        assert!(matches!(client.0.next().await, Some(Ok(Message::Close(_))) | None), "a close is answered");
    });
}

#[test]
fn one_operation_too_many_is_refused_and_the_socket_goes_on() {
    block_on(async {
        let mut shop = Shop::embedded().await;
        shop.limit(Limits { socket_operations: 3, ..Limits::default() });
        let server = Server::start(shop, Options::default()).await;
        let mut client = server.ready().await;
        for key in ["1", "2", "3"] {
            client.send(subscribe(key)).await;
        }
        server.shop.watched(3).await;
        client.send(subscribe("4")).await;
        let refusal = client.next().await;
        assert_eq!((&refusal["id"], &refusal["type"]), (&json!("4"), &json!("error")));
        assert_eq!(refusal["payload"][0]["extensions"]["code"], json!("OVERLOADED"));
        client.send(json!({ "id": "2", "type": "complete" })).await;
        server.shop.watched(2).await;
        client.send(subscribe("4")).await;
        server.shop.watched(3).await;
        change(&server.shop, 2, OrderStatus::Paid).await;
        let mut keys = Vec::new();
        for _ in 0..3 {
            keys.push(client.next().await["id"].clone());
        }
        keys.sort_by_key(Value::to_string);
        assert_eq!(keys, ["1", "3", "4"]);
    });
}

#[test]
fn a_client_that_is_gone_without_a_word_is_noticed() {
    block_on(async {
        let timing = Timing { ping: Duration::from_millis(200), ..Timing::default() };
        let server = Server::start(Shop::embedded().await, fast(timing)).await;
        let mut silent = server.ready().await;
        silent.send(subscribe("1")).await;
        let mut lively = server.ready().await;
        lively.send(subscribe("1")).await;
        server.shop.watched(2).await;
        // a client answers pings only while it is read
        let begun = Instant::now();
        let reading = tokio::spawn(async move { lively.next().await });
        server.shop.watched(1).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_secs(1)).await;
        change(&server.shop, 2, OrderStatus::Paid).await;
        assert_eq!(reading.await.unwrap(), next("1", "PAID"), "whoever answers is kept");
        drop(silent);
    });
}

#[test]
fn a_client_that_reads_nothing_is_closed_in_time_and_others_do_not_notice() {
    block_on(async {
        let timing = Timing { write: Duration::from_millis(500), ping: Duration::from_secs(600), ..Timing::default() };
        let server = Server::start(Shop::embedded().await, fast(timing)).await;
        let all = "subscription { articlePublished { resync article { version blocks { ... on Paragraph { text } } } } }";
        let mut stuck = server.ready().await;
        stuck.send(query("1", all)).await;
        let mut quick = server.ready().await;
        quick.send(query("1", all)).await;
        server.shop.watched(2).await;
        let large = Block::Paragraph { text: "x".repeat(400_000) };
        let article = Article { blocks: vec![large], ..crate::support::documents_sample::article(1) };
        let mut longest = Duration::ZERO;
        for version in 2..40 {
            let article = Article { version, ..article.clone() };
            server.shop.stores.documents.articles_put(std::slice::from_ref(&article)).await.unwrap();
            let told = Instant::now();
            server.shop.tell(News::Article { article_id: article.id, version, tags: vec![] }).await;
            let event = quick.next().await;
            longest = longest.max(told.elapsed());
            assert_eq!(event["payload"]["data"]["articlePublished"]["article"]["version"], json!(version));
            assert_eq!(event["payload"]["data"]["articlePublished"]["resync"], json!(false));
        }
        server.shop.watched(1).await;
        assert!(longest < Duration::from_secs(2), "{longest:?}");
        drop(stuck);
    });
}

#[test]
fn a_stop_completes_what_runs_and_then_closes_every_socket() {
    block_on(async {
        for shop in shops().await {
            let options = Options::default();
            let streams = options.streams.clone();
            let server = Server::start(shop, options).await;
            let (mut busy, mut idle) = (server.ready().await, server.ready().await);
            busy.send(subscribe("1")).await;
            server.shop.watched(1).await;
            server.shop.graph.fanout().stop();
            let draining = tokio::spawn(async move { streams.drain().await });
            assert_eq!(busy.next().await, json!({ "id": "1", "type": "complete" }), "{}", server.shop.name);
            for client in [&mut busy, &mut idle] {
                assert_eq!(closed(client).await, Some((1001, "The server is being stopped".to_owned())));
            }
            tokio::time::timeout(Duration::from_secs(5), draining).await.unwrap().unwrap();
            assert_eq!(server.open(Some("graphql-transport-ws"), None).await.err(), Some(503), "no more sockets");
        }
    });
}

#[test]
fn five_hundred_sockets_hear_one_message() {
    block_on(async {
        let server = Server::start(Shop::embedded().await, Options::default()).await;
        let mut clients: Vec<Client> = Vec::new();
        for _ in 0..500 {
            let mut client = server.ready().await;
            client.send(subscribe("1")).await;
            clients.push(client);
        }
        server.shop.watched(500).await;
        let told = Instant::now();
        change(&server.shop, 2, OrderStatus::Paid).await;
        for client in &mut clients {
            assert_eq!(client.next().await, next("1", "PAID"));
        }
        assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
        assert_eq!(server.open(Some("graphql-transport-ws"), None).await.err(), Some(503), "the limit by default");
    });
}
