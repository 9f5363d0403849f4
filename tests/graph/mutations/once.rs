//! The same change sent twice is done once.

use super::SHOPS;
use crate::support::{
    mutations::{MUTATIONS, named},
    shop::{As, PASSWORD, Shop, done, items, only_code, refusals},
    wiring::{block_on, operation},
};
use serde_json::{Value, json};

/// A change, the same with another input, and what happens in between.
pub struct Case {
    pub who: As,
    pub mutation: &'static str,
    pub input: Value,
    other: Value,
    later: Option<(As, &'static str, Value)>,
}

/// One case for every mutation that takes a key. `tag` keeps the cases of one test apart from those of another.
pub fn cases(shop: &Shop, tag: &str) -> Vec<Case> {
    let case = |who, mutation, input: Value, other: Value| Case { who, mutation, input, other, later: None };
    let product = shop.product(&format!("once-{tag}"), "2.00", 50);
    let order = || shop.order(As::Ada, &product, 1);
    let (to_pay, to_ship, to_cancel, another) = (order(), order(), order(), order());
    shop.done(As::Ada, "payOrder", json!({ "orderId": to_ship }));
    let (draft, other_draft) = (shop.draft("Once"), shop.draft("Once more"));
    let (to_publish, to_unpublish) = (shop.draft("Once"), shop.article("Once"));
    let readable = shop.article("Once");
    let new_product = |name: &str| {
        json!({ "sku": format!("{name}-{tag}"), "slug": format!("{name}-{tag}"), "name": name, "categoryId": shop.category(),
            "price": { "amount": "1", "currency": "EUR" }, "stock": 3 })
    };
    let person = |name: &str| json!({ "email": format!("{name}-{tag}@example.com"), "name": name, "password": PASSWORD });
    let version = |id: &Value, version: i32| json!({ "id": id, "version": version });
    let mut cases = vec![
        case(As::Visitor, "signUp", person("once"), person("twice")),
        case(As::Ben, "updateProfile", json!({ "name": format!("Ben {tag}") }), json!({ "name": "Benjamin" })),
        case(As::Admin, "createProduct", new_product("new"), new_product("newer")),
        case(As::Admin, "updateProduct", json!({ "id": product, "name": "Once" }), json!({ "id": product, "name": "Twice" })),
        case(As::Admin, "adjustStock", json!({ "productId": product, "delta": 5 }), json!({ "productId": product, "delta": 6 })),
        case(As::Ada, "placeOrder", items(&[(&product, 2)]), items(&[(&product, 1)])),
        case(As::Ada, "payOrder", json!({ "orderId": to_pay }), json!({ "orderId": another })),
        case(As::Admin, "shipOrder", json!({ "orderId": to_ship }), json!({ "orderId": another })),
        case(As::Ada, "cancelOrder", json!({ "orderId": to_cancel }), json!({ "orderId": another })),
        case(As::Editor, "createArticle", json!({ "title": "Once" }), json!({ "title": "Twice" })),
        case(
            As::Editor,
            "updateArticle",
            json!({ "id": draft, "version": 1, "title": "Once only" }),
            json!({ "id": draft, "version": 1, "title": "Twice" }),
        ),
        case(As::Editor, "publishArticle", version(&to_publish, 1), version(&other_draft, 1)),
        case(As::Editor, "unpublishArticle", version(&to_unpublish, 2), version(&other_draft, 1)),
        case(As::Ben, "addComment", json!({ "articleId": readable, "body": "Once" }), json!({ "articleId": readable, "body": "Twice" })),
    ];
    let later = [
        ("updateProfile", As::Ben, "updateProfile", json!({ "name": "Somebody else" })),
        ("updateProduct", As::Admin, "updateProduct", json!({ "id": product, "name": "Later" })),
        ("adjustStock", As::Admin, "adjustStock", json!({ "productId": product, "delta": -1 })),
        ("payOrder", As::Admin, "shipOrder", json!({ "orderId": to_pay })),
        ("updateArticle", As::Editor, "updateArticle", json!({ "id": draft, "version": 2, "title": "Later" })),
        ("publishArticle", As::Editor, "unpublishArticle", version(&to_publish, 2)),
        ("unpublishArticle", As::Editor, "publishArticle", version(&to_unpublish, 3)),
        // the article of the comment is not to be commented any more
        ("addComment", As::Editor, "unpublishArticle", version(&readable, 2)),
    ];
    for (of, who, mutation, input) in later {
        cases.iter_mut().find(|case| case.mutation == of).unwrap().later = Some((who, mutation, input));
    }
    cases
}

/// Numbers that only grow by work that is done.
fn totals(shop: &Shop) -> Value {
    let query = "{ customers { totalCount } products { totalCount } orders { totalCount } articles { totalCount } }";
    shop.data(As::Admin, query, json!({}))
}

/// A payload without what differs each time by its nature: a session. What hangs on a balance is read anew.
fn same_each_time(mut payload: Value) -> Value {
    payload.as_object_mut().unwrap().remove("session");
    if let Some(order) = payload.get_mut("order").and_then(Value::as_object_mut) {
        order.remove("balance");
    }
    // nor does the article of the comment stay published
    if let Some(comment) = payload.get_mut("comment").and_then(Value::as_object_mut) {
        comment.remove("article");
    }
    payload
}

#[test]
fn the_cases_are_all_mutations_that_take_a_key() {
    let shop = &SHOPS[0];
    let cases: Vec<_> = cases(shop, "all").iter().map(|case| case.mutation).collect();
    let keyed: Vec<_> = MUTATIONS.iter().filter(|mutation| mutation.keyed).map(|mutation| mutation.name).collect();
    assert_eq!(cases, keyed);
}

#[test]
fn one_key_is_one_change_whether_argument_or_header() {
    for shop in &*SHOPS {
        for by_header in [false, true] {
            let tag = if by_header { "header" } else { "argument" };
            for case in cases(shop, tag) {
                let Case { who, mutation, input, other, later } = case;
                let key = format!("{tag}-{mutation}-\u{1f511}");
                let send = |input: &Value| {
                    let mut asked = operation(&named(mutation).document(), json!({ "input": input }));
                    if by_header {
                        asked.idempotency_key = Some(key.clone());
                    } else {
                        asked.variables.insert("key".to_owned(), json!(key));
                    }
                    serde_json::from_str::<Value>(&shop.send(who, asked)).unwrap()
                };
                let what = format!("{mutation} by {tag} on {}", shop.name);
                let first = same_each_time(done(send(&input), mutation));
                assert_eq!(same_each_time(done(send(&input), mutation)), first, "{what}");
                if let Some((who, mutation, input)) = later {
                    shop.done(who, mutation, input);
                }
                assert_eq!(same_each_time(done(send(&input), mutation)), first, "{what}, after a later change");
                let reused = send(&other);
                assert_eq!(only_code(&reused), "IDEMPOTENCY_KEY_REUSED", "{what}: {reused}");
                assert_eq!(reused["data"][mutation], Value::Null, "{what}");
            }
        }
    }
}

#[test]
fn what_is_sent_again_changes_nothing() {
    let shops = Shop::open_all();
    for shop in &shops {
        for case in cases(shop, "quiet") {
            let Case { who, mutation, input, .. } = case;
            let variables = json!({ "input": input, "key": mutation });
            done(shop.answer(who, &named(mutation).document(), variables.clone()), mutation);
            shop.drain();
            let before = totals(shop);
            done(shop.answer(who, &named(mutation).document(), variables), mutation);
            assert_eq!(totals(shop), before, "{mutation} on {}", shop.name);
            let waiting = block_on(async {
                let (facts, content) = (shop.stores.relational.outbox_state(), shop.stores.documents.outbox_state());
                facts.await.unwrap().waiting + content.await.unwrap().waiting
            });
            assert_eq!(waiting, 0, "{mutation} on {} told something", shop.name);
        }
    }
}

#[test]
fn several_changes_of_one_document_share_a_header() {
    for shop in &*SHOPS {
        let (one, two) = (shop.product("shared-one", "1.00", 10), shop.product("shared-two", "1.00", 10));
        let query = "mutation($one: ID!, $two: ID!, $n: Int!) {
            first: placeOrder(input: { items: [{ productId: $one, quantity: $n }] }) { order { id } userErrors { code } }
            second: placeOrder(input: { items: [{ productId: $one, quantity: $n }] }) { order { id } userErrors { code } }
            placeOrder(input: { items: [{ productId: $two, quantity: 1 }] }) { order { id } userErrors { code } }
            own: placeOrder(input: { items: [{ productId: $two, quantity: 1 }] }, idempotencyKey: \"own\") { order { id } } }";
        let send = |n: i32| {
            let mut asked = operation(query, json!({ "one": one, "two": two, "n": n }));
            asked.idempotency_key = Some("shared".to_owned());
            serde_json::from_str::<Value>(&shop.send(As::Ada, asked)).unwrap()
        };
        let first = send(1);
        assert_eq!(first.get("errors"), None, "{first}");
        let id = |name: &str| first["data"][name]["order"]["id"].as_str().unwrap().to_owned();
        assert_eq!(["first", "second", "placeOrder", "own"].map(id).iter().collect::<std::collections::HashSet<_>>().len(), 4);
        assert_eq!(send(1), first, "{}", shop.name);
        assert_eq!((shop.stock(&one), shop.stock(&two)), (8, 8), "{}", shop.name);
        // another input in two of them: these are refused, the others replayed
        let other = send(2);
        assert_eq!(other["errors"].as_array().unwrap().len(), 2, "{other}");
        assert_eq!((&other["data"]["first"], &other["data"]["placeOrder"]), (&Value::Null, &first["data"]["placeOrder"]));
        assert_eq!((shop.stock(&one), shop.stock(&two)), (8, 8), "{}", shop.name);
        // the argument's key is the same key whatever else there is
        let own = "mutation($two: ID!) { placeOrder(input: { items: [{ productId: $two, quantity: 1 }] }, idempotencyKey: \"own\") { order { id } } }";
        let again = shop.data(As::Ada, own, json!({ "two": two }));
        assert_eq!(again["placeOrder"], first["data"]["own"], "{}", shop.name);
    }
}

#[test]
fn a_key_belongs_to_a_customer_and_to_an_operation() {
    for shop in &*SHOPS {
        let product = shop.product("scoped", "1.00", 10);
        let place = |who| {
            let variables = json!({ "input": items(&[(&product, 1)]), "key": "scoped" });
            done(shop.answer(who, &named("placeOrder").document(), variables), "placeOrder")["order"]["id"].clone()
        };
        assert_ne!(place(As::Ada), place(As::Ben));
        assert_eq!(shop.stock(&product), 8, "{}", shop.name);
        let order = place(As::Ada);
        let pay = shop.answer(As::Ada, &named("payOrder").document(), json!({ "input": { "orderId": order }, "key": "scoped" }));
        assert_eq!(only_code(&pay), "IDEMPOTENCY_KEY_REUSED", "{}", shop.name);
    }
}

#[test]
fn a_refusal_is_not_kept() {
    for shop in &*SHOPS {
        let product = shop.product("refused-first", "1.00", 0);
        let send = || {
            let variables = json!({ "input": items(&[(&product, 1)]), "key": "patient" });
            shop.answer(As::Ada, &named("placeOrder").document(), variables)
        };
        assert_eq!(refusals(&send()), [("OUT_OF_STOCK".to_owned(), "items.0.quantity".to_owned())]);
        shop.done(As::Admin, "adjustStock", json!({ "productId": product, "delta": 1 }));
        done(send(), "placeOrder");
        done(send(), "placeOrder");
        assert_eq!(shop.stock(&product), 0, "{}", shop.name);
    }
}

#[test]
fn of_the_same_request_many_times_at_once_one_is_done() {
    for shop in &*SHOPS {
        let product = shop.product("at-once", "1.00", 20);
        let article = shop.article("At once");
        for (mutation, input) in
            [("placeOrder", items(&[(&product, 1)])), ("addComment", json!({ "articleId": article, "body": "At once" }))]
        {
            let document = named(mutation).document();
            let answers = block_on(async {
                let one = async || {
                    let mut asked = operation(&document, json!({ "input": input, "key": "at once" }));
                    asked.token = Some(shop.person(As::Ada).token.clone());
                    serde_json::from_slice::<Value>(&shop.graph.execute(asked).await.body("test")).unwrap()
                };
                futures::future::join_all((0..8).map(|_| one())).await
            });
            let mut done_ones: Vec<_> = answers.iter().filter(|answer| answer.get("errors").is_none()).collect();
            assert!(!done_ones.is_empty(), "{answers:?}");
            done_ones.dedup();
            assert_eq!(done_ones.len(), 1, "{done_ones:?} on {}", shop.name);
            for refused in answers.iter().filter(|answer| answer.get("errors").is_some()) {
                assert_eq!(only_code(refused), "IDEMPOTENCY_IN_PROGRESS", "{refused}");
                assert!(refused["errors"][0]["extensions"]["retryAfterMs"].is_i64());
            }
        }
        assert_eq!(shop.stock(&product), 19, "{}", shop.name);
        let query = "query($id: ID!) { article(id: $id) { comments { totalCount } } }";
        assert_eq!(shop.data(As::Ada, query, json!({ "id": article }))["article"]["comments"]["totalCount"], json!(1));
    }
}
