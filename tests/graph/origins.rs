//! Pages of other hosts: what their browsers are told.

use crate::door::{Answer, QUERY, post, send_with};
use axum::http::{Request, request::Builder};
use polystore::http::Options;

const SHOP: &str = "https://shop.example";
const EVIL: &str = "https://evil.example";
const QUERY_URL: &str = "/graphql?query=%7B__typename%7D";

fn listed(request: Builder, body: &str) -> Answer {
    send_with(Options { origins: vec!["https://admin.example".into(), SHOP.into()], ..Options::default() }, request, body.to_owned())
}

fn preflight(origin: &str) -> Builder {
    let request = Request::options("/graphql").header("origin", origin).header("access-control-request-method", "POST");
    request.header("access-control-request-headers", "content-type,authorization")
}

fn cors_headers(answer: &Answer) -> Vec<String> {
    let names = answer.headers.keys().map(ToString::to_string);
    let mut names: Vec<String> = names.filter(|name| name.starts_with("access-control-")).collect();
    names.sort();
    names
}

#[test]
fn without_a_list_no_page_of_another_host_is_told_anything() {
    for (request, body, status) in [
        (preflight(SHOP), "", 204),
        (post().header("origin", SHOP), QUERY, 200),
        (Request::get(QUERY_URL).header("origin", SHOP), "", 200),
        (Request::delete("/graphql").header("origin", SHOP), "", 405),
    ] {
        let answer = send_with(Options::default(), request, body);
        assert_eq!((answer.status, cors_headers(&answer)), (status, vec![]));
        assert!(!answer.headers("vary").contains("origin"), "{}", answer.headers("vary"));
    }
}

#[test]
fn a_listed_page_may_ask_and_read() {
    let answer = listed(preflight(SHOP), "");
    assert_eq!((answer.status, answer.header("access-control-allow-origin"), answer.body.as_str()), (204, SHOP, ""));
    assert_eq!((answer.header("access-control-allow-methods"), answer.header("access-control-max-age")), ("GET, POST", "600"));
    for header in ["content-type", "authorization", "x-access-token", "idempotency-key", "apollo-require-preflight"] {
        assert!(answer.header("access-control-allow-headers").split(", ").any(|allowed| allowed == header), "{header}");
    }
    for (request, body, status) in [
        (post(), QUERY, 200),
        (post(), "{", 400),
        (Request::get(QUERY_URL), "", 200),
        (Request::post("/graphql"), QUERY, 415),
        (Request::put("/graphql"), QUERY, 405),
        (Request::post("/graphql").header("content-type", "application/json").header("accept", "text/event-stream"), QUERY, 200),
    ] {
        let answer = listed(request.header("origin", SHOP), body);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, SHOP));
        assert!(answer.header("access-control-expose-headers").contains("x-request-id"));
        assert!(answer.headers("vary").split(", ").any(|name| name == "origin"), "{}", answer.headers("vary"));
    }
    // a page may send no cookie, and a browser no other header than it was told
    assert!(!cors_headers(&listed(preflight(SHOP), "")).contains(&"access-control-allow-credentials".to_owned()));
}

#[test]
fn a_page_that_is_not_listed_is_told_nothing_and_caches_know_why() {
    for origin in [EVIL, "https://shop.example.evil.example", "http://shop.example", "null", ""] {
        for (request, body) in [(preflight(origin), ""), (post().header("origin", origin), QUERY)] {
            let answer = listed(request, body);
            assert_eq!(cors_headers(&answer), Vec::<String>::new(), "{origin}");
            assert!(answer.headers("vary").contains("origin"), "{origin}");
        }
    }
    assert!(listed(post(), QUERY).headers("vary").contains("origin"), "also for who is no page");
}

#[test]
fn only_the_graph_is_for_other_pages() {
    for path in ["/readyz", "/livez", "/schema.graphql", "/graphiql", "/"] {
        assert_eq!(cors_headers(&listed(Request::get(path).header("origin", SHOP), "")), Vec::<String>::new(), "{path}");
    }
}
