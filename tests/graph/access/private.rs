//! Fields that are not everybody's, asked as each viewer, by every way that leads to them.

use super::{Rule, WORLDS, of_type, rules};
use crate::support::shop::As;
use serde_json::{Value, json};

/// A selection for each private field of a customer, and its value for Ada.
fn selection(field: &str) -> &'static str {
    match field {
        "email" | "tier" => "",
        "totalSpent" => "{ amount }",
        "orders" => "{ nodes { id } totalCount }",
        "preferences" => "{ extra }",
        "activity" => "{ nodes { kind } }",
        other => panic!("there is no probe for Customer.{other}"),
    }
}

#[test]
fn what_is_private_about_a_customer_is_null_for_others_by_every_way() {
    for world in &*WORLDS {
        let shop = &world.shop;
        let variables = json!({ "comment": world.comment, "article": world.published, "order": world.order });
        for (field, _) in of_type("Customer").into_iter().filter(|(_, rule)| *rule == Rule::Owner) {
            let asked = format!("{field} {}", selection(&field));
            // Ada as the author of a comment is shown to everybody
            let public = format!(
                "query($comment: ID!, $article: ID!) {{ node(id: $comment) {{ ... on Comment {{ author {{ name {asked} }} }} }}
                    article(id: $article) {{ comments {{ nodes {{ author {{ name {asked} }} }} edges {{ node {{ author {{ name {asked} }} }} }} }} }} }}"
            );
            let own = format!("{{ me {{ {asked} }} }}");
            let value = shop.data(As::Ada, &own, json!({}))["me"][&field].clone();
            assert!(!value.is_null(), "Customer.{field} of Ada on {}", shop.name);
            for who in As::ALL {
                let data = shop.data(who, &public, json!({ "comment": variables["comment"], "article": variables["article"] }));
                let comments = &data["article"]["comments"];
                let ways = [&data["node"]["author"], &comments["nodes"][0]["author"], &comments["edges"][0]["node"]["author"]];
                for way in ways {
                    let seen = matches!(who, As::Ada | As::Admin | As::Reader);
                    assert_eq!(way["name"], json!("ada"), "{data}");
                    let expected = if seen { &value } else { &Value::Null };
                    assert_eq!(&way[&field], expected, "Customer.{field} as {who:?} on {}", shop.name);
                }
            }
        }
        // not even in the order of the one who may see the order
        let query = "query($order: ID!) { order(id: $order) { customer { email } timeline { customer { email } } } }";
        for who in [As::Ada, As::Admin] {
            let data = shop.data(who, query, json!({ "order": variables["order"] }));
            assert_eq!(data["order"]["customer"]["email"], json!(shop.person(As::Ada).email));
        }
    }
}

#[test]
fn earlier_versions_are_the_authors_and_the_editors() {
    assert_eq!(rules()[&("Article".to_owned(), "revisions".to_owned())], Rule::Author);
    for world in &*WORLDS {
        let shop = &world.shop;
        let query = "query($id: ID!) { article(id: $id) { revisions { nodes { version title } edges { cursor } totalCount } } }";
        for who in As::ALL {
            let revisions = shop.data(who, query, json!({ "id": world.published }))["article"]["revisions"].take();
            let seen = matches!(who, As::Editor | As::Admin | As::Reader);
            let versions: Vec<_> = revisions["nodes"].as_array().unwrap().iter().map(|node| node["version"].clone()).collect();
            assert_eq!(versions, if seen { vec![json!(2), json!(1)] } else { vec![] }, "{who:?} on {}", shop.name);
            assert_eq!(revisions["edges"].as_array().unwrap().len(), versions.len());
            assert_eq!(revisions["totalCount"], json!(versions.len()), "{who:?} on {}", shop.name);
        }
    }
}

#[test]
fn an_author_who_is_no_editor_any_more_sees_the_own_drafts_alone() {
    use crate::support::{
        shop::{PASSWORD, sign_in},
        wiring::{block_on, operation},
    };
    use polystore::{
        actions::{Passwords, set_role},
        shop::AccountRole,
    };
    for world in &*WORLDS {
        let shop = &world.shop;
        let set = |role, password: Option<&str>| {
            let password = password.map(str::to_owned);
            block_on(set_role(&*shop.stores.relational, &Passwords::default(), "past@example.com", role, password)).unwrap();
            block_on(sign_in(&shop.graph, "past@example.com"))
        };
        let ask = |token: String, query: &str, variables: Value| {
            let mut asked = operation(query, variables);
            asked.token = Some(token);
            let body = block_on(async { shop.graph.execute(asked).await.body("test") });
            serde_json::from_slice::<Value>(&body).unwrap()
        };
        let token = set(AccountRole::Editor, Some(PASSWORD));
        let create = "mutation { createArticle(input: { title: \"Past\" }) { article { id } } }";
        let own = ask(token, create, json!({}))["data"]["createArticle"]["article"]["id"].clone();
        let token = set(AccountRole::Customer, None);
        let query = "query($own: ID!, $other: ID!) { own: article(id: $own) { id revisions { nodes { version } } } other: article(id: $other) { id }
            me { articles { nodes { id } } } articles(where: { status: DRAFT }) { nodes { id } } }";
        let answer = ask(token, query, json!({ "own": own, "other": world.draft }));
        let only = json!({ "nodes": [{ "id": own }] });
        let expected = json!({ "data": { "own": { "id": own, "revisions": { "nodes": [] } }, "other": null, "me": { "articles": only },
            "articles": only } });
        assert_eq!(answer, expected, "{}", shop.name);
    }
}
