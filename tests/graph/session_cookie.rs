//! Sessions in a cookie: how it comes and goes, and that a page of another host cannot use it.

use crate::{
    door::{Answer, post, send_through},
    support::{
        mutations::named,
        shop::{As, PASSWORD, Person, Shop},
        socket::{Client, Server},
        watch,
        wiring::{EMBEDDED, block_on, operation},
    },
};
use axum::{
    Router,
    http::{Request, request::Builder},
};
use polystore::{
    config::SessionCookie,
    graphql::limits::Limits,
    http::{self, Options},
};
use serde_json::{Value, json};

const OURS: &str = "https://shop.example";
const ME: &str = "{ me { id } }";

fn options() -> Options {
    Options { session_cookie: Some(SessionCookie::Secure), origins: vec![OURS.into()], ..Options::default() }
}

fn cookie(token: &str) -> String {
    format!("a=b; __Host-polystore={token}; c=d")
}

fn safe(request: Builder) -> Builder {
    request.header("graphql-require-preflight", "1")
}

fn ask(door: &Router, request: Builder, query: &str, variables: &Value) -> Answer {
    send_through(door.clone(), request, json!({ "query": query, "variables": variables }).to_string())
}

fn data(answer: &Answer) -> Value {
    serde_json::from_str::<Value>(&answer.body).unwrap_or_default()["data"].clone()
}

/// The door of a small shop, and somebody who is signed in there.
fn shop() -> (Shop, Router, Person) {
    let shop = block_on(Shop::on_engines("embedded", EMBEDDED));
    let door = http::router(shop.graph.clone(), options());
    let ada = shop.person(As::Ada).clone();
    (shop, door, ada)
}

#[test]
fn a_cookie_says_who_asks_only_with_a_header_that_no_form_can_send_and_from_an_origin_of_ours() {
    let (_shop, door, ada) = shop();
    let encoded = "/graphql?query=%7Bme%7Bid%7D%7D";
    let cookies = [
        (None, false),
        (Some(format!("polystore={0}; session={0}; host-polystore={0}", ada.token)), false),
        (Some(cookie(&ada.token)), true),
        (Some(format!("{}; __Host-polystore={}", cookie(&ada.token), ada.token)), true),
        (Some(cookie("nobodys")), true),
    ];
    let headers = [
        (None, false),
        (Some(("graphql-require-preflight", "1")), true),
        (Some(("apollo-require-preflight", "true")), true),
        (Some(("x-apollo-operation-name", "Q")), true),
        (Some(("graphql-require-preflight", "")), false),
        (Some(("x-requested-with", "XMLHttpRequest")), false),
    ];
    let origins = [
        (None, true),
        (Some("http://api.example"), true),
        (Some(OURS), true),
        (Some("https://evil.example"), false),
        (Some("null"), false),
    ];
    let mut counted = 0;
    for events in [false, true] {
        for by_get in [false, true] {
            for (cookie, ours) in &cookies {
                for (header, safe) in headers {
                    for (origin, allowed) in origins {
                        let mut request = if by_get { Request::get(encoded) } else { post() }.header("host", "api.example");
                        if events {
                            request = request.header("accept", "text/event-stream");
                        }
                        if let Some(cookie) = cookie {
                            request = request.header("cookie", cookie);
                        }
                        if let Some((name, value)) = header {
                            request = request.header(name, value);
                        }
                        if let Some(origin) = origin {
                            request = request.header("origin", origin);
                        }
                        let shown = format!("{events} {by_get} {cookie:?} {header:?} {origin:?}");
                        let answer = ask(&door, request, ME, &json!({}));
                        // streams are not for pages of other hosts, with or without a cookie
                        let open = if *ours { safe && allowed } else { !events || allowed };
                        assert_eq!(answer.status, if open { 200 } else { 403 }, "{shown}: {}", answer.body);
                        assert_eq!(answer.body.contains("FORBIDDEN"), !open, "{shown}");
                        let hers =
                            cookie.as_ref().is_some_and(|cookie| cookie.matches(&ada.token).count() == 1 && cookie.starts_with("a=b"));
                        assert_eq!(answer.body.contains(&ada.id), open && hers, "{shown}: {}", answer.body);
                        counted += usize::from(open && hers);
                        // what is nobody's any more is taken back; a stream's head is sent before that is known
                        let over = open && *ours && !hers && !events;
                        assert_eq!(answer.headers("set-cookie").contains("Max-Age=0"), over, "{shown}");
                    }
                }
            }
        }
    }
    assert_eq!(counted, 2 * 2 * 3 * 3);
}

