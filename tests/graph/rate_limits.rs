//! Rate limits: what is told, who shares a bucket, what is given back, and that nobody is refused because a store is down.

use crate::{
    mutations::SHOPS,
    support::{
        mutations::named,
        shop::{As, PASSWORD, Shop, only_code, refusals},
        socket::Server,
        watch,
        wiring::{self, block_on, operation},
    },
};
use axum::{
    body::Body,
    http::{HeaderMap, Request},
};
use polystore::{
    graphql::{
        Graph,
        execute::Operation,
        limits::Rates,
        throttle::keys::{ApiKeys, NewKey},
    },
    http::{self, Options},
    receipt::{self, Caller, Receipt},
    shop::Rate,
};
use serde_json::{Value, json};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tower::ServiceExt as _;

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// Costs 1 + 10 + 3 x 2 points, and as much is done.
const THREE: &str = "{ products(first: 3) { nodes { name } } }";
const THREE_COST: u32 = 17;

/// A graph whose buckets hold so much, and do not fill up while a test runs.
fn limited(shop: &Shop, visitors: u32, viewers: u32) -> Graph {
    let rate = |burst| Rate { burst, period: DAY };
    shop.graph.clone().limited_to(Rates { visitors: rate(visitors), viewers: rate(viewers), ..Rates::default() })
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }
}

/// Asks over HTTP through one trusted proxy.
fn send(graph: &Graph, address: &str, token: Option<&str>, query: &str) -> Answer {
    send_by(graph, address, token, None, query)
}

/// The same as a program.
fn send_by(graph: &Graph, address: &str, token: Option<&str>, key: Option<&str>, query: &str) -> Answer {
    let options = Options { trusted_proxies: 1, ..Options::default() };
    let mut request = Request::post("/graphql?cost=1").header("content-type", "application/json").header("x-forwarded-for", address);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    let request = request.body(Body::from(json!({ "query": query }).to_string())).unwrap();
    block_on(async {
        let response = http::router(graph.clone(), options).oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, body: serde_json::from_slice(&body).unwrap() }
    })
}

#[test]
fn a_client_is_told_the_rules_and_where_it_stands_and_is_refused_when_its_bucket_is_empty() {
    for shop in &*SHOPS {
        let graph = limited(shop, 100, 200);
        let policy = "\"visitor\";q=100;w=86400;qu=\"points\", \"viewer\";q=200;w=86400;qu=\"points\"";
        for left in [83, 66, 49, 32, 15] {
            let answer = send(&graph, "192.0.2.1", None, THREE);
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert_eq!(answer.header("ratelimit-policy"), policy);
            assert!(answer.header("ratelimit").starts_with(&format!("\"visitor\";r={left};t=")), "{}", answer.header("ratelimit"));
            assert_eq!((answer.header("x-ratelimit-limit"), answer.header("x-ratelimit-remaining")), ("100", left.to_string().as_str()));
            assert!(answer.header("x-ratelimit-reset").parse::<u64>().unwrap() > 1_700_000_000);
            let status = json!({ "maximumAvailable": 100, "currentlyAvailable": left, "restoreRate": 0 });
            let cost = json!({ "requestedQueryCost": THREE_COST, "actualQueryCost": THREE_COST, "throttleStatus": status });
            assert_eq!(answer.body["extensions"]["cost"], cost);
        }
        let answer = send(&graph, "192.0.2.1", None, THREE);
        assert_eq!((answer.status, answer.code()), (429, "RATE_LIMITED"), "{}", answer.body);
        assert_eq!(answer.body.get("data"), None);
        // two points are missing, each of 864 seconds
        let extensions = &answer.body["errors"][0]["extensions"];
        let wait = extensions["retryAfterMs"].as_u64().unwrap();
        assert!((1_600_000..=1_728_000).contains(&wait) && extensions["retryable"] == json!(true), "{extensions}");
        assert_eq!(answer.header("retry-after").parse::<u64>().unwrap(), wait.div_ceil(1_000));
        assert_eq!(answer.header("x-ratelimit-remaining"), "15");
        assert_eq!(answer.body["extensions"]["cost"]["actualQueryCost"], json!(0));
        // what is cheaper is still answered, and others are not concerned
        assert_eq!(send(&graph, "192.0.2.1", None, "{ __typename }").status, 200);
        assert_eq!(send(&graph, "192.0.2.2", None, THREE).header("x-ratelimit-remaining"), "83");
    }
}

