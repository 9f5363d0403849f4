//! Trusted documents: known from the start by hash and by name; where nothing else is run, nothing else is run.

use super::{another, get, persisted, post, send, servers};
use crate::support::{
    socket::Server,
    watch::Shop,
    wiring::{self, block_on},
};
use axum::http::Request;
use polystore::{
    graphql::{
        Graph,
        documents::{
            check::Checker,
            hash::Sha,
            manifest::Manifest,
            trusted::{Mode, Trusted},
        },
        limits::Limits,
    },
    http::Options,
    shop::Viewer,
};
use serde_json::{Value, json};
use std::sync::Arc;

const NAME: &str = "query Name { server { name } }\n";
const ROWS: &str = "query Rows($n: Int! = 2) { products(first: $n) { nodes { name } } }";
const BOARD: &str = "subscription { trendingChanged(first: 1) { resync } }";
const OUT: &str = "mutation { signOut { __typename } }";
const OTHER: &str = "{ server { version } }";

async fn load(mode: Mode, documents: &[(&str, &str)]) -> Result<Trusted, Vec<String>> {
    let mut manifest = Manifest::default();
    for (name, text) in documents {
        manifest.add((*name).to_owned(), (*text).to_owned()).unwrap();
    }
    let manifest = Manifest::from_json(&manifest.to_json().unwrap()).unwrap();
    let loaded = Trusted::load(mode, manifest, &Checker::new(Limits::default())).await;
    loaded.map_err(|wrong| wrong.into_iter().map(|(name, fault)| format!("{name}: {fault}")).collect())
}

async fn with(graph: Graph, mode: Mode) -> Graph {
    let documents = [("name", NAME), ("rows", ROWS), ("board", BOARD), ("sign.out", OUT)];
    graph.with_documents(true, Arc::new(load(mode, &documents).await.unwrap()))
}

#[test]
fn a_trusted_document_is_run_by_hash_by_name_and_by_its_text() {
    let servers = servers();
    block_on(async {
        for (on, graph) in servers {
            for mode in [Mode::Prefer, Mode::Only] {
                let graph = with(graph.clone(), mode).await;
                let hash = Sha::of(NAME).to_string();
                let extensions = persisted(NAME).to_string();
                for answer in [
                    post(&graph, json!({ "query": NAME })).await,
                    post(&graph, json!({ "query": NAME, "extensions": persisted(NAME) })).await,
                    post(&graph, json!({ "extensions": persisted(NAME) })).await,
                    post(&graph, json!({ "documentId": format!("sha256:{hash}") })).await,
                    post(&graph, json!({ "documentId": hash, "operationName": "Name" })).await,
                    post(&graph, json!({ "documentId": "name" })).await,
                    get(&graph, &[("extensions", &extensions)]).await,
                    get(&graph, &[("documentId", "name")]).await,
                    get(&graph, &[("query", NAME)]).await,
                ] {
                    assert_eq!(answer.body(), json!({ "data": { "server": { "name": "polystore" } } }), "{mode:?} on {on}");
                }
                let rows = post(&graph, json!({ "documentId": "rows", "variables": { "n": 3 } })).await;
                assert_eq!(rows.body()["data"]["products"]["nodes"].as_array().unwrap().len(), 3, "{}", rows.text);
                // trusted is the text and not what is put into it
                let refused = post(&graph, json!({ "documentId": "rows", "variables": { "n": 101 } })).await;
                assert_eq!(refused.code(), "BAD_USER_INPUT", "{}", refused.text);
                let by_get = get(&graph, &[("documentId", "sign.out")]).await;
                assert_eq!((by_get.status, by_get.header("allow")), (405, "POST"));
            }
        }
    });
}

