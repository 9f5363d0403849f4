//! What every answer carries for the sake of browsers, and what none does.

use crate::door::{Answer, QUERY, post, send_with};
use axum::http::{Request, request::Builder};
use polystore::http::Options;

/// Of each kind one: pages, files, the graph, refusals, what is not there.
fn answers(https: bool) -> Vec<(String, Answer)> {
    let gets = ["/", "/graphiql", "/graphiql/assets/missing.js", "/schema.graphql", "/livez", "/readyz", "/nowhere", "/graphql"];
    let gets = gets.map(|path| (path.to_owned(), Request::get(path), ""));
    let page = ("the page".to_owned(), Request::get("/graphql").header("accept", "text/html"), "");
    let posts: [(&str, Builder, &str); 4] = [
        ("an answer", post(), QUERY),
        ("a refusal", post(), "{"),
        ("another type", Request::post("/graphql"), QUERY),
        ("another method", Request::delete("/graphql"), ""),
    ];
    let posts = posts.map(|(what, request, body)| (what.to_owned(), request, body));
    let all = gets.into_iter().chain([page]).chain(posts);
    all.map(|(what, request, body)| (what, send_with(Options { https, ..Options::default() }, request, body))).collect()
}

#[test]
fn no_answer_lets_a_browser_guess_its_type_or_tells_what_serves_it() {
    for (what, answer) in answers(false) {
        assert_eq!(answer.headers("x-content-type-options"), "nosniff", "{what}");
        for banner in ["server", "x-powered-by", "via"] {
            assert_eq!(answer.headers.get(banner), None, "{what} has {banner}");
        }
    }
}

#[test]
fn every_page_has_a_policy_that_lets_it_load_from_here_alone() {
    let mut pages = 0;
    for (what, answer) in answers(false) {
        if answer.header("content-type").starts_with("text/html") {
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("default-src 'self';") && policy.contains("frame-ancestors 'none'"), "{what}: {policy:?}");
            pages += 1;
        }
    }
    assert_eq!(pages, 2, "the console at its two places");
}

#[test]
fn browsers_are_told_to_stay_with_https_only_where_it_is_spoken() {
    for https in [false, true] {
        for (what, answer) in answers(https) {
            let expected = if https { "max-age=31536000" } else { "" };
            assert_eq!(answer.headers("strict-transport-security"), expected, "{what}");
        }
    }
}
