//! Orders: placed, paid, sent, called off.

use super::SHOPS;
use crate::support::{
    mutations::named,
    shop::{As, items, refusals},
    wiring::{block_on, operation},
};
use serde_json::{Value, json};

const UNKNOWN: &str = "order_00000000000000000000000000";

#[test]
fn an_order_takes_the_stock_at_the_price_of_the_moment() {
    for shop in &*SHOPS {
        let (pan, lid) = (shop.product("pan", "20.50", 10), shop.product("lid", "3.10", 4));
        let payload = shop.done(As::Ada, "placeOrder", items(&[(&lid, 4), (&pan, 2)]));
        let order = &payload["order"];
        let (id, at) = (&order["id"], &order["placedAt"]);
        let line = |line: i32, product: &Value, quantity: i32, price: &str, total: &str| {
            json!({ "line": line, "product": { "id": product }, "quantity": quantity, "unitPrice": { "amount": price },
                "lineTotal": { "amount": total } })
        };
        let money = json!({ "amount": "53.40", "currency": "EUR" });
        let shown = json!({ "id": id, "status": "PLACED", "placedAt": at, "total": money, "balance": money,
            "customer": { "id": shop.person(As::Ada).id },
            "items": [line(1, &lid, 4, "3.10", "12.40"), line(2, &pan, 2, "20.50", "41.00")] });
        assert_eq!(*order, shown, "{}", shop.name);
        let propagation = json!([{ "store": "RELATIONAL", "state": "DONE" }, { "store": "DOCUMENTS", "state": "PENDING" },
            { "store": "HOT", "state": "PENDING" }]);
        assert_eq!(payload["propagation"], propagation);
        assert_eq!((shop.stock(&pan), shop.stock(&lid)), (8, 0));
        // a later price changes nothing about it
        shop.done(As::Admin, "updateProduct", json!({ "id": pan, "price": { "amount": "99", "currency": "EUR" } }));
        let query = "query($id: ID!) { order(id: $id) { total { amount } items { unitPrice { amount } } } me { orders(first: 1) { nodes { id } } } }";
        let read = shop.data(As::Ada, query, json!({ "id": id }));
        let unit = |price: &str| json!({ "unitPrice": { "amount": price } });
        assert_eq!(read["order"], json!({ "total": { "amount": "53.40" }, "items": [unit("3.10"), unit("20.50")] }));
    }
}

#[test]
fn an_order_that_cannot_be_met_takes_nothing() {
    for shop in &*SHOPS {
        let (many, few) = (shop.product("many", "1.00", 100), shop.product("few", "1.00", 2));
        let dear = shop.product("dear", "9999999999.99", 5);
        let unknown = json!("product_00000000000000000000000000");
        let before = shop.data(As::Ada, "{ orders { totalCount } }", json!({}));
        for (input, code, field) in [
            (items(&[(&many, 1), (&few, 3)]), "OUT_OF_STOCK", "items.1.quantity"),
            (items(&[(&few, 3), (&many, 101)]), "OUT_OF_STOCK", "items.0.quantity"),
            (items(&[(&many, 1), (&unknown, 1)]), "NOT_FOUND", "items.1.productId"),
            (items(&[(&many, 1), (&dear, 2)]), "BAD_USER_INPUT", "items"),
            (items(&[]), "BAD_USER_INPUT", "items"),
            (items(&[(&many, 0)]), "BAD_USER_INPUT", "items.0.quantity"),
            (items(&[(&many, 1), (&many, 1)]), "BAD_USER_INPUT", "items.1.productId"),
            (items(&[(&many, 1), (&json!("x"), 1)]), "BAD_USER_INPUT", "items.1.productId"),
            (items(&vec![(&many, 1); 101]), "BAD_USER_INPUT", "items"),
        ] {
            let refused = refusals(&shop.change(As::Ben, "placeOrder", input));
            // of two lines that cannot be met, either may be the one that is told
            assert_eq!(refused.len(), 1, "{field} on {}", shop.name);
            let either = code == "OUT_OF_STOCK" && refused[0].0 == code && refused[0].1.ends_with(".quantity");
            assert!(either || refused[0] == (code.to_owned(), field.to_owned()), "{refused:?}, not {code} {field} on {}", shop.name);
        }
        assert_eq!((shop.stock(&many), shop.stock(&few), shop.stock(&dear)), (100, 2, 5));
        assert_eq!(shop.data(As::Ada, "{ orders { totalCount } }", json!({})).get("x"), before.get("x"));
        for who in [As::Visitor, As::Reader] {
            assert_eq!(shop.failed(who, "placeOrder", items(&[(&many, 1)])), "UNAUTHENTICATED");
        }
        // everything that is wrong is told at once
        let answer = shop.change(As::Ben, "placeOrder", items(&[(&json!("x"), 0), (&json!(""), 1_000_001)]));
        let fields: Vec<_> = refusals(&answer).into_iter().map(|(_, field)| field).collect();
        assert_eq!(fields, ["items.0.quantity", "items.0.productId", "items.1.quantity", "items.1.productId"]);
    }
}