#[test]
fn a_bucket_is_the_customers_whatever_the_address_and_the_address_for_visitors() {
    for shop in &*SHOPS {
        let graph = limited(shop, 100, 200);
        let ada = shop.person(As::Ada).token.as_str();
        let left = |address: &str, token: Option<&str>| {
            send(&graph, address, token, THREE).header("ratelimit").split(";t=").next().unwrap().to_owned()
        };
        assert_eq!(left("192.0.2.3", Some(ada)), "\"viewer\";r=183");
        assert_eq!(left("192.0.2.4", Some(ada)), "\"viewer\";r=166");
        assert_eq!(left("192.0.2.3", Some(&shop.person(As::Ben).token)), "\"viewer\";r=183");
        assert_eq!(left("192.0.2.3", None), "\"visitor\";r=83");
        assert_eq!(left("2001:db8:0:1::1", None), "\"visitor\";r=83");
        assert_eq!(left("2001:db8:0:1::2", None), "\"visitor\";r=66", "one line has many addresses");
        assert_eq!(left("spoofed, 192.0.2.3", None), "\"visitor\";r=66", "only what the proxy adds counts");
        // what is no address counts as the socket's
        assert_eq!(left("spoofed", None), left("192.0.2.3, unknown", None).replace("r=66", "r=83"));
    }
}

#[test]
fn a_program_has_a_bucket_of_its_own_for_visitors_wherever_it_asks_from() {
    for shop in &*SHOPS {
        let (front, jobs) = (NewKey::make("front", None).unwrap(), NewKey::make("jobs", Some((1, 60))).unwrap());
        let keys = Arc::new(ApiKeys::read(&[front.lines, jobs.lines.clone()].concat()).unwrap());
        let rate = |burst| Rate { burst, period: DAY };
        let rates = Rates { visitors: rate(100), viewers: rate(200), keys: rate(300) };
        let graph = shop.graph.clone().limited_to(rates).with_keys(Arc::clone(&keys));
        let left = |address: &str, token: Option<&str>, key: &str| {
            let answer = send_by(&graph, address, token, Some(key), THREE);
            (
                answer.status,
                answer.header("ratelimit").split(";t=").next().unwrap().to_owned(),
                answer.header("ratelimit-policy").to_owned(),
            )
        };
        let rules = "\"visitor\";q=100;w=86400;qu=\"points\", \"viewer\";q=200;w=86400;qu=\"points\"";
        let with = |own: &str| format!("{rules}, \"key\";{own};qu=\"points\"");
        assert_eq!(left("192.0.2.30", None, &front.key), (200, "\"key\";r=283".to_owned(), with("q=300;w=86400")));
        assert_eq!(left("192.0.2.31", None, &front.key).1, "\"key\";r=266", "from another address it is the same program");
        assert_eq!(left("192.0.2.30", None, &jobs.key), (200, "\"key\";r=43".to_owned(), with("q=60;w=60")));
        // a customer is a customer through every program, and visitors of the address are not concerned
        let ben = shop.person(As::Editor).token.as_str();
        assert_eq!(left("192.0.2.30", Some(ben), &front.key), (200, "\"viewer\";r=183".to_owned(), rules.to_owned()));
        assert_eq!(send(&graph, "192.0.2.30", None, THREE).header("x-ratelimit-remaining"), "83");
        for _ in 0..2 {
            assert_eq!(left("192.0.2.30", None, &jobs.key).0, 200);
        }
        assert_eq!(left("192.0.2.30", None, &jobs.key).0, 429, "its bucket is empty, the others are not");
        for unknown in ["", "psk_nobody", &front.key[1..]] {
            let answer = send_by(&graph, "192.0.2.30", None, Some(unknown), THREE);
            assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"), "{unknown}: {}", answer.body);
        }
        // a key that was taken out of the file is over at once; where none are known, none is looked at
        keys.renew(&jobs.lines).unwrap();
        assert_eq!(send_by(&graph, "192.0.2.30", None, Some(&front.key), THREE).status, 401);
        assert_eq!(send_by(&limited(shop, 100, 200), "192.0.2.32", None, Some("psk_nobody"), THREE).status, 200);
    }
}

