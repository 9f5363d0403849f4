//! Subscriptions while something is lost: a store, the channel, the session.

use crate::support::{
    engines,
    proxy::Proxy,
    sample::id,
    watch::{Shop, Watching, quiet, shops},
    wiring::{block_on, operation},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use polystore::{
    actions,
    engines::{Limits, postgres::Postgres, redis::Redis},
    error::Engine,
    graphql::execute::Operation,
    roles::Relational,
    shop::{AccountRole, Order, OrderId, OrderStatus, OrderWithItems, Session, Timestamp},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const WATCH: &str = "subscription($id: ID!) { orderStatusChanged(orderId: $id) { resync order { status } } }";

fn order() -> Value {
    json!({ "id": id::<OrderId>(1).to_string() })
}

fn event(status: &str, resync: bool) -> Value {
    json!({ "data": { "orderStatusChanged": { "resync": resync, "order": { "status": status } } } })
}

#[test]
fn an_event_whose_store_is_down_says_so_once_and_the_state_follows() {
    if !engines::at_hand(Engine::Postgres) {
        return;
    }
    block_on(async {
        let direct = engines::fresh_url(Engine::Postgres).await;
        let (proxy, url) = Proxy::in_front_of(&direct).await;
        let limits = Limits { connections: 3 };
        let behind: Arc<dyn Relational> = Arc::new(Postgres::connect(&url, &limits).await.unwrap());
        behind.migrate().await.unwrap();
        let (documents, hot) = (engines::documents(Engine::Sqlite).await, engines::hot(Engine::Memory).await);
        let shop = Shop::over("proxied", behind, documents, hot, String::new()).await;
        let mut watching = shop.watch(WATCH, order()).await;

        proxy.cut().await;
        for version in [2, 3] {
            shop.tell(Shop::order_message(version)).await;
        }
        let failed = watching.next().await;
        assert_eq!(failed["data"], json!({ "orderStatusChanged": { "resync": false, "order": null } }), "{failed}");
        let error = &failed["errors"][0];
        assert_eq!(error["extensions"]["code"], json!("STORE_UNAVAILABLE"), "{failed}");
        assert_eq!(error["path"], json!(["orderStatusChanged", "order"]), "{failed}");
        let mut late = Watching::over(shop.graph.subscribe(operation(WATCH, order())));
        assert_eq!(late.next().await["errors"][0]["extensions"]["code"], json!("STORE_UNAVAILABLE"));
        assert!(late.is_over().await);

        let past = Postgres::connect(&direct, &limits).await.unwrap();
        let OrderWithItems { order, items } = crate::support::sample::order(1, 1, &[(1, 2)]);
        let order = Order { version: 3, status: OrderStatus::Shipped, ..order };
        polystore::roles::Orders::orders_put(&past, &[OrderWithItems { order, items }]).await.unwrap();
        quiet(&mut watching).await;
        proxy.restore().await;
        assert_eq!(watching.next().await, event("SHIPPED", true));
        quiet(&mut watching).await;
    });
}

#[test]
fn while_redis_is_lost_nobody_begins_to_watch_and_then_everybody_sees_what_was_missed() {
    if !engines::at_hand(Engine::Redis) {
        return;
    }
    block_on(async {
        let (proxy, url) = Proxy::in_front_of(&engines::fresh_url(Engine::Redis).await).await;
        let hot = Arc::new(Redis::connect(&url, &engines::unique_name()).await.unwrap());
        let (relational, documents) = (engines::relational(Engine::Sqlite).await, engines::documents(Engine::Sqlite).await);
        let shop = Shop::over("proxied", relational, documents, hot, String::new()).await;
        let mut watching = shop.watch(WATCH, order()).await;
        shop.put_order(2, OrderStatus::Paid).await;
        shop.tell(Shop::order_message(2)).await;
        assert_eq!(watching.next().await, event("PAID", false));

        proxy.cut().await;
        shop.put_order(3, OrderStatus::Shipped).await;
        let told = shop.stores.hot.channel_tell(&[Shop::order_message(3)]).await;
        assert!(told.is_err(), "nobody can be told now");
        let mut late = Watching::over(shop.graph.subscribe(operation(WATCH, order())));
        let refused = late.next().await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], json!("STORE_UNAVAILABLE"), "{refused}");
        assert!(late.is_over().await);

        proxy.restore().await;
        assert_eq!(watching.next().await, event("SHIPPED", true));
        let begins = async || {
            let mut again = Watching::over(shop.graph.subscribe(operation(WATCH, order())));
            !again.is_over_within(Duration::from_millis(200)).await
        };
        let come = async {
            while !begins().await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(10), come).await.is_ok(), "nobody can watch again");
        shop.put_order(4, OrderStatus::Cancelled).await;
        shop.tell(Shop::order_message(4)).await;
        assert_eq!(watching.next().await, event("CANCELLED", false));
    });
}

