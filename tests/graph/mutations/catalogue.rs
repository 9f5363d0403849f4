//! Products: made, changed, more and fewer of them.

use super::SHOPS;
use crate::support::{
    mutations::named,
    shop::{As, only_code, refusals},
    wiring::{block_on, operation},
};
use serde_json::{Value, json};

fn kettle(name: &str, category: &Value) -> Value {
    json!({ "sku": format!("SKU-{name}"), "slug": name, "name": format!("Kettle {name}"), "description": "Whistles.",
        "price": { "amount": "39.9", "currency": "EUR" }, "stock": 7, "categoryId": category })
}

#[test]
fn a_new_product_is_in_the_catalogue_at_once() {
    for shop in &*SHOPS {
        let category = shop.category();
        let payload = shop.done(As::Admin, "createProduct", kettle("whistling", &category));
        let product = &payload["product"];
        let (id, at) = (&product["id"], &product["createdAt"]);
        let shown = json!({ "id": id, "version": 1, "sku": "SKU-whistling", "slug": "whistling", "name": "Kettle whistling",
            "description": "Whistles.", "price": { "amount": "39.90", "currency": "EUR" }, "stock": 7, "createdAt": at,
            "category": { "id": category } });
        assert_eq!(*product, shown);
        assert_eq!(payload["propagation"], json!([{ "store": "RELATIONAL", "state": "DONE" }, { "store": "HOT", "state": "PENDING" }]));
        let query = "query($id: ID!) { product(id: $id) { sku } bySlug: product(slug: \"whistling\") { id }
            search(text: \"kettle whistling\") { ... on Product { id } } products(first: 100) { nodes { id } } }";
        let found = shop.data(As::Visitor, query, json!({ "id": id }));
        assert_eq!((&found["product"]["sku"], &found["bySlug"]["id"]), (&json!("SKU-whistling"), id));
        assert_eq!(found["search"], json!([{ "id": id }]));
        assert!(found["products"]["nodes"].as_array().unwrap().contains(&json!({ "id": id })));

        // without stock there is none
        let mut bare = kettle("silent", &category);
        bare.as_object_mut().unwrap().retain(|key, _| key != "stock" && key != "description");
        let product = shop.done(As::Admin, "createProduct", bare)["product"].take();
        assert_eq!((&product["stock"], &product["description"]), (&json!(0), &json!("")));
    }
}

#[test]
fn what_makes_no_product_is_refused_with_its_field() {
    for shop in &*SHOPS {
        let category = shop.category();
        shop.done(As::Admin, "createProduct", kettle("first", &category));
        let refused = |key: &str, value: Value| {
            let mut input = kettle("second", &category);
            input[key] = value;
            shop.refused(As::Admin, "createProduct", input)
        };
        let unknown = json!("category_00000000000000000000000000");
        for (key, value, code, field) in [
            ("sku", json!("SKU-first"), "CONFLICT", "sku"),
            ("slug", json!("first"), "CONFLICT", "slug"),
            ("categoryId", unknown, "NOT_FOUND", "categoryId"),
            ("price", json!({ "amount": "39.90", "currency": "USD" }), "CONFLICT", "price.currency"),
            ("price", json!({ "amount": "0", "currency": "EUR" }), "BAD_USER_INPUT", "price.amount"),
            ("price", json!({ "amount": "1", "currency": "ZZZ" }), "BAD_USER_INPUT", "price.currency"),
            ("stock", json!(-1), "BAD_USER_INPUT", "stock"),
        ] {
            assert_eq!(refused(key, value.clone()), (code.into(), field.into()), "{key} {value} on {}", shop.name);
        }
        let all = json!({ "sku": " ", "slug": "A", "name": "", "description": "x".repeat(10_001),
            "price": { "amount": "-1", "currency": "EUR" }, "stock": -1, "categoryId": "x" });
        let fields: Vec<_> = refusals(&shop.change(As::Admin, "createProduct", all)).into_iter().map(|(_, field)| field).collect();
        assert_eq!(fields, ["stock", "sku", "slug", "name", "description", "price.amount", "categoryId"]);
        assert_eq!(shop.data(As::Visitor, "{ product(slug: \"second\") { id } }", json!({})), json!({ "product": null }));
    }
}

#[test]
fn the_catalogue_is_the_administrators() {
    for shop in &*SHOPS {
        let product = shop.product("kept", "1.00", 1);
        for (mutation, input) in [
            ("createProduct", kettle("not-made", &shop.category())),
            ("updateProduct", json!({ "id": product, "name": "changed" })),
            ("adjustStock", json!({ "productId": product, "delta": 1 })),
        ] {
            for (who, code) in
                [(As::Visitor, "UNAUTHENTICATED"), (As::Reader, "UNAUTHENTICATED"), (As::Ada, "FORBIDDEN"), (As::Editor, "FORBIDDEN")]
            {
                assert_eq!(shop.failed(who, mutation, input.clone()), code, "{mutation} as {who:?} on {}", shop.name);
            }
        }
        let query = "query($id: ID!) { product(id: $id) { name stock } not: product(slug: \"not-made\") { id } }";
        let expected = json!({ "product": { "name": "kept", "stock": 1 }, "not": null });
        assert_eq!(shop.data(As::Visitor, query, json!({ "id": product })), expected);
    }
}

#[test]
fn a_change_of_a_product_changes_what_is_given_and_is_seen_at_once() {
    for shop in &*SHOPS {
        let id = shop.product("changing", "5.00", 3);
        let query = "query($id: ID!) { product(id: $id) { name version price { amount } } }";
        let read = |who| shop.data(who, query, json!({ "id": id }))["product"].take();
        for who in [As::Admin, As::Visitor] {
            assert_eq!(read(who), json!({ "name": "changing", "version": 1, "price": { "amount": "5.00" } }));
        }
        let input = json!({ "id": id, "version": 1, "price": { "amount": "6", "currency": "EUR" }, "name": null });
        let product = shop.done(As::Admin, "updateProduct", input)["product"].take();
        assert_eq!((&product["name"], &product["version"], &product["stock"]), (&json!("changing"), &json!(2), &json!(3)));
        for who in [As::Admin, As::Visitor] {
            assert_eq!(read(who), json!({ "name": "changing", "version": 2, "price": { "amount": "6.00" } }), "{who:?} on {}", shop.name);
        }
        // for the version before, and for one that is not there yet
        for version in [1, 3, 0, -1] {
            let refused = shop.refused(As::Admin, "updateProduct", json!({ "id": id, "version": version, "name": "late" }));
            assert_eq!(refused, ("CONFLICT".into(), "version".into()), "version {version} on {}", shop.name);
        }
        // without a version: whichever there is
        shop.done(As::Admin, "updateProduct", json!({ "id": id, "sku": "CHANGED", "slug": "changed", "description": "d" }));
        assert_eq!(shop.data(As::Visitor, "{ product(slug: \"changed\") { id } }", json!({}))["product"]["id"], id);
        assert_eq!(shop.data(As::Visitor, "{ product(slug: \"changing\") { id } }", json!({}))["product"], Value::Null);

        shop.product("other", "5.00", 3);
        let unknown = json!("product_00000000000000000000000000");
        for (input, code, field) in [
            (json!({ "id": unknown, "name": "x" }), "NOT_FOUND", "id"),
            (json!({ "id": id, "sku": "other" }), "CONFLICT", "sku"),
            (json!({ "id": id, "slug": "other" }), "CONFLICT", "slug"),
            (json!({ "id": id, "categoryId": "category_00000000000000000000000000" }), "NOT_FOUND", "categoryId"),
            (json!({ "id": id, "price": { "amount": "5", "currency": "CHF" } }), "CONFLICT", "price.currency"),
        ] {
            assert_eq!(shop.refused(As::Admin, "updateProduct", input), (code.into(), field.into()), "{}", shop.name);
        }
    }
}

#[test]
fn pieces_come_and_go_within_bounds() {
    for shop in &*SHOPS {
        let id = shop.product("pieces", "1.00", 5);
        let adjust = |delta: i64| shop.change(As::Admin, "adjustStock", json!({ "productId": id, "delta": delta }));
        for (delta, stock) in [(10, 15), (-15, 0), (2_147_483_647, 2_147_483_647), (-2_147_483_640, 7)] {
            let answer = adjust(delta);
            assert_eq!(answer["data"]["adjustStock"]["product"]["stock"], json!(stock), "{answer}");
            assert_eq!(shop.stock(&id), stock);
        }
        for (delta, code) in [(-8, "CONFLICT"), (2_147_483_641, "CONFLICT"), (0, "BAD_USER_INPUT"), (-2_147_483_648, "BAD_USER_INPUT")] {
            assert_eq!(refusals(&adjust(delta)), [(code.to_owned(), "delta".to_owned())], "{delta} on {}", shop.name);
        }
        assert_eq!(shop.stock(&id), 7);
        let unknown = json!({ "productId": "product_00000000000000000000000000", "delta": 1 });
        assert_eq!(shop.refused(As::Admin, "adjustStock", unknown), ("NOT_FOUND".into(), "productId".into()));
        assert_eq!(only_code(&adjust(2_147_483_648)), "BAD_USER_INPUT");
    }
}

#[test]
fn adjustments_at_the_same_time_all_count() {
    for shop in &*SHOPS {
        let id = shop.product("busy", "1.00", 100);
        let (document, token) = (named("adjustStock").document(), &shop.person(As::Admin).token);
        let answers = block_on(async {
            let one = async |delta: i32| {
                let mut asked = operation(&document, json!({ "input": { "productId": id, "delta": delta } }));
                asked.token = Some(token.clone());
                serde_json::from_slice::<Value>(&shop.graph.execute(asked).await.body("test")).unwrap()
            };
            futures::future::join_all((0..20).map(|n| one(if n % 2 == 0 { 3 } else { -1 }))).await
        });
        assert!(answers.iter().all(|answer| refusals(answer).is_empty()), "{answers:?}");
        assert_eq!(shop.stock(&id), 120, "{}", shop.name);
    }
}
