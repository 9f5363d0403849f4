//! Apollo's automatic persisted queries: a hash instead of a text, over POST and GET, on every server of a shop.

use super::{get, persisted, post, servers};
use crate::support::{
    engines,
    proxy::Proxy,
    watch::shops,
    wiring::{self, block_on},
};
use polystore::{
    engines::redis::Redis,
    error::Engine,
    graphql::{documents::hash::Sha, limits::Limits},
    shop::Viewer,
    stores::Stores,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Instant};

const QUERY: &str = "query Two($n: Int = 2) { products(first: $n) { nodes { name } } }";

#[test]
fn a_hash_is_asked_for_its_text_once_and_then_stands_for_it() {
    let servers = servers();
    block_on(async {
        for (name, graph) in servers {
            // a text that no other test has: stores are shared
            let query = &format!("{QUERY} # {name} {}", engines::unique_name());
            let (extensions, hash) = (persisted(query), Sha::of(query).to_string());
            let (text, id) = (extensions.to_string(), format!("sha256:{hash}"));

            for unknown in [
                post(&graph, json!({ "extensions": extensions })).await,
                get(&graph, &[("extensions", &text)]).await,
                get(&graph, &[("documentId", &id)]).await,
                post(&graph, json!({ "documentId": hash })).await,
            ] {
                // what Apollo's clients look for
                assert_eq!((unknown.status, unknown.code().as_str()), (200, "PERSISTED_QUERY_NOT_FOUND"), "{name}: {}", unknown.text);
                let body = unknown.body();
                assert_eq!((&body["errors"][0]["message"], body.get("data")), (&json!("PersistedQueryNotFound"), None), "{name}");
            }

            let expected = post(&graph, json!({ "query": query, "extensions": extensions })).await;
            assert_eq!((expected.status, expected.body()["data"]["products"]["nodes"].as_array().unwrap().len()), (200, 2), "{name}");
            for known in [
                post(&graph, json!({ "extensions": extensions })).await,
                post(&graph, json!({ "query": "", "extensions": extensions, "variables": { "n": 2 } })).await,
                post(&graph, json!({ "documentId": id })).await,
                post(&graph, json!({ "documentId": hash, "extensions": extensions, "operationName": "Two" })).await,
                get(&graph, &[("extensions", &text)]).await,
                get(&graph, &[("documentId", &id), ("variables", "{\"n\":2}"), ("query", "")]).await,
            ] {
                assert_eq!((known.status, &known.text), (200, &expected.text), "{name}");
            }
            // a hash frees nobody from the limits
            let refused = post(&graph, json!({ "extensions": extensions, "variables": { "n": 101 } })).await;
            assert_eq!(refused.code(), "BAD_USER_INPUT", "{}", refused.text);
        }
    });
}

