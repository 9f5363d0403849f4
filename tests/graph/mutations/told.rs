//! What follows a change: the relay tells the other stores.

use super::SHOPS;
use crate::support::{
    shop::{As, PASSWORD, Shop, items},
    wiring::block_on,
};
use serde_json::{Value, json};

fn timeline(shop: &Shop, order: &Value) -> Vec<Value> {
    let query = "query($id: ID!) { order(id: $id) { timeline { kind customer { id } order { id } } } }";
    let mut data = shop.data(As::Ada, query, json!({ "id": order }));
    data["order"]["timeline"].take().as_array().unwrap().clone()
}

#[test]
fn an_order_is_in_its_timeline_and_on_the_board_after_the_relay() {
    for shop in &*SHOPS {
        // more than anything in the seed: the board's best
        let product = shop.product("bestseller", "0.01", 2_000_000);
        let (first, second) = (shop.order(As::Ada, &product, 1_000_000), shop.order(As::Ada, &product, 500_000));
        shop.done(As::Ada, "payOrder", json!({ "orderId": first }));
        shop.done(As::Admin, "shipOrder", json!({ "orderId": first }));
        shop.drain();
        let event =
            |kind: &str, order: &Value| json!({ "kind": kind, "customer": { "id": shop.person(As::Ada).id }, "order": { "id": order } });
        let moved = ["ORDER_PLACED", "ORDER_PAID", "ORDER_SHIPPED"].map(|kind| event(kind, &first));
        assert_eq!(timeline(shop, &first), moved, "{}", shop.name);
        assert_eq!(timeline(shop, &second), [event("ORDER_PLACED", &second)], "{}", shop.name);

        let query = "query($id: ID!) { product(id: $id) { rank } bestSellers(first: 1) { rank score product { id } } }";
        let board = shop.data(As::Visitor, query, json!({ "id": product }));
        assert_eq!(board["product"]["rank"], json!(1), "{}", shop.name);
        assert_eq!(board["bestSellers"], json!([{ "rank": 1, "score": 1_500_000.0, "product": { "id": product } }]), "{}", shop.name);

        // a cancelled order's pieces are not sold any more; telling again changes nothing
        shop.done(As::Ada, "cancelOrder", json!({ "orderId": second }));
        for _ in 0..2 {
            shop.drain();
            assert_eq!(shop.data(As::Visitor, query, json!({ "id": product }))["bestSellers"][0]["score"], json!(1_000_000.0));
            let kinds: Vec<_> = timeline(shop, &second).iter().map(|event| event["kind"].clone()).collect();
            assert_eq!(kinds, ["ORDER_PLACED", "ORDER_CANCELLED"]);
        }
        let activity = shop.data(As::Ada, "{ me { activity(first: 100) { nodes { kind order { id } } } } }", json!({}));
        let about = |order: &Value| {
            let nodes = activity["me"]["activity"]["nodes"].as_array().unwrap().iter();
            nodes.filter(|node| node["order"]["id"] == *order).map(|node| node["kind"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(about(&second), ["ORDER_CANCELLED", "ORDER_PLACED"], "latest first");
    }
}

#[test]
fn the_relay_leaves_nothing_behind_and_parks_nothing() {
    for shop in &*SHOPS {
        let product = shop.product("emptied", "1.00", 10);
        let order = shop.order(As::Ben, &product, 1);
        shop.done(As::Ben, "cancelOrder", json!({ "orderId": order }));
        shop.done(As::Admin, "adjustStock", json!({ "productId": product, "delta": 2 }));
        let article = shop.article("An article that the relay tells of");
        shop.done(As::Ada, "addComment", json!({ "articleId": article, "body": "Well said." }));
        shop.done(As::Visitor, "signUp", json!({ "email": "told@example.com", "name": "Told", "password": PASSWORD }));
        shop.drain();
        let states =
            block_on(async { [shop.stores.relational.outbox_state().await.unwrap(), shop.stores.documents.outbox_state().await.unwrap()] });
        assert!(states.iter().all(|state| state.parked == 0), "{states:?} on {}", shop.name);
    }
}

#[test]
fn a_comment_and_a_sign_up_are_in_the_activity_of_who_did_it() {
    for shop in &*SHOPS {
        let article = shop.article("An article to be commented");
        shop.done(As::Ben, "addComment", json!({ "articleId": article, "body": "First!" }));
        let input = json!({ "email": "active@example.com", "name": "Active", "password": PASSWORD });
        let id = shop.done(As::Visitor, "signUp", input)["customer"]["id"].clone();
        shop.drain();
        let query = "query($id: ID!) { customer(id: $id) { activity(first: 100) { nodes { kind article { id } } } } }";
        let of = |id: &Value| shop.data(As::Admin, query, json!({ "id": id }))["customer"]["activity"]["nodes"].take();
        assert_eq!(of(&id), json!([{ "kind": "SIGNED_UP", "article": null }]), "{}", shop.name);
        let commented = json!({ "kind": "COMMENTED", "article": { "id": article } });
        assert!(of(&json!(shop.person(As::Ben).id)).as_array().unwrap().contains(&commented), "{}", shop.name);
    }
}

#[test]
fn a_report_holds_the_order_that_was_just_placed() {
    for shop in &*SHOPS {
        let product = shop.product("reported", "7.00", 10);
        let query =
            "{ salesReport(from: \"1970-01-01T00:00:00Z\", to: \"2999-01-01T00:00:00Z\", by: CUSTOMER, limit: 1000) { key units } }";
        let email = "reported@example.com";
        shop.done(As::Visitor, "signUp", json!({ "email": email, "name": "Reported", "password": PASSWORD }));
        let token = block_on(crate::support::shop::sign_in(&shop.graph, email));
        let mut asked = crate::support::wiring::operation(
            &crate::support::mutations::named("placeOrder").document(),
            json!({ "input": items(&[(&product, 3)]) }),
        );
        asked.token = Some(token);
        shop.data(As::Admin, query, json!({}));
        let body = block_on(async { shop.graph.execute(asked).await.body("test") });
        let answer: Value = serde_json::from_slice(&body).unwrap();
        let customer = &answer["data"]["placeOrder"]["order"]["customer"]["id"];
        let report = shop.data(As::Admin, query, json!({}))["salesReport"].take();
        let row = json!({ "key": customer, "units": "3" });
        assert!(report.as_array().unwrap().contains(&row), "{row} is not in {report} on {}", shop.name);
    }
}
