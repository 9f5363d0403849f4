//! Every field where operations start, asked as each viewer.

use super::{Rule, WORLDS, World, of_type};
use crate::support::{
    mutations::named,
    shop::{As, PASSWORD, Shop, items, only_code},
    wiring::{block_on, operation},
};
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;

/// What a viewer got.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Got {
    /// What was looked for.
    It,
    /// An answer as if it were not there.
    Nothing,
    /// A refusal with this code.
    Code(String),
}

/// What the rule gives a viewer; Ada is the owner.
fn expected(rule: Rule, who: As) -> Got {
    use As::{Ada, Admin, Ben, Editor, Reader, Visitor};
    let code = |code: &str| Got::Code(code.to_owned());
    match (rule, who) {
        (Rule::Public, _) => Got::It,
        (Rule::Own | Rule::OwnList, Ada | Admin | Reader) => Got::It,
        (Rule::OwnList | Rule::Administrator, Visitor) => code("UNAUTHENTICATED"),
        (Rule::Own | Rule::OwnList, _) => Got::Nothing,
        (Rule::Readers, Editor | Admin | Reader) => Got::It,
        (Rule::Readers, _) => Got::Nothing,
        (Rule::Administrator, Admin | Reader) => Got::It,
        (Rule::Administrator, Ada | Ben | Editor) => code("FORBIDDEN"),
        other => panic!("{other:?} is no rule of a query"),
    }
}

/// The same for changes: readers are visitors here.
fn expected_of_change(rule: Rule, who: As) -> Got {
    use As::{Ada, Admin, Ben, Editor, Reader, Visitor};
    let code = |code: &str| Got::Code(code.to_owned());
    match (rule, who) {
        (Rule::Public, _) => Got::It,
        (_, Visitor | Reader) => code("UNAUTHENTICATED"),
        (Rule::Customer, _) => Got::It,
        (Rule::Own, Ada | Admin) => Got::It,
        (Rule::Own, Ben | Editor) => Got::Nothing,
        (Rule::Editor, Editor | Admin) | (Rule::Administrator, Admin) => Got::It,
        (Rule::Editor | Rule::Administrator, _) => code("FORBIDDEN"),
        other => panic!("{other:?} is no rule of a mutation"),
    }
}

/// A query for each root field, and the text in its answer that shows that what was looked for is there.
fn probe(world: &World, field: &str) -> (String, String) {
    let text = |id: &Value| id.as_str().unwrap().to_owned();
    let World { shop, product, order, draft, .. } = world;
    let (product, order, draft) = (text(product), text(order), text(draft));
    let ada = shop.person(As::Ada).id.clone();
    let period = "from: \"1970-01-01T00:00:00Z\", to: \"9999-01-01T00:00:00Z\"";
    let (query, found) = match field {
        "node" => (format!("{{ node(id: \"{order}\") {{ id }} }}"), order),
        "nodes" => (format!("{{ nodes(ids: [\"{order}\"]) {{ id }} }}"), order),
        "product" => (format!("{{ product(id: \"{product}\") {{ id }} }}"), product),
        "products" => ("{ products(first: 100) { nodes { id } } }".to_owned(), product),
        "category" => ("{ category(slug: \"garden\") { __typename } categories { __typename } }".to_owned(), "Category".to_owned()),
        "categories" => ("{ categories { __typename } }".to_owned(), "Category".to_owned()),
        "customer" => (format!("{{ customer(id: \"{ada}\") {{ id }} }}"), ada),
        "customers" => ("{ customers { nodes { id } } }".to_owned(), ada),
        "accessToken" => ("{ accessToken __typename }".to_owned(), "Query".to_owned()),
        "me" => ("{ me { id } __typename }".to_owned(), "Query".to_owned()),
        "order" => (format!("{{ order(id: \"{order}\") {{ id }} }}"), order),
        "orders" => ("{ orders { nodes { id } } }".to_owned(), order),
        "article" => (format!("{{ article(id: \"{draft}\") {{ id }} }}"), draft),
        "articles" => ("{ articles { nodes { id } } }".to_owned(), draft),
        // drafts are not searched at all; what is published, is found by everybody
        "search" => ("{ search(text: \"seenly\") { __typename } }".to_owned(), "Article".to_owned()),
        "trending" => ("{ trending { rank } __typename }".to_owned(), "Query".to_owned()),
        "bestSellers" => ("{ bestSellers { rank } }".to_owned(), "rank".to_owned()),
        "salesReport" => (format!("{{ salesReport({period}, by: CUSTOMER, limit: 1000) {{ key }} }}"), ada),
        // no result is kept here: whoever may look sees that
        "comparisons" => ("{ comparisons { id } __typename }".to_owned(), "Query".to_owned()),
        "comparison" => ("{ comparison(id: \"none\") { id } __typename }".to_owned(), "Query".to_owned()),
        "rateLimit" => ("{ rateLimit { limit } __typename }".to_owned(), "Query".to_owned()),
        "server" => ("{ server { name } }".to_owned(), "polystore".to_owned()),
        other => panic!("there is no probe for Query.{other}"),
    };
    (query, found)
}

