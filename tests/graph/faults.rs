//! One dead store costs its fields, not the answer; when it comes back, so do they.

use crate::support::{engines, proxy::Proxy, wiring};
use axum::{body::Body, http::Request};
use polystore::{
    engines::{Limits, memory::Memory, mongodb::Mongodb, postgres::Postgres, redis::Redis},
    error::Engine,
    graphql::{Graph, limits},
    http,
    roles::{Documents, Hot, Relational},
    seed::{Plan, Scale},
    shop::Rate,
    stores::Stores,
};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tower::ServiceExt;

const LIMITS: Limits = Limits { connections: 3 };

async fn graph(relational: Arc<dyn Relational>, documents: Arc<dyn Documents>, hot: Arc<dyn Hot>) -> Graph {
    relational.migrate().await.unwrap();
    documents.migrate().await.unwrap();
    let stores = Stores::layered(relational, documents, hot, None);
    let plan = Plan { scale: Scale::new(0.01).unwrap(), seed: 1 };
    wiring::fill(&stores, &plan).await;
    crate::support::graph::graph(stores, limits::Limits::default(), polystore::shop::Viewer::Reader)
}

async fn ask(graph: &Graph, query: &str) -> (u16, Option<String>, Value) {
    let request = Request::post("/graphql").header("content-type", "application/json");
    let request = request.body(Body::from(json!({ "query": query }).to_string())).unwrap();
    let response = http::router(graph.clone(), Vec::new()).oneshot(request).await.unwrap();
    let retry = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, retry, serde_json::from_slice(&body).unwrap())
}

