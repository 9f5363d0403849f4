//! What looks dangerous and is not: kept as it came, to the byte, by every engine.

use super::World;
use crate::support::{
    mutations::named,
    shop::{As, Shop},
};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Of their own: the other tests here watch that nothing changes.
static WORLDS: LazyLock<Vec<World>> = LazyLock::new(|| Shop::open_all().into_iter().map(World::new).collect());

/// Texts that mean something to a store, to a shell, to a page, or to an eye.
const TEXTS: [&str; 24] = [
    "' OR 1=1 --",
    "'); DROP TABLE products; --",
    "\"; DELETE FROM orders; --",
    "100% _sure_ \\ / %s %n",
    "{\"$ne\":null}",
    "{\"$where\":\"sleep(1000)\"}",
    "$set.$inc",
    "a.b.$[]",
    "__proto__",
    "constructor",
    "(a+)+$",
    "*\r\nDEL product\r\n",
    "${7*7} {{7*7}} <%= 7*7 %> #{7*7}",
    "<script>alert(1)</script>",
    "\u{202e}olleh\u{202c}",
    "\u{200b}zero\u{200d}width\u{feff}",
    "Zoe\u{308} Zo\u{eb}",
    "İstanbul ılık STRASSE straße ΟΔΟΣ ὀδός",
    "🦀👩‍👩‍👧‍👦🏳️‍🌈",
    "\u{1}\u{1f}\u{7f}\u{85}\u{2028}\u{fffd}\u{ffff}\u{10ffff}",
    "\\u0000 \\0 %00 \\x00",
    "\\ud800",
    "  two  spaces  ",
    "null",
];

/// What is read again after a change.
fn read(world: &World, query: &str, id: &Value) -> Value {
    world.shop.data(As::Admin, query, json!({ "id": id }))
}

#[test]
fn texts_come_back_as_they_were_sent() {
    for world in &*WORLDS {
        let shop = &world.shop;
        let product = shop.product("keeps-texts", "1.00", 5);
        let article = shop.article("Keeps texts");
        for (index, text) in TEXTS.into_iter().enumerate() {
            let what = format!("{text:?} on {}", shop.name);
            let input = json!({ "id": product, "sku": text, "name": text, "description": text });
            shop.done(As::Admin, "updateProduct", input);
            let found = read(world, "query($id: ID!) { product(id: $id) { sku name description } }", &product);
            assert_eq!(found["product"], json!({ "sku": text, "name": text, "description": text }), "{what}");

            let blocks = json!([{ "paragraph": { "text": text } }, { "code": { "language": text, "source": text } },
                { "quote": { "text": text, "attribution": text } }]);
            let version = i32::try_from(index).unwrap() + 2;
            shop.done(As::Editor, "updateArticle", json!({ "id": article, "version": version, "title": text, "blocks": blocks }));
            let query = "query($id: ID!) { article(id: $id) { title blocks { ... on Paragraph { text } ... on Code { language source }
                ... on Quote { text attribution } } } }";
            let expected = json!({ "title": text, "blocks": [{ "text": text }, { "language": text, "source": text },
                { "text": text, "attribution": text }] });
            assert_eq!(read(world, query, &article)["article"], expected, "{what}");

            let comment = shop.done(As::Ben, "addComment", json!({ "articleId": article, "body": text }))["comment"]["id"].clone();
            let found = read(world, "query($id: ID!) { node(id: $id) { ... on Comment { body } } }", &comment);
            assert_eq!(found["node"]["body"], json!(text), "{what}");

            shop.done(As::Ben, "updateProfile", json!({ "name": text }));
            let preferences = json!({ "patch": { "extra": { "text": text, "list": [text] } } });
            shop.done(As::Ben, "setPreferences", preferences);
            let found = shop.data(As::Ben, "{ me { name preferences { extra } } }", json!({}));
            let expected = json!({ "name": text, "preferences": { "extra": { "list": [text], "text": text } } });
            assert_eq!(found["me"].to_string(), expected.to_string(), "{what}");

            // a key is any text
            let variables = json!({ "input": { "productId": product, "delta": 1 }, "key": text });
            for _ in 0..2 {
                let answer = shop.answer(As::Admin, &named("adjustStock").document(), variables.clone());
                assert_eq!(answer.get("errors"), None, "{what}");
            }
            assert_eq!(shop.stock(&product), 6 + i64::try_from(index).unwrap(), "{what}");
        }
    }
}