/// An input that is as good as the rule allows to tell, and changes nothing.
fn harmless(world: &World, mutation: &str) -> Value {
    let unknown = json!("product_00000000000000000000000000");
    match mutation {
        "signUp" => json!({ "email": "", "name": "", "password": "" }),
        "signIn" => json!({ "email": "", "password": PASSWORD }),
        "updateProfile" => json!({ "email": "" }),
        "createProduct" => json!({ "sku": "", "slug": "", "name": "", "price": { "amount": "0", "currency": "EUR" }, "categoryId": "" }),
        "updateProduct" => json!({ "id": unknown }),
        "adjustStock" => json!({ "productId": unknown, "delta": 1 }),
        "placeOrder" => items(&[(&unknown, 1)]),
        "shipOrder" => json!({ "orderId": "order_00000000000000000000000000" }),
        "createArticle" => json!({ "title": "" }),
        "updateArticle" | "publishArticle" | "unpublishArticle" => json!({ "id": world.published, "version": 99 }),
        "addComment" => json!({ "articleId": world.published, "body": "" }),
        "setPreferences" => json!({ "patch": { "theme": null } }),
        "recordView" => json!({ "productId": "" }),
        "signOut" => Value::Null,
        other => panic!("there is no probe for Mutation.{other}"),
    }
}

fn got(answer: &Value, found: &str) -> Got {
    if answer.get("errors").is_some() {
        return Got::Code(only_code(answer));
    }
    if answer["data"].to_string().contains(found) { Got::It } else { Got::Nothing }
}

#[test]
fn every_query_keeps_its_rule() {
    for world in &*WORLDS {
        for (field, rule) in of_type("Query") {
            let (query, found) = probe(world, &field);
            for who in As::ALL {
                let answer = world.shop.answer(who, &query, json!({}));
                let by_rule = match (field.as_str(), rule) {
                    // the probe is an order
                    (_, Rule::ById) => expected(Rule::Own, who),
                    ("search", Rule::Readers) => Got::It,
                    _ => expected(rule, who),
                };
                assert_eq!(got(&answer, &found), by_rule, "Query.{field} as {who:?} on {}: {answer}", world.shop.name);
            }
        }
    }
}

/// The other tests here count what this one changes.
#[test]
fn every_mutation_keeps_its_rule() {
    for world in Shop::open_all().into_iter().map(World::new) {
        let world = &world;
        let shop = &world.shop;
        for (field, rule) in of_type("Mutation") {
            for who in As::ALL {
                if field == "signOut" && !matches!(who, As::Visitor | As::Reader) {
                    continue; // it would take the session away from the other tests
                }
                let answer = if rule == Rule::Own {
                    // an order of Ada's own for each: whoever may, moves it
                    let order = shop.order(As::Ada, &world.product, 1);
                    shop.change(who, &field, json!({ "orderId": order }))
                } else {
                    shop.change(who, &field, harmless(world, &field))
                };
                let moved = if rule == Rule::Own { "status" } else { &field };
                let by_rule = expected_of_change(rule, who);
                assert_eq!(got(&answer, moved), by_rule, "Mutation.{field} as {who:?} on {}: {answer}", shop.name);
            }
        }
    }
}

