//! Subscriptions as the graph answers them: what an event carries, which events there are, and how they end.

use crate::support::{
    documents_sample, engines,
    sample::{self, id},
    watch::{Shop, Watching, quiet, shops},
    wiring::{block_on, operation},
};
use polystore::{
    error::Engine,
    graphql::execute::Operation,
    shop::{Article, ArticleStatus, Board, Message, OrderStatus, ProductId, TrendingWindow},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ORDER: &str = "subscription($id: ID!) { orderStatusChanged(orderId: $id) { resync order { id status } } }";

fn order_id() -> Value {
    json!({ "id": format!("{}", id::<polystore::shop::OrderId>(1)) })
}

fn order_event(status: &str, resync: bool) -> Value {
    json!({ "data": { "orderStatusChanged": { "resync": resync, "order": { "id": order_id()["id"], "status": status } } } })
}

#[test]
fn an_event_carries_the_order_as_it_is_now() {
    block_on(async {
        for shop in shops().await {
            let mut watching = shop.watch(ORDER, order_id()).await;
            shop.put_order(2, OrderStatus::Paid).await;
            shop.tell(Shop::order_message(2)).await;
            assert_eq!(watching.next().await, order_event("PAID", false), "{}", shop.name);
            shop.put_order(3, OrderStatus::Shipped).await;
            shop.tell(Shop::order_message(3)).await;
            assert_eq!(watching.next().await, order_event("SHIPPED", false), "{}", shop.name);
        }
    });
}

#[test]
fn nothing_is_told_twice_and_nothing_older_after_something_newer() {
    block_on(async {
        for shop in shops().await {
            let mut watching = shop.watch(ORDER, order_id()).await;
            shop.put_order(3, OrderStatus::Shipped).await;
            for version in [2, 3, 3, 2, 1] {
                shop.tell(Shop::order_message(version)).await;
            }
            assert_eq!(watching.next().await, order_event("SHIPPED", false), "{}", shop.name);
            quiet(&mut watching).await;
            shop.put_order(4, OrderStatus::Cancelled).await;
            shop.tell(Shop::order_message(4)).await;
            assert_eq!(watching.next().await, order_event("CANCELLED", false), "{}", shop.name);
        }
    });
}

#[test]
fn a_message_that_comes_before_its_row_can_be_read_waits_for_the_row() {
    block_on(async {
        for shop in shops().await {
            let mut watching = shop.watch(ORDER, order_id()).await;
            // a copy that is behind: the store still has version 1
            shop.tell(Shop::order_message(2)).await;
            quiet(&mut watching).await;
            shop.put_order(2, OrderStatus::Paid).await;
            assert_eq!(watching.next().await, order_event("PAID", false), "{}", shop.name);
        }
    });
}

#[test]
fn every_event_reads_the_stores_anew_at_every_level() {
    block_on(async {
        for shop in shops().await {
            let query = "subscription($id: ID!) { changed: orderStatusChanged(orderId: $id) {
                order { status items { quantity product { name } } ...C } } } fragment C on Order { customer { name } }";
            let mut watching = shop.watch(query, order_id()).await;
            for (version, name) in [(2, "Spade"), (3, "Rake")] {
                shop.put_product(version, name).await;
                shop.put_order(version, OrderStatus::Paid).await;
                shop.tell(Shop::order_message(version)).await;
                let items = json!([{ "quantity": 2, "product": { "name": name } }]);
                let order = json!({ "status": "PAID", "items": items, "customer": { "name": "Customer 1" } });
                let event = watching.next_text().await;
                assert_eq!(event, json!({ "data": { "changed": { "order": order } } }).to_string(), "{}: in this order", shop.name);
            }
        }
    });
}

#[test]
fn only_the_watched_product_is_told() {
    block_on(async {
        for shop in shops().await {
            let query = "subscription($id: ID!) { stockChanged(productId: $id) { resync product { sku version: stock } } }";
            let of = |n| json!({ "id": id::<ProductId>(n).to_string() });
            let (mut first, mut second) = (shop.watch(query, of(1)).await, shop.watch(query, of(2)).await);
            shop.put_product(2, "Spade").await;
            shop.tell(Shop::stock_message(&[(3, 2), (1, 2)])).await;
            let product = json!({ "sku": "SKU-1", "version": 10 });
            assert_eq!(first.next().await, json!({ "data": { "stockChanged": { "resync": false, "product": product } } }), "{}", shop.name);
            quiet(&mut second).await;
        }
    });
}

