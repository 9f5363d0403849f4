//! Server-sent events: the protocol graphql-sse in its mode of distinct connections.

use crate::support::{
    documents_sample,
    sample::id,
    socket::{Server, fast},
    watch::{Shop, shops},
    wiring::block_on,
};
use axum::{
    Router,
    body::{Body, BodyDataStream},
    http::{HeaderMap, Request, request::Builder},
};
use futures::StreamExt;
use polystore::{
    graphql::limits::Limits,
    http::{
        self, Options,
        streams::{Streams, Timing},
    },
    shop::{Article, Block, Message, OrderId, OrderStatus},
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{io::AsyncWriteExt, time::timeout};
use tower::ServiceExt;

const PATIENCE: Duration = Duration::from_secs(10);
const WATCH: &str = "subscription($id: ID!) { orderStatusChanged(orderId: $id) { resync order { status } } }";

/// A response that goes on.
struct Events {
    status: u16,
    headers: HeaderMap,
    body: BodyDataStream,
    text: String,
}

impl Events {
    async fn of(router: &Router, request: Builder, body: String) -> Self {
        let response = router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next block of lines; `None` at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let bytes = timeout(PATIENCE, self.body.next()).await.expect("something comes")?.unwrap();
            self.text += std::str::from_utf8(&bytes).unwrap();
        }
    }

    /// The next event: its name and its data.
    async fn next(&mut self) -> (String, Value) {
        loop {
            let block = self.block().await.expect("the stream goes on");
            if block == ":" {
                continue;
            }
            let (name, data) = block.split_once("\ndata:").unwrap_or_else(|| panic!("{block:?} has no data"));
            return (name.strip_prefix("event: ").unwrap().to_owned(), serde_json::from_str(data.trim_start()).unwrap_or_default());
        }
    }

    async fn is_over(&mut self) -> bool {
        self.next().await == ("complete".to_owned(), Value::Null) && self.block().await.is_none()
    }
}

fn post() -> Builder {
    Request::post("/graphql").header("content-type", "application/json").header("accept", "text/event-stream")
}

fn body(query: &str) -> String {
    json!({ "query": query, "variables": { "id": id::<OrderId>(1).to_string() } }).to_string()
}

/// The same as a URL.
fn url(query: &str) -> String {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let variables = json!({ "id": id::<OrderId>(1).to_string() }).to_string();
    format!("/graphql?query={}&variables={}", escape(query), escape(&variables))
}

fn event(status: &str) -> (String, Value) {
    let data = json!({ "orderStatusChanged": { "resync": false, "order": { "status": status } } });
    ("next".to_owned(), json!({ "data": data }))
}

#[test]
fn events_come_over_post_and_get_until_the_server_stops() {
    block_on(async {
        for shop in shops().await {
            let router = http::router(shop.graph.clone(), Options::default());
            let get = Request::get(url(WATCH)).header("accept", "text/event-stream");
            let mut both = [Events::of(&router, post(), body(WATCH)).await, Events::of(&router, get, String::new()).await];
            for events in &mut both {
                assert_eq!(events.status, 200, "{}", shop.name);
                assert_eq!(events.headers["content-type"], "text/event-stream; charset=utf-8");
                assert_eq!(events.headers["cache-control"], "no-store");
                assert_eq!(events.block().await.as_deref(), Some(":"), "the head is followed by something at once");
                // the source is made when the client reads
                assert!(timeout(Duration::from_millis(300), events.block()).await.is_err());
            }
            for (version, status, name) in [(2, OrderStatus::Paid, "PAID"), (3, OrderStatus::Shipped, "SHIPPED")] {
                shop.put_order(version, status).await;
                shop.tell(Shop::order_message(version)).await;
                for events in &mut both {
                    assert_eq!(events.next().await, event(name), "{}", shop.name);
                }
            }
            shop.graph.fanout().stop();
            for events in &mut both {
                assert!(events.is_over().await, "{}", shop.name);
            }
        }
    });
}