#[test]
fn every_subscription_keeps_its_rule() {
    for world in &*WORLDS {
        let shop = &world.shop;
        for (field, rule) in of_type("Subscription") {
            let (arguments, variables) = match field.as_str() {
                "orderStatusChanged" => ("(orderId: $id)", json!({ "id": world.order })),
                "stockChanged" => ("(productId: $id)", json!({ "id": world.product })),
                _ => ("", json!({})),
            };
            let declared = if arguments.is_empty() { "" } else { "($id: ID!)" };
            let query = format!("subscription{declared} {{ {field}{arguments} {{ resync }} }}");
            for who in As::ALL {
                let mut asked = operation(&query, variables.clone());
                let graph = if who == As::Reader { &shop.demo } else { &shop.graph };
                if !matches!(who, As::Visitor | As::Reader) {
                    asked.token = Some(shop.person(who).token.clone());
                }
                let first = block_on(async { tokio::time::timeout(Duration::from_millis(400), graph.subscribe(asked).next()).await });
                let got = match first {
                    // it waits for something to happen
                    Err(_) => Got::It,
                    Ok(reply) => {
                        let answer: Value = serde_json::from_slice(&reply.unwrap().body("test")).unwrap();
                        if answer.get("errors").is_none() { Got::It } else { Got::Code(only_code(&answer)) }
                    }
                };
                let by_rule = match expected(rule, who) {
                    Got::Nothing => Got::Code("NOT_FOUND".to_owned()),
                    other => other,
                };
                assert_eq!(got, by_rule, "Subscription.{field} as {who:?} on {}", shop.name);
            }
        }
    }
}

/// The probes are of one kind of thing; by id and in lists each kind keeps its own rule.
#[test]
fn drafts_are_in_no_list_and_no_count_of_those_who_do_not_see_them() {
    for world in &*WORLDS {
        let shop = &world.shop;
        let draft = world.draft.as_str().unwrap();
        let query = "query($me: ID!) { articles(first: 100) { nodes { id status } totalCount }
            drafts: articles(where: { status: DRAFT }, first: 100) { nodes { id } totalCount }
            of: articles(where: { authorId: $me }, first: 100) { nodes { id status } totalCount } search(text: \"unseenly\") { __typename } }";
        for who in As::ALL {
            let data = shop.data(who, query, json!({ "me": shop.person(As::Editor).id }));
            let sees = matches!(who, As::Editor | As::Admin | As::Reader);
            assert_eq!(data.to_string().contains(draft), sees, "{who:?} on {}: {data}", shop.name);
            assert_eq!(data["search"], json!([]), "drafts are not searched");
            for list in ["articles", "drafts", "of"] {
                let nodes = data[list]["nodes"].as_array().unwrap();
                assert!(nodes.len() < 100, "the shop of these tests has too many articles");
                assert_eq!(data[list]["totalCount"], json!(nodes.len()), "{list} as {who:?} on {}", shop.name);
            }
        }
    }
}

/// Signing out is everybody's own.
#[test]
fn signing_out_ends_ones_own_session_alone() {
    for world in &*WORLDS {
        let shop = &world.shop;
        let token = block_on(crate::support::shop::sign_in(&shop.graph, &shop.person(As::Ada).email));
        let mut asked = operation(&named("signOut").document(), json!({}));
        asked.token = Some(token);
        let body = block_on(async { shop.graph.execute(asked).await.body("test") });
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), json!({ "data": { "signOut": { "signedOut": true } } }));
        for who in [As::Ada, As::Ben, As::Admin] {
            assert_eq!(shop.data(who, "{ me { id } }", json!({}))["me"]["id"], json!(shop.person(who).id));
        }
    }
}
