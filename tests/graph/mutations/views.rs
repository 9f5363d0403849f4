//! Views: counted at once, told to the stores in batches.

use super::SHOPS;
use crate::support::shop::As;
use serde_json::json;

#[test]
fn a_view_counts_at_once_and_for_good_after_the_flush() {
    for shop in &*SHOPS {
        let (product, article) = (shop.product("viewed", "1.00", 1), shop.article("Viewed"));
        for views in 1..=3 {
            for who in [As::Visitor, As::Ada] {
                let counted = shop.done(who, "recordView", json!({ "productId": product }))["views"].clone();
                let expected = (views - 1) * 2 + if who == As::Visitor { 1 } else { 2 };
                // approximate while another test flushes between two reads; never more than there were
                assert!(counted.as_str().unwrap().parse::<i64>().unwrap() <= expected, "{counted} on {}", shop.name);
            }
        }
        shop.done(As::Ben, "recordView", json!({ "articleId": article }));
        shop.flush_views();
        shop.flush_views();
        let query = "query($p: ID!, $a: ID!) { product(id: $p) { views } article(id: $a) { views }
            trending(window: HOUR, first: 100) { score product { id } } }";
        let found = shop.data(As::Visitor, query, json!({ "p": product, "a": article }));
        assert_eq!((&found["product"]["views"], &found["article"]["views"]), (&json!("6"), &json!("1")), "{}", shop.name);
        let trending = found["trending"].as_array().unwrap();
        let ranked = trending.iter().find(|ranked| ranked["product"]["id"] == product);
        assert!(ranked.is_some_and(|ranked| ranked["score"].as_f64().unwrap() > 5.0), "{trending:?} on {}", shop.name);
    }
}

#[test]
fn a_view_of_what_does_not_exist_is_shown_nowhere() {
    for shop in &*SHOPS {
        let ghost = json!("product_01kacc00000000000000000000");
        shop.done(As::Visitor, "recordView", json!({ "productId": ghost }));
        shop.flush_views();
        let query = "query($id: ID!) { product(id: $id) { views } trending(window: HOUR, first: 100) { product { id } } }";
        let found = shop.data(As::Visitor, query, json!({ "id": ghost }));
        assert_eq!(found["product"], json!(null));
        assert!(!found["trending"].to_string().contains(ghost.as_str().unwrap()), "{}", shop.name);
    }
}