#[test]
fn what_is_just_within_its_bounds_is_taken() {
    for world in &*WORLDS {
        let shop = &world.shop;
        let person = json!({ "email": format!("{}@example.com", "b".repeat(242)), "name": "🦀".repeat(200), "password": "x".repeat(128) });
        shop.done(As::Visitor, "signUp", person);
        let input = json!({ "sku": "🦀".repeat(64), "slug": "b".repeat(100), "name": "\u{301}".repeat(200), "stock": 2_147_483_647,
            "description": "e".to_owned() + &"\u{301}".repeat(9_999), "price": { "amount": "10000000000.00", "currency": "EUR" },
            "categoryId": world.category });
        let product = shop.done(As::Admin, "createProduct", input.clone())["product"].take();
        for field in ["sku", "slug", "name", "stock", "description", "price"] {
            assert_eq!(product[field], input[field], "{field} on {}", shop.name);
        }
        let cheap = json!({ "id": product["id"], "price": { "amount": "0.0100", "currency": "EUR" } });
        assert_eq!(shop.done(As::Admin, "updateProduct", cheap)["product"]["price"]["amount"], json!("0.01"));
        let sold = shop.done(As::Ben, "placeOrder", crate::support::shop::items(&[(&product["id"], 1_000_000)]));
        assert_eq!(sold["order"]["total"]["amount"], json!("10000.00"));

        let tags: Vec<_> = (0..20).map(|n| format!("{n:0>100}")).collect();
        let products: Vec<_> = (0..100_u128).map(|n| polystore::shop::ProductId::from_uuid(uuid::Uuid::from_u128(n)).to_string()).collect();
        let blocks = vec![json!({ "paragraph": { "text": "" } }); 1_000];
        let input = json!({ "title": "🦀".repeat(200), "slug": "c".repeat(100), "tags": tags, "productIds": products, "blocks": blocks });
        let article = shop.done(As::Editor, "createArticle", input)["article"].take();
        assert_eq!((article["blocks"].as_array().unwrap().len(), &article["tags"]), (1_000, &json!(tags)), "{}", shop.name);
        assert_eq!(article["products"], json!(vec![Value::Null; 100]));
        let body = "\u{301}".repeat(5_000);
        let comment = shop.done(As::Ben, "addComment", json!({ "articleId": world.article, "body": body }));
        assert_eq!(comment["comment"]["body"], json!(body), "{}", shop.name);

        let deep = (0..17).fold(json!(1), |inner, _| json!({ "a": inner }));
        let extra =
            json!({ "deep": deep, "many": vec![0; 1_900], "numbers": [9_007_199_254_740_992_i64, -9_007_199_254_740_992_i64, 0.1, 1e300] });
        let kept = shop.done(As::Editor, "setPreferences", json!({ "patch": { "extra": extra } }))["preferences"]["extra"].take();
        for (key, value) in extra.as_object().unwrap() {
            assert_eq!(kept[key], *value, "{key} on {}", shop.name);
        }
        for key in ["k".repeat(255), "🔑".repeat(63)] {
            let variables = json!({ "input": { "name": "Ada" }, "key": key });
            // not the one whose name another test looks at meanwhile
            let answer = shop.answer(As::Ada, &named("updateProfile").document(), variables);
            assert_eq!(answer.get("errors"), None, "{answer}");
        }
    }
}
