//! Ids tell nothing: somebody else's answers exactly as one that nobody has.

use super::{WORLDS, World};
use crate::support::{shop::As, wiring::operation};
use serde_json::{Value, json};
use std::time::Duration;

/// Ids of things that nobody has.
fn unknown(prefix: &str) -> String {
    format!("{prefix}_01kacc00000000000000000000")
}

/// The body of an answer, in which the id is replaced.
fn body(world: &World, who: As, query: &str, id: &str) -> String {
    world.shop.send(who, operation(query, json!({ "id": id }))).replace(id, "ID")
}

#[test]
fn somebody_elses_id_answers_byte_for_byte_as_an_unknown_one() {
    let of_order = [
        "query($id: ID!) { order(id: $id) { id } }",
        "query($id: ID!) { node(id: $id) { id } }",
        "query($id: ID!) { nodes(ids: [$id, $id]) { id ... on Order { total { amount } } } }",
        "mutation($id: ID!) { payOrder(input: { orderId: $id }) { order { id } userErrors { code field message } propagation { store } } }",
        "mutation($id: ID!) { cancelOrder(input: { orderId: $id }, idempotencyKey: \"same\") { order { id } userErrors { code field message } } }",
        "mutation($id: ID!) { shipOrder(input: { orderId: $id }) { order { id } userErrors { code field message } } }",
        "subscription($id: ID!) { orderStatusChanged(orderId: $id) { resync } }",
    ];
    let of_customer = [
        "query($id: ID!) { customer(id: $id) { id email orders { nodes { id } } } }",
        "query($id: ID!) { node(id: $id) { id ... on Customer { name } } }",
        "query($id: ID!) { nodes(ids: [$id]) { id } }",
        "query($id: ID!) { orders(where: { customerId: $id }) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } }",
    ];
    let of_draft = [
        "query($id: ID!) { article(id: $id) { id title } }",
        "query($id: ID!) { node(id: $id) { id } }",
        "query($id: ID!) { nodes(ids: [$id]) { id } }",
        "mutation($id: ID!) { addComment(input: { articleId: $id, body: \"?\" }) { comment { id } userErrors { code field message } } }",
        "mutation($id: ID!) { updateArticle(input: { id: $id, version: 1, title: \"?\" }) { article { id } userErrors { code field message } } }",
        "mutation($id: ID!) { publishArticle(input: { id: $id, version: 1 }) { article { id } userErrors { code field message } } }",
    ];
    for world in &*WORLDS {
        let ada = json!(world.shop.person(As::Ada).id);
        let things: [(&str, &Value, &[&str]); 3] =
            [("order", &world.order, &of_order), ("customer", &ada, &of_customer), ("article", &world.draft, &of_draft)];
        for (prefix, id, queries) in things {
            for query in queries {
                for who in [As::Visitor, As::Ben, As::Editor] {
                    // editors see drafts
                    if who == As::Editor && prefix == "article" || query.starts_with("subscription") {
                        continue;
                    }
                    let theirs = body(world, who, query, id.as_str().unwrap());
                    assert_eq!(theirs, body(world, who, query, &unknown(prefix)), "{query} as {who:?} on {}", world.shop.name);
                }
            }
        }
        let still = world.shop.data(As::Ada, "query($id: ID!) { order(id: $id) { status } }", json!({ "id": world.order }));
        assert_eq!(still["order"]["status"], json!("PLACED"));
    }
}

#[test]
fn ten_thousand_random_ids_find_nothing() {
    for world in &*WORLDS {
        let shop = &world.shop;
        for round in 0..100_u128 {
            let ids: Vec<_> = (0..100_u128)
                .map(|n| {
                    // half of them look as if they had been made here, now
                    let uuid = if n % 2 == 0 { uuid::Uuid::now_v7() } else { scattered(round * 100 + n) };
                    match n % 4 {
                        0 | 1 => polystore::shop::OrderId::from_uuid(uuid).to_string(),
                        2 => polystore::shop::CustomerId::from_uuid(uuid).to_string(),
                        _ => polystore::shop::ArticleId::from_uuid(uuid).to_string(),
                    }
                })
                .collect();
            let found = shop.data(As::Ben, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids }));
            assert!(found["nodes"].as_array().unwrap().iter().all(Value::is_null), "{found}");
        }
    }
}

/// The same 16 bytes each time, without any order.
fn scattered(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

#[test]
fn no_order_and_no_customer_of_the_shop_is_found_by_another_customer() {
    for world in &*WORLDS {
        let shop = &world.shop;
        for (list, prefix) in [("orders", "order"), ("customers", "customer")] {
            let mut after = Value::Null;
            loop {
                let query = format!(
                    "query($after: String) {{ {list}(first: 100, after: $after) {{ nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"
                );
                let page = shop.data(As::Admin, &query, json!({ "after": after }))[list].take();
                let ids: Vec<_> = page["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
                assert!(ids.iter().all(|id| id.as_str().unwrap().starts_with(prefix)));
                let others: Vec<_> = ids.into_iter().filter(|id| *id != json!(shop.person(As::Ben).id)).collect();
                let found = shop.data(As::Ben, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": others }));
                assert!(found["nodes"].as_array().unwrap().iter().all(Value::is_null), "{found}");
                if page["pageInfo"]["hasNextPage"] == json!(false) {
                    break;
                }
                after = page["pageInfo"]["endCursor"].clone();
            }
        }
    }
}

/// A cursor of an administrator's page leads a customer nowhere else than to their own orders.
#[test]
fn a_cursor_of_somebody_elses_page_shows_nothing_more() {
    for world in &*WORLDS {
        let shop = &world.shop;
        let page = shop.data(As::Admin, "{ orders(first: 1) { pageInfo { endCursor } } }", json!({}));
        let cursor = &page["orders"]["pageInfo"]["endCursor"];
        for way in ["after", "before"] {
            let query = format!("query($cursor: String) {{ orders({way}: $cursor) {{ nodes {{ customer {{ id }} }} }} }}");
            let found = shop.data(As::Ada, &query, json!({ "cursor": cursor }));
            let ada = json!({ "customer": { "id": shop.person(As::Ada).id } });
            assert!(found["orders"]["nodes"].as_array().unwrap().iter().all(|node| *node == ada), "{found}");
        }
    }
}

#[test]
fn a_subscription_to_somebody_elses_order_is_refused_like_one_to_an_unknown_order() {
    use crate::support::wiring::block_on;
    use futures::StreamExt as _;
    for world in &*WORLDS {
        let shop = &world.shop;
        let first = |id: &str| {
            let mut asked = operation("subscription($id: ID!) { orderStatusChanged(orderId: $id) { resync } }", json!({ "id": id }));
            asked.token = Some(shop.person(As::Ben).token.clone());
            let reply = block_on(async { tokio::time::timeout(Duration::from_secs(5), shop.graph.subscribe(asked).next()).await });
            String::from_utf8(reply.unwrap().unwrap().body("test")).unwrap()
        };
        assert_eq!(first(world.order.as_str().unwrap()), first(&unknown("order")), "{}", shop.name);
    }
}