#[test]
fn where_only_trusted_documents_are_run_every_other_is_refused_on_every_way_in() {
    let graph = another(wiring::embedded(), Viewer::Reader, Limits::default());
    block_on(async {
        let graph = with(graph, Mode::Only).await;
        let refused = [
            post(&graph, json!({ "query": OTHER })).await,
            post(&graph, json!({ "query": NAME.trim() })).await,
            post(&graph, json!({ "query": OTHER, "extensions": persisted(OTHER) })).await,
            post(&graph, json!({ "extensions": persisted(OTHER) })).await,
            post(&graph, json!({ "documentId": "other" })).await,
            post(&graph, json!({ "documentId": Sha::of(OTHER).to_string() })).await,
            post(&graph, json!({ "query": "{ __schema { types { name } } }" })).await,
            post(&graph, json!({ "query": "{" })).await,
            get(&graph, &[("query", OTHER)]).await,
            get(&graph, &[("extensions", &persisted(OTHER).to_string())]).await,
        ];
        for answer in refused {
            assert_eq!((answer.status, answer.code().as_str()), (200, "PERSISTED_QUERY_NOT_IN_LIST"), "{}", answer.text);
            assert!(answer.body().get("data").is_none() && answer.text.len() < 300, "{}", answer.text);
        }
        // the client may not smuggle a text in with the hash of a trusted one
        let swapped = post(&graph, json!({ "query": OTHER, "extensions": persisted(NAME) })).await;
        assert_eq!(swapped.code(), "BAD_USER_INPUT", "{}", swapped.text);
        assert_eq!(post(&graph, json!({})).await.code(), "BAD_USER_INPUT");

        let stream = |body: Value| {
            let request = Request::post("/graphql").header("content-type", "application/json").header("accept", "text/event-stream");
            send(&graph, request, body.to_string())
        };
        let told = stream(json!({ "query": OTHER })).await.text;
        assert!(told.contains("PERSISTED_QUERY_NOT_IN_LIST") && told.ends_with("event: complete\ndata:\n\n"), "{told}");
        assert!(stream(json!({ "documentId": "name" })).await.text.contains(r#"{"data":{"server":{"name":"polystore"}}}"#));
    });
}

#[test]
fn a_socket_knows_the_same_documents() {
    block_on(async {
        let mut shop = Shop::embedded().await;
        shop.graph = with(shop.graph.clone(), Mode::Only).await;
        let server = Server::start(shop, Options::default()).await;
        let mut client = server.ready().await;
        let subscribe = |id: &str, payload: Value| json!({ "id": id, "type": "subscribe", "payload": payload });
        for (id, payload) in
            [("1", json!({ "documentId": "name" })), ("2", json!({ "extensions": persisted(NAME) })), ("3", json!({ "query": NAME }))]
        {
            client.send(subscribe(id, payload)).await;
            let data = json!({ "data": { "server": { "name": "polystore" } } });
            assert_eq!(client.next().await, json!({ "id": id, "type": "next", "payload": data }));
            assert_eq!(client.next().await, json!({ "id": id, "type": "complete" }));
        }
        for (id, payload) in
            [("4", json!({ "query": OTHER })), ("5", json!({ "documentId": "other" })), ("6", json!({ "extensions": persisted(OTHER) }))]
        {
            client.send(subscribe(id, payload)).await;
            let told = client.next().await;
            assert_eq!((&told["id"], &told["type"]), (&json!(id), &json!("error")), "{told}");
            assert_eq!(told["payload"][0]["extensions"]["code"], json!("PERSISTED_QUERY_NOT_IN_LIST"), "{told}");
        }
        client.send(subscribe("7", json!({ "documentId": "board" }))).await;
        server.shop.watched(1).await;
    });
}

#[test]
fn where_trusted_documents_are_preferred_others_are_treated_as_usual() {
    let (_, graph) = servers().remove(0);
    block_on(async {
        let graph = with(graph, Mode::Prefer).await;
        assert_eq!(post(&graph, json!({ "query": OTHER })).await.code(), "");
        for unknown in [json!({ "documentId": "other" }), json!({ "extensions": persisted("{ a: __typename }") })] {
            assert_eq!(post(&graph, unknown).await.code(), "PERSISTED_QUERY_NOT_FOUND");
        }
        assert_eq!(post(&graph, json!({ "query": OTHER, "extensions": persisted(OTHER) })).await.code(), "");
        assert_eq!(post(&graph, json!({ "extensions": persisted(OTHER) })).await.code(), "", "clients may still have theirs stored");
        assert_eq!(post(&graph, json!({ "query": "{ nonsense }" })).await.code(), "GRAPHQL_VALIDATION_FAILED");
    });
}

#[test]
fn a_document_that_cannot_be_run_is_never_trusted() {
    let doubling: String = (0..30).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }} ", n + 1)).collect();
    let cases = [
        ("{", "line 1"),
        ("{\n  nonsense\n}", "line 2, column 3: Unknown field \"nonsense\""),
        ("query A { server { name } } query B { server { bogus } }", "line 1, column 48"),
        ("{ products(first: 101) { nodes { id } } }", "first must be between 1 and 100"),
        ("{ a: products(first: 1) { nodes { id } } a: products(first: 2) { nodes { id } } }", "selected twice"),
        ("subscription { trendingChanged { resync } articlePublished { resync } }", "exactly one root field"),
        ("query($x: Boolean) { products(where: { bogus: 1, inStock: $x }) { nodes { id } } }", "unknown field \"bogus\""),
        ("query($x: Nonsense) { __typename }", "Nonsense"),
        (&format!("{{ ...F0 }} {doubling} fragment F30 on Query {{ __typename }}"), "fields and fragments"),
        ("fragment F on Query { __typename }", "cannot be parsed"),
    ];
    block_on(async {
        for (text, why) in cases {
            let wrong = load(Mode::Only, &[("good", NAME), ("bad", text)]).await.err().unwrap_or_default();
            assert!(!wrong.is_empty() && wrong.iter().all(|line| line.starts_with("bad: ")), "{text}: {wrong:?}");
            assert!(wrong.iter().any(|line| line.contains(why)), "{text}: {wrong:?}");
        }
        assert!(load(Mode::Only, &[("must", "query($id: ID!) { product(id: $id) { name } }")]).await.is_ok(), "variables come later");
    });
}
