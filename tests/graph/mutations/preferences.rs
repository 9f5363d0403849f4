//! Settings: a merge patch, as RFC 7396 has it.

use super::SHOPS;
use crate::support::{
    mutations::named,
    shop::{As, PASSWORD, Shop, done, sign_in},
    wiring::{block_on, operation},
};
use serde_json::{Value, json};

/// A new customer's token.
fn newcomer(shop: &Shop, email: &str) -> String {
    shop.done(As::Visitor, "signUp", json!({ "email": email, "name": "New", "password": PASSWORD }));
    block_on(sign_in(&shop.graph, email))
}

async fn send(shop: &Shop, token: &str, patch: &Value) -> Value {
    let mut asked = operation(&named("setPreferences").document(), json!({ "input": { "patch": patch } }));
    asked.token = Some(token.to_owned());
    serde_json::from_slice(&shop.graph.execute(asked).await.body("test")).unwrap()
}

fn patch(shop: &Shop, token: &str, given: Value) -> Value {
    done(block_on(send(shop, token, &given)), "setPreferences")["preferences"].take()
}

#[test]
fn a_patch_changes_what_it_names() {
    for shop in &*SHOPS {
        let token = newcomer(shop, "patched@example.com");
        let fresh = json!({ "theme": "SYSTEM", "locale": "en", "currency": "EUR", "interests": [],
            "notifications": { "orders": true, "magazine": false, "offers": false }, "extra": {} });
        assert_eq!(patch(shop, &token, json!({})), fresh, "{}", shop.name);
        let changed = patch(
            shop,
            &token,
            json!({ "theme": "DARK", "notifications": { "offers": true }, "interests": ["küche"],
            "extra": { "b": { "deep": [1, 2.5, null, { "k": "v" }] }, "a": 1, "naïve 🌱": "" } }),
        );
        let mut expected = fresh;
        expected["theme"] = json!("DARK");
        expected["notifications"]["offers"] = json!(true);
        expected["interests"] = json!(["küche"]);
        expected["extra"] = json!({ "a": 1, "b": { "deep": [1, 2.5, null, { "k": "v" }] }, "naïve 🌱": "" });
        assert_eq!(changed.to_string(), expected.to_string(), "{}", shop.name);
        // the same patch again is the same as once
        assert_eq!(patch(shop, &token, json!({ "theme": "DARK" })), expected);
        // null takes a key of `extra` away, lists are replaced whole, objects are merged
        let changed = patch(
            shop,
            &token,
            json!({ "interests": ["garten"], "locale": "de-CH", "currency": "CHF",
            "extra": { "a": null, "b": { "more": true }, "gone": null } }),
        );
        expected["interests"] = json!(["garten"]);
        expected["locale"] = json!("de-CH");
        expected["currency"] = json!("CHF");
        expected["extra"] = json!({ "b": { "deep": [1, 2.5, null, { "k": "v" }], "more": true }, "naïve 🌱": "" });
        assert_eq!(changed.to_string(), expected.to_string(), "{}", shop.name);
        let mut asked = operation(
            "{ me { preferences { theme locale currency interests notifications { orders magazine offers } extra } } }",
            json!({}),
        );
        asked.token = Some(token);
        let read: Value = serde_json::from_slice(&block_on(async { shop.graph.execute(asked).await.body("test") })).unwrap();
        assert_eq!(read["data"]["me"]["preferences"].to_string(), expected.to_string(), "{}", shop.name);
    }
}

#[test]
fn settings_are_ones_own_and_say_what_follows() {
    for shop in &*SHOPS {
        let payload = shop.done(As::Ada, "setPreferences", json!({ "patch": { "extra": { "mine": true } } }));
        assert_eq!(payload["propagation"], json!([{ "store": "DOCUMENTS", "state": "DONE" }]));
        let others = shop.done(As::Ben, "setPreferences", json!({ "patch": { "extra": {} } }));
        assert_eq!(others["preferences"]["extra"], json!({}));
        for who in [As::Visitor, As::Reader] {
            assert_eq!(shop.failed(who, "setPreferences", json!({ "patch": {} })), "UNAUTHENTICATED");
        }
    }
}

#[test]
fn of_several_patches_at_once_all_count() {
    for shop in &*SHOPS {
        let token = newcomer(shop, "hasty@example.com");
        let answers = block_on(async {
            let patches: Vec<_> = (0..4).map(|n| json!({ "extra": { format!("key{n}"): n } })).collect();
            futures::future::join_all(patches.iter().map(|patch| send(shop, &token, patch))).await
        });
        // five tries each are enough for four at once
        for answer in answers {
            done(answer, "setPreferences");
        }
        let all = json!({ "key0": 0, "key1": 1, "key2": 2, "key3": 3 });
        assert_eq!(patch(shop, &token, json!({}))["extra"], all, "{}", shop.name);
    }
}