/// Cuts a store off: `partial` must lose only `lost` (a pointer into data), `alone` must be refused; then all is well again.
async fn one_store_dies(proxy: &Proxy, graph: &Graph, engine: Engine, partial: (&str, &str, &str), alone: &str) {
    let (query, kept, lost) = partial;
    let (status, _, before) = ask(graph, query).await;
    assert_eq!((status, before.get("errors")), (200, None), "{before}");
    assert!(!before["data"].pointer(lost).unwrap().is_null());

    proxy.cut().await;
    let start = Instant::now();
    let (status, _, during) = ask(graph, query).await;
    assert!(start.elapsed() < Duration::from_millis(1_500), "a dead store held the request for {:?}", start.elapsed());
    assert_eq!(status, 200, "{during}");
    assert_eq!(during["data"].pointer(kept), before["data"].pointer(kept), "{during}");
    assert_eq!(during["data"].pointer(lost), Some(&Value::Null), "{during}");
    let error = &during["errors"][0];
    assert_eq!(error["extensions"]["code"], json!("STORE_UNAVAILABLE"), "{during}");
    assert_eq!(error["extensions"]["store"], json!(engine.name()), "{during}");
    assert_eq!(error["extensions"]["retryable"], json!(true));
    assert!(!during.to_string().contains("127.0.0.1"), "an address in an answer: {during}");
    let (status, retry, alone_during) = ask(graph, alone).await;
    assert_eq!((status, retry.as_deref()), (503, Some("1")), "{alone_during}");

    proxy.restore().await;
    let give_up = Instant::now() + Duration::from_secs(15);
    loop {
        let (_, _, after) = ask(graph, query).await;
        if after == before {
            return;
        }
        assert!(Instant::now() < give_up, "{engine} did not come back: {after}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[test]
fn without_mongodb_only_documents_are_missing() {
    if wiring::real().is_none() {
        return;
    }
    wiring::block_on(async {
        let (proxy, url) = Proxy::in_front_of(&engines::fresh_url(Engine::Mongodb).await).await;
        let relational = engines::relational(Engine::Sqlite).await;
        let graph = graph(relational, Arc::new(Mongodb::connect(&url, &LIMITS).await.unwrap()), Arc::new(Memory::new())).await;
        let query = "{ product(slug: \"grannys-skillet\") { name articles(first: 1) { nodes { id } } } }";
        let partial = (query, "/product/name", "/product/articles");
        one_store_dies(&proxy, &graph, Engine::Mongodb, partial, "{ articles { nodes { id } } }").await;
    });
}

#[test]
fn without_postgresql_the_magazine_is_still_read() {
    if wiring::real().is_none() {
        return;
    }
    wiring::block_on(async {
        let (proxy, url) = Proxy::in_front_of(&engines::fresh_url(Engine::Postgres).await).await;
        let documents = engines::documents(Engine::Sqlite).await;
        let graph = graph(Arc::new(Postgres::connect(&url, &LIMITS).await.unwrap()), documents, Arc::new(Memory::new())).await;
        let query = "{ article(slug: \"how-to-season-a-cast-iron-skillet\") { title author { name } } }";
        let partial = (query, "/article/title", "/article/author");
        one_store_dies(&proxy, &graph, Engine::Postgres, partial, "{ products { nodes { id } } }").await;
    });
}

#[test]
fn without_redis_only_counts_and_boards_are_missing() {
    if wiring::real().is_none() {
        return;
    }
    wiring::block_on(async {
        let (proxy, url) = Proxy::in_front_of(&engines::fresh_url(Engine::Redis).await).await;
        let (relational, documents) = (engines::relational(Engine::Sqlite).await, engines::documents(Engine::Sqlite).await);
        let hot = Arc::new(Redis::connect(&url, &engines::unique_name()).await.unwrap());
        let graph = graph(relational, documents, hot).await;
        let query = "{ product(slug: \"grannys-skillet\") { name views } }";
        one_store_dies(&proxy, &graph, Engine::Redis, (query, "/product/name", "/product/views"), "{ trending { rank } }").await;

        // the report's cache is gone, the report is not
        proxy.cut().await;
        let report = "{ salesReport(from: \"2020-01-01T00:00:00Z\", to: \"2030-01-01T00:00:00Z\", by: TIER) { key } }";
        let (status, _, answer) = ask(&graph, report).await;
        assert_eq!((status, answer.get("errors")), (200, None), "{answer}");
    });
}

#[test]
fn readiness_names_the_dead_store_and_fails_only_where_it_is_required() {
    if wiring::real().is_none() {
        return;
    }
    wiring::block_on(async {
        let (proxy, url) = Proxy::in_front_of(&engines::fresh_url(Engine::Redis).await).await;
        let relational = engines::relational(Engine::Sqlite).await;
        let documents = engines::documents(Engine::Sqlite).await;
        let hot = Arc::new(Redis::connect(&url, &engines::unique_name()).await.unwrap());
        let graph = crate::support::graph::graph(
            Stores::layered(relational, documents, hot, None),
            limits::Limits::default(),
            polystore::shop::Viewer::Reader,
        );
        proxy.cut().await;
        let mut breaker_was_open = false;
        for (requires, status) in [(vec![], 200), (vec!["relational".to_owned()], 200), (vec!["hot".to_owned()], 503)] {
            let request = Request::get("/readyz").body(Body::empty()).unwrap();
            let response = http::router(graph.clone(), requires).oneshot(request).await.unwrap();
            assert_eq!(response.status().as_u16(), status);
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let answer: Value = serde_json::from_slice(&body).unwrap();
            let oks: Vec<_> = answer["stores"].as_array().unwrap().iter().map(|store| store["ok"].as_bool().unwrap()).collect();
            assert_eq!(oks, [true, true, false], "{answer}");
            let breakers: Vec<_> = answer["stores"].as_array().unwrap().iter().map(|store| store["breaker"].as_str()).collect();
            assert!(matches!(breakers[..], [None, None, Some("open" | "closed")]), "{answer}");
            breaker_was_open |= breakers[2] == Some("open");
        }
        assert!(breaker_was_open, "the breaker of a dead store is shown");
    });
}

/// Nobody is refused because the store of the buckets is down, and nobody is unlimited.
#[test]
fn without_redis_a_server_counts_for_itself_what_clients_spend() {
    if wiring::real().is_none() {
        return;
    }
    wiring::block_on(async {
        let (proxy, url) = Proxy::in_front_of(&engines::fresh_url(Engine::Redis).await).await;
        let (relational, documents) = tokio::join!(engines::relational(Engine::Sqlite), engines::documents(Engine::Sqlite));
        let hot = Arc::new(Redis::connect(&url, &engines::unique_name()).await.unwrap());
        let rate = Rate { burst: 100, period: Duration::from_secs(24 * 3_600) };
        let graph = graph(relational, documents, hot).await.limited_to(limits::Rates { visitors: rate, viewers: rate, keys: rate });
        proxy.cut().await;
        // 17 points each
        let (mut statuses, start) = (Vec::new(), Instant::now());
        for _ in 0..7 {
            let (status, _, body) = ask(&graph, "{ products(first: 3) { nodes { name } } }").await;
            assert!(status == 429 || body.get("errors").is_none(), "{body}");
            statuses.push(status);
        }
        assert_eq!(statuses, [200, 200, 200, 200, 200, 429, 429]);
        assert!(start.elapsed() < Duration::from_secs(3), "a dead store held seven requests for {:?}", start.elapsed());
        proxy.restore().await;
        let give_up = Instant::now() + Duration::from_secs(15);
        // the store's own bucket is as full as it was
        while ask(&graph, "{ products(first: 3) { nodes { name } } }").await.0 != 200 {
            assert!(Instant::now() < give_up, "the buckets of redis did not come back");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
}
