//! Whole answers from the server's own memory, where an operator wants that.

use super::{by_get, persisted, post, send};
use crate::support::{
    graph::graph,
    shop::{As, Shop},
    wiring::block_on,
};
use polystore::{graphql::limits::Limits, shop::Viewer};
use serde_json::json;

const DOCUMENT: &str = "query Names($first: Int = 1) { categories { name } products(first: $first) { nodes { name } } }";

#[test]
fn a_kept_answer_is_served_to_visitors_alone_and_only_where_that_is_wanted() {
    for shop in Shop::open_all() {
        let server = |bytes| graph(shop.stores.clone(), Limits { answer_cache_bytes: bytes, ..Limits::default() }, Viewer::Visitor);
        let (keeps, forgets) = (server(1_000_000), server(0));
        let token = format!("Bearer {}", shop.person(As::Ada).token);
        block_on(async {
            let extensions = persisted(DOCUMENT);
            let posted = post(&keeps, json!({ "query": DOCUMENT, "extensions": extensions })).await;
            let hash = extensions.to_string();
            let ask = || by_get(&[("extensions", &hash)]);
            let before = send(&keeps, ask(), "").await;
            assert_eq!((before.status, &before.text), (200, &posted.text));

            let relational = &shop.stores.relational;
            let mut category = relational.categories_roots().await.unwrap().remove(0);
            category.name = "Renamed a moment ago".to_owned();
            relational.categories_put(&[category]).await.unwrap();

            let again = send(&keeps, ask(), "").await;
            assert_eq!((again.status, &again.text), (200, &before.text), "{}: from memory", shop.name);
            let left = again.header("cache-control").strip_prefix("public, max-age=").and_then(|left| left.parse::<u64>().ok());
            assert!(left.is_some_and(|left| left < 10), "what is left of it: {}", again.header("cache-control"));
            assert_eq!(again.header("etag"), before.header("etag"));
            let tagged = send(&keeps, ask().header("if-none-match", before.header("etag")), "").await;
            assert_eq!((tagged.status, tagged.text.as_str()), (304, ""));
            for (who, answer) in [
                ("a customer", send(&keeps, ask().header("authorization", &token), "").await),
                ("other variables", send(&keeps, by_get(&[("extensions", &hash), ("variables", "{\"first\":2}")]), "").await),
                ("a receipt", send(&keeps, by_get(&[("extensions", &hash), ("receipt", "1")]), "").await),
                ("a POST", post(&keeps, json!({ "query": DOCUMENT })).await),
                ("a text in the URL", send(&keeps, by_get(&[("query", DOCUMENT)]), "").await),
                ("a server that keeps none", send(&forgets, ask(), "").await),
            ] {
                assert_eq!(answer.status, 200, "{who}: {}", answer.text);
                assert!(answer.text.contains("Renamed a moment ago"), "{who} sees what is: {}", answer.text);
            }
        });
    }
}