#[test]
fn queries_and_refusals_are_one_event_and_the_end() {
    block_on(async {
        let shop = Shop::embedded().await;
        let router = http::router(shop.graph.clone(), Options::default());
        for (request, text, code) in [
            (post(), body("{ server { name } }"), Value::Null),
            (post(), body("{ nope }"), json!("GRAPHQL_VALIDATION_FAILED")),
            (post(), body("subscription { orderStatusChanged(orderId: \"x\") { resync } }"), json!("BAD_USER_INPUT")),
            (Request::get(url("{ server { name } }")).header("accept", "text/event-stream"), String::new(), Value::Null),
            (Request::get(url("mutation { x }")).header("accept", "text/event-stream"), String::new(), json!("BAD_USER_INPUT")),
        ] {
            let mut events = Events::of(&router, request, text.clone()).await;
            let (name, answer) = events.next().await;
            assert_eq!(
                (events.status, name.as_str(), &answer["errors"][0]["extensions"]["code"]),
                (200, "next", &code),
                "{text}: {answer}"
            );
            assert!(events.is_over().await, "{text}");
        }
        // what is wrong with the request itself is told as ever
        for (request, text, status) in [
            (post(), "{".to_owned(), 400),
            (Request::post("/graphql").header("content-type", "text/plain").header("accept", "text/event-stream"), body("{ a }"), 415),
            (post().header("origin", "https://evil.example").header("host", "here.example"), body(WATCH), 403),
        ] {
            assert_eq!(Events::of(&router, request, text.clone()).await.status, status, "{text}");
        }
    });
}

#[test]
fn a_client_that_does_not_ask_for_events_gets_one_answer() {
    block_on(async {
        let shop = Shop::embedded().await;
        let router = http::router(shop.graph.clone(), Options::default());
        let accept = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
        for (query, code) in [("{ server { name } }", Value::Null), (WATCH, json!("BAD_USER_INPUT"))] {
            let request = Request::post("/graphql").header("content-type", "application/json").header("accept", accept);
            let mut answer = Events::of(&router, request, body(query)).await;
            assert!(answer.headers["content-type"].to_str().unwrap().starts_with("application/graphql-response+json"));
            let text = answer.body.next().await.unwrap().unwrap();
            let answer: Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
        }
    });
}

#[test]
fn a_silent_stream_shows_that_it_lives_and_leaves_its_place_when_it_is_dropped() {
    block_on(async {
        let shop = Shop::embedded().await;
        let timing = Timing { keep_alive: Duration::from_millis(50), ..Timing::default() };
        let streams = Streams::new(&Limits { sockets: 1, ..Limits::default() }, timing);
        let router = http::router(shop.graph.clone(), Options { streams, ..Options::default() });
        let mut events = Events::of(&router, post(), body(WATCH)).await;
        for _ in 0..4 {
            assert_eq!(events.block().await.as_deref(), Some(":"));
        }
        assert_eq!(shop.graph.fanout().watchers(), 1);
        let refused = Events::of(&router, post(), body(WATCH)).await;
        assert_eq!((refused.status, &refused.headers["retry-after"]), (503, &"1".parse().unwrap()));
        drop(events);
        assert_eq!(shop.graph.fanout().watchers(), 0);
        assert_eq!(Events::of(&router, post(), body(WATCH)).await.status, 200);
    });
}

#[test]
fn a_client_that_takes_nothing_from_its_stream_is_cut_off() {
    block_on(async {
        let timing = Timing { write: Duration::from_millis(500), ..Timing::default() };
        let server = Server::start(Shop::embedded().await, fast(timing)).await;
        let text = body("subscription { articlePublished { article { blocks { ... on Paragraph { text } } } } }");
        let mut stuck = tokio::net::TcpStream::connect(server.address).await.unwrap();
        let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n";
        stuck.write_all(format!("{head}content-length: {}\r\n\r\n{text}", text.len()).as_bytes()).await.unwrap();
        server.shop.watched(1).await;
        let large = Block::Paragraph { text: "x".repeat(400_000) };
        for version in 2..40 {
            let article = Article { version, blocks: vec![large.clone()], ..documents_sample::article(1) };
            server.shop.stores.documents.articles_put(std::slice::from_ref(&article)).await.unwrap();
            server.shop.tell(Message::Article { article_id: article.id, version, tags: vec![] }).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.shop.watched(0).await;
        drop(stuck);
    });
}
