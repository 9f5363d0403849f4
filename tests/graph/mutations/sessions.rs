//! Sessions: how they end, and what a role that was given or taken away means to them.

use super::SHOPS;
use crate::support::{
    mutations::named,
    shop::{As, PASSWORD, Shop, only_code, sign_in},
    wiring::{block_on, operation},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use polystore::{
    actions::{self, Passwords},
    shop::{AccountRole, CustomerId, Session, Timestamp},
};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: i64 = 24 * 3_600_000;

fn ask(shop: &Shop, token: &str, query: &str, variables: Value) -> Value {
    let mut asked = operation(query, variables);
    asked.token = Some(token.to_owned());
    serde_json::from_slice(&block_on(async { shop.graph.execute(asked).await.body("test") })).unwrap()
}

fn me(shop: &Shop, token: &str) -> Value {
    ask(shop, token, "{ me { id } }", json!({}))
}

/// A session of Ben's, put into the store by hand: of this token, begun some days ago, to live for `ttl`.
fn planted(shop: &Shop, byte: u8, days_ago: i64, ttl: Duration) -> String {
    let token = BASE64_URL_SAFE_NO_PAD.encode([byte; 32]);
    let customer_id: CustomerId = shop.person(As::Ben).id.parse().unwrap();
    let signed_in_at = Timestamp::from_millis(Timestamp::now().millis() - days_ago * DAY).unwrap();
    let session = Session { customer_id, role: AccountRole::Customer, signed_in_at };
    block_on(shop.stores.hot.session_put(actions::hash_of(&token).unwrap(), &session, ttl)).unwrap();
    token
}

#[test]
fn a_token_says_who_asks_until_it_is_signed_out() {
    for shop in &*SHOPS {
        let token = block_on(sign_in(&shop.graph, &shop.person(As::Ben).email));
        let other = block_on(sign_in(&shop.graph, &shop.person(As::Ben).email));
        assert_eq!(me(shop, &token)["data"]["me"]["id"], json!(shop.person(As::Ben).id));
        let sign_out = named("signOut").document();
        assert_eq!(ask(shop, &token, &sign_out, json!({})), json!({ "data": { "signOut": { "signedOut": true } } }));
        // the whole request is refused, public fields too: whoever believes to be signed in must learn that it is not so
        for query in ["{ me { id } }", "{ server { name } }", &sign_out] {
            let answer = ask(shop, &token, query, json!({}));
            assert_eq!((only_code(&answer).as_str(), answer.get("data")), ("UNAUTHENTICATED", None), "{query} on {}", shop.name);
        }
        // that session alone is over
        assert_eq!(me(shop, &other)["data"]["me"]["id"], json!(shop.person(As::Ben).id));
        assert_eq!(shop.change(As::Visitor, "signOut", Value::Null), json!({ "data": { "signOut": { "signedOut": false } } }));
        assert_eq!(shop.data(As::Visitor, "{ me { id } }", json!({})), json!({ "me": null }));
    }
}

#[test]
fn after_signing_out_the_same_request_changes_nothing_more() {
    for shop in &*SHOPS {
        let product = shop.product("after-sign-out", "1.00", 5);
        let token = block_on(sign_in(&shop.graph, &shop.person(As::Ben).email));
        let query = "mutation($id: ID!) { signOut { signedOut }
            placeOrder(input: { items: [{ productId: $id, quantity: 1 }] }) { order { id } } }";
        let answer = ask(shop, &token, query, json!({ "id": product }));
        assert_eq!(answer["data"], json!({ "signOut": { "signedOut": true }, "placeOrder": null }), "{}", shop.name);
        assert_eq!(only_code(&answer), "UNAUTHENTICATED");
        assert_eq!(shop.stock(&product), 5);
    }
}

#[test]
fn a_session_that_is_not_used_ends_and_each_use_begins_its_life_anew() {
    for shop in &*SHOPS {
        let (unused, used) = (planted(shop, 1, 0, Duration::from_millis(700)), planted(shop, 2, 0, Duration::from_millis(700)));
        assert_eq!(me(shop, &used)["data"]["me"]["id"], json!(shop.person(As::Ben).id), "{}", shop.name);
        std::thread::sleep(Duration::from_millis(900));
        assert_eq!(only_code(&me(shop, &unused)), "UNAUTHENTICATED");
        assert_eq!(me(shop, &used)["data"]["me"]["id"], json!(shop.person(As::Ben).id), "{}", shop.name);
    }
}

#[test]
fn a_session_ends_after_90_days_however_often_it_is_used() {
    for shop in &*SHOPS {
        let (young, old) = (planted(shop, 3, 89, actions::SESSION_TTL), planted(shop, 4, 91, actions::SESSION_TTL));
        assert_eq!(me(shop, &young)["data"]["me"]["id"], json!(shop.person(As::Ben).id), "{}", shop.name);
        for _ in 0..2 {
            assert_eq!(only_code(&me(shop, &old)), "UNAUTHENTICATED", "{}", shop.name);
        }
    }
}

#[test]
fn a_role_that_is_taken_away_is_gone_at_once_and_one_that_is_given_needs_a_new_session() {
    for shop in &*SHOPS {
        let set = |email: &str, role, password: Option<&str>| {
            let password = password.map(str::to_owned);
            block_on(actions::set_role(&*shop.stores.relational, &Passwords::default(), email, role, password)).unwrap();
        };
        let email = "fickle@example.com";
        let draft = |token: &str| {
            let answer = ask(shop, token, &named("createArticle").document(), json!({ "input": { "title": "A draft" } }));
            if answer.get("errors").is_none() { "done".to_owned() } else { only_code(&answer) }
        };
        set(email, AccountRole::Editor, Some(PASSWORD));
        let as_editor = block_on(sign_in(&shop.graph, email));
        assert_eq!(draft(&as_editor), "done");
        set(email, AccountRole::Customer, None);
        assert_eq!(draft(&as_editor), "FORBIDDEN", "{}", shop.name);
        assert_eq!(draft(&block_on(sign_in(&shop.graph, email))), "FORBIDDEN");
        // a session never has more power than it was made with
        let as_customer = block_on(sign_in(&shop.graph, email));
        set(email, AccountRole::Admin, None);
        assert_eq!(draft(&as_customer), "FORBIDDEN", "{}", shop.name);
        assert_eq!(draft(&as_editor), "done", "an editor's session of an administrator");
        let report = "{ customers { nodes { id } } }";
        assert_eq!(only_code(&ask(shop, &as_editor, report, json!({}))), "FORBIDDEN");
        assert_eq!(ask(shop, &block_on(sign_in(&shop.graph, email)), report, json!({})).get("errors"), None);
    }
}