#[test]
fn what_does_not_name_a_document_is_refused() {
    let hash = Sha::of(QUERY).to_string();
    let with = |given: Value| json!({ "extensions": { "persistedQuery": given } });
    let id = |id: &str| json!({ "documentId": id });
    let cases = [
        (
            "the hash of another text",
            json!({ "query": "{ __typename }", "extensions": persisted(QUERY) }),
            "provided sha does not match query",
        ),
        ("version 2", with(json!({ "version": 2, "sha256Hash": hash })), "unsupported persisted query version"),
        ("no version", with(json!({ "sha256Hash": hash })), "persistedQuery must be an object"),
        ("no hash", with(json!({ "version": 1 })), "persistedQuery must be an object"),
        ("a number as hash", with(json!({ "version": 1, "sha256Hash": 1 })), "persistedQuery must be an object"),
        ("a list", with(json!([1, hash])), "persistedQuery must be an object"),
        ("a text", with(json!(hash)), "persistedQuery must be an object"),
        ("a negative version", with(json!({ "version": -1, "sha256Hash": hash })), "persistedQuery must be an object"),
        ("a short hash", with(json!({ "version": 1, "sha256Hash": &hash[1..] })), "64 lower-case"),
        ("upper case", with(json!({ "version": 1, "sha256Hash": hash.to_uppercase() })), "64 lower-case"),
        ("no hexadecimal digits", with(json!({ "version": 1, "sha256Hash": "ü".repeat(32) })), "64 lower-case"),
        ("a short id", id("sha256:7d"), "64 lower-case"),
        ("upper case in an id", id(&format!("sha256:{}", hash.to_uppercase())), "64 lower-case"),
        ("another prefix", id(&format!("md5:{hash}")), "documentId must be sha256:"),
        ("a path", id("x-path:../../etc/passwd"), "documentId must be sha256:"),
        ("a name and a text", json!({ "documentId": "two", "query": QUERY }), "send one of them"),
        ("an id of another text", json!({ "documentId": format!("sha256:{hash}"), "query": "{ __typename }" }), "does not match query"),
        ("two names", json!({ "documentId": "two", "extensions": persisted(QUERY) }), "cannot both name a document"),
        (
            "two hashes",
            json!({ "documentId": format!("sha256:{}", "0".repeat(64)), "extensions": persisted(QUERY) }),
            "different documents",
        ),
        ("nothing", json!({ "extensions": { "persistedQuery": null } }), "the request has no query"),
        ("an empty id", id(""), "the request has no query"),
    ];
    let (_, graph) = servers().remove(0);
    block_on(async {
        for (what, body, message) in cases {
            let answer = post(&graph, body).await;
            let said = answer.body();
            // one that has neither a text nor a name is misshapen
            let status = if message == "the request has no query" { 400 } else { 200 };
            assert_eq!((answer.status, answer.code().as_str()), (status, "BAD_USER_INPUT"), "{what}: {said}");
            assert!(said["errors"][0]["message"].as_str().unwrap().contains(message), "{what}: {said}");
            assert!(said.get("data").is_none() && answer.text.len() < 300, "{what}: {said}");
        }
        // shapes that are none are refused before anything else is read
        for body in [json!({ "documentId": 1 }), json!({ "documentId": ["a"] }), json!({ "extensions": [] }), json!({ "extensions": "x" })]
        {
            let answer = post(&graph, body.clone()).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_USER_INPUT"), "{body}");
        }
        for text in ["[]", "{", "1", "\"x\""] {
            let answer = get(&graph, &[("extensions", text)]).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_USER_INPUT"), "{text}");
        }
        // an unknown name may be long: it is not told back
        let answer = post(&graph, id(&"n".repeat(100_000))).await;
        assert_eq!((answer.code().as_str(), answer.text.len() < 300), ("PERSISTED_QUERY_NOT_FOUND", true), "{}", answer.text);
    });
}

#[test]
fn only_what_can_be_run_is_stored_and_mutations_stay_with_post() {
    let servers = servers();
    block_on(async {
        for (name, graph) in servers {
            let tag = engines::unique_name();
            for bad in [
                format!("{{ # {tag}"),
                format!("{{ products(first: 1000) {{ nodes {{ id }} }} }} # {tag}"),
                format!("{{ {} # {tag}", "a ".repeat(40_000)),
            ] {
                assert_ne!(post(&graph, json!({ "query": bad, "extensions": persisted(&bad) })).await.code(), "", "{name}");
                let again = post(&graph, json!({ "extensions": persisted(&bad) })).await;
                assert_eq!(again.code(), "PERSISTED_QUERY_NOT_FOUND", "{name}: {}", again.text);
            }
            let long = format!("{{ __typename }} # {}", "x".repeat(70_000));
            assert_eq!(post(&graph, json!({ "query": long, "extensions": persisted(&long) })).await.code(), "", "it is run");
            assert_eq!(post(&graph, json!({ "extensions": persisted(&long) })).await.code(), "PERSISTED_QUERY_NOT_FOUND", "and not kept");

            let mutation = format!("mutation {{ signOut {{ __typename }} }} # {tag}");
            let stored = post(&graph, json!({ "query": mutation, "extensions": persisted(&mutation) })).await;
            assert!(stored.body().get("data").is_some(), "{}", stored.text);
            assert!(post(&graph, json!({ "extensions": persisted(&mutation) })).await.body().get("data").is_some());
            let refused = get(&graph, &[("extensions", &persisted(&mutation).to_string())]).await;
            assert_eq!((refused.status, refused.header("allow"), refused.code().as_str()), (405, "POST", "BAD_USER_INPUT"), "{name}");
        }
    });
}