#[test]
fn articles_are_told_by_tag_and_only_while_they_are_published() {
    block_on(async {
        for shop in shops().await {
            let all = "subscription { articlePublished { resync article { slug blocks { __typename } } } }";
            let tagged = "subscription($tag: String) { articlePublished(tag: $tag) { article { slug } } }";
            let mut all = shop.watch(all, json!({})).await;
            let mut garden = shop.watch(tagged, json!({ "tag": "garden" })).await;
            let mut music = shop.watch(tagged, json!({ "tag": "music" })).await;
            let draft = Article { tags: vec!["garden".into()], ..documents_sample::article(7) };
            let published = Article { version: 2, status: ArticleStatus::Published, published_at: Some(sample::at(9)), ..draft.clone() };
            let message = |version| Message::Article { article_id: draft.id, version, tags: vec!["garden".into()] };

            shop.stores.documents.articles_put(std::slice::from_ref(&published)).await.unwrap();
            shop.tell(message(2)).await;
            shop.tell(message(2)).await;
            let event = all.next().await;
            let article = &event["data"]["articlePublished"]["article"];
            assert_eq!(article["slug"], json!(published.slug), "{}", shop.name);
            assert_eq!(article["blocks"].as_array().unwrap().len(), published.blocks.len(), "{}", shop.name);
            assert_eq!(garden.next().await, json!({ "data": { "articlePublished": { "article": { "slug": published.slug } } } }));

            let taken_back = Article { version: 4, status: ArticleStatus::Draft, published_at: None, ..draft.clone() };
            shop.stores.documents.articles_put(&[taken_back]).await.unwrap();
            shop.tell(message(3)).await;
            for watching in [&mut all, &mut garden, &mut music] {
                quiet(watching).await;
            }
        }
    });
}

#[test]
fn trending_is_told_at_most_once_a_second_and_only_when_it_changed() {
    block_on(async {
        for shop in shops().await {
            let query = "subscription { trendingChanged(window: HOUR, first: 2) { trending { rank score product { sku } } } }";
            let mut watching = shop.watch(query, json!({})).await;
            let board = |score: f64| [(id::<ProductId>(1), score), (id::<ProductId>(2), 1.0), (id::<ProductId>(3), 0.5)];
            let put = async |score| {
                let board = board(score);
                shop.stores.hot.ranking_put(Board::Trending(TrendingWindow::Hour), &board, sample::at(0)).await.unwrap();
                shop.tell(Message::Trending { products: vec![id(1)] }).await;
            };
            let event = |score: f64| {
                let places = json!([{ "rank": 1, "score": score, "product": { "sku": "SKU-1" } }, { "rank": 2, "score": 1.0, "product": { "sku": "SKU-2" } }]);
                json!({ "data": { "trendingChanged": { "trending": places } } })
            };
            put(2.0).await;
            assert_eq!(watching.next().await, event(2.0), "{}", shop.name);
            let first = Instant::now();
            for score in 3..=9 {
                put(f64::from(score)).await;
            }
            assert_eq!(watching.next().await, event(9.0), "{}: the last of many", shop.name);
            assert!(first.elapsed() > Duration::from_millis(900), "{:?}", first.elapsed());
            put(9.0).await;
            tokio::time::sleep(Duration::from_millis(1_200)).await;
            quiet(&mut watching).await;
        }
    });
}

#[test]
fn one_who_does_not_read_is_given_the_current_state_and_told_so() {
    block_on(async {
        for shop in shops().await {
            let mut slow = shop.graph.subscribe(operation(ORDER, order_id()));
            let begun = tokio::time::timeout(Duration::from_millis(300), futures::StreamExt::next(&mut slow)).await;
            assert!(begun.is_err(), "nothing has happened yet");
            let mut quick = shop.watch(ORDER, order_id()).await;
            for version in 2..100 {
                shop.put_order(version, OrderStatus::Paid).await;
                shop.tell(Shop::order_message(version)).await;
                assert_eq!(quick.next().await, order_event("PAID", false), "{}: others do not notice", shop.name);
            }
            shop.put_order(100, OrderStatus::Shipped).await;
            shop.tell(Shop::order_message(100)).await;
            let mut slow = Watching::over(slow);
            assert_eq!(slow.next().await, order_event("SHIPPED", true), "{}", shop.name);
            quiet(&mut slow).await;
        }
    });
}

#[test]
fn what_is_not_there_is_the_first_and_only_answer() {
    let unknown = "order_00000000000000000000000000";
    let cases = [
        (ORDER, json!({ "id": unknown }), "orderStatusChanged", "NOT_FOUND"),
        (ORDER, json!({ "id": "product_1" }), "orderStatusChanged", "BAD_USER_INPUT"),
        (
            "subscription { stockChanged(productId: \"product_00000000000000000000000000\") { resync } }",
            json!({}),
            "stockChanged",
            "NOT_FOUND",
        ),
        ("subscription($t: String) { articlePublished(tag: $t) { resync } }", json!({ "t": "\0" }), "articlePublished", "BAD_USER_INPUT"),
    ];
    block_on(async {
        for shop in shops().await {
            for (query, variables, field, code) in &cases {
                let mut watching = Watching::over(shop.graph.subscribe(operation(query, variables.clone())));
                let answer = watching.next().await;
                assert_eq!(answer["data"], json!({ *field: null }), "{answer}");
                assert_eq!((&answer["errors"][0]["extensions"]["code"], &answer["errors"][0]["path"]), (&json!(code), &json!([field])));
                assert!(watching.is_over().await, "{query}");
            }
            assert_eq!(shop.graph.fanout().watchers(), 0);
        }
    });
}

