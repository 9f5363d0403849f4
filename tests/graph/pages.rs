//! Relay connections: whole lists can be walked both ways, and what is not a page is refused.

use crate::support::wiring::{self, Wiring};
use serde_json::{Value, json};

const PRODUCTS: &str = "query($orderBy: ProductOrder, $first: Int, $after: String, $last: Int, $before: String) {
    products(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}";

fn ids(page: &Value) -> Vec<String> {
    page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()).collect()
}

fn walk(wiring: &Wiring, order: &str, forward: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let variables = if forward {
            json!({ "orderBy": order, "first": 77, "after": cursor })
        } else {
            json!({ "orderBy": order, "last": 77, "before": cursor })
        };
        let data = wiring.data(PRODUCTS, variables);
        let (page, info) = (&data["products"], &data["products"]["pageInfo"]);
        if forward {
            found.extend(ids(page));
        } else {
            found.splice(0..0, ids(page));
        }
        let (more, next) = if forward { ("hasNextPage", "endCursor") } else { ("hasPreviousPage", "startCursor") };
        if info[more] == json!(false) {
            assert_eq!(page["totalCount"], json!(found.len()));
            return found;
        }
        cursor = info[next].clone();
    }
}

#[test]
fn a_list_walked_backward_is_the_list_walked_forward() {
    for wiring in wiring::all() {
        for order in ["CREATED_DESC", "CREATED_ASC", "NAME_ASC", "NAME_DESC", "PRICE_ASC", "PRICE_DESC"] {
            let forward = walk(wiring, order, true);
            assert!(forward.len() > 300, "the data has too few products");
            assert_eq!(walk(wiring, order, false), forward, "{order} on {}", wiring.name);
        }
    }
}

#[test]
fn children_of_many_parents_are_paged_each_for_itself() {
    let query = "query($after: String) { customers(first: 100) { nodes { orders(first: 2, after: $after) {
        totalCount edges { cursor node { id } } pageInfo { hasNextPage } } } } }";
    for wiring in wiring::all() {
        let first = wiring.data(query, json!({}));
        let customers = first["customers"]["nodes"].as_array().unwrap();
        let with_more = customers.iter().find(|customer| customer["orders"]["pageInfo"]["hasNextPage"] == json!(true));
        let orders = &with_more.expect("a customer with more than two orders")["orders"];
        let second = wiring.data(query, json!({ "after": orders["edges"][1]["cursor"] }));
        let pages = second["customers"]["nodes"].as_array().unwrap();
        assert!(pages.iter().all(|page| ids(&page["orders"]).iter().all(|id| !ids(orders).contains(id))), "{}", wiring.name);
    }
}

#[test]
fn what_is_not_a_page_is_refused_and_never_cut() {
    let data = wiring::embedded().data(PRODUCTS, json!({ "orderBy": "NAME_ASC", "first": 1 }));
    let by_name = data["products"]["edges"][0]["cursor"].as_str().unwrap().to_owned();
    let cases = [
        (json!({ "first": 0 }), "first must be between 1 and 100"),
        (json!({ "first": -1 }), "first must be between 1 and 100"),
        (json!({ "first": 101 }), "first must be between 1 and 100"),
        (json!({ "first": 2147483647 }), "first must be between 1 and 100"),
        (json!({ "last": 101 }), "last must be between 1 and 100"),
        (json!({ "first": 1, "last": 1 }), "give either first or last"),
        (json!({ "after": "" }), "after: not a cursor of this server"),
        (json!({ "after": "YXJyYXljb25uZWN0aW9uOjE=" }), "after: not a cursor of this server"),
        (json!({ "before": "x".repeat(100_000) }), "before: not a cursor of this server"),
        (json!({ "after": by_name, "orderBy": "PRICE_ASC" }), "after: this cursor belongs to another list or order"),
        (json!({ "after": by_name[..by_name.len() - 4], "orderBy": "NAME_ASC" }), "after: not a cursor of this server"),
    ];
    for (variables, message) in cases {
        let answer = wiring::embedded().answer(PRODUCTS, variables.clone());
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], json!("BAD_USER_INPUT"), "{variables}: {answer}");
        assert!(error["message"].as_str().unwrap().contains(message), "{variables}: {answer}");
    }
    let orders = "query($after: String) { orders(after: $after) { nodes { id } } }";
    let answer = wiring::embedded().answer(orders, json!({ "after": by_name }));
    assert_eq!(answer["errors"][0]["message"], json!("after: this cursor belongs to another list or order"));
}