#[test]
fn a_server_that_stores_nothing_says_so_and_runs_the_text() {
    let (_, graph) = servers().remove(0);
    block_on(async {
        let graph = graph.with_documents(false, Arc::default());
        let both = json!({ "query": QUERY, "extensions": persisted(QUERY) });
        assert_eq!(post(&graph, both).await.code(), "");
        let hash = post(&graph, json!({ "extensions": persisted(QUERY) })).await;
        assert_eq!((hash.status, hash.code().as_str()), (200, "PERSISTED_QUERY_NOT_SUPPORTED"));
        assert_eq!(hash.body()["errors"][0]["message"], json!("PersistedQueryNotSupported"), "Apollo's clients give up hashes then");
        assert_eq!(post(&graph, json!({ "documentId": Sha::of(QUERY).to_string() })).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    });
}

#[test]
fn what_one_server_was_told_the_others_know() {
    block_on(async {
        for shop in shops().await {
            if shop.name != "real" {
                continue;
            }
            let second = shop.second_server().await;
            let query = "{ server { name } }";
            assert_eq!(post(&second.graph, json!({ "extensions": persisted(query) })).await.code(), "PERSISTED_QUERY_NOT_FOUND");
            assert_eq!(post(&shop.graph, json!({ "query": query, "extensions": persisted(query) })).await.code(), "");
            let answer = post(&second.graph, json!({ "extensions": persisted(query) })).await;
            assert_eq!(answer.body()["data"], json!({ "server": { "name": "polystore" } }), "{}", answer.text);

            // whoever can write there cannot put another text under a hash
            let key = format!("document:{}", Sha::of("{ __typename }"));
            let entry = (key, "{ server { version } }".into());
            shop.stores.cache.cache_set(&[entry], std::time::Duration::from_secs(60)).await.unwrap();
            assert_eq!(post(&second.graph, json!({ "extensions": persisted("{ __typename }") })).await.code(), "PERSISTED_QUERY_NOT_FOUND");
        }
    });
}

#[test]
fn without_the_hot_store_each_server_knows_its_own() {
    if wiring::real().is_none() {
        return;
    }
    block_on(async {
        let (proxy, url) = Proxy::in_front_of(&engines::fresh_url(Engine::Redis).await).await;
        let (relational, documents) = (engines::relational(Engine::Sqlite).await, engines::documents(Engine::Sqlite).await);
        let hot = Arc::new(Redis::connect(&url, &engines::unique_name()).await.unwrap());
        let stores = Stores::layered(relational, documents, hot, None);
        let graph = crate::support::graph::graph(stores, Limits::default(), Viewer::Visitor);
        proxy.cut().await;
        let start = Instant::now();
        let query = "{ server { name } }";
        assert_eq!(post(&graph, json!({ "extensions": persisted(query) })).await.code(), "PERSISTED_QUERY_NOT_FOUND");
        assert_eq!(post(&graph, json!({ "query": query, "extensions": persisted(query) })).await.code(), "");
        let answer = post(&graph, json!({ "extensions": persisted(query) })).await;
        assert_eq!(answer.body()["data"], json!({ "server": { "name": "polystore" } }), "{}", answer.text);
        assert!(start.elapsed().as_millis() < 1_000, "a dead store held three requests for {:?}", start.elapsed());
    });
}