/// (mutation, code of its refusal or the new status, balance)
type Step = (&'static str, &'static str, &'static str);

#[test]
fn an_order_goes_one_way_and_its_balance_with_it() {
    let ways: [&[Step]; 4] = [
        &[("payOrder", "PAID", "0.00"), ("payOrder", "CONFLICT", ""), ("shipOrder", "SHIPPED", "0.00"), ("cancelOrder", "CONFLICT", "")],
        &[("shipOrder", "CONFLICT", ""), ("cancelOrder", "CANCELLED", "0.00"), ("payOrder", "CONFLICT", "")],
        &[("payOrder", "PAID", "0.00"), ("cancelOrder", "CANCELLED", "0.00"), ("cancelOrder", "CONFLICT", "")],
        &[("cancelOrder", "CANCELLED", "0.00"), ("shipOrder", "CONFLICT", "")],
    ];
    for shop in &*SHOPS {
        for (number, way) in ways.into_iter().enumerate() {
            let product = shop.product(&format!("way-{number}"), "12.00", 5);
            let order = shop.order(As::Ada, &product, 2);
            for (mutation, outcome, balance) in way {
                let who = if *mutation == "shipOrder" { As::Admin } else { As::Ada };
                let input = json!({ "orderId": order });
                if *outcome == "CONFLICT" {
                    assert_eq!(shop.refused(who, mutation, input), ("CONFLICT".into(), "orderId".into()), "{mutation} on {}", shop.name);
                } else {
                    let moved = shop.done(who, mutation, input)["order"].take();
                    assert_eq!(moved["status"], json!(outcome), "{mutation} on {}", shop.name);
                    assert_eq!(moved["balance"], json!({ "amount": balance, "currency": "EUR" }), "{mutation} on {}", shop.name);
                    assert_eq!(moved["total"]["amount"], json!("24.00"));
                }
            }
            let cancelled = way.iter().any(|(_, outcome, _)| *outcome == "CANCELLED");
            assert_eq!(shop.stock(&product), if cancelled { 5 } else { 3 }, "way {number} on {}", shop.name);
        }
    }
}

#[test]
fn only_its_customer_and_administrators_move_an_order() {
    for shop in &*SHOPS {
        let product = shop.product("whose", "1.00", 9);
        let order = shop.order(As::Ada, &product, 1);
        for mutation in ["payOrder", "cancelOrder", "shipOrder"] {
            for who in [As::Visitor, As::Reader] {
                assert_eq!(shop.failed(who, mutation, json!({ "orderId": order })), "UNAUTHENTICATED");
            }
            for who in [As::Ben, As::Editor] {
                let send = |id: &Value| shop.send(who, operation(&named(mutation).document(), json!({ "input": { "orderId": id } })));
                // as if there were no such order
                assert_eq!(send(&order), send(&json!(UNKNOWN)), "{mutation} as {who:?} on {}", shop.name);
            }
        }
        assert_eq!(shop.failed(As::Ada, "shipOrder", json!({ "orderId": order })), "FORBIDDEN");
        for mutation in ["payOrder", "cancelOrder"] {
            assert_eq!(shop.refused(As::Ben, mutation, json!({ "orderId": order })), ("NOT_FOUND".into(), "orderId".into()));
            assert_eq!(shop.refused(As::Admin, mutation, json!({ "orderId": UNKNOWN })), ("NOT_FOUND".into(), "orderId".into()));
        }
        for (mutation, status) in [("payOrder", "PAID"), ("cancelOrder", "CANCELLED")] {
            let moved = shop.done(As::Admin, mutation, json!({ "orderId": order }))["order"].take();
            assert_eq!((&moved["status"], &moved["customer"]["id"]), (&json!(status), &json!(shop.person(As::Ada).id)));
        }
    }
}

#[test]
fn the_last_pieces_are_sold_once() {
    for shop in &*SHOPS {
        let product = shop.product("last", "1.00", 5);
        let document = named("placeOrder").document();
        let answers = block_on(async {
            let one = async |who| {
                let mut asked = operation(&document, json!({ "input": items(&[(&product, 1)]) }));
                asked.token = Some(shop.person(who).token.clone());
                serde_json::from_slice::<Value>(&shop.graph.execute(asked).await.body("test")).unwrap()
            };
            futures::future::join_all((0..12).map(|n| one(if n % 2 == 0 { As::Ada } else { As::Ben }))).await
        });
        let refused =
            answers.iter().map(refusals).filter(|refusals| *refusals == [("OUT_OF_STOCK".to_owned(), "items.0.quantity".to_owned())]);
        assert_eq!(refused.count(), 7, "{answers:?}");
        assert_eq!(shop.stock(&product), 0, "{}", shop.name);
    }
}

#[test]
fn of_several_cancellations_at_once_one_returns_the_pieces() {
    for shop in &*SHOPS {
        let product = shop.product("returned", "1.00", 5);
        let order = shop.order(As::Ada, &product, 3);
        let document = named("cancelOrder").document();
        let answers = block_on(async {
            let one = async |who| {
                let mut asked = operation(&document, json!({ "input": { "orderId": order } }));
                asked.token = Some(shop.person(who).token.clone());
                serde_json::from_slice::<Value>(&shop.graph.execute(asked).await.body("test")).unwrap()
            };
            futures::future::join_all((0..6).map(|n| one(if n % 2 == 0 { As::Ada } else { As::Admin }))).await
        });
        assert_eq!(answers.iter().filter(|answer| refusals(answer).is_empty()).count(), 1, "{answers:?}");
        assert_eq!(shop.stock(&product), 5, "{}", shop.name);
    }
}