/// Signs customer number `n` in, on this device; gives the token.
async fn signed_in(shop: &Shop, n: u128, device: u8) -> String {
    let token = BASE64_URL_SAFE_NO_PAD.encode([device; 32]);
    let session = Session { customer_id: id(n), role: AccountRole::Customer, signed_in_at: Timestamp::now() };
    let hash = actions::hash_of(&token).unwrap();
    shop.stores.hot.session_put(hash, &session, Duration::from_secs(60)).await.unwrap();
    token
}

fn asked_by(token: &str) -> Operation {
    Operation { token: Some(token.to_owned()), ..operation(WATCH, order()) }
}

#[test]
fn an_order_of_somebody_else_answers_exactly_as_one_that_does_not_exist() {
    block_on(async {
        for shop in shops().await {
            let (owner, other) = (signed_in(&shop, 1, 1).await, signed_in(&shop, 2, 2).await);
            let unknown = json!({ "id": "order_00000000000000000000000000" });
            let first_and_only = async |operation| {
                let mut watching = Watching::over(shop.graph.subscribe(operation));
                let text = watching.next_text().await;
                assert!(watching.is_over().await, "{text}");
                text
            };
            let not_there = Operation { token: Some(other.clone()), ..operation(WATCH, unknown) };
            let (not_seen, not_there) = (first_and_only(asked_by(&other)).await, first_and_only(not_there).await);
            assert!(not_seen.contains("NOT_FOUND"), "{not_seen}");
            assert_eq!(not_seen, not_there, "{}", shop.name);
            let mut watching = shop.watch_by(asked_by(&owner)).await;
            shop.put_order(2, OrderStatus::Paid).await;
            shop.tell(Shop::order_message(2)).await;
            assert_eq!(watching.next().await, event("PAID", false), "{}", shop.name);
        }
    });
}

#[test]
fn a_subscription_ends_with_the_session_that_it_was_asked_for() {
    block_on(async {
        for shop in shops().await {
            let (ends, goes_on) = (signed_in(&shop, 1, 1).await, signed_in(&shop, 1, 2).await);
            let (mut ended, mut other) = (shop.watch_by(asked_by(&ends)).await, shop.watch_by(asked_by(&goes_on)).await);
            tokio::time::sleep(Duration::from_millis(600)).await;

            assert!(shop.stores.hot.session_delete(actions::hash_of(&ends).unwrap()).await.unwrap());
            shop.put_order(2, OrderStatus::Paid).await;
            shop.tell(Shop::order_message(2)).await;
            let answer = ended.next().await;
            assert_eq!((answer.get("data"), &answer["errors"][0]["extensions"]["code"]), (None, &json!("UNAUTHENTICATED")), "{answer}");
            assert!(ended.is_over().await);
            assert_eq!(other.next().await, event("PAID", false), "{}: another session of the same customer goes on", shop.name);
        }
    });
}