#[test]
fn subscriptions_pass_the_same_checks_as_queries() {
    let deep = format!(
        "subscription {{ stockChanged(productId: 1) {{ product {} id {} }} }}",
        "{ category { products { nodes".repeat(4),
        "}}}".repeat(4)
    );
    let cases = [
        ("subscription { stockChanged(productId: 1) { nope } }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { stockChanged { resync } }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("subscription($id: ID!) { stockChanged(productId: $id) { resync } }".to_owned(), "BAD_USER_INPUT"),
        ("subscription { a: articlePublished { resync } b: articlePublished { resync } }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { ...F } fragment F on Query { server { name } }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { trendingChanged(first: 101) { resync } }".to_owned(), "BAD_USER_INPUT"),
        (deep, "QUERY_TOO_DEEP"),
        (String::new(), "BAD_USER_INPUT"),
        ("{".to_owned(), "GRAPHQL_PARSE_FAILED"),
    ];
    block_on(async {
        let shop = Shop::embedded().await;
        for (query, code) in cases {
            let mut watching = Watching::over(shop.graph.subscribe(operation(&query, json!({}))));
            let answer = watching.next().await;
            assert_eq!((&answer["errors"][0]["extensions"]["code"], answer.get("data")), (&json!(code), None), "{query}: {answer}");
            assert!(watching.is_over().await, "{query}");
        }
        let fragment = "subscription { ...F } fragment F on Subscription { articlePublished { ...G } articlePublished { resync } }
            fragment G on ArticlePublished { article { id } }";
        let mut watching = shop.watch(fragment, json!({})).await;
        quiet(&mut watching).await;
    });
}

#[test]
fn a_query_runs_once_where_a_stream_is_expected_and_a_subscription_never_where_one_answer_is() {
    block_on(async {
        let shop = Shop::embedded().await;
        let mut watching = Watching::over(shop.graph.subscribe(operation("{ server { name } }", json!({}))));
        assert_eq!(watching.next().await, json!({ "data": { "server": { "name": "polystore" } } }));
        assert!(watching.is_over().await);

        let reply = shop.graph.execute(operation(ORDER, order_id())).await;
        let answer: Value = serde_json::from_slice(&reply.body("test")).unwrap();
        assert_eq!((answer.get("data"), &answer["errors"][0]["extensions"]["code"]), (None, &json!("BAD_USER_INPUT")), "{answer}");
    });
}

#[test]
fn every_event_has_its_own_receipt() {
    block_on(async {
        let shop = Shop::embedded().await;
        let query = "subscription($id: ID!) { orderStatusChanged(orderId: $id) { order { customer { name } } } }";
        let asked = Operation { receipt: true, ..operation(query, order_id()) };
        let mut watching = shop.watch_by(asked).await;
        for version in [2, 3] {
            shop.put_order(version, OrderStatus::Paid).await;
            shop.tell(Shop::order_message(version)).await;
            let event = watching.next().await;
            let calls = event["extensions"]["receipt"]["calls"].as_array().unwrap();
            let lines: Vec<_> = calls.iter().map(|call| format!("{} {}", call["method"], call["path"]).replace('"', "")).collect();
            let expected = ["orders_by_ids orderStatusChanged.order", "customers_by_ids orderStatusChanged.order.customer"];
            assert_eq!(lines, expected, "the event of version {version}");
        }
    });
}

#[test]
fn a_stop_ends_every_stream_and_refuses_more() {
    block_on(async {
        for shop in shops().await {
            let mut watching =
                [shop.watch(ORDER, order_id()).await, shop.watch("subscription { trendingChanged { resync } }", json!({})).await];
            shop.graph.fanout().stop();
            for watching in &mut watching {
                assert!(watching.is_over().await, "{}", shop.name);
            }
            let mut late = Watching::over(shop.graph.subscribe(operation(ORDER, order_id())));
            assert_eq!(late.next().await["errors"][0]["extensions"]["code"], json!("SHUTTING_DOWN"));
            assert!(late.is_over().await);
        }
    });
}

#[test]
fn two_servers_over_one_redis_hear_each_other() {
    if ![Engine::Postgres, Engine::Mongodb, Engine::Redis].into_iter().all(engines::at_hand) {
        return;
    }
    block_on(async {
        let here = Shop::real().await;
        let there = here.second_server().await;
        let mut watching = [here.watch(ORDER, order_id()).await, there.watch(ORDER, order_id()).await];
        for (version, teller) in [(2, &here), (3, &there)] {
            teller.put_order(version, OrderStatus::Paid).await;
            teller.tell(Shop::order_message(version)).await;
            for watching in &mut watching {
                assert_eq!(watching.next().await, order_event("PAID", false), "version {version}");
            }
        }
    });
}