#[test]
fn what_was_not_used_is_given_back() {
    for shop in &*SHOPS {
        let graph = limited(shop, 1_000, 200);
        // a product that does not exist: its articles are predicted, and never looked for
        let query = "{ product(slug: \"nothing\") { articles(first: 50) { nodes { title } } } }";
        let mut left = 1_000;
        for _ in 0..3 {
            let answer = send(&graph, "192.0.2.5", None, query);
            assert_eq!(answer.body["extensions"]["cost"]["requestedQueryCost"], json!(1 + 10 + 2 + 10 + 150));
            assert_eq!(answer.body["extensions"]["cost"]["actualQueryCost"], json!(11));
            left -= 11;
            assert_eq!(answer.header("x-ratelimit-remaining"), left.to_string());
        }
        let data = send(&graph, "192.0.2.5", None, "{ rateLimit { limit remaining used cost resetAt } }").body["data"]["rateLimit"].take();
        let expected = json!({ "limit": 1_000, "remaining": left - 1, "used": 1_000 - left + 1, "cost": 1, "resetAt": data["resetAt"] });
        assert_eq!(data, expected);
    }
}

#[test]
fn an_operation_that_costs_more_than_a_bucket_holds_costs_a_full_one() {
    for shop in &*SHOPS {
        let graph = limited(shop, 100, 200);
        let large = "{ products(first: 100) { nodes { category { name } } } }";
        let answer = send(&graph, "192.0.2.6", None, large);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let again = send(&graph, "192.0.2.6", None, large);
        let wait = again.body["errors"][0]["extensions"]["retryAfterMs"].as_u64().unwrap();
        assert!(again.status == 429 && wait <= 86_400_000, "{}", again.body);
    }
}

/// Whether the bucket should be asked beside the session is decided by these (docs/decisions/0015-points-and-buckets.md).
#[expect(clippy::print_stdout, reason = "figures of a test")]
fn print_times(name: &str, receipt: &Receipt) {
    for call in receipt.calls() {
        println!("{name}: {} took {:?}", call.method, call.end.unwrap() - call.start);
    }
}

/// Everything that a request asks outside of its fields: the session, and the bucket.
#[test]
fn a_request_costs_one_call_for_its_bucket_and_a_refused_one_none() {
    for shop in &*SHOPS {
        let graph = limited(shop, 10_000, 10_000);
        let calls = |token: Option<&str>, query: &str| {
            let address = Some("192.0.2.20".parse().unwrap());
            let asked = Operation { token: token.map(str::to_owned), address, receipt: true, ..operation(query, json!({})) };
            let outer = Arc::new(Receipt::default());
            let caller = Caller::of(&outer, || "request".to_owned());
            let reply = block_on(receipt::on_account_of(Some(caller), graph.execute(asked)));
            let inner = reply.receipt.unwrap().calls();
            assert!(inner.iter().all(|call| call.method != "rate_exchange"), "it is not on the receipt");
            print_times(shop.name, &outer);
            outer.calls().iter().map(|call| call.method).collect::<Vec<_>>()
        };
        let admin = shop.person(As::Admin).token.as_str();
        for _ in 0..3 {
            assert_eq!(calls(None, THREE), ["rate_exchange"]);
            // what an administrator may do is asked of the owner of the fact
            assert_eq!(calls(Some(admin), THREE), ["session_get", "accounts_by_customers", "rate_exchange"]);
        }
        assert!(calls(None, "{ products(first: 101) { nodes { id } } }").is_empty());
        assert!(calls(Some(admin), "{").is_empty());
    }
}

#[test]
fn without_limits_nothing_is_told_and_nothing_counted() {
    for shop in &*SHOPS {
        let answer = send(&shop.graph, "192.0.2.7", None, "{ rateLimit { limit } }");
        assert_eq!((answer.status, &answer.body["data"]), (200, &json!({ "rateLimit": null })));
        assert!(answer.headers.keys().all(|name| !name.as_str().contains("ratelimit")));
        assert_eq!(answer.body["extensions"]["cost"]["throttleStatus"], Value::Null);
    }
}