#[test]
fn the_cookie_comes_with_signing_in_and_goes_with_signing_out_and_the_session_with_it() {
    let (shop, door, ada) = shop();
    let sign_in = |email: &str, password: &str| {
        ask(&door, post(), &named("signIn").document(), &json!({ "input": { "email": email, "password": password } }))
    };
    assert_eq!(sign_in(&ada.email, "a wrong password").headers("set-cookie"), "", "nobody signed in");
    let told = sign_in(&ada.email, PASSWORD).headers("set-cookie");
    let (pair, attributes) = told.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=7776000; HttpOnly; SameSite=Strict; Secure");
    let me = |pair: &str| data(&ask(&door, safe(post()).header("cookie", pair), ME, &json!({})))["me"].clone();
    assert_eq!(me(pair), json!({ "id": ada.id }));
    // who shows a token means that one, and it needs no header
    let ben = shop.person(As::Ben);
    let both = post().header("cookie", pair).header("authorization", format!("Bearer {}", ben.token));
    assert_eq!(data(&ask(&door, both, ME, &json!({})))["me"], json!({ "id": ben.id }));
    // an answer to a session is not kept for others
    let url = "/graphql?query=%7Bme%7Bid%7D%7D&extensions=%7B%22persistedQuery%22%3A%7B%7D%7D";
    let kept = send_through(door.clone(), safe(Request::get(url)).header("cookie", pair), "");
    assert!(!kept.headers("cache-control").contains("public"), "{}", kept.headers("cache-control"));

    let out = ask(&door, safe(post()).header("cookie", pair), &named("signOut").document(), &json!({}));
    assert_eq!(data(&out)["signOut"]["signedOut"], json!(true), "{}", out.body);
    assert_eq!(out.headers("set-cookie"), "__Host-polystore=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
    assert_eq!(me(pair), Value::Null, "the server forgot it, too");
    // a browser that did not hear of it can sign in all the same
    let stale = safe(post()).header("cookie", pair);
    let again = ask(&door, stale, &named("signIn").document(), &json!({ "input": { "email": ada.email, "password": PASSWORD } }));
    assert!(again.headers("set-cookie").contains("Max-Age=7776000"), "{} {}", again.headers("set-cookie"), again.body);
}

#[test]
fn a_batch_tells_what_became_of_the_session_in_the_end() {
    let shop = block_on(Shop::on_engines("embedded", EMBEDDED));
    let ada = shop.person(As::Ada).clone();
    let limits = Limits { batch: 3, ..*shop.graph.limits() };
    let graph = crate::support::graph::graph(shop.stores.clone(), limits, polystore::shop::Viewer::Visitor);
    let door = http::router(graph, options());
    let sign_in = json!({ "query": named("signIn").document(), "variables": { "input": { "email": ada.email, "password": PASSWORD } } });
    let out = json!({ "query": named("signOut").document() });
    let send = |batch: Value| {
        send_through(door.clone(), safe(post()).header("cookie", cookie(&ada.token)), batch.to_string()).headers("set-cookie")
    };
    assert!(send(json!([{ "query": ME }, sign_in, { "query": ME }])).contains("Max-Age=7776000"));
    assert!(send(json!([sign_in, out])).contains("Max-Age=0"));
}

#[test]
fn listed_pages_may_send_cookies_and_others_may_not() {
    let (_shop, door, _) = shop();
    let preflight = |origin: &str| {
        let request = Request::options("/graphql").header("origin", origin).header("access-control-request-method", "POST");
        send_through(door.clone(), request, "").headers("access-control-allow-credentials")
    };
    assert_eq!((preflight(OURS).as_str(), preflight("https://evil.example").as_str()), ("true", ""));
    let answer = ask(&door, post().header("origin", OURS), ME, &json!({}));
    assert_eq!(answer.headers("access-control-allow-credentials"), "true");
}

#[test]
fn a_socket_is_its_cookies_until_it_shows_a_token() {
    block_on(async {
        for shop in watch::shops().await {
            let document = "mutation($input: SignUpData!) { signUp(input: $input) { customer { id } session { token } } }";
            let input = json!({ "email": "eve@example.com", "name": "Eve", "password": PASSWORD });
            let reply = shop.graph.execute(operation(document, json!({ "input": input }))).await;
            let answer: Value = serde_json::from_slice(&reply.body("")).unwrap();
            let payload = &answer["data"]["signUp"];
            let (token, id) = (payload["session"]["token"].as_str().unwrap().to_owned(), payload["customer"]["id"].clone());
            let server = Server::start(shop, options()).await;
            let address = server.address.to_string();
            let open = async |origin: Option<&str>, cookie: &str| {
                let mut given = vec![("sec-websocket-protocol", "graphql-transport-ws"), ("cookie", cookie)];
                given.extend(origin.map(|origin| ("origin", origin)));
                Client::open_with(&address, &given).await
            };
            assert_eq!(open(Some("https://evil.example"), &cookie(&token)).await.err(), Some(403));
            for (origin, shown, expected) in [
                (Some(OURS), cookie(&token), json!({ "id": id })),
                (None, cookie(&token), json!({ "id": id })),
                (Some(OURS), cookie("nobodys"), Value::Null),
                (Some(OURS), format!("polystore={token}"), Value::Null),
            ] {
                let mut client = open(origin, &shown).await.unwrap().acknowledged().await;
                client.send(json!({ "id": "1", "type": "subscribe", "payload": { "query": ME } })).await;
                assert_eq!(client.next().await["payload"]["data"]["me"], expected, "{shown}");
            }
            let mut client = open(Some(OURS), &cookie(&token)).await.unwrap();
            client.send(json!({ "type": "connection_init", "payload": { "authorization": "Bearer nobodys" } })).await;
            assert_eq!(client.next().await["type"], json!("connection_ack"));
            client.send(json!({ "id": "1", "type": "subscribe", "payload": { "query": ME } })).await;
            assert_eq!(client.next().await["payload"][0]["extensions"]["code"], json!("UNAUTHENTICATED"), "a token that is shown is meant");
        }
    });
}
