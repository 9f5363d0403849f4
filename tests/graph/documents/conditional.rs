//! Answers that may be kept: with a tag, and only by those whom they concern.

use super::{by_get, persisted, post, send, servers};
use crate::support::{
    shop::{As, Shop},
    wiring::block_on,
};
use polystore::graphql::Graph;
use serde_json::json;

const PUBLIC: &str = "{ categories { name } products(first: 1) { nodes { name } } }";
const OWN: &str = "{ me { name } categories { name } }";
const FAILING: &str = "{ product(id: \"x\") { name } }";

async fn store(graph: &Graph, query: &str) -> String {
    let extensions = persisted(query);
    post(graph, json!({ "query": query, "extensions": extensions })).await;
    extensions.to_string()
}

#[test]
fn an_answer_to_a_hash_has_a_tag_and_is_not_sent_twice() {
    let servers = servers();
    block_on(async {
        for (name, graph) in servers {
            let hash = store(&graph, PUBLIC).await;
            let ask = || by_get(&[("extensions", &hash)]);
            let first = send(&graph, ask(), "").await;
            let tag = first.header("etag").to_owned();
            assert_eq!((first.status, first.header("cache-control")), (200, "public, max-age=10"), "{}", first.text);
            assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{tag}");
            for part in ["accept", "authorization", "cookie", "x-access-token"] {
                assert!(first.header("vary").contains(part), "{}", first.header("vary"));
            }
            let again = send(&graph, ask().header("if-none-match", &tag), "").await;
            assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", tag.as_str()), "{name}");
            assert_eq!((again.header("cache-control"), again.header("content-type")), ("public, max-age=10", ""));
            let other = send(&graph, ask().header("if-none-match", "\"other\""), "").await;
            assert_eq!((other.status, &other.text), (200, &first.text));
            // another type of answer is another answer
            let kind = ask().header("accept", "application/graphql-response+json").header("if-none-match", &tag);
            assert_eq!(send(&graph, kind, "").await.status, 200);
        }
    });
}

#[test]
fn what_depends_on_who_asks_is_the_clients_own() {
    for shop in Shop::open_all() {
        let token = format!("Bearer {}", shop.person(As::Ada).token);
        block_on(async {
            let mut tags = Vec::new();
            for (graph, query, token, expected) in [
                (&shop.graph, PUBLIC, None, "public, max-age=10"),
                (&shop.graph, PUBLIC, Some(&token), "private, no-cache"),
                (&shop.graph, OWN, None, "private, no-cache"),
                (&shop.graph, OWN, Some(&token), "private, no-cache"),
                // everybody reads everything: what is public cannot be told from the rest
                (&shop.demo, PUBLIC, None, "private, no-cache"),
                (&shop.graph, "{ server { name } }", None, "private, no-cache"),
            ] {
                let hash = store(graph, query).await;
                let ask = || {
                    let request = by_get(&[("extensions", &hash)]);
                    token.map_or(by_get(&[("extensions", &hash)]), |token| request.header("authorization", token))
                };
                let answer = send(graph, ask(), "").await;
                assert_eq!((answer.status, answer.header("cache-control")), (200, expected), "{query} {}", answer.text);
                let tag = answer.header("etag").to_owned();
                assert_eq!(send(graph, ask().header("if-none-match", &tag), "").await.status, 304, "{query}");
                tags.push(tag);
            }
            assert_ne!(tags[2], tags[3], "a visitor's answer is not a customer's");
        });
    }
}

#[test]
fn nothing_else_is_kept() {
    let (_, graph) = servers().remove(0);
    block_on(async {
        let (public, failing) = (store(&graph, PUBLIC).await, store(&graph, FAILING).await);
        for (what, parameters, kept) in [
            ("an error", vec![("extensions", failing.as_str())], "no-store"),
            ("a hash that is not known", vec![("documentId", "nobody")], "no-store"),
            ("a receipt", vec![("extensions", public.as_str()), ("receipt", "1")], "no-store"),
            ("a plan", vec![("extensions", public.as_str()), ("plan", "1")], "no-store"),
            ("a text", vec![("query", PUBLIC)], ""),
        ] {
            let answer = send(&graph, by_get(&parameters).header("if-none-match", "*"), "").await;
            assert_eq!((answer.status, answer.header("cache-control"), answer.header("etag")), (200, kept, ""), "{what}: {}", answer.text);
        }
        let posted = post(&graph, json!({ "extensions": persisted(PUBLIC) })).await;
        assert_eq!((posted.header("cache-control"), posted.header("etag")), ("", ""));
    });
}