#[test]
fn each_operation_of_a_socket_is_counted_and_the_socket_goes_on() {
    block_on(async {
        for mut shop in watch::shops().await {
            let rate = Rate { burst: 40, period: DAY };
            shop.graph = shop.graph.clone().limited_to(Rates { visitors: rate, viewers: rate, ..Rates::default() });
            let server = Server::start(shop, Options::default()).await;
            let mut client = server.ready().await;
            for (id, refused) in [("1", false), ("2", false), ("3", true), ("4", true)] {
                client.send(json!({ "id": id, "type": "subscribe", "payload": { "query": THREE } })).await;
                let answer = client.next().await;
                if refused {
                    assert_eq!((&answer["type"], &answer["id"]), (&json!("error"), &json!(id)), "{answer}");
                    assert_eq!(answer["payload"][0]["extensions"]["code"], json!("RATE_LIMITED"), "{answer}");
                } else {
                    assert_eq!(answer["type"], json!("next"), "{answer}");
                    assert_eq!(client.next().await["type"], json!("complete"));
                }
            }
            client.send(json!({ "id": "5", "type": "subscribe", "payload": { "query": "{ __typename }" } })).await;
            assert_eq!(client.next().await["type"], json!("next"));
        }
    });
}

/// The answer to a mutation from an address.
fn change(shop: &Shop, address: &str, mutation: &str, input: Value) -> Value {
    let mut asked = operation(&named(mutation).document(), json!({ "input": input }));
    asked.address = Some(address.parse::<IpAddr>().unwrap());
    let graph = shop.graph.clone().limited_to(Rates::default());
    serde_json::from_slice(&block_on(async { graph.execute(asked).await.body("test") })).unwrap()
}

/// Empties a bucket for the time of the test: one that is full in a day is empty for every shorter period.
fn empty(shop: &Shop, bucket: &str) {
    assert!(block_on(shop.stores.hot.rate_take(bucket, Rate { burst: 1, period: DAY }, 1)).unwrap().allowed);
}

#[test]
fn right_passwords_are_no_tries_and_wrong_ones_count_for_account_and_address() {
    let wrong = [("UNAUTHENTICATED".to_owned(), String::new())];
    for shop in &*SHOPS {
        let email = "often@example.com";
        let up = json!({ "email": email, "name": "Often", "password": PASSWORD });
        assert_eq!(refusals(&change(shop, "192.0.2.8", "signUp", up)), []);
        for _ in 0..12 {
            let answer = change(shop, "192.0.2.8", "signIn", json!({ "email": email, "password": PASSWORD }));
            assert_eq!(refusals(&answer), [], "{}", shop.name);
        }
        assert_eq!(refusals(&change(shop, "192.0.2.8", "signIn", json!({ "email": email, "password": "wrong one" }))), wrong);
        // from an address that tried too many accounts nobody signs in, from another one all do
        empty(shop, "sign-in-from/192.0.2.9");
        let answer = change(shop, "192.0.2.9", "signIn", json!({ "email": email, "password": PASSWORD }));
        assert_eq!(only_code(&answer), "RATE_LIMITED");
        assert!((1..=9_000).contains(&answer["errors"][0]["extensions"]["retryAfterMs"].as_i64().unwrap()), "{answer}");
        assert_eq!(refusals(&change(shop, "192.0.2.8", "signIn", json!({ "email": email, "password": PASSWORD }))), []);
    }
}

#[test]
fn accounts_and_views_from_one_address_are_limited() {
    for shop in &*SHOPS {
        empty(shop, "sign-up/192.0.2.10");
        let up = json!({ "email": "twenty-first@example.com", "name": "x", "password": PASSWORD });
        assert_eq!(only_code(&change(shop, "192.0.2.10", "signUp", up.clone())), "RATE_LIMITED");
        assert_eq!(refusals(&change(shop, "192.0.2.11", "signUp", up)), []);
        empty(shop, "views/192.0.2.10");
        let view = json!({ "productId": "product_01kacc00000000000000000000" });
        assert_eq!(only_code(&change(shop, "192.0.2.10", "recordView", view.clone())), "RATE_LIMITED");
        assert_eq!(refusals(&change(shop, "192.0.2.11", "recordView", view)), []);
    }
}

#[test]
fn the_graph_of_the_demo_answers_as_before_within_its_limits() {
    let wiring = wiring::embedded();
    let graph = wiring.graph.clone().limited_to(Rates::default());
    let body = block_on(async { graph.execute(operation(THREE, json!({}))).await.body("test") });
    assert_eq!(String::from_utf8(body).unwrap(), wiring.body(THREE, json!({})));
}
